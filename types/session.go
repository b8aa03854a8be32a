package types

import "context"

// Session is what functions may do to the session that calls them, and to other sessions: set_config, pg_notify, advisory locks,
// pg_cancel_backend. Its methods may be called by several goroutines at once. Errors are *Errors.
type Session interface {
	// SetConfig changes a setting as SET does, and gives the value that it has then.
	SetConfig(name, value string, local bool) (string, error)
	// CancelBackend ends what another session runs, or the session as a whole; false: there is no such session.
	CancelBackend(pid int32, whole bool) (bool, error)
	// Gone waits until a session has ended, or ctx has.
	Gone(ctx context.Context, pid int32) bool
	// Notify is NOTIFY.
	Notify(channel, payload string) error
	// Channels lists what the session listens to.
	Channels() []string
	// NotifyQueue is how full the queue of notifications is, 0 to 1.
	NotifyQueue() float64
	// Query is the text that the client sent, of which the statement is all or a part.
	Query() string
	// Random is where the session's random numbers come from.
	Random() *Random
	// AdvisoryLock takes a lock; with wait false it is false where that can't be done at once.
	AdvisoryLock(ctx context.Context, k AdvisoryKey, mode AdvisoryMode, wait bool) (bool, error)
	// AdvisoryUnlock gives back a lock of the session; false: it has none.
	AdvisoryUnlock(k AdvisoryKey, mode AdvisoryMode) bool
	// AdvisoryUnlockAll gives back all of them but those of the transaction.
	AdvisoryUnlockAll()
}

// AdvisoryKey names an advisory lock: by one 64-bit number, or by two of 32 bits, which are keys of their own.
type AdvisoryKey struct {
	Pair bool
	N    int64 // of a pair the first number is the upper half
}

// AdvisoryMode is how an advisory lock is held.
type AdvisoryMode struct {
	Shared      bool
	Transaction bool // until the transaction ends; else until it is given back, or the session ends
}
