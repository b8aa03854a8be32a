package nql

import (
	"bytes"

	"github.com/flare-pg/flare-pg/event"
)

// prefilter is bytes of which every document must contain all for a predicate to be true. It may let documents through for which
// it is not, and never holds one back for which it is. It rests on documents being normalised: a string has one spelling.
type prefilter [][]byte

// passes reports whether a document may match.
func (p prefilter) passes(doc []byte) bool {
	for _, needle := range p {
		if !bytes.Contains(doc, needle) {
			return false
		}
	}
	return true
}

// minNeedle is the length below which a needle is found almost everywhere.
const minNeedle = 3

// prefilterOf takes what a predicate's conjuncts demand of the raw bytes: the text that a value must be equal to or contain.
// Without quotes, since a core column shows other scalars than strings too, as they are spelled.
func prefilterOf(where Expr) prefilter {
	var out prefilter
	for _, c := range Conjuncts(where) {
		text, ok := demanded(c)
		if !ok {
			continue
		}
		quoted := event.AppendString(nil, []byte(text))
		if needle := quoted[1 : len(quoted)-1]; len(needle) >= minNeedle {
			out = append(out, needle)
		}
	}
	return out
}

// demanded gives a text that stands in every document for which a conjunct is true.
func demanded(e Expr) (string, bool) {
	switch e := e.(type) {
	case *Binary:
		if e.Op != Eq || e.CI {
			return "", false
		}
		if s, ok := textOf(e.R); ok && stands(e.L, s) {
			return s, true
		}
		if s, ok := textOf(e.L); ok && stands(e.R, s) {
			return s, true
		}
	case *Like:
		if s, ok := textOf(e.Pattern); ok && !e.Not && !e.CI && stands(e.X, "") {
			return longestRun(s), true
		}
	}
	return "", false
}

func textOf(e Expr) (string, bool) {
	l, ok := e.(*Literal)
	if !ok || l.Value.Kind != String {
		return "", false
	}
	return l.Value.Text, true
}

// stands reports whether the value of an expression, where it is equal to text or contains part of it, stands in the document. Values that
// are made do not: a rendered message, an id, the level of an event that has none.
func stands(e Expr, text string) bool {
	p, ok := e.(*Path)
	if !ok {
		return false
	}
	for _, s := range p.Steps {
		if s.Kind == AllOf { // true of no elements
			return false
		}
	}
	switch p.Root {
	case NoBuiltin, Template, Exception, TraceID, SpanID:
		return true
	case Level:
		return text != "" && text != event.Information
	}
	return false
}

// longestRun gives the longest part of a pattern of like that stands for itself.
func longestRun(pattern string) string {
	var best, run []byte
	end := func() {
		if len(run) > len(best) {
			best = append(best[:0], run...)
		}
		run = run[:0]
	}
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '%', '_':
			end()
		case '\\':
			if i++; i < len(pattern) {
				run = append(run, pattern[i])
			}
		default:
			run = append(run, pattern[i])
		}
	}
	end()
	return string(best)
}
