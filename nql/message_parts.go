package nql

import (
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
)

// messageParts are the members that the messages of a page's rows show: a document of these alone has the same message.
type messageParts struct {
	known map[string]bool // templates whose names are in the list
	names []string        // of built-in members first, then of properties, in the order of documents
	keys  [][]byte        // as they are spelled, with the colon

	vectors []column.Vector // of the rows that were loaded
}

// messageBuiltins are the built-in members that messages are made of.
var messageBuiltins = []string{"@mt", "@m", "@r"}

// maxMessageParts bounds the members: where templates show more in all, documents are put together as a whole.
const maxMessageParts = 64

// load gets the members of the rows of sel; ok is false where the page does not tell its templates, or they show too much.
func (m *messageParts) load(page Page, sel column.Selection) (ok bool, err error) {
	templates, ok, err := page.Texts(PageMember{Names: messageBuiltins[:1]}, maxTemplates)
	if err != nil || !ok || len(templates) == 0 {
		return false, err
	}
	for _, t := range templates {
		if !m.known[t] && !m.add(t) {
			return false, nil
		}
	}
	for i, name := range m.names {
		if _, err := page.Show(&m.vectors[i], PageMember{Names: []string{name}}, column.JSON, sel, true); err != nil {
			return false, err
		}
	}
	return true, nil
}

// add adds what a template shows.
func (m *messageParts) add(template string) bool {
	if m.known == nil || len(m.known) >= keptTemplates {
		m.known, m.names = map[string]bool{}, slices.Clone(messageBuiltins)
	}
	parts, _ := event.Parts(template)
	properties := m.names[len(messageBuiltins):]
	for _, p := range parts {
		if at, there := slices.BinarySearch(properties, p.Name); p.Name != "" && !there {
			if len(m.names) == maxMessageParts {
				m.known = nil // to begin anew with the next page
				return false
			}
			properties = slices.Insert(properties, at, p.Name)
			m.names = append(m.names[:len(messageBuiltins)], properties...)
		}
	}
	m.known[template] = true
	m.keys = m.keys[:0]
	for _, name := range m.names {
		m.keys = append(m.keys, key(name))
	}
	m.vectors = make([]column.Vector, len(m.names))
	return true
}

// document appends a document of what row i of those that were loaded shows; false where its message is not a template's.
func (m *messageParts) document(dst []byte, i int) ([]byte, bool) {
	dst = append(dst, '{')
	for k := range m.names {
		v := &m.vectors[k]
		if v.Null(i) {
			if k == 0 {
				return dst[:0], false
			}
			continue
		}
		raw := v.Str(i)
		if k == 0 && raw[0] != '"' {
			return dst[:0], false
		}
		if k > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, m.keys[k]...), raw...)
	}
	return append(dst, '}'), true
}
