package session

import (
	"context"
	"errors"
	"time"

	"github.com/flare-pg/flare-pg/engine"
)

// flushEvery is for how long a commit with synchronous_commit = off may be lost to a power cut.
const flushEvery = 200 * time.Millisecond

// write commits a stage as synchronous_commit says. Waiting for other writers ends with lock_timeout.
func (s *session) write(ctx context.Context, stage *engine.Stage) error {
	size := stage.Size()
	s.publishCommit(size)
	if size.Deleted > 0 || size.Ranges > 0 { // it rewrites files itself, and has nobody to make way for but others
		s.srv.maintaining.Add(1)
		defer s.srv.maintaining.Add(-1)
	}
	if t := s.settings.lockTimeout; t > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, t, errLockTimeout)
		defer cancel()
	}
	if s.settings.get("synchronous_commit") != "off" {
		return because(ctx, s.srv.c.Store.Commit(ctx, stage, engine.Sync))
	}
	err := s.srv.c.Store.Commit(ctx, stage, engine.Async)
	if err == nil {
		s.srv.flushLater()
	}
	return because(ctx, err)
}

// because replaces the bare error of a context by its cause.
func because(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	return err
}

// flushLater sees to it that the store is flushed within flushEvery.
func (s *Server) flushLater() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flushing {
		return
	}
	s.flushing = true
	time.AfterFunc(flushEvery, func() {
		s.mu.Lock()
		s.flushing = false
		s.mu.Unlock()
		// A store that was closed meanwhile has flushed by itself. One that can't flush takes no more commits, so
		// the next client is told; but nobody waits for this one.
		if err := s.c.Store.Flush(); err != nil && !errors.Is(err, engine.ErrClosed) {
			s.c.Log.Error("commits without synchronous_commit could not be flushed", "error", err)
		}
	})
}
