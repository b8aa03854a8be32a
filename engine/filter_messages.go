package engine

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// messageKeys collects the keys of the messages of pages by column, one after the other. It knows the messages of events that have one of their own (@m), and of those that
// have a template.
type messageKeys struct {
	grams     trigramSet
	keys      keySet // of seams and templates
	met       keySet // values that were taken apart
	templates map[string]*keyedTemplate
	names     []string // of these, those that the page has
	holes     map[string]*holeValues

	own, spelled, renderings column.Vector
	room                     []byte
}

// keyedTemplate is a template with what its holes show in the page at hand.
type keyedTemplate struct {
	parts     []event.Part
	formatted bool // an event's @r can stand for some of it
	page      int  // the last one that has it
	holes     []*holeValues
	seams     []seamPairs
}

// seamPairs are the pairs of values that a page has on both sides of a seam.
type seamPairs struct {
	a, b    int // parts
	between []byte
	met     []uint64 // of codes, where both have a dictionary
	codes   int      // of b; 0: not so
}

// holeValues are the values of a member in the page at hand.
type holeValues struct {
	page   int
	values column.Vector
	texts  bool // strings' characters, and nothing where there is no such member; else JSON
	shown  bool // they were taken apart
}

// maxSeamCodes bounds the pairs of codes that are noted.
const maxSeamCodes = 1 << 18

// all gives the keys that were collected.
func (m *messageKeys) all() []uint64 { return append(m.keys.list, m.grams.list...) }

// read collects the keys of a page, the number of which is new. ok is false where some messages are of another kind.
func (m *messageKeys) read(r *strip.Reader, page int) (ok bool, err error) {
	m.keys.reset()
	m.grams.reset()
	m.met.reset()
	m.names = m.names[:0]
	if m.templates == nil || len(m.templates) > filter.MaxTemplates {
		m.templates, m.holes = map[string]*keyedTemplate{}, map[string]*holeValues{}
	}
	kinds, elsewhere, err := r.Strips(r.Find("@mt"))
	for _, k := range kinds {
		elsewhere = elsewhere || k.Type != strip.String
	}
	if err != nil || elsewhere {
		return false, err
	}
	for _, x := range []struct {
		name string
		kind column.Kind
		out  *column.Vector
	}{{"@m", column.JSON, &m.own}, {"@mt", column.Text, &m.spelled}, {"@r", column.JSON, &m.renderings}} {
		if _, err := r.Column(x.out, r.Find(x.name), x.kind, nil, false); err != nil {
			return false, err
		}
	}
	var byCode []*keyedTemplate // of the dictionary
	if d := m.spelled.Dict; m.spelled.Form == column.Dictionary {
		byCode = make([]*keyedTemplate, d.Len)
	}
	var t *keyedTemplate
	for row := range r.Rows() {
		if !m.own.Null(row) {
			v := sparse.Of(m.own.Str(row))
			switch v.Kind {
			case sparse.String, sparse.Number, sparse.True, sparse.False:
				m.text(characters(v))
				m.template("")
				continue
			}
		}
		if m.spelled.Null(row) {
			return false, nil // there may be a property that stands in
		}
		switch {
		case byCode != nil:
			if t = byCode[m.spelled.Codes[row]]; t != nil {
				break
			}
			fallthrough
		case t == nil || m.spelled.Form != column.Constant:
			if t, err = m.begin(r, page, string(m.spelled.Str(row))); err != nil || len(m.names) > filter.MaxTemplates {
				return false, err
			}
			if byCode != nil {
				byCode[m.spelled.Codes[row]] = t
			}
		}
		if t.formatted && !m.renderings.Null(row) {
			return false, nil
		}
		for i := range t.parts {
			if h := t.holes[i]; h != nil && !h.shown {
				m.hole(&t.parts[i], h, row)
			}
		}
		for i := range t.seams {
			m.seam(t, &t.seams[i], row)
		}
	}
	for _, t := range m.templates { // of values with a dictionary all are there
		if t.page == page {
			for _, h := range t.holes {
				if h != nil && h.shown {
					for k := range h.values.Dict.Len {
						m.text(h.values.Dict.Str(k))
					}
				}
			}
		}
	}
	return true, nil
}

// template notes that the page has messages of a template.
func (m *messageKeys) template(t string) {
	if m.keys.add(filter.TemplateKey(t)) {
		m.names = append(m.names, t)
	}
}

