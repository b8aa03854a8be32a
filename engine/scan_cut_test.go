package engine

import (
	"testing"

	"pgregory.net/rapid"
)

// extent is a segment that can be cut, and nothing else.
type extent struct {
	segment
	from, to, bytes int64
}

func (e extent) bounds() (int64, int64) { return e.from, e.to }
func (e extent) raw() int64             { return e.bytes }
func (e extent) apart() bool            { return true }

// A piece that is left over from rounding would be begun for nothing, and first where the newest rows are wanted.
func TestPiecesOfASegmentAreOfOneLengthAndCoverIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Int64Range(-1e18, 1e18).Draw(t, "from")
		e := extent{from: from, to: from + rapid.Int64Range(1, 1e17).Draw(t, "length"), bytes: rapid.Int64Range(0, 200*pieceBytes).Draw(t, "bytes")}
		pieces := cut([]segment{e}, MinTime, MaxTime)
		n := e.bytes/pieceBytes + 1
		if int64(len(pieces)) > n || e.to-e.from >= n && int64(len(pieces)) != n {
			t.Fatalf("%d pieces of %d bytes", len(pieces), e.bytes)
		}
		step := max((e.to-e.from)/n, 1)
		at := e.from
		for i, p := range pieces {
			if p.from != at || p.to-p.from < step || i < len(pieces)-1 && p.to-p.from > step {
				t.Fatalf("piece %d from %d to %d, after %d in steps of %d", i, p.from, p.to, at, step)
			}
			at = p.to
		}
		if at != e.to {
			t.Fatalf("they end at %d instead of %d", at, e.to)
		}
	})
}

// Pages of recent events are smaller than a piece and overlap: several goroutines go over them all the same, and each is in the pieces that have its time.
func TestSmallSegmentsThatOverlapAreCutBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []segment
		at, bytes := int64(0), int64(0)
		for range rapid.IntRange(1, 100).Draw(t, "segments") {
			e := extent{from: at - rapid.Int64Range(0, 40).Draw(t, "late"), bytes: rapid.Int64Range(0, pieceBytes-1).Draw(t, "bytes")}
			at += rapid.Int64Range(50, 100).Draw(t, "length")
			e.to = at
			bytes += e.bytes
			all = append(all, e)
		}
		pieces := cut(all, MinTime, MaxTime)
		if n := bytes / (2 * pieceBytes); int64(len(pieces)) < n {
			t.Fatalf("%d pieces of %d bytes", len(pieces), bytes)
		}
		for i, p := range pieces {
			if i > 0 && p.from < pieces[i-1].to {
				t.Fatalf("pieces %d and %d overlap", i-1, i)
			}
			n := 0
			for _, s := range all {
				if from, to := s.bounds(); from < p.to && to > p.from {
					n++
				}
			}
			if len(p.segments) != n {
				t.Fatalf("piece %d has %d of %d segments", i, len(p.segments), n)
			}
		}
	})
}
