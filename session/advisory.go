package session

import (
	"context"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/types"
)

// advisoryLocks are the advisory locks of all sessions. They mean what the clients make of them.
type advisoryLocks struct {
	mu      sync.Mutex
	locks   map[types.AdvisoryKey]*advisoryLock
	waiting map[*session]*advisoryWaiter // a session waits for one lock at a time
}

// advisoryLock is a lock that somebody holds. Who waits gets it in the order of asking.
type advisoryLock struct {
	holders map[*session]map[types.AdvisoryMode]int // how often it was taken
	queue   []*advisoryWaiter
}

type advisoryWaiter struct {
	s    *session
	key  types.AdvisoryKey
	mode types.AdvisoryMode
	turn chan struct{} // closed when the lock is the session's
}

func newAdvisoryLocks() *advisoryLocks {
	return &advisoryLocks{locks: map[types.AdvisoryKey]*advisoryLock{}, waiting: map[*session]*advisoryWaiter{}}
}

func (l *advisoryLock) exclusive(s *session) bool {
	for mode, n := range l.holders[s] {
		if !mode.Shared && n > 0 {
			return true
		}
	}
	return false
}

// blockers are the holders that keep a session from taking the lock.
func (l *advisoryLock) blockers(s *session, shared bool) (out []*session) {
	for h := range l.holders {
		if h != s && (!shared || l.exclusive(h)) {
			out = append(out, h)
		}
	}
	return out
}

func (l *advisoryLock) take(s *session, mode types.AdvisoryMode) {
	if l.holders[s] == nil {
		l.holders[s] = map[types.AdvisoryMode]int{}
	}
	l.holders[s][mode]++
}

// acquire takes a lock, and waits for it if told to. A wait that could never end is error 40P01.
func (a *advisoryLocks) acquire(ctx context.Context, s *session, k types.AdvisoryKey, mode types.AdvisoryMode, wait bool) (bool, error) {
	a.mu.Lock()
	l := a.locks[k]
	if l == nil {
		l = &advisoryLock{holders: map[*session]map[types.AdvisoryMode]int{}}
		a.locks[k] = l
	}
	if len(l.blockers(s, mode.Shared)) == 0 && (len(l.queue) == 0 || l.holders[s] != nil) {
		l.take(s, mode)
		a.mu.Unlock()
		return true, nil
	}
	if !wait {
		a.mu.Unlock()
		return false, nil
	}
	w := &advisoryWaiter{s: s, key: k, mode: mode, turn: make(chan struct{})}
	l.queue = append(l.queue, w)
	a.waiting[s] = w
	if a.waitsFor(s, s, map[*session]bool{}) {
		a.leave(w)
		a.mu.Unlock()
		return false, types.Errorf("40P01", "deadlock detected").WithDetail("The sessions wait for advisory locks of each other.")
	}
	a.mu.Unlock()
	select {
	case <-w.turn:
		return true, nil
	case <-ctx.Done():
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-w.turn: // it came after all, and too late
		a.drop(s, k, mode)
	default:
		a.leave(w)
	}
	return false, context.Cause(ctx)
}

// waitsFor reports whether session s waits, directly or not, for a session.
func (a *advisoryLocks) waitsFor(s, target *session, seen map[*session]bool) bool {
	w := a.waiting[s]
	if w == nil || seen[s] {
		return false
	}
	seen[s] = true
	l := a.locks[w.key]
	ahead := l.blockers(s, w.mode.Shared)
	for _, o := range l.queue {
		if o == w {
			break
		}
		ahead = append(ahead, o.s)
	}
	for _, b := range ahead {
		if b == target || a.waitsFor(b, target, seen) {
			return true
		}
	}
	return false
}

// leave takes a waiter out of its queue.
func (a *advisoryLocks) leave(w *advisoryWaiter) {
	delete(a.waiting, w.s)
	l := a.locks[w.key]
	l.queue = slices.DeleteFunc(l.queue, func(o *advisoryWaiter) bool { return o == w })
	a.pass(w.key)
}

// pass gives a lock to those whose turn it is.
func (a *advisoryLocks) pass(k types.AdvisoryKey) {
	l := a.locks[k]
	for len(l.queue) > 0 {
		w := l.queue[0]
		if len(l.blockers(w.s, w.mode.Shared)) > 0 {
			return
		}
		l.queue = l.queue[1:]
		delete(a.waiting, w.s)
		l.take(w.s, w.mode)
		close(w.turn)
	}
	if len(l.holders) == 0 {
		delete(a.locks, k)
	}
}

// drop gives a lock back once; false: it isn't held that way.
func (a *advisoryLocks) drop(s *session, k types.AdvisoryKey, mode types.AdvisoryMode) bool {
	l := a.locks[k]
	if l == nil || l.holders[s][mode] == 0 {
		return false
	}
	if l.holders[s][mode]--; l.holders[s][mode] == 0 {
		delete(l.holders[s], mode)
	}
	if len(l.holders[s]) == 0 {
		delete(l.holders, s)
	}
	a.pass(k)
	return true
}

func (a *advisoryLocks) release(s *session, k types.AdvisoryKey, mode types.AdvisoryMode) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.drop(s, k, mode)
}

// releaseAll gives back a session's locks: those of its transaction, or the others.
func (a *advisoryLocks) releaseAll(s *session, transaction bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for k, l := range a.locks {
		for mode := range l.holders[s] {
			if mode.Transaction != transaction {
				continue
			}
			for a.drop(s, k, mode) {
			}
		}
	}
}

// heldLock is one that pg_locks shows.
type heldLock struct {
	key     types.AdvisoryKey
	s       *session
	shared  bool
	granted bool
}

// list lists all locks that are held and waited for.
func (a *advisoryLocks) list() (out []heldLock) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for k, l := range a.locks {
		for s, modes := range l.holders {
			shown := map[bool]bool{}
			for mode := range modes {
				if !shown[mode.Shared] {
					shown[mode.Shared] = true
					out = append(out, heldLock{k, s, mode.Shared, true})
				}
			}
		}
		for _, w := range l.queue {
			out = append(out, heldLock{k, w.s, w.mode.Shared, false})
		}
	}
	return out
}
