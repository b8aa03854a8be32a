package strip

import (
	"bytes"
	"encoding/binary"
)

// Texts that differ in numbers only are their templates, of which there are few, and these numbers: addresses, file names, messages, arrays of a few kinds.
//
// A template is the text with a mark in place of each run of digits. The k-th run of a text is the next value of the k-th field.
//
//	u fields
//	  for each field: u values; 1 digits, with zeros in front (0: as many as the number has); integers: the values of the texts that have the field
//	u templates; texts: these; integers: for each text its template
const (
	maxFields = 24
	mark      = 1 // a number; control characters stand in no text that has a template
	maxRun    = 18
)

// tried is how many texts decide whether the rest is looked at.
const tried = 192

// appendTemplate appends t where it is of that kind.
func (b *Builder) appendTemplate(dst []byte, t texts) ([]byte, bool) {
	n := len(t.refs)
	var fields [maxFields]fieldStats
	most := 0
	if n > tried {
		// Templates of a sample, to give up early.
		part := texts{t.of, t.refs[:tried]}
		if k, ok := fieldsOf(part, &fields); !ok || k == 0 || !b.fewTemplates(part, fields[:k], tried/2) {
			return dst, false
		}
		fields = [maxFields]fieldStats{}
	}
	most, ok := fieldsOf(t, &fields)
	if !ok || most == 0 {
		return dst, false
	}
	for i := range fields[:most] {
		if f := &fields[i]; f.least != f.most && f.zeros {
			return dst, false
		}
	}
	b.skeletons.of = b.skeletons.of[:0]
	b.skeletons.refs = b.skeletons.refs[:0]
	for len(b.fields) < most {
		b.fields = append(b.fields, nil)
	}
	for i := range most {
		b.fields[i] = b.fields[i][:0]
	}
	for i := range t.refs {
		b.skeleton(t.at(i), true)
	}
	d := b.dictionaryOf(b.skeletons, max(1, n/6))
	if d.entries == nil {
		return dst, false
	}
	dst = binary.AppendUvarint(append(dst, textTemplate), uint64(most))
	for i := range most {
		width := byte(0)
		if f := &fields[i]; f.least == f.most && f.zeros {
			width = byte(f.least)
		}
		dst = append(binary.AppendUvarint(dst, uint64(len(b.fields[i]))), width)
		dst = b.appendInts(dst, b.fields[i], anyInts)
	}
	dst = binary.AppendUvarint(dst, uint64(len(d.entries)))
	dst = b.appendTexts(dst, texts{b.skeletons.of, d.entries}, pieceText, nil)
	dst = b.appendInts(dst, d.codes, codeInts)
	b.giveInts(d.codes)
	return dst, true
}

// fieldStats is what the digits of one field are like.
type fieldStats struct {
	least, most int  // digits
	zeros       bool // some begin with a zero though they have more digits
}

// fieldsOf looks at all runs of digits. It is false where there are too many in a text, too long ones, or characters that marks are made of.
func fieldsOf(t texts, fields *[maxFields]fieldStats) (most int, ok bool) {
	for i := range t.refs {
		v := t.at(i)
		k := 0
		for p := 0; p < len(v); {
			c := v[p]
			if c < ' ' {
				return 0, false
			}
			if c-'0' > 9 {
				p++
				continue
			}
			end := p + 1
			for end < len(v) && v[end]-'0' <= 9 {
				end++
			}
			if k == maxFields || end-p > maxRun {
				return 0, false
			}
			f := &fields[k]
			if f.least == 0 {
				f.least = end - p
			}
			f.least, f.most = min(f.least, end-p), max(f.most, end-p)
			f.zeros = f.zeros || c == '0' && end-p > 1
			k++
			p = end
		}
		most = max(most, k)
	}
	return most, true
}

// fewTemplates says whether t has most templates at most.
func (b *Builder) fewTemplates(t texts, fields []fieldStats, most int) bool {
	b.skeletons.of, b.skeletons.refs = b.skeletons.of[:0], b.skeletons.refs[:0]
	for i := range t.refs {
		b.skeleton(t.at(i), false)
	}
	d := b.dictionaryOf(b.skeletons, most)
	if d.entries == nil {
		return false
	}
	b.giveInts(d.codes)
	return true
}