// begin gets what a template shows in the page.
func (m *messageKeys) begin(r *strip.Reader, page int, template string) (*keyedTemplate, error) {
	t := m.templates[template]
	if t == nil {
		t = &keyedTemplate{page: -1}
		t.parts, t.formatted = event.Parts(template)
		t.holes = make([]*holeValues, len(t.parts))
		m.templates[template] = t
		between, last := "", -1
		for i := range t.parts {
			p := &t.parts[i]
			if p.Name == "" {
				between = p.Text
				continue
			}
			if last >= 0 && !p.Formatted && !p.Padded && !t.parts[last].Formatted && !t.parts[last].Padded {
				t.seams = append(t.seams, seamPairs{a: last, b: i, between: []byte(between)})
			}
			between, last = "", i
		}
	}
	if t.page == page {
		return t, nil
	}
	t.page = page
	m.template(template)
	for i := range t.parts {
		if p := &t.parts[i]; p.Name != "" {
			h, err := m.values(r, page, p.Name)
			if err != nil {
				return nil, err
			}
			t.holes[i] = h
		}
	}
	for i := range t.seams {
		s := &t.seams[i]
		a, b := &t.holes[s.a].values, &t.holes[s.b].values
		s.codes = 0
		if a.Form == column.Dictionary && b.Form == column.Dictionary && a.Valid == nil && b.Valid == nil && a.Dict.Len*b.Dict.Len <= maxSeamCodes {
			s.codes = b.Dict.Len
			if n := a.Dict.Len*b.Dict.Len/64 + 1; n <= cap(s.met) {
				s.met = s.met[:n]
				clear(s.met)
			} else {
				s.met = make([]uint64, n)
			}
		}
	}
	return t, nil
}

// values gets the values of a member.
func (m *messageKeys) values(r *strip.Reader, page int, name string) (*holeValues, error) {
	h := m.holes[name]
	if h == nil {
		h = &holeValues{page: -1}
		m.holes[name] = h
	}
	if h.page == page {
		return h, nil
	}
	place := r.Find(name)
	kinds, elsewhere, err := r.Strips(place)
	if err != nil {
		return nil, err
	}
	h.texts = !elsewhere
	for _, k := range kinds {
		h.texts = h.texts && k.Type == strip.String
	}
	kind := column.JSON
	if h.texts {
		kind = column.Text
	}
	if _, err := r.Column(&h.values, place, kind, nil, true); err != nil {
		return nil, err
	}
	h.page, h.shown = page, h.texts && h.values.Form == column.Dictionary && h.values.Valid == nil
	return h, nil
}

// shows gives what a hole shows in a row, before it is formatted or padded; number says that it is a number.
func (h *holeValues) shows(p *event.Part, row int) (text []byte, number bool) {
	switch raw := h.values.Str(row); {
	case h.values.Null(row):
		return []byte(p.Spelled), false
	case h.texts:
		return raw, false
	default:
		v := sparse.Of(raw)
		return characters(v), v.Kind == sparse.Number
	}
}

// characters gives the characters of a string, and what else there is as it stands.
func characters(v sparse.Value) []byte {
	if v.Kind != sparse.String {
		return v.Raw
	}
	if text, ok := sparse.Plain(v.Raw); ok {
		return text
	}
	return sparse.Unquote(nil, v.Raw)
}

// hole takes apart what a hole shows in a row. What a formatted number is made of nobody looks up.
func (m *messageKeys) hole(p *event.Part, h *holeValues, row int) {
	if text, number := h.shows(p, row); !p.Formatted || !number {
		m.text(text)
	}
}

// text takes a text apart.
func (m *messageKeys) text(text []byte) {
	if len(text) > 2 && m.met.add(filter.Key(text)) {
		m.room = filter.Fold(m.room[:0], text)
		m.grams.add(m.room)
	}
}

// seam adds the key of a seam in a row.
func (m *messageKeys) seam(t *keyedTemplate, s *seamPairs, row int) {
	a, b := t.holes[s.a], t.holes[s.b]
	if s.codes > 0 {
		pair := int(a.values.Codes[row])*s.codes + int(b.values.Codes[row])
		if s.met[pair>>6]>>(pair&63)&1 != 0 {
			return
		}
		s.met[pair>>6] |= 1 << (pair & 63)
	}
	before, _ := a.shows(&t.parts[s.a], row)
	after, _ := b.shows(&t.parts[s.b], row)
	m.keys.add(filter.SeamKey(before, s.between, after))
}
