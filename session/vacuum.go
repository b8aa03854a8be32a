package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// outsideTransaction refuses a statement in a transaction block, among several of a simple query, and behind others of the extended protocol that wrote.
func (s *session) outsideTransaction(command string) error {
	if s.tx.explicit || s.several || s.tx.stage != nil && !s.tx.stage.Empty() {
		return types.Errorf(types.CodeActiveTransaction, "%s cannot run inside a transaction block", command)
	}
	return nil
}

// vacuum runs VACUUM: maintenance steps until the ticks that are there are merged, and the bitmaps of signals built. What arrives meanwhile is left
// to the server, else a busy stream would keep it going for ever.
func (s *session) vacuum(ctx context.Context, sc *scope, b *translate.Vacuum) (string, error) {
	if err := s.outsideTransaction("VACUUM"); err != nil {
		return "", err
	}
	ticks := map[string]bool{}
	for _, f := range sc.tx.Files() {
		if f.Kind == "tick" && f.Events > 0 {
			ticks[f.Path] = true
		}
	}
	sc.close() // this statement's own generation must not keep files that it does away with
	if s.tx.snapshot != nil {
		s.tx.snapshot.Close()
		s.tx.snapshot = nil
	}
	s.srv.maintaining.Add(1)
	defer s.srv.maintaining.Add(-1)
	var streams []engine.StreamID
	for _, st := range b.Streams {
		streams = append(streams, st.ID)
	}
	met := ""
	for {
		force := s.srv.anyOf(ticks, streams)
		step, done, err := s.srv.c.Store.Maintain(ctx, s.srv.c.maintainOptions(force, streams))
		switch {
		case err != nil && ctx.Err() != nil:
			return "", because(ctx, err)
		case errors.Is(err, engine.ErrPoisoned), errors.Is(err, engine.ErrClosed), errors.Is(err, engine.ErrReadOnly), errors.Is(err, engine.ErrUnknownOutcome):
			return "", err
		case err != nil:
			s.warn(types.CodeWarning, "maintenance: "+step.String()+": "+err.Error())
			if d := (*engine.DamageError)(nil); !errors.As(err, &d) || err.Error() == met {
				return "VACUUM", nil // the next step would meet the same
			}
			met = err.Error() // what is damaged is left alone from now on
		case done && force:
			clear(ticks) // what is left of them can't be merged
		case done:
			return "VACUUM", nil
		case b.Verbose:
			s.notice(&types.Error{Severity: "INFO", Code: types.CodeSuccessfulCompletion, Message: stepText(&step)})
		}
	}
}

// anyOf reports whether the store has any of these files still, in one of the streams (nil: any), and forgets the others.
func (s *Server) anyOf(paths map[string]bool, streams []engine.StreamID) bool {
	if len(paths) == 0 {
		return false
	}
	tx := s.c.Store.Read()
	defer tx.Close()
	left := map[string]bool{}
	for _, f := range tx.Files() {
		if paths[f.Path] && (streams == nil || slices.Contains(streams, f.Stream)) {
			left[f.Path] = true
		}
	}
	for path := range paths {
		if !left[path] {
			delete(paths, path)
		}
	}
	return len(paths) > 0
}

// maintainOptions says what is due now.
func (c *Config) maintainOptions(force bool, streams []engine.StreamID) engine.MaintainOptions {
	o := engine.MaintainOptions{Now: time.Now().UnixNano() / 100, Force: force, Streams: streams}
	if c.Maintain != nil {
		o = c.Maintain(o)
	}
	return o
}

// stepText says what a step did.
func stepText(s *engine.Step) string {
	return fmt.Sprintf("%s (%s): %s and %s in, %s and %s out, %d ms", s.Kind, s.Reason, plural(int64(len(s.In)), "file"), size(s.BytesIn),
		plural(int64(len(s.Out)), "file"), size(s.BytesOut), s.Ended.Sub(s.Started).Milliseconds())
}

// checkpoint runs CHECKPOINT: every commit so far survives a power cut from now on.
func (s *session) checkpoint() (string, error) {
	if err := s.srv.c.Store.Flush(); err != nil {
		return "", err
	}
	return "CHECKPOINT", nil
}
