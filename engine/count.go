package engine

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/flare-pg/flare-pg/engine/manifest"
)

// entry is a commit with the tail that it lies in.
type entry struct {
	commit
	t *tail
}

// mayHold is how many sequence numbers are set aside for what a file may hold that could not be read.
const mayHold = 1 << 20

// count decides which commits count, and brings state and files up to them:
//
//   - up to the highest number that is known to have been durable, all that are there; those that are not were damaged, and are noted as lost;
//   - behind it, those that follow without a gap, since a power cut can have taken any that were not flushed. Where a file can't be read,
//     a gap may be its;
//   - of those up to the MANIFEST's number, which all lie below the known lengths, only such as were noted as lost before.
func (s *Store) count(f *found, strays []*orphan, limit uint64) {
	c := counting{found: f, s: s, base: f.state.Seq, last: f.state.Seq}
	tails := slices.Clone(f.tails)
	for _, o := range strays {
		// A file that the MANIFEST does not know counts when its last record was lost: then others know what it committed.
		if o.tail != nil && o.tail.file.ID >= f.state.Counters.File && f.state.Streams[o.tail.file.Stream] != nil && f.state.Files[o.tail.file.ID] == nil {
			tails = append(tails, o.tail)
		}
	}
	f.durable = c.base
	for _, t := range tails {
		f.durable = max(f.durable, t.durable)
		for _, x := range t.commits {
			c.all = append(c.all, entry{x, t})
			c.seen = max(c.seen, x.record.Seq)
		}
	}
	f.durable = max(c.base, min(f.durable, limit))
	sortCommits(c.all)
	for _, e := range c.all {
		if c.counts(e) {
			c.take(e)
		}
	}
	c.gap(max(c.last, f.durable) + 1)
	c.adopt(strays)
	c.blind()
	c.finish()
}

type counting struct {
	*found
	s       *Store
	all     []entry
	base    uint64 // the MANIFEST's sequence number
	seen    uint64 // the highest one seen
	last    uint64 // the highest one that is settled: counted, or noted as lost
	stopped bool   // there was a gap
	healed  []uint64
	missing []manifest.Lost
}

func (c *counting) counts(e entry) bool {
	r := e.record
	n := &c.state.Counters
	switch {
	case r.Seq <= c.base:
		return slices.ContainsFunc(c.state.Lost, func(l manifest.Lost) bool { return l.From <= r.Seq && r.Seq <= l.To }) &&
			e.start >= e.t.file.Length && !slices.Contains(c.healed, r.Seq)
	case r.Seq == c.last || e.start < e.t.file.Length:
		return false // a second one: it can't be
	case r.Seq <= c.durable:
		return true
	case c.stopped:
		return false
	}
	next := max(c.last, c.durable) + 1
	follows := r.Seq == next && r.Arrival >= n.Arrival || // numbers may have been set aside for a load that came to nothing
		r.Seq >= next && len(c.found.blind) > 0 && !c.s.opts.ReadOnly // a reader beside a writer meets gaps that are none
	c.stopped = !follows || e.damaged || r.Manifest || e.start != e.t.file.Length
	return !c.stopped
}

func (c *counting) take(e entry) {
	r := e.record
	n := &c.state.Counters
	if r.Seq <= c.base {
		c.healed = append(c.healed, r.Seq)
	} else {
		c.gap(r.Seq)
		c.last = r.Seq
	}
	n.Arrival = max(n.Arrival, r.Arrival+r.Events)
	if r.Manifest {
		// Others say that it was durable, and the MANIFEST does not: its record was lost. Or a writer has written it meanwhile.
		c.damaged, c.evident = true, true
		c.note("a transaction counts although the MANIFEST does not know it: its last record was lost", "transaction", r.Seq, "file", e.t.file.path)
	}
	if e.damaged || e.start != e.t.file.Length {
		c.damaged, c.evident = true, true
		c.note("damage in what was committed", "error", e.t.stop)
	}
	e.t.file.take(e.commit)
}

// gap notes that the transactions between the last that was counted and next are missing.
func (c *counting) gap(next uint64) {
	if c.last+1 >= next {
		return
	}
	c.damaged, c.evident = true, true
	l := manifest.Lost{From: c.last + 1, To: next - 1}
	for _, e := range c.all {
		if e.record.Seq == next {
			l.File, l.End = e.record.PrevFile, e.record.PrevEnd
		}
	}
	if l.File == 0 && len(c.found.blind) == 1 {
		l.File = c.found.blind[0].ID
	}
	c.last = next - 1
	c.missing = append(c.missing, l)
}

