package engine

import (
	"cmp"
	"slices"
)

// pieceBytes is about how many bytes of documents a fragment goes over, where its segments can be cut: enough for the overhead of
// beginning one not to matter, few enough for all cores to have some.
const pieceBytes = 16 << 20

// piece is a range of time, from <= @t < to, with the segments that have events in it.
type piece struct {
	from, to int64
	segments []segment
}

// cut makes pieces that are disjoint in time and in its order. Segments that overlap, directly or through others, come into one
// group; a large group is cut where only such segments lie that can be read in parts.
func cut(all []segment, from, to int64) []piece {
	slices.SortStableFunc(all, func(a, b segment) int {
		x, _ := a.bounds()
		y, _ := b.bounds()
		return cmp.Compare(x, y)
	})
	var groups []piece
	for _, s := range all {
		lo, hi := s.bounds()
		if n := len(groups); n > 0 && lo < groups[n-1].to {
			g := &groups[n-1]
			g.segments, g.to = append(g.segments, s), max(g.to, hi)
			continue
		}
		groups = append(groups, piece{lo, hi, []segment{s}})
	}
	var out []piece
	for _, g := range groups {
		out = append(out, g.cut(from, to)...)
	}
	return out
}

// cut cuts one group.
func (g piece) cut(from, to int64) []piece {
	at := g.cuts(from, to)
	if len(at) == 0 {
		return []piece{g}
	}
	var out []piece
	lo := g.from
	for _, hi := range append(at, g.to) {
		p := piece{from: lo, to: hi}
		for _, s := range g.segments {
			if a, b := s.bounds(); a < hi && b > lo {
				p.segments = append(p.segments, s)
			}
		}
		if len(p.segments) > 0 {
			out = append(out, p)
		}
		lo = hi
	}
	return out
}

// cuts chooses where to cut a group, ascending: every so many bytes, as if events were spread evenly over each segment's time. Small segments are cut
// between: those of recent events are many, and overlap a little where some came late.
func (g piece) cuts(from, to int64) []int64 {
	var at []int64
	small := int64(0) // bytes of small segments since the last cut
	for _, s := range g.segments {
		if !s.apart() {
			continue
		}
		lo, hi := s.bounds()
		raw := s.raw()
		n := raw / pieceBytes
		if n == 0 {
			if small += raw; small > pieceBytes {
				at = append(at, lo)
				small = raw
			}
			continue
		}
		step := max((hi-lo)/(n+1), 1)
		for x := lo + step; x < hi && n > 0; x += step { // n cuts: what is lost in rounding is no piece of its own
			at = append(at, x)
			n--
		}
	}
	for _, s := range g.segments {
		if s.apart() {
			continue
		}
		// Not within it, but before and behind it, so that not much else comes into its piece.
		lo, hi := s.bounds()
		at = slices.DeleteFunc(at, func(x int64) bool { return x > lo && x < hi })
	}
	slices.Sort(at)
	at = slices.Compact(at)
	return slices.DeleteFunc(at, func(x int64) bool { return x <= max(g.from, from) || x >= min(g.to, to) })
}
