package exec

import "github.com/flare-pg/flare-pg/column"

// meter is what one operator has reserved. It reserves in steps, so that the account is not asked for each batch.
type meter struct {
	acc  column.Account // nil: not accounted
	held int64
}

// meterStep is the least that a meter reserves at once, in bytes.
const meterStep = 64 << 10

// ensure reserves what is missing to need bytes. An error means that they must not be taken.
func (m *meter) ensure(need int64) error {
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

// release gives everything back.
func (m *meter) release() {
	if m.acc != nil && m.held > 0 {
		m.acc.Release(m.held)
	}
	m.held = 0
}
