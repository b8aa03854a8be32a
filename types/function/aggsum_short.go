package function

// Integers that are not large, as nearly all are, are added up a batch at a time in one word for each group, the sum above the count:
//
//	63                                13 12        0
//	┌───────────────────────────────────┬──────────┐
//	│ sum of the batch, signed          │ count    │
//	└───────────────────────────────────┴──────────┘
//
// A row costs one addition instead of three.

const (
	shortCount  = 13                // bits
	shortRows   = 1<<shortCount - 1 // that a batch has at most
	shortValue  = 63 - 2*shortCount // bits of a value, so that as many of them as shortRows don't overflow
	shortGroups = 4                 // rows for each group that a batch has at least, since words are cleared and read
)

// addShort adds values to the sums of their groups; false, and nothing is changed, where they are too large or too few for that.
func (a *sumInt) addShort(values []int64, groups []int32) bool {
	n := len(a.sums)
	if len(groups) > shortRows || len(groups) < shortGroups*n {
		return false
	}
	if cap(a.short) < n {
		a.short = make([]int64, n)
	}
	short := a.short[:n]
	clear(short)
	values = values[:len(groups)]
	large := uint64(0)
	for i, g := range groups {
		x := values[i]
		large |= uint64(x + 1<<(shortValue-1))
		short[g] += x<<shortCount + 1
	}
	if large>>shortValue != 0 {
		return false
	}
	for g, word := range short {
		if word != 0 {
			a.sums[g].addAll(word>>shortCount, word&shortRows)
		}
	}
	return true
}
