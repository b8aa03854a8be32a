package nql

import (
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// pageRows is what compiled expressions read of a page's rows, and how it gets into the state row by row.
type pageRows struct {
	members  []PageMember // of documents, and core columns
	slots    []pageSlot
	times    bool // @t, or the id
	arrivals bool // the id
	document bool // something that is put together of the whole document: then all is read from that
	message  bool // the message, which a part of the document will do for
	wanted   *sparse.Wanted

	// Of the page at hand, for the rows that were loaded.
	vectors []column.Vector // of the members: JSON, or Text
	ts      []int64
	arrived []uint64
	doc     []byte
	whole   bool // all is read from whole documents
	parts   messageParts
}

// pageSlot says where the value of a slot of the state comes from: steps behind a member.
type pageSlot struct {
	member int
	steps  []sparse.Step
}

// readsOf tells what expressions with these paths read that c has compiled.
func readsOf(c *compiler, paths []*Path) *pageRows {
	r := &pageRows{wanted: event.Wanted(c.paths)}
	for _, p := range paths {
		switch p.Root {
		case Timestamp:
			r.times = true
		case ID:
			r.times, r.arrivals = true, true
		case Level, Exception, TraceID, SpanID:
			r.member(PageMember{Core: p.Root})
		case Message:
			r.message = true
		case Properties, Document:
			if len(p.Steps) == 0 {
				r.document = true
			}
		}
	}
	for _, steps := range c.paths {
		n := 0
		for n < len(steps) && !steps[n].Element {
			n++
		}
		if n == 0 {
			r.document = true
			continue
		}
		var names []string
		for _, s := range steps[:n] {
			names = append(names, s.Name)
		}
		r.slots = append(r.slots, pageSlot{r.member(PageMember{Names: names}), steps[n:]})
	}
	r.vectors = make([]column.Vector, len(r.members))
	return r
}

// member gives the number of a member.
func (r *pageRows) member(m PageMember) int {
	for i, x := range r.members {
		if x.Core == m.Core && slices.Equal(x.Names, m.Names) {
			return i
		}
	}
	r.members = append(r.members, m)
	return len(r.members) - 1
}

// single gives the one member that is all that is read, if that is so.
func (r *pageRows) single() (m PageMember, ok bool) {
	if len(r.members) != 1 || r.times || r.document || r.message {
		return m, false
	}
	return r.members[0], true
}

func (r *pageRows) clone() pageRows {
	c := *r
	c.vectors, c.ts, c.arrived, c.doc, c.parts = make([]column.Vector, len(r.members)), nil, nil, nil, messageParts{}
	return c
}

// load gets what turn needs of the rows of sel.
func (r *pageRows) load(page Page, sel column.Selection) (err error) {
	if r.times || r.document {
		if r.ts, err = page.Times(); err != nil {
			return err
		}
	}
	if r.arrivals || r.document {
		if r.arrived, err = page.Arrivals(); err != nil {
			return err
		}
	}
	r.whole = r.document
	if r.message && !r.whole {
		ok, err := r.parts.load(page, sel)
		if err != nil {
			return err
		}
		r.whole = !ok
	}
	if r.whole {
		return nil
	}
	for i, m := range r.members {
		kind := column.JSON
		if m.Core != NoBuiltin {
			kind = column.Text
		}
		if _, err := page.Show(&r.vectors[i], m, kind, sel, true); err != nil {
			return err
		}
	}
	return nil
}

// turn makes the state of p read a row, which is number i of those that were loaded.
func (r *pageRows) turn(p *PageProgram, page Page, i int, row int32) (err error) {
	st, e := p.st, &p.event
	if r.ts != nil {
		e.Timestamp = r.ts[row]
	}
	if r.arrived != nil {
		e.Arrival = r.arrived[row]
	}
	e.Document = nil
	apart := false
	if r.message && !r.whole {
		r.doc, apart = r.parts.document(r.doc[:0], i)
		e.Document = r.doc
	}
	if r.whole || r.message && !apart {
		if r.doc, err = page.Document(r.doc[:0], int(row)); err != nil {
			return err
		}
		e.Document = r.doc
	}
	st.begin(e)
	if r.whole {
		if n := r.wanted.Len(); n > 0 {
			st.reader.Read(r.wanted, e.Document, st.slots[:n])
		}
		return nil
	}
	for k, m := range r.members {
		if m.Core != NoBuiltin {
			v := val{}
			if x := &r.vectors[k]; !x.Null(i) {
				v = val{kind: String, s: x.Str(i)}
			}
			st.made[m.Core] = v
			st.known |= 1 << m.Core
		}
	}
	for k, s := range r.slots {
		st.slots[k] = sparse.Value{}
		if x := &r.vectors[s.member]; !x.Null(i) {
			st.slots[k] = behind(jsonValue(x.Str(i)), s.steps)
		}
	}
	return nil
}

// jsonValue is a value as it stands in JSON.
func jsonValue(raw []byte) sparse.Value {
	kind := sparse.Number
	switch raw[0] {
	case 'n':
		kind = sparse.Null
	case 't':
		kind = sparse.True
	case 'f':
		kind = sparse.False
	case '"':
		kind = sparse.String
	case '[':
		kind = sparse.Array
	case '{':
		kind = sparse.Object
	}
	return sparse.Value{Kind: kind, Raw: raw}
}

// behind gives what steps lead to from a value.
func behind(v sparse.Value, steps []sparse.Step) sparse.Value {
	if len(steps) == 0 || v.Kind == sparse.Missing {
		return v
	}
	return sparse.Get(v.Raw, steps)
}
