package nql

import "github.com/flare-pg/flare-pg/column"

// pageMessage leaves out rows whose messages lack what a predicate of the message demands, by the templates of a page and the members that they show, so that only
// the messages of the others are put together. One goroutine uses it.
type pageMessage struct {
	texts []required
	terms map[string]*pageLacks // by template
	out   column.Selection
}

// pageLacks is true of rows with one template whose messages lack the texts.
type pageLacks struct {
	term    *pageTerm // nil: that can't be told
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

// narrow gives the rows of sel (nil: all) that may match, maybe in the memory of sel.
func (m *pageMessage) narrow(page Page, sel column.Selection) (column.Selection, error) {
	templates, ok, err := page.Texts(PageMember{Names: []string{"@mt"}}, maxTemplates)
	if err != nil || !ok {
		return sel, err
	}
	for _, t := range templates {
		l, err := m.lacks(t)
		if err != nil {
			return nil, err
		}
		if l.term == nil {
			continue
		}
		if m.out, err = l.term.selectRows(l.program, page, m.out[:0], sel); err != nil {
			return nil, err
		}
		if sel == nil && len(m.out) > 0 {
			sel = everyRow(nil, page.Rows())
		}
		sel = without32(sel, m.out)
		if sel != nil && len(sel) == 0 {
			break
		}
	}
	return sel, nil
}

// lacks gives the term of a template.
func (m *pageMessage) lacks(template string) (*pageLacks, error) {
	if l := m.terms[template]; l != nil {
		return l, nil
	}
	if m.terms == nil || len(m.terms) >= keptTemplates {
		m.terms = map[string]*pageLacks{}
	}
	l := new(pageLacks)
	if e := messageLacks(template, m.texts); e != nil {
		code := new(pageCode)
		term, err := code.compile(e)
		if err != nil {
			return nil, err
		}
		l.program = &PageProgram{pageCode: code, st: newState(code.slots, code.elems)}
		l.term = term.clone(l.program.st)
	}
	m.terms[template] = l
	return l, nil
}
