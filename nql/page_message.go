package nql

import "github.com/flare-pg/flare-pg/column"

// pageMessage leaves out rows whose messages lack what a predicate of the message demands, by the templates of a page and the members that they show, so that only
// the messages of the others are put together. One goroutine uses it.
type pageMessage struct {
	texts []required
	known map[string]*pageDemands // by template

	plain, out column.Selection
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
	return &pageMessage{texts: texts}
}

func (m *pageMessage) clone() *pageMessage {
	if m == nil {
		return nil
	}
	return &pageMessage{texts: m.texts}
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
	out := new(pageDemands)
	m.known[template] = out
	d := demandsOf(template, m.texts)
	if d == nil {
		return out, nil
	}
	code := new(pageCode)
	plain, err := code.compile(d.plain)
	if err != nil {
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
	st := newState(code.slots, code.elems)
	for i, way := range out.ways {
		out.ways[i] = way.clone(st)
	}
	out.program, out.plain = &PageProgram{pageCode: code, st: st}, plain.clone(st)
	return out, nil
}
