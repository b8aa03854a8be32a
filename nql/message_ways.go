package nql

import (
	"strings"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/event"
)

// MessageWay is one way in which a text can stand in a template's messages, as far as it can be looked up: all of it must be there. What has neither may be there
// whatever values are.
type MessageWay struct {
	Within []string // texts that stand within what holes show, of minContained bytes and more
	Seams  []MessageSeam
}

// MessageSeam is a part of a text that lies over two values and what is between them: the first value ends with Before, the second begins with After; or they are that
// where they are said to be whole.
type MessageSeam struct {
	Before, Between, After  string
	BeforeWhole, AfterWhole bool
}

// MessageWays gives the ways in which the text of a lookup can stand in the messages that are made of a template.
// What it gives has the text's spelling; with AnyCase it is in lower case, and what characters beyond ASCII are in is left out. None: it can't stand there. ok is false where there are
// too many ways.
func (l *Lookup) MessageWays(template string) (ways []MessageWay, ok bool) {
	parts, _ := event.Parts(template)
	all, ok := align(parts, l.Message, l.AnyCase)
	if !ok {
		return nil, false
	}
	for _, way := range all {
		m := wayMaker{parts: parts, anyCase: l.AnyCase}
		for i := range way {
			s := &way[i]
			m.within(s)
			if i > 0 {
				m.seam(&way[i-1], s)
			}
		}
		ways = append(ways, m.way)
	}
	return ways, true
}

// wayMaker makes a MessageWay of a list of lyings.
type wayMaker struct {
	parts   []event.Part
	anyCase bool
	way     MessageWay
}

// within adds what stands within the value of one part. Formatted numbers are known to be made of certain bytes, and no more.
func (m *wayMaker) within(s *lying) {
	p := &m.parts[s.part]
	text := s.text
	if p.Padded {
		text = strings.Trim(text, " ")
	}
	if p.Formatted && strings.Trim(text, event.FormattedBytes) == "" {
		return
	}
	pieces := []string{text}
	if m.anyCase {
		pieces = strings.FieldsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	}
	for _, x := range pieces {
		if len(x) >= minContained {
			m.way.Within = append(m.way.Within, x)
		}
	}
}

// seam adds the seam of two values that follow each other, if it can be told.
func (m *wayMaker) seam(a, b *lying) {
	if !a.to || !b.from || !m.exact(a) || !m.exact(b) {
		return
	}
	x := MessageSeam{Before: a.text, BeforeWhole: a.from, After: b.text, AfterWhole: b.to}
	if m.anyCase {
		beyond := func(r rune) bool { return r >= utf8.RuneSelf }
		if i := strings.LastIndexFunc(x.Before, beyond); i >= 0 {
			_, n := utf8.DecodeRuneInString(x.Before[i:])
			x.Before, x.BeforeWhole = x.Before[i+n:], false
		}
		if i := strings.IndexFunc(x.After, beyond); i >= 0 {
			x.After, x.AfterWhole = x.After[:i], false
		}
	}
	for _, p := range m.parts[a.part+1 : b.part] {
		x.Between += p.Text
	}
	m.way.Seams = append(m.way.Seams, x)
}

// exact says whether a value is shown as it is.
func (m *wayMaker) exact(s *lying) bool { return !m.parts[s.part].Formatted && !m.parts[s.part].Padded }
