package textsearch

import (
	"bytes"
	"strings"
	"testing"
)

// parse gives all tokens of a text; budget is how many steps go by before vain ones are noted.
func parse(text string, budget int) (tokens []string, steps int) {
	p := NewParser([]byte(text))
	if budget >= 0 {
		p.budget = budget
	}
	for {
		kind, token, ok := p.Next()
		if !ok {
			return tokens, p.Steps()
		}
		tokens = append(tokens, kind.String()+" "+string(token))
	}
}

// What is noted as vain changes no token.
func FuzzNotingWhatIsVainChangesNothing(f *testing.F) {
	for _, p := range pieces {
		f.Add(p)
	}
	f.Add(`<a '\' "\" <b> a_a_a@b.c<a '`)
	f.Add("x@a_a@b.c-d.e/f 1-1-1_a@b <!-- <script> -1.2.3")
	f.Fuzz(func(t *testing.T, text string) {
		always, _ := parse(text, 0)
		never, _ := parse(text, 1<<60)
		if strings.Join(always, "\n") != strings.Join(never, "\n") {
			t.Errorf("%q\n%q\n%q", text, always, never)
		}
		var whole []byte // tokens cover the text, but for the parts that are in whole ones, too
		p := NewParser([]byte(text))
		for {
			kind, token, ok := p.Next()
			if !ok {
				break
			}
			if !kind.in(URL, NumHyphenWord, AsciiHyphenWord, HyphenWord) {
				whole = append(whole, token...)
			}
		}
		if !bytes.Equal(whole, []byte(text)) {
			t.Errorf("tokens of %q are %q", text, whole)
		}
	})
}

// Steps grow with the text, whatever is in it.
func TestTheParserTakesFewSteps(t *testing.T) {
	for _, piece := range []string{"a_", "1_", "a.", "1.", "a-", "1-", "a@", "a_a@", "<a ", "<!-- ", `<a '`, `<a "'\"`, `<a '\`, "&a", "/a", "../", "~/", "a:/", "a/", "http://a.bc/", "-1.", "1e", "+1", "a.b-",
		"a.bb:1", "a1", "x@a.bb", "<script>", "</style ", "1.2.3.", "é-", "é1", "a\u0301-", "a-1-", "<a b='c' "} {
		text := strings.Repeat(piece, 20_000/len(piece))
		if _, steps := parse(text, -1); steps > 60*len(text) {
			t.Errorf("%q repeated: %d steps for %d bytes", piece, steps, len(text))
		}
	}
}
