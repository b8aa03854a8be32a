package column

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// drawPlain draws a batch of Plain vectors, and the values in it.
func drawPlain(t *rapid.T) (*Batch, [][]any) {
	var b Batch
	b.Reset(rapid.SliceOfN(rapid.SampledFrom(kinds), 0, 5).Draw(t, "kinds"))
	b.Len = rapid.IntRange(0, 140).Draw(t, "rows")
	var values [][]any
	for _, v := range b.Cols {
		var col []any
		nulls := rapid.Bool().Draw(t, "nulls")
		for range b.Len {
			x := drawValue(t, v.Kind)
			if nulls && rapid.IntRange(0, 3).Draw(t, "null") == 0 {
				x = nil
			}
			appendValue(v, x)
			col = append(col, x)
		}
		values = append(values, col)
	}
	return &b, values
}

func TestBlocksReadBackWhateverTheBatchHeldBefore(t *testing.T) {
	var got Batch // one for all, so that what a block left behind would show in the next
	rapid.Check(t, func(t *rapid.T) {
		b, values := drawPlain(t)
		s := AppendBlock([]byte("before"), b)[6:]
		if err := got.ReadBlock(s); err != nil || got.Len != b.Len || len(got.Cols) != len(b.Cols) {
			t.Fatalf("%d rows of %d columns, want %d of %d: %v", got.Len, len(got.Cols), b.Len, len(b.Cols), err)
		}
		for i, v := range got.Cols {
			if v.Kind != b.Cols[i].Kind {
				t.Fatalf("column %d is of kind %v, want %v", i, v.Kind, b.Cols[i].Kind)
			}
			check(t, v, values[i])
			if len(v.Bytes) > 0 || b.Len > 0 {
				v.AppendNull() // a vector that was read is one that can be appended to
				check(t, v, append(values[i][:b.Len:b.Len], nil))
			}
		}
	})
}

func TestAChangedBitInABlockIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, _ := drawPlain(t)
		s := AppendBlock(nil, b)
		s[rapid.IntRange(0, len(s)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if err := new(Batch).ReadBlock(s); !errors.Is(err, ErrBlock) {
			t.Fatal(err)
		}
	})
}

// FuzzReadBlock: whatever the bytes are, reading them ends, and what could be read is written and read again as the same.
func FuzzReadBlock(f *testing.F) {
	var b Batch
	b.Reset(kinds)
	for _, v := range b.Cols {
		v.AppendNull()
		switch v.Kind {
		case Bool:
			v.AppendBool(true)
		case Int64, Timestamp:
			v.AppendInt(-7)
		case Float64:
			v.AppendFloat(0.5)
		case Interval:
			v.AppendSpan(Span{Days: 1})
		default:
			v.AppendString("1.5")
		}
	}
	b.Len = 2
	f.Add(AppendBlock(nil, &b), true)
	f.Add([]byte{}, false)
	f.Fuzz(func(t *testing.T, s []byte, mend bool) {
		if mend && len(s) >= 4 { // a checksum that fits lets the rest be read
			s = sealBlock(s[:len(s)-4], 0)
		}
		var got, again Batch
		if got.ReadBlock(s) != nil {
			return
		}
		if err := again.ReadBlock(AppendBlock(nil, &got)); err != nil || again.Len != got.Len || len(again.Cols) != len(got.Cols) {
			t.Fatalf("%d rows became others: %v", got.Len, err)
		}
	})
}