// adopt makes files of the ticks that the MANIFEST does not know and that hold what counts, and orphans of the others.
func (c *counting) adopt(strays []*orphan) {
	for _, o := range strays {
		t := o.tail
		if t == nil || !slices.ContainsFunc(c.all, func(e entry) bool { return e.t == t && e.end <= t.file.Length }) {
			c.orphans = append(c.orphans, o)
			continue
		}
		c.damaged = true
		c.note("a file is taken over that the MANIFEST does not know: its last record was lost", "file", t.file.path)
		c.files, c.tails = append(c.files, t.file), append(c.tails, t)
		c.state.Counters.File = max(c.state.Counters.File, t.file.ID+1)
	}
}

// blind sets numbers aside for what files may hold that can't be read now.
func (c *counting) blind() {
	for _, f := range c.files {
		c.damaged = c.damaged || f.frozen
	}
	for _, f := range c.found.blind {
		if c.s.opts.ReadOnly {
			break // nothing will be written, so nothing needs to be kept apart
		}
		known := slices.ContainsFunc(c.state.Lost, func(l manifest.Lost) bool { return l.File == f.ID })
		if c.state.Sealed || known {
			continue // a clean stop left nothing behind its known length; and a file that was unreadable before got nothing since
		}
		from := max(c.last, c.seen) + 1
		c.missing = append(c.missing, manifest.Lost{From: from, To: from + mayHold - 1, File: f.ID})
		c.last, c.seen = from+mayHold-1, from+mayHold-1
		c.state.Counters.Arrival += mayHold << 20
	}
}

// finish brings the state up to what was counted.
func (c *counting) finish() {
	n := &c.state.Counters
	var lost []manifest.Lost
	for _, l := range c.state.Lost {
		f := c.find(l.File)
		if l.End == 0 && f != nil && !slices.Contains(c.found.blind, f) {
			continue // it can be read again: what it held is counted
		}
		lost = append(lost, without(l, c.healed)...)
	}
	for _, l := range c.missing {
		// What lies below a file's length is named by whoever reads it.
		if f := c.find(l.File); f == nil || l.End == 0 || uint64(f.Length) < l.End {
			lost = append(lost, l)
		}
	}
	c.state.Lost = lost
	c.damaged = c.damaged || len(lost) > 0
	n.Seq = max(c.base, c.last)
	if c.damaged {
		n.Seq = max(n.Seq, c.seen) // so that what is left uncut behind a gap never meets another transaction of its number
	}
	for _, l := range lost {
		if f := c.find(l.File); f != nil {
			f.frozen, f.lost = true, c.s.lostError(l, c.found)
		}
	}
	for _, t := range c.tails {
		counted(c.state, t.file)
	}
}

func (c *counting) find(id uint64) *file {
	for _, f := range c.files {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// without takes numbers out of a range.
func without(l manifest.Lost, healed []uint64) []manifest.Lost {
	out := []manifest.Lost{}
	slices.Sort(healed)
	for _, n := range healed {
		if n < l.From || n > l.To {
			continue
		}
		if n > l.From {
			out = append(out, manifest.Lost{From: l.From, To: n - 1})
		}
		if n == l.To {
			return out
		}
		l.From = n + 1
	}
	return append(out, l)
}

// lostError says what is missing, and in which file as far as that is known.
func (s *Store) lostError(l manifest.Lost, f *found) *DamageError {
	e := &DamageError{File: filepath.Join(s.dir, "streams")}
	for _, x := range f.files {
		if x.ID == l.File {
			e.File, e.Offset = x.path, x.Length
		}
	}
	numbers := "transaction " + strconv.FormatUint(l.From, 10)
	if l.To > l.From {
		numbers = fmt.Sprintf("transactions %d to %d", l.From, l.To)
	}
	switch {
	case l.File == 0:
		e.What = numbers + ", which were durable, are in no file"
	case l.End == 0:
		e.What = "it could not be read when the store was opened; what was committed to it last (among " + numbers + ") is not known"
	default:
		e.What = fmt.Sprintf("%s, up to offset %d, once durable, missing", numbers, l.End)
	}
	return e
}
