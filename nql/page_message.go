package nql

import (
	"sync"

	"github.com/flare-pg/flare-pg/column"
)

// pageMessage leaves out rows whose messages lack what a predicate of the message demands, by the templates of a page and the members that they show, so that only
// the messages of the others are put together. One goroutine uses it.
type pageMessage struct {
	texts  []required
	shared *sharedDemands
	known  map[string]*pageDemands // by template

	plain, out column.Selection
}

// sharedDemands are demands that were compiled, for the goroutines of one query.
type sharedDemands struct {
	mu    sync.Mutex
	known map[string]*pageDemands
}

// pageDemands are the demands of one template; plain is nil where there are none.
type pageDemands struct {
	plain   *pageTerm
	ways    []*pageTerm
	program *PageProgram
}

const (
	// maxTemplates is how many templates of a page are gone through.
	maxTemplates = 256
	// keptTemplates bounds what is kept for the next page.
	keptTemplates = 4096
)

// messageOf gives what leaves out rows for a predicate; nil where nothing does.
func messageOf(e Expr) *pageMessage {
	texts := messageTexts(e)
	if texts == nil || len(texts) > maxNeedles {
		return nil
	}
	for _, p := range Paths(e) {
		if p.Root != Message {
			return nil
		}
	}
	return &pageMessage{texts: texts, shared: new(sharedDemands)}
}

func (m *pageMessage) clone() *pageMessage {
	if m == nil {
		return nil
	}
	return &pageMessage{texts: m.texts, shared: m.shared}
}

// narrow gives the rows of sel that may match, in the memory of sel.
func (m *pageMessage) narrow(page Page, sel column.Selection) (column.Selection, error) {
	templates, ok, err := page.Texts(PageMember{Names: []string{"@mt"}}, maxTemplates)
	if err != nil || !ok {
		return sel, err
	}
	for _, t := range templates {
		d, err := m.demands(t)
		if err != nil {
			return nil, err
		}
		if d.plain == nil {
			continue
		}
		if m.plain, err = d.plain.selectRows(d.program, page, m.plain[:0], sel); err != nil {
			return nil, err
		}
		for _, way := range d.ways {
			if len(m.plain) == 0 {
				break
			}
			if m.out, err = way.selectRows(d.program, page, m.out[:0], m.plain); err != nil {
				return nil, err
			}
			m.plain = without32(m.plain, m.out)
		}
		if sel = without32(sel, m.plain); len(sel) == 0 {
			break
		}
	}
	return sel, nil
}

// demands gives what is demanded of events with a template.
func (m *pageMessage) demands(template string) (*pageDemands, error) {
	if d := m.known[template]; d != nil {
		return d, nil
	}
	if m.known == nil || len(m.known) >= keptTemplates {
		m.known = map[string]*pageDemands{}
	}
	d, err := m.shared.get(template, m.texts)
	if err != nil {
		return nil, err
	}
	d = d.clone()
	m.known[template] = d
	return d, nil
}

func (s *sharedDemands) get(template string, texts []required) (*pageDemands, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.known[template]; d != nil {
		return d, nil
	}
	if s.known == nil || len(s.known) >= keptTemplates {
		s.known = map[string]*pageDemands{}
	}
	d, err := compileDemands(demandsOf(template, texts))
	if err == nil {
		s.known[template] = d
	}
	return d, err
}

func compileDemands(d *templateDemands) (*pageDemands, error) {
	out := new(pageDemands)
	if d == nil {
		return out, nil
	}
	code := new(pageCode)
	var err error
	if out.plain, err = code.compile(d.plain); err != nil {
		return nil, err
	}
	for _, likes := range d.ways {
		way := &pageTerm{op: And}
		for _, x := range likes {
			part, err := code.leaf(&Binary{Op: Or, L: x, R: &IsNull{X: x.X}}) // true or unknown
			if err != nil {
				return nil, err
			}
			part.test.ofLike(x)
			way.parts = append(way.parts, part)
		}
		out.ways = append(out.ways, way)
	}
	out.program = &PageProgram{pageCode: code}
	return out, nil
}

// clone makes demands for another goroutine.
func (d *pageDemands) clone() *pageDemands {
	c := new(pageDemands)
	if d.plain == nil {
		return c
	}
	st := newState(d.program.slots, d.program.elems)
	c.program, c.plain = &PageProgram{pageCode: d.program.pageCode, st: st}, d.plain.clone(st)
	for _, way := range d.ways {
		c.ways = append(c.ways, way.clone(st))
	}
	return c
}
