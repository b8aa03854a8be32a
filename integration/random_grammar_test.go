package integration

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// grammar makes texts by chance: each symbol has alternatives, in which <name> stands for a text of that symbol and <1..31> for a number between the two,
// with as many digits as the first where that begins with 0. Other angle brackets stand for themselves. Where a symbol comes back to itself, its
// first alternative must not: it is taken where the text has become deep.
type grammar struct {
	symbols   map[string][]string
	recursive map[string]bool
}

var symbolPattern = regexp.MustCompile(`<([a-z][a-z0-9]*|[0-9]+\.\.[0-9]+)>`)

// newGrammar puts parts of a grammar together.
func newGrammar(parts ...map[string][]string) *grammar {
	g := &grammar{symbols: map[string][]string{}, recursive: map[string]bool{}}
	for _, p := range parts {
		maps.Copy(g.symbols, p)
	}
	for s := range g.symbols {
		g.recursive[s] = g.reaches(s, s, map[string]bool{})
	}
	return g
}

// reaches reports whether an alternative of from leads to the symbol to.
func (g *grammar) reaches(from, to string, seen map[string]bool) bool {
	for _, alternative := range g.symbols[from] {
		for _, m := range symbolPattern.FindAllStringSubmatch(alternative, -1) {
			if m[1] == to {
				return true
			}
			if !seen[m[1]] {
				seen[m[1]] = true
				if g.reaches(m[1], to, seen) {
					return true
				}
			}
		}
	}
	return false
}

// text is a text of a symbol; depth is how often symbols may come back to themselves.
func (g *grammar) text(r *rand.Rand, symbol string, depth int) string {
	list := g.symbols[symbol]
	if len(list) == 0 {
		panic("no symbol <" + symbol + ">")
	}
	choice := list[0]
	if g.recursive[symbol] {
		depth--
	}
	if depth >= 0 || !g.recursive[symbol] {
		choice = list[r.IntN(len(list))]
	}
	return g.fill(r, choice, depth)
}

// fill puts texts in the place of a template's symbols.
func (g *grammar) fill(r *rand.Rand, template string, depth int) string {
	return symbolPattern.ReplaceAllStringFunc(template, func(s string) string {
		name := s[1 : len(s)-1]
		if low, high, ok := strings.Cut(name, ".."); ok {
			a, _ := strconv.Atoi(low)
			b, _ := strconv.Atoi(high)
			n := a + r.IntN(b-a+1)
			if low[0] == '0' {
				return fmt.Sprintf("%0*d", len(low), n)
			}
			return strconv.Itoa(n)
		}
		if g.symbols[name] == nil {
			return s
		}
		return g.text(r, name, depth)
	})
}

// mutate changes a text a little: characters are left out, doubled, exchanged, put in.
func mutate(r *rand.Rand, text, alphabet string) string {
	s, others := []rune(text), []rune(alphabet)
	for range 1 + r.IntN(2) {
		i := r.IntN(len(s) + 1)
		switch k := r.IntN(5); {
		case k == 0 && i < len(s):
			s = append(s[:i:i], s[i+1:]...)
		case k == 1 && i < len(s):
			s = append(s[:i:i], s[max(0, i-r.IntN(3)):]...)
		case k == 2 && i+1 < len(s):
			s[i], s[i+1] = s[i+1], s[i]
		case k == 3 && i < len(s):
			s[i] = others[r.IntN(len(others))]
		default:
			s = append(s[:i:i], append([]rune{others[r.IntN(len(others))]}, s[i:]...)...)
		}
	}
	return string(s)
}

// constant is a text as a constant.
func constant(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// TestGrammarsEnd holds the grammars to what text needs: a first alternative that does not come back, and no symbol that is none.
func TestGrammarsEnd(t *testing.T) {
	for name, g := range grammars {
		for symbol, list := range g.symbols {
			for i, alternative := range list {
				for _, m := range symbolPattern.FindAllStringSubmatch(alternative, -1) {
					switch s := m[1]; {
					case strings.Contains(s, ".."):
					case g.symbols[s] == nil:
						t.Errorf("%s: <%s> of %s is no symbol", name, s, alternative)
					case i == 0 && (s == symbol || g.reaches(s, symbol, map[string]bool{})):
						t.Errorf("%s: the first alternative of <%s> comes back to it: %s", name, symbol, alternative)
					}
				}
			}
		}
	}
}

// grammars are those of the generators, by what they make.
var grammars = map[string]*grammar{
	"literals": literalGrammar,
	"regexes":  regexGrammar,
	"patterns": patternGrammar,
	"json":     jsonGrammar,
}
