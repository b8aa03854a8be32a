package session

import (
	"sync"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// damage is what the scans of one statement met and passed over (flare.skip_damaged).
type damage struct {
	mu  sync.Mutex
	met []*engine.DamageError
}

// maxDamage bounds the warnings of one statement.
const maxDamage = 20

// add is called by the scans' goroutines.
func (d *damage) add(e *engine.DamageError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.met {
		if m.File == e.File && m.Offset == e.Offset {
			return
		}
	}
	d.met = append(d.met, e)
}

// warn tells the client, once the statement has run.
func (d *damage) warn(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, e := range d.met {
		if i == maxDamage {
			s.notice(&types.Error{Severity: "WARNING", Code: types.CodeDataCorrupted,
				Message: "more damage was skipped, in " + itoa(len(d.met)-i) + " places", Hint: "flare-pg check lists all of it."})
			return
		}
		s.notice(&types.Error{Severity: "WARNING", Code: types.CodeDataCorrupted, Message: "skipped: " + e.Error()})
	}
}