// skeleton adds a text's template, and with keep its numbers to the fields.
func (b *Builder) skeleton(v []byte, keep bool) {
	s := &b.skeletons
	from := len(s.of)
	k := 0
	for p := 0; p < len(v); {
		c := v[p]
		if c-'0' > 9 {
			s.of = append(s.of, c)
			p++
			continue
		}
		x := int64(0)
		for ; p < len(v) && v[p]-'0' <= 9; p++ {
			x = x*10 + int64(v[p]-'0')
		}
		s.of = append(s.of, mark)
		if keep {
			b.fields[k] = append(b.fields[k], x)
		}
		k++
	}
	s.refs = append(s.refs, ref{uint32(from), uint32(len(s.of))})
}

// templateTexts are such texts as they are stored.
type templateTexts struct {
	fields    []ints
	widths    []uint8
	skeletons *textStrip
	which     ints

	marks []int   // of each template
	all   []int64 // the codes
	next  [][]int32
}

func (in *input) template(n int) *templateTexts {
	t := &templateTexts{}
	fields := in.count(maxFields)
	t.widths = make([]uint8, fields)
	t.fields = make([]ints, fields)
	for i := range fields {
		values := in.count(n)
		if t.widths[i] = in.byte(); t.widths[i] > maxRun {
			in.fail()
		}
		t.fields[i] = in.ints(values, anyInts)
	}
	entries := in.count(n)
	t.skeletons = in.texts(entries, pieceText)
	t.which = in.ints(n, codeInts)
	return t
}

func (t *templateTexts) load(n int, m *memory) error {
	if t.next != nil {
		return nil
	}
	if err := t.skeletons.load(m); err != nil {
		return err
	}
	t.marks = make([]int, t.skeletons.n)
	for i := range t.marks {
		for _, c := range t.skeletons.value(i) {
			if c == mark {
				t.marks[i]++
			}
		}
		if t.marks[i] > len(t.fields) {
			return ErrDamaged
		}
	}
	var err error
	if t.all, err = t.which.decode(m.longs.take(n), m); err != nil {
		return err
	}
	// A text's value of a field is the field's next one; where not all texts have as many fields, how many came before is noted.
	uniform := true
	used := make([]int, len(t.fields)+1)
	for _, code := range t.all {
		if uint64(code) >= uint64(len(t.marks)) {
			return ErrDamaged
		}
		used[t.marks[code]]++
	}
	for k := len(t.fields) - 1; k >= 0; k-- {
		used[k] += used[k+1]
		if used[k+1] != t.fields[k].n {
			return ErrDamaged
		}
		uniform = uniform && used[k+1] == n
		if err := t.fields[k].load(m); err != nil {
			return err
		}
	}
	next := make([][]int32, len(t.fields))
	if !uniform {
		for k := range next {
			if t.fields[k].n == n {
				continue
			}
			next[k] = m.ints.take(n)
			count := int32(0)
			for i, code := range t.all {
				next[k][i] = count
				if t.marks[code] > k {
					count++
				}
			}
		}
	}
	t.next = next
	return nil
}

func (t *templateTexts) append(dst []byte, i int) []byte {
	rest := t.skeletons.value(int(t.all[i]))
	for k := 0; ; k++ {
		m := bytes.IndexByte(rest, mark)
		if m < 0 {
			return append(dst, rest...)
		}
		dst = append(dst, rest[:m]...)
		rest = rest[m+1:]
		at := i
		if t.next[k] != nil {
			at = int(t.next[k][i])
		}
		dst = appendDigits(dst, t.fields[k].at(at), int(t.widths[k]))
	}
}

// appendDigits appends v, which is not negative unless it is damaged, in width digits at least.
func appendDigits(dst []byte, v int64, width int) []byte {
	var room [20]byte
	at := len(room)
	for u := uint64(v); ; {
		at--
		q := u / 10
		room[at] = byte('0' + u - q*10)
		if u = q; u == 0 {
			break
		}
	}
	for len(room)-at < min(width, maxRun) {
		at--
		room[at] = '0'
	}
	return append(dst, room[at:]...)
}
