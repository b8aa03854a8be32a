package strip

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// texts are pieces of a text, in the order of their rows.
type texts struct {
	of   []byte
	refs []ref
}

// ref is a piece of a text.
type ref struct{ from, to uint32 }

func (t *texts) at(i int) []byte { return t.of[t.refs[i].from:t.refs[i].to] }

// How texts are stored. The number of values is known to whoever reads them.
const (
	textConstant   = iota // u length, the text
	textPlain             // integers: lengths; bytes: all, one behind the other
	textDictionary        // u entries; texts: these, by first appearance; codes
	textHex               // see hex.go
	textTemplate          // see template.go
	textTime              // see time.go
	textEventTime         // see time.go
	textShared            // u number of the dictionary; u entries; integers: their codes there; codes
)

const (
	// Codes are integers: for each text its entry; and, of up to maxCounted entries, integers: how many texts each has.
	maxCounted = 32

	anyText   = 1<<textShared | 1<<textConstant | 1<<textPlain | 1<<textDictionary | 1<<textHex | 1<<textTemplate | 1<<textTime | 1<<textEventTime
	otherText = anyText &^ (1<<textTime | 1<<textEventTime | 1<<textHex | 1<<textShared)    // of what are no strings
	entryText = 1<<textConstant | 1<<textPlain | 1<<textHex | 1<<textTemplate | 1<<textTime // of a dictionary
	pieceText = 1<<textConstant | 1<<textPlain                                              // of a template
)

// appendTexts appends t in the form that is taken to be best. rows are the events' timestamps where t has one text for each row.
func (b *Builder) appendTexts(dst []byte, t texts, allowed uint, rows []int64) []byte {
	n := len(t.refs)
	if n == 0 {
		return dst
	}
	if t.constant() {
		v := t.at(0)
		return append(binary.AppendUvarint(append(dst, textConstant), uint64(len(v))), v...)
	}
	if rows != nil {
		// Whatever else might do: the times of the events are stored already.
		if out, ok := b.appendTimes(dst, t, rows); ok && out[len(dst)] == textEventTime {
			return out
		}
		b.bounded = false
	}
	var d dictionary
	if allowed&(1<<textDictionary) != 0 {
		d = b.dictionaryOf(t, n/2+1)
		if d.entries != nil && len(d.entries) <= n/4 {
			return b.appendDictionary(dst, t.of, d)
		}
	}
	out, ok := dst, false
	if allowed&(1<<textTime) != 0 {
		out, ok = b.appendTimes(dst, t, rows)
	}
	if !ok && allowed&(1<<textHex) != 0 {
		out, ok = b.appendHex(dst, t)
	}
	if !ok && allowed&(1<<textTemplate) != 0 {
		out, ok = b.appendTemplate(dst, t)
	}
	switch {
	case ok:
	case d.entries != nil:
		return b.appendDictionary(dst, t.of, d)
	default:
		out = b.appendPlain(dst, t)
	}
	if d.entries != nil {
		b.giveInts(d.codes)
	}
	return out
}

func (t *texts) constant() bool {
	first := t.at(0)
	for i := range t.refs {
		if r := t.refs[i]; int(r.to-r.from) != len(first) || !bytes.Equal(t.at(i), first) {
			return false
		}
	}
	return true
}

func (b *Builder) appendPlain(dst []byte, t texts) []byte {
	lengths := b.takeInts(len(t.refs))
	joined := b.joined[:0]
	for i, r := range t.refs {
		lengths[i] = int64(r.to - r.from)
		joined = append(joined, t.of[r.from:r.to]...)
	}
	b.joined = joined
	dst = b.appendInts(append(dst, textPlain), lengths, anyInts)
	b.giveInts(lengths)
	return b.zstd.appendBytes(dst, joined)
}

// dictionary are the different ones among texts, and which each is.
type dictionary struct {
	entries []ref // nil: there are too many
	codes   []int64
}

var seed = maphash.MakeSeed()

// dictionaryOf makes the dictionary of t if it has most entries at most.
func (b *Builder) dictionaryOf(t texts, most int) dictionary {
	n := len(t.refs)
	size := 64
	for size < 2*min(most, n)+2 {
		size *= 2
	}
	slots := slices.Grow(b.slots[:0], size)[:size]
	clear(slots)
	b.slots = slots
	d := dictionary{codes: b.takeInts(n)}
	entries := make([]ref, 0, 16)
	code := int64(-1)
	for i := range t.refs {
		v := t.at(i)
		if code >= 0 {
			if r := entries[code]; int(r.to-r.from) == len(v) && bytes.Equal(t.of[r.from:r.to], v) {
				d.codes[i] = code
				continue
			}
		}
		h := maphash.Bytes(seed, v)
		tag := uint32(h>>32) | 1
		for at := h & uint64(size-1); ; at = (at + 1) & uint64(size-1) {
			s := &slots[at]
			if s.tag == 0 {
				code = int64(len(entries))
				entries = append(entries, t.refs[i])
				*s = slot{tag, uint32(code)}
				break
			}
			if s.tag == tag {
				if r := entries[s.code]; bytes.Equal(t.of[r.from:r.to], v) {
					code = int64(s.code)
					break
				}
			}
		}
		d.codes[i] = code
		// Where the first few hundred hardly repeat each other, the rest is not looked at.
		if len(entries) > most || i == 511 && len(entries) > 460 {
			b.giveInts(d.codes)
			return dictionary{}
		}
	}
	d.entries = entries
	return d
}

// slot is a place of the hash table that finds a dictionary's entries. A tag is never 0.
type slot struct{ tag, code uint32 }

func (b *Builder) appendDictionary(dst []byte, of []byte, d dictionary) []byte {
	if out, ok := b.appendShared(dst, texts{of: of}, d); ok {
		return out
	}
	dst = binary.AppendUvarint(append(dst, textDictionary), uint64(len(d.entries)))
	dst = b.appendTexts(dst, texts{of, d.entries}, entryText, nil)
	return b.appendCodes(dst, d)
}

// appendCodes appends the codes of a dictionary and how often each stands there.
func (b *Builder) appendCodes(dst []byte, d dictionary) []byte {
	dst = b.appendInts(dst, d.codes, codeInts)
	if n := len(d.entries); n <= maxCounted {
		counts := b.takeInts(n)
		clear(counts)
		for _, c := range d.codes {
			counts[c]++
		}
		dst = b.appendInts(dst, counts, innerInts)
		b.giveInts(counts)
	}
	b.giveInts(d.codes)
	return dst
}
