package strip

import (
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// Columns shows a page to a nql.PageProgram. It is used by one goroutine, for one page after the other.
type Columns struct {
	r        *Reader
	times    []int64 // of the page, where timed
	arrivals []uint64
	timed    bool
	arrived  bool

	// Of what is asked at the time.
	pass    []uint8          // whether the test is true of each value of a strip
	only    column.Selection // nil: all; else the rows that pass is wanted of, while a strip that all rows have is asked
	verdict []uint8          // … of each row
	ints    []int64
	entries []uint8
	raw     []byte
	some    column.Selection
	shown   column.Vector
	sources []int32
	holds   []uint8
	index   []int32
	roles   []role
	ways    []shapeWay
	masks   []int32
	strips  []int32
	hexKeys hexKeys
}

// Turn goes to another page, which r has open.
func (c *Columns) Turn(r *Reader) { c.r, c.timed, c.arrived = r, false, false }

// Rows is the number of events.
func (c *Columns) Rows() int { return c.r.rows }

// Bytes is the number of bytes of the events' documents.
func (c *Columns) Bytes() int { return c.r.bytes }

// Held is about how many bytes of memory what was read of pages takes, which is less than the documents where few members are read.
func (c *Columns) Held() int64 {
	return c.r.memory.held() + int64(cap(c.r.made)) + 8*int64(cap(c.times)+cap(c.arrivals)+cap(c.ints)) +
		4*int64(cap(c.r.index)+cap(c.index)+cap(c.some)) + int64(cap(c.pass)+cap(c.verdict)+cap(c.raw))
}

// Times gives the events' timestamps. They are not to be changed.
func (c *Columns) Times() ([]int64, error) {
	if !c.timed {
		t, err := c.r.Times(c.times)
		if err != nil {
			return nil, err
		}
		c.times, c.timed = t, true
	}
	return c.times, nil
}

// Arrivals gives the events' arrival numbers. They are not to be changed.
func (c *Columns) Arrivals() ([]uint64, error) {
	if !c.arrived {
		a, err := c.r.Arrivals(c.arrivals)
		if err != nil {
			return nil, err
		}
		c.arrivals, c.arrived = a, true
	}
	return c.arrivals, nil
}

// Document appends the document of one event.
func (c *Columns) Document(dst []byte, row int) ([]byte, error) { return c.r.Document(dst, row) }

// Show fills out with a member of the rows of sel, as nql.Page has it.
func (c *Columns) Show(out *column.Vector, m nql.PageMember, kind column.Kind, sel column.Selection, keepNull bool) (misfits int, err error) {
	if m.Core != nql.NoBuiltin {
		return 0, c.showCore(out, m.Core, sel)
	}
	p := c.r.Find(m.Names...)
	if done, err := c.showOne(out, &p, kind, sel, keepNull); done || err != nil {
		return 0, err
	}
	return c.r.Column(out, p, kind, sel, keepNull)
}

// Texts gives the different strings at a member, as nql.Page has it.
func (c *Columns) Texts(m nql.PageMember, most int) (texts []string, ok bool, err error) {
	if m.Core != nql.NoBuiltin {
		return nil, false, nil
	}
	r := c.r
	p := r.Find(m.Names...)
	// A dictionary says how many there are; of what is none there are likely too many.
	if node := p.node(); node > 0 {
		if i := r.dir.nodes[node].strips[String]; i >= 0 {
			s, err := r.open(int(i))
			if err != nil {
				return nil, false, err
			}
			if s.text.form != textConstant && s.n > most && (s.text.entries == nil || s.text.entries.n > most) {
				return nil, false, nil
			}
		}
	}
	_, ok, err = r.Values(p, func(t Type, text []byte) {
		if t == String && !slices.Contains(texts, string(text)) {
			texts = append(texts, string(text))
		}
	})
	return texts, ok && len(texts) <= most, err
}

// Excludes reports whether the directory tells that a test is true of no row.
func (c *Columns) Excludes(m nql.PageMember, t *nql.ValueTest) bool {
	if m.Core != nql.NoBuiltin {
		return false
	}
	d := c.r.dir
	p := c.r.Find(m.Names...)
	node := p.node()
	switch {
	case d.nodes[0].strips[JSON] >= 0: // documents that are kept whole
		return false
	case node < 0:
		return d.flags&flagManyRest == 0 && !c.missing(t)
	case d.nodes[node].inRest:
		return false
	case t.Numbers != nil:
		s := d.nodes[node].strips[Number]
		return s < 0 || bounded(&d.strips[s], t.Numbers) == noneTrue
	case t.Strings:
		x := &d.nodes[node]
		return x.strips[String] < 0 && (!t.Scalars || x.strips[Bool] < 0 && (x.strips[Number] < 0 || t.EachNumber == nql.AllFalse))
	}
	return false
}

// everyRow appends all of n rows.
func everyRow(out column.Selection, n int) column.Selection {
	out = slices.Grow(out, n)
	for i := range n {
		out = append(out, int32(i))
	}
	return out
}
