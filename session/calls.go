package session

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// calls is what functions do to their session: it implements types.Session. Functions run in any goroutine, so what
// is the session's own is done when the statement has ended, by settleCalls.
type calls struct {
	s *session

	mu       sync.Mutex
	settings settings // as the statement found them
	sets     []configSet
	warnings []*types.Error
	sent     []pgwire.Notification // of the transaction
	random   types.Random
}

// Random implements types.Session.
func (c *calls) Random() *types.Random { return &c.random }

// configSet is a set_config that is still to be done.
type configSet struct {
	d     *definition
	value string
	local bool
}

// begin tells of the settings that a statement runs with.
func (c *calls) begin(frozen settings) {
	c.mu.Lock()
	c.settings = frozen
	c.mu.Unlock()
}

// lookup is current_setting: what set_config did in the same statement is seen.
func (c *calls) lookup(frozen *settings, name string) (string, bool) {
	c.mu.Lock()
	for i := len(c.sets) - 1; i >= 0; i-- {
		if strings.EqualFold(c.sets[i].d.name, name) {
			defer c.mu.Unlock()
			return c.sets[i].value, true
		}
	}
	c.mu.Unlock()
	return frozen.lookup(name)
}

// SetConfig implements types.Session.
func (c *calls) SetConfig(name, value string, local bool) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, err := c.settings.definition(name)
	if err != nil {
		return "", err
	}
	if key := strings.ToLower(d.name); key == "role" || key == "session_authorization" {
		set := &translate.Set{Value: value, Local: local}
		roles := c.s.srv.latest().Roles().For(c.s.user)
		if value, _, err = c.s.whom(roles, c.settings.now, set, key); err != nil {
			return "", err
		}
		c.sets = append(c.sets, configSet{d, value, local})
		return value, nil
	}
	if d.readOnly {
		return "", types.Errorf(types.CodeCantChangeRuntimeParam, "parameter %q cannot be changed", d.name)
	}
	if d.superuser && c.settings.get("is_superuser") != "on" {
		return "", types.Errorf(types.CodeInsufficientPrivilege, "permission denied to set parameter %q", d.name)
	}
	if d.name == "DateStyle" {
		if value, err = mergeDateStyle(c.settings.get("DateStyle"), value); err != nil {
			return "", err
		}
	}
	if value, err = d.canonicalAs(name, value); err != nil {
		return "", err
	}
	c.sets = append(c.sets, configSet{d, value, local})
	return value, nil
}

// settleCalls does what the functions of a statement asked for, or forgets it where the statement failed.
func (s *session) settleCalls(failed bool) error {
	s.calls.mu.Lock()
	sets, warnings := s.calls.sets, s.calls.warnings
	s.calls.sets, s.calls.warnings = nil, nil
	s.calls.mu.Unlock()
	for _, w := range warnings {
		s.notice(w)
	}
	if failed {
		return nil
	}
	for _, x := range sets {
		if key := strings.ToLower(x.d.name); key == "role" || key == "session_authorization" {
			if err := s.become(s.srv.latest(), &translate.Set{Value: x.value, Local: x.local}, key); err != nil {
				return err
			}
			continue
		}
		if err := s.change(x.d, x.value, x.local); err != nil {
			return err
		}
	}
	return nil
}

func (c *calls) warn(code, format string, args ...any) {
	w := types.Errorf(code, format, args...)
	w.Severity = "WARNING"
	c.mu.Lock()
	c.warnings = append(c.warnings, w)
	c.mu.Unlock()
}

// session finds another session that may be cancelled or ended.
func (c *calls) session(pid int32, whole bool) (*session, error) {
	c.s.srv.mu.Lock()
	x := c.s.srv.sessions[uint32(pid)]
	c.s.srv.mu.Unlock()
	if x == nil {
		c.warn("01000", "PID %d is not a PostgreSQL backend process", pid)
		return nil, nil
	}
	tx := c.s.srv.c.Store.Read()
	roles := c.s.srv.c.Catalog.Snapshot(tx.Schema()).Roles()
	tx.Close()
	c.mu.Lock()
	me := actingRole(c.settings.now, c.s.login)
	c.mu.Unlock()
	if err := maySignal(roles, me, x.login, whole); err != nil {
		return nil, err
	}
	return x, nil
}

// CancelBackend implements types.Session.
func (c *calls) CancelBackend(pid int32, whole bool) (bool, error) {
	x, err := c.session(pid, whole)
	if err != nil || x == nil {
		return false, err
	}
	if whole {
		x.terminate()
	} else {
		x.cancel()
	}
	return true, nil
}

// Gone implements types.Session.
func (c *calls) Gone(ctx context.Context, pid int32) bool {
	for {
		c.s.srv.mu.Lock()
		_, there := c.s.srv.sessions[uint32(pid)]
		c.s.srv.mu.Unlock()
		if !there {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Notify implements types.Session. What a transaction sends twice is sent once.
func (c *calls) Notify(channel, payload string) error {
	if err := checkNotify(channel, payload); err != nil {
		return err
	}
	n := pgwire.Notification{PID: c.s.pid, Channel: channel, Payload: payload}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.sent, n) {
		c.sent = append(c.sent, n)
	}
	return nil
}

// Channels implements types.Session.
func (c *calls) Channels() []string { return c.s.srv.exchange.heard(c.s) }

// NotifyQueue implements types.Session.
func (c *calls) NotifyQueue() float64 { return c.s.srv.exchange.full() }

// Query implements types.Session.
func (c *calls) Query() string {
	if a := c.s.activity.Load(); a != nil {
		return a.text
	}
	return ""
}

// notes takes the transaction's notifications from the n-th on.
func (c *calls) notes(n int) []pgwire.Notification {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.sent[min(n, len(c.sent)):]
	c.sent = c.sent[:len(c.sent)-len(out)]
	if len(c.sent) == 0 {
		c.sent = nil
	}
	return out
}

func (c *calls) noted() bool { return c.count() > 0 }

func (c *calls) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sent)
}

// AdvisoryLock implements types.Session.
func (c *calls) AdvisoryLock(ctx context.Context, k types.AdvisoryKey, mode types.AdvisoryMode, wait bool) (bool, error) {
	c.mu.Lock()
	limit := c.settings.lockTimeout
	c.mu.Unlock()
	if wait && limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, errLockTimeout)
		defer cancel()
	}
	c.s.locked.Store(true)
	return c.s.srv.advisory.acquire(ctx, c.s, k, mode, wait)
}

// AdvisoryUnlock implements types.Session.
func (c *calls) AdvisoryUnlock(k types.AdvisoryKey, mode types.AdvisoryMode) bool {
	if c.s.srv.advisory.release(c.s, k, mode) {
		return true
	}
	kind := "ExclusiveLock"
	if mode.Shared {
		kind = "ShareLock"
	}
	c.warn("01000", "you don't own a lock of type %s", kind)
	return false
}

// AdvisoryUnlockAll implements types.Session.
func (c *calls) AdvisoryUnlockAll() { c.s.srv.advisory.releaseAll(c.s, false) }

// lock is LOCK TABLE: nothing here waits for a table.
func (s *session) lock(*translate.Lock) (string, error) {
	if err := s.inBlock("LOCK TABLE"); err != nil {
		return "", err
	}
	return "LOCK TABLE", nil
}
