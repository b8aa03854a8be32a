package exec

import "github.com/flare-pg/flare-pg/column"

// meter is what one operator has reserved. It reserves in steps, so that the account is not asked for each batch.
type meter struct {
	acc   column.Account // nil: not accounted
	limit int64          // what try goes up to (work_mem); 0: as far as the account does
	sure  int64          // what try needs rather than tries: the operator's part of Minimum
	held  int64          // all of it
	tried int64          // of held, what was taken by Try
	peak  int64
}

// meterStep is the least that a meter reserves at once, in bytes.
const meterStep = 64 << 10

// Elastic is an account that tells memory that is needed from memory that only spares work: an operator that can do with less, by a temporary file,
// asks for more by Try, which is refused as soon as others need it.
type Elastic interface {
	column.Account
	Try(bytes int64) bool
	Return(bytes int64) // what Try granted
}

// ensure reserves what is missing to need bytes. An error means that they must not be taken.
func (m *meter) ensure(need int64) error {
	m.peak = max(m.peak, need)
	if m.acc == nil || need <= m.held {
		return nil
	}
	more := max(need-m.held, meterStep)
	if err := m.acc.Reserve(more); err != nil {
		if more = need - m.held; more >= meterStep || m.acc.Reserve(more) != nil {
			return err
		}
	}
	m.held += more
	return nil
}

// try is ensure for whoever has another way where there is no more: it reports whether there is.
func (m *meter) try(need int64) bool { return m.tryBeside(need, 0) }

// tryBeside is try for need bytes and besides for what will be needed to make something of them, which counts to the account, not to the limit.
func (m *meter) tryBeside(need, later int64) bool {
	if m.limit > 0 && need > m.limit {
		return false
	}
	need += later
	if m.acc == nil || need <= m.held {
		m.peak = max(m.peak, need-later)
		return true
	}
	e, ok := m.acc.(Elastic)
	if ok && need <= m.sure {
		return m.ensure(need) == nil
	}
	for _, more := range [...]int64{max(need-m.held, meterStep), need - m.held} {
		switch {
		case ok && e.Try(more):
			m.tried += more
		case ok || m.acc.Reserve(more) != nil:
			continue
		}
		m.held += more
		m.peak = max(m.peak, need-later)
		return true
	}
	return false
}

// adopt takes over what another meter of the same account holds.
func (m *meter) adopt(o *meter) {
	m.held, m.tried = m.held+o.held, m.tried+o.tried
	o.held, o.tried = 0, 0
}

// share makes the meter one of so many that have its memory together.
func (m *meter) share(n int) {
	if m.limit > 0 {
		m.limit = max(m.limit/int64(n), 1)
	}
	m.sure /= int64(n)
}

// shrink gives back what is held beyond need bytes, what others may need first.
func (m *meter) shrink(need int64) {
	less := m.held - need
	if m.acc == nil || less <= 0 {
		return
	}
	m.held = need
	if back := min(less, m.tried); back > 0 {
		m.tried -= back
		m.acc.(Elastic).Return(back)
		less -= back
	}
	if less > 0 {
		m.acc.Release(less)
	}
}

// release gives everything back.
func (m *meter) release() { m.shrink(0) }
