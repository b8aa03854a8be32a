package strip

import (
	"slices"

	"github.com/flare-pg/flare-pg/column"
)

// A front that is kept between queries keeps small dictionaries of its page, too: most strips have few different texts, and to decompress them would take as long as
// to read the codes of all rows.

// keptBytes is what the dictionaries that a front keeps take at most.
const keptBytes = 16 << 10

// keptTexts is a decoded dictionary. Immutable.
type keptTexts struct {
	entries *textStrip     // plain
	dict    *column.Vector // the same as it is given away
}

// known makes the dictionary of strip i, of which s has read the beginning, one that was decoded before; false where none is kept.
func (f *Front) known(i int, s *strip) bool {
	if s.text.form != textDictionary {
		return false
	}
	k := f.kept[i].Load()
	if k == nil || k.entries.n != s.text.entries.n {
		return false
	}
	s.text.entries, s.dict = k.entries, k.dict
	return true
}

// keep keeps the dictionary of strip i where there is room.
func (f *Front) keep(i int, s *strip) {
	if s.text.form != textDictionary || s.text.entries.form != textPlain {
		return
	}
	e := s.text.entries
	size := int64(2*len(e.raw) + 8*(e.n+1) + 256)
	if f.keptSize.Load()+size > keptBytes {
		return
	}
	if f.keptSize.Add(size) > keptBytes {
		f.keptSize.Add(-size)
		return
	}
	own := &textStrip{form: textPlain, n: e.n, loaded: true, offsets: slices.Clone(e.offsets), raw: slices.Clone(e.raw)}
	s.text.entries = own
	kind := column.Text
	if s.typ == JSON {
		kind = column.JSON
	}
	f.kept[i].CompareAndSwap(nil, &keptTexts{own, s.dictionary(kind)})
}
