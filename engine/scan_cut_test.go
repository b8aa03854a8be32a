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
