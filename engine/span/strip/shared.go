package strip

import (
	"encoding/binary"

	"github.com/flare-pg/flare-pg/column"
)

// A dictionary that several pages share spares each of them the texts. Package strip keeps none: whoever writes and reads a file does.

// Sharer is asked for each dictionary of a page that is being made.
type Sharer interface {
	// Share gives the number of a shared dictionary and the code that each entry has there; ok is false where the page shall have a dictionary of its own. path
	// has the names, and entries the texts, as they are spelled.
	Share(path []string, entries [][]byte) (id uint64, codes []int64, ok bool)
}

// Shared gives the dictionaries that pages share.
type Shared interface {
	// Dictionary gives the entries of one, by code, as they are spelled: a Plain vector of kind Text.
	Dictionary(id uint64) (entries *column.Vector, ok bool)
}

// appendShared appends t as codes of a shared dictionary, if there is one to take it.
func (b *Builder) appendShared(dst []byte, t texts, d dictionary) ([]byte, bool) {
	if b.Sharer == nil || b.strip == nil || b.strip.typ != String {
		return dst, false
	}
	var path []string
	for n := b.strip.node; n != 0; n = b.nodes[n].parent {
		name := b.nodes[n].name
		path = append([]string{string(b.names[name.from:name.to])}, path...)
	}
	entries := make([][]byte, len(d.entries))
	for i, r := range d.entries {
		entries[i] = t.of[r.from:r.to:r.to]
	}
	id, codes, ok := b.Sharer.Share(path, entries)
	if !ok || len(codes) != len(entries) {
		return dst, false
	}
	dst = binary.AppendUvarint(append(dst, textShared), id)
	dst = binary.AppendUvarint(dst, uint64(len(codes)))
	dst = b.appendInts(dst, codes, anyInts)
	return b.appendCodes(dst, d), true
}

// sharedTexts are a page's entries of a shared dictionary as they are stored.
type sharedTexts struct {
	id    uint64
	codes ints
}

// load makes the entries texts of the page.
func (s *sharedTexts) load(m *memory, most int) (*textStrip, error) {
	if m.shared == nil {
		return nil, ErrNoDictionary
	}
	d, ok := m.shared.Dictionary(s.id)
	if !ok {
		return nil, ErrNoDictionary
	}
	codes, err := s.codes.decode(m.longs.take(s.codes.n), m)
	if err != nil {
		return nil, err
	}
	t := &textStrip{form: textPlain, n: len(codes), loaded: true, offsets: make([]uint32, len(codes)+1)}
	for i, code := range codes {
		if code < 0 || code >= int64(d.Len) {
			return nil, ErrDamaged
		}
		if t.raw = append(t.raw, d.Str(int(code))...); len(t.raw) > most {
			return nil, ErrDamaged
		}
		t.offsets[i+1] = uint32(len(t.raw))
	}
	return t, nil
}
