package strip

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// How integers are stored. The number of values is known to whoever reads them.
const (
	intsConstant = iota // v value
	intsPacked          // v least, 1 width, packed values minus the least
	intsDelta           // v first; integers: the n-1 differences
	intsRuns            // u runs; integers: their values; integers: their lengths
	intsCoded           // u different ones; integers: these, ascending; integers: codes
	intsBytes           // v least; bytes: one for each value, minus the least
)

// A form of integers inside which others stand allows fewer forms there, so that they end.
const (
	anyInts   = 1<<intsConstant | 1<<intsPacked | 1<<intsDelta | 1<<intsRuns | 1<<intsCoded | 1<<intsBytes
	codeInts  = anyInts &^ (1<<intsDelta | 1<<intsCoded)
	innerInts = 1<<intsConstant | 1<<intsPacked | 1<<intsBytes
)

// maxCoded is how many different integers have codes at most.
const maxCoded = 256

// intStats is what the choice of a form rests on.
type intStats struct {
	least, most         int64
	leastStep, mostStep int64
	stepsFit            bool // the differences are integers, too
	runs                int
	longestRun          int
}

func statsOf(v []int64) intStats {
	s := intStats{least: v[0], most: v[0], leastStep: math.MaxInt64, mostStep: math.MinInt64, stepsFit: true, runs: 1}
	run, before := 1, v[0]
	for _, x := range v[1:] {
		if x == before {
			run++
		} else {
			s.least, s.most = min(s.least, x), max(s.most, x)
			s.longestRun = max(s.longestRun, run)
			s.runs, run = s.runs+1, 1
		}
		d := x - before
		if (x < before) != (d < 0) {
			s.stepsFit = false
		}
		s.leastStep, s.mostStep = min(s.leastStep, d), max(s.mostStep, d)
		before = x
	}
	s.longestRun = max(s.longestRun, run)
	return s
}

// appendInts appends v in the smallest form, or nearly so, of those that are allowed.
func (b *Builder) appendInts(dst []byte, v []int64, allowed uint) []byte {
	if len(v) == 0 {
		return dst
	}
	s := statsOf(v)
	if s.runs == 1 {
		return binary.AppendVarint(append(dst, intsConstant), v[0])
	}
	width := widthOf(uint64(s.most - s.least))
	best, form := packedBytes(len(v), width), intsPacked
	if steps := packedBytes(len(v)-1, widthOf(uint64(s.mostStep-s.leastStep))) + 4; allowed&(1<<intsDelta) != 0 && s.stepsFit &&
		uint64(s.mostStep-s.leastStep) < math.MaxInt64 && steps < best {
		best, form = steps, intsDelta
	}
	if runs := packedBytes(s.runs, width+widthOf(uint64(s.longestRun))) + 8; allowed&(1<<intsRuns) != 0 && runs < best-best/8 {
		best, form = runs, intsRuns
	}
	if allowed&(1<<intsCoded) != 0 && width > 2 {
		if most := min(maxCoded, len(v)/4); b.distinctInts(v, most) {
			if n := len(b.distinct)*int(width)/8 + packedBytes(len(v), uint8(bits.Len(uint(len(b.distinct)-1)))); n < best-best/8 {
				return b.appendCoded(dst, v)
			}
		}
	}
	if allowed&(1<<intsBytes) != 0 && width <= 8 && len(v) >= smallest {
		bytes := b.bytesOf(v, s.least)
		// To decompress takes several times as long as to unpack, of small values that nearly every query reads: that wants to be worth it. What single bytes take by how often each
		// stands there is an estimate of what compression makes of them; it may do better, as it sees repetitions.
		if most := best * 2 / 3; entropyBytes(bytes) < most || s.runs < len(v)/2 {
			at := len(dst)
			dst = binary.AppendVarint(append(dst, intsBytes), s.least)
			dst = b.zstd.appendBytes(dst, bytes)
			if len(dst)-at < most {
				return dst
			}
			dst = dst[:at]
		}
	}
	switch form {
	case intsDelta:
		dst = binary.AppendVarint(append(dst, intsDelta), v[0])
		steps := b.takeInts(len(v) - 1)
		for i := range steps {
			steps[i] = v[i+1] - v[i]
		}
		dst = b.appendInts(dst, steps, codeInts)
		b.giveInts(steps)
		return dst
	case intsRuns:
		return b.appendRuns(dst, v, s.runs)
	}
	dst = append(binary.AppendVarint(append(dst, intsPacked), s.least), width)
	return appendPacked(dst, v, s.least, width)
}

