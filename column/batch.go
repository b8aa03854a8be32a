package column

// BatchRows is how many rows a producer aims at in a batch, and BatchBytes the bytes of
// variable-width values after which it ends one early. A batch can be larger by one row.
const (
	BatchRows  = 4096
	BatchBytes = 8 << 20
)

// Selection lists the rows of a batch that count, ascending. A nil Selection means all rows; an
// empty one that is not nil means none.
type Selection []int32

// Count says how many of n rows the selection leaves.
func (s Selection) Count(n int) int {
	if s == nil {
		return n
	}
	return len(s)
}

// Batch is a few thousand rows, by column. Every vector has Len rows; those that count are given by
// Sel. The memory belongs to whoever asked for the batch and is valid until the next one is drawn into it;
// nothing in it points into a mapped file.
type Batch struct {
	Len  int
	Cols []*Vector
	Sel  Selection
}

// Rows is the number of rows that count.
func (b *Batch) Rows() int { return b.Sel.Count(b.Len) }

// Reset empties the batch and gives it one empty Plain vector of each kind, reusing memory.
func (b *Batch) Reset(kinds []Kind) {
	b.Len, b.Sel = 0, nil
	for len(b.Cols) < len(kinds) {
		b.Cols = append(b.Cols, new(Vector))
	}
	b.Cols = b.Cols[:len(kinds)]
	for i, k := range kinds {
		if b.Cols[i] == nil {
			b.Cols[i] = new(Vector)
		}
		b.Cols[i].Reset(k)
	}
}

// Account is where memory is reserved before it is taken. Reserve fails, with an error that the
// client can be shown, where the query or the server has no more to give.
type Account interface {
	Reserve(bytes int64) error
	Release(bytes int64)
}
