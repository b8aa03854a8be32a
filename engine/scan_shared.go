package engine

import (
	"sync"

	"github.com/flare-pg/flare-pg/nql"
)

// shared is what the fragments of a scan hand on to one another. There are many more of them than goroutines that read them, and a
// program to evaluate events with, or a cursor with its memory, is worth more than many a fragment's rows.
type shared struct {
	code *nql.RowProgram // that programs are made of

	mu       sync.Mutex
	programs []*program    // that no fragment has
	cursors  []*spanCursor // that are closed
}

// program evaluates events for one fragment at a time.
type program struct {
	*nql.RowProgram
	sieve *nql.Sieve // nil: the predicate demands nothing of raw bytes
}

// program gives a program to one fragment.
func (s *shared) program() *program {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.programs); n > 0 {
		p := s.programs[n-1]
		s.programs = s.programs[:n-1]
		return p
	}
	return &program{s.code.Clone(), s.code.Sieve()}
}

// done takes a program back.
func (s *shared) done(p *program) {
	s.mu.Lock()
	s.programs = append(s.programs, p)
	s.mu.Unlock()
}

// cursor gives a cursor of which nothing but its memory and its program for pages means anything.
func (s *shared) cursor() *spanCursor {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.cursors); n > 0 {
		c := s.cursors[n-1]
		s.cursors = s.cursors[:n-1]
		return c
	}
	return new(spanCursor)
}

// closed takes a cursor back.
func (s *shared) closed(c *spanCursor) {
	s.mu.Lock()
	s.cursors = append(s.cursors, c)
	s.mu.Unlock()
}