func (b *Builder) appendRuns(dst []byte, v []int64, runs int) []byte {
	values, lengths := b.takeInts(runs), b.takeInts(runs)
	n := 0
	for i := 0; i < len(v); n++ {
		j := i + 1
		for j < len(v) && v[j] == v[i] {
			j++
		}
		values[n], lengths[n] = v[i], int64(j-i)
		i = j
	}
	dst = binary.AppendUvarint(append(dst, intsRuns), uint64(runs))
	dst = b.appendInts(dst, values, innerInts)
	dst = b.appendInts(dst, lengths, innerInts)
	b.giveInts(values)
	b.giveInts(lengths)
	return dst
}

// distinctInts gathers the different values of v, ascending; false where there are more than most.
func (b *Builder) distinctInts(v []int64, most int) bool {
	b.distinct = b.distinct[:0]
	const slots = 4 * maxCoded
	clear(b.seen[:])
	for i, x := range v {
		if i > 0 && x == v[i-1] {
			continue
		}
		h := uint64(x) * 0x9e3779b97f4a7c15 >> 54 & (slots - 1)
		for {
			k := b.seen[h]
			if k == 0 {
				if len(b.distinct) == most {
					return false
				}
				b.distinct = append(b.distinct, x)
				b.seen[h] = uint16(len(b.distinct))
				break
			}
			if b.distinct[k-1] == x {
				break
			}
			h = (h + 1) & (slots - 1)
		}
	}
	slices.Sort(b.distinct)
	return true
}

// appendCoded appends v as codes of b.distinct.
func (b *Builder) appendCoded(dst []byte, v []int64) []byte {
	dst = binary.AppendUvarint(append(dst, intsCoded), uint64(len(b.distinct)))
	codes := b.takeInts(len(v))
	for i, x := range v {
		if i > 0 && x == v[i-1] {
			codes[i] = codes[i-1]
			continue
		}
		code, _ := slices.BinarySearch(b.distinct, x)
		codes[i] = int64(code)
	}
	dst = b.appendInts(dst, b.distinct, innerInts|1<<intsDelta)
	dst = b.appendInts(dst, codes, innerInts|1<<intsRuns)
	b.giveInts(codes)
	return dst
}

func (b *Builder) bytesOf(v []int64, least int64) []byte {
	b.small = slices.Grow(b.small[:0], len(v))[:len(v)]
	for i, x := range v {
		b.small[i] = byte(x - least)
	}
	return b.small
}

// entropyBytes is how many bytes text takes when each byte's bits are fitted to how often it stands there.
func entropyBytes(text []byte) int {
	var counts [256]int
	for _, c := range text {
		counts[c]++
	}
	sum := 0.0
	for _, n := range counts {
		if n > 0 {
			sum += float64(n) * math.Log2(float64(len(text))/float64(n))
		}
	}
	return int(sum/8) + 16
}

// takeInts gives a slice of n integers whose content is unspecified; giveInts takes it back.
func (b *Builder) takeInts(n int) []int64 {
	if k := len(b.spare); k > 0 {
		v := b.spare[k-1]
		b.spare = b.spare[:k-1]
		return slices.Grow(v[:0], n)[:n]
	}
	return make([]int64, n, max(n, 1024))
}

func (b *Builder) giveInts(v []int64) { b.spare = append(b.spare, v) }
