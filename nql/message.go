package nql

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/event"
)

// What a predicate demands of a message can often be told from the template and the members that it shows, without the message being put together: a text stands
// in it as literal text, within a member's text, or across both, and then the literal text must fit where it does. So for each way in which the text can lie over a template's parts there is
// something that the members' texts must be, and an event of which none of it is true does not match.

// messageTexts gives texts of which one must stand in the message for a predicate to be true that reads nothing else; none where that can't be told.
func messageTexts(e Expr) []required {
	is := func(x Expr) bool {
		if c, ok := x.(*Call); ok && c.Name == "text" && len(c.Args) == 1 {
			x = c.Args[0]
		}
		p, ok := x.(*Path)
		return ok && p.Root == Message
	}
	whole := func(list []Expr, ci bool) (out []required) {
		for _, x := range list {
			s, ok := textOf(x)
			if !ok || s == "" {
				return nil
			}
			out = append(out, required{s, ci})
		}
		return out
	}
	var out []required
	switch x := e.(type) {
	case *Binary:
		switch {
		case x.Op == Eq && is(x.L):
			out = whole([]Expr{x.R}, x.CI)
		case x.Op == Eq && is(x.R):
			out = whole([]Expr{x.L}, x.CI)
		}
	case *In:
		if !x.Not && is(x.X) {
			out = whole(x.List, x.CI)
		}
	case *Like:
		if s, ok := textOf(x.Pattern); ok && !x.Not && is(x.X) {
			best := ""
			for _, run := range patternOf(s).runs {
				if len(run) > len(best) {
					best = run
				}
			}
			out = []required{{best, x.CI}}
		}
	case *Regex:
		if !x.Not && is(x.X) {
			out = regexTexts(x)
		}
	case *Call:
		if len(x.Args) == 2 && is(x.Args[0]) && (x.Name == "startswith" || x.Name == "endswith" || x.Name == "contains") {
			out = whole(x.Args[1:], false)
		}
	}
	for i := range out {
		r := &out[i]
		if r.fold {
			r.text = inLowerCase(r.text)
		}
		if r.text == "" || !utf8.ValidString(r.text) {
			return nil
		}
	}
	return out
}

// lying is what the text of a member must be where a text lies over a template in a certain way.
type lying struct {
	part int // of the template
	text string
	from bool // the member's text begins with it
	to   bool // … ends with it
}

// maxAlignments bounds the ways in which a text may lie over a template.
const maxAlignments = 64

// aligner finds these ways. Text is compared as it is, or where fold is set with what it is in lower case.
type aligner struct {
	parts []event.Part
	fold  bool
	out   [][]lying
	way   []lying
	many  bool
}

// align gives what must be true of a template's members for a text, in lower case where fold is set, to stand in its message: all of one of the lists. ok is false where there are too many of
// them. An empty list: the text may be there whatever the members are.
func align(parts []event.Part, text string, fold bool) (ways [][]lying, ok bool) {
	a := &aligner{parts: parts, fold: fold}
	for i := range parts {
		p := &parts[i]
		if p.Name != "" {
			a.within(i, text, false)
			continue
		}
		literal := a.folded(p.Text)
		for at := range literal {
			rest := literal[at:]
			if strings.HasPrefix(rest, text) {
				a.add()
			} else if strings.HasPrefix(text, rest) {
				a.behind(i+1, text[len(rest):])
			}
		}
	}
	return a.out, !a.many
}

func (a *aligner) folded(s string) string {
	if a.fold {
		return inLowerCase(s)
	}
	return s
}

// inLowerCase gives a text in lower case, as ci compares it.
func inLowerCase(s string) string { return string(appendCase(nil, []byte(s), unicode.ToLower)) }

// add notes the way at hand.
func (a *aligner) add() {
	if a.many = a.many || len(a.out) == maxAlignments; !a.many {
		a.out = append(a.out, append([]lying(nil), a.way...))
	}
}

// behind goes on at the beginning of a part with what is left of the text.
func (a *aligner) behind(i int, text string) {
	switch {
	case a.many:
	case text == "":
		a.add()
	case i == len(a.parts):
	case a.parts[i].Name != "":
		a.within(i, text, true)
	default:
		literal := a.folded(a.parts[i].Text)
		if strings.HasPrefix(literal, text) {
			a.add()
		} else if strings.HasPrefix(text, literal) {
			a.behind(i+1, text[len(literal):])
		}
	}
}

// within lays the text over a member's, which it begins with where from is set, and what is left over the parts behind.
func (a *aligner) within(i int, text string, from bool) {
	n := len(a.way)
	defer func() { a.way = a.way[:n] }()
	a.way = append(a.way, lying{i, text, from, false})
	a.add()
	for k := range text {
		if k == 0 && !from {
			continue // it would begin in the next part
		}
		a.way[n] = lying{i, text[:k], from, true}
		a.behind(i+1, text[k:])
	}
}

// demand gives the predicate that a member's text is as it must be; nil where it may be anything.
func (s *lying) demand(p *event.Part, fold bool) *Like {
	text, from, to := s.text, s.from, s.to
	if p.Padded {
		text, from, to = strings.Trim(text, " "), false, false
	}
	if text == "" && !(from && to) || p.Formatted && strings.Trim(text, event.FormattedBytes) == "" {
		return nil
	}
	pattern := likeEscaper.Replace(text)
	if !from {
		pattern = "%" + pattern
	}
	if !to {
		pattern += "%"
	}
	return &Like{X: &Call{"text", []Expr{PropertyPath(p.Name)}}, Pattern: &Literal{StringValue(pattern)}, CI: fold}
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// templateDemands is what the members of events with one template must be for one of some texts to stand in the message.
type templateDemands struct {
	// plain is true of events with the template of which that can be told: that have no message and no renderings of their own.
	plain Expr
	// ways are the ways in which a text can stand there. Of one of them, all must be true, or unknown.
	ways [][]*Like
}

// demandsOf gives what the members must be; nil where they may be anything.
func demandsOf(template string, texts []required) *templateDemands {
	parts, renderings := event.Parts(template)
	d := &templateDemands{plain: Conjoin([]Expr{
		&Binary{Op: Eq, L: &Path{Root: Template}, R: &Literal{StringValue(template)}},
		&IsNull{X: PropertyPath("@m")},
	})}
	if renderings {
		d.plain = Conjoin([]Expr{d.plain, &IsNull{X: &Path{Root: Renderings}}})
	}
	for _, r := range texts {
		ways, ok := align(parts, r.text, r.fold)
		if !ok {
			return nil
		}
		for _, way := range ways {
			var all []*Like
			for i := range way {
				if x := way[i].demand(&parts[way[i].part], r.fold); x != nil {
					all = append(all, x)
				}
			}
			if len(all) == 0 {
				return nil
			}
			d.ways = append(d.ways, all)
		}
	}
	return d
}
