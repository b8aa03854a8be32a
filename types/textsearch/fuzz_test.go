package textsearch

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What is read as a document is read the same from its text and from its form.
func FuzzDocumentsAreReadBack(f *testing.F) {
	for _, s := range []string{"", "a", "a:1A,2 'b c':3", `'it''s' \\ x\:y:16384d`, "a:1x", "'", "a:0"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		if !validText(s) {
			return
		}
		b, err := ParseVector(nil, s)
		if err != nil {
			return
		}
		text := Vector(b).AppendText(nil)
		if again, err := ParseVector(nil, text); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q is shown as %q, which is read as %x, %v, not %x", s, text, again, err, b)
		}
		checkVector(t, b)
	})
}

// checkVector: a form is taken as it is, and its lexemes are in order.
func checkVector(t *testing.T, b []byte) {
	if again, err := ParseVectorBinary(nil, b); err != nil || !bytes.Equal(again, b) {
		t.Errorf("%x is taken as %x, %v", b, again, err)
	}
	if !slices.IsSortedFunc(Vector(b).Lexemes(nil), compareLexemes) {
		t.Errorf("%x is out of order", b)
	}
}

func FuzzBinaryDocuments(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x02b\x00\x00\x01\x40\x01a\x00\x00\x00"))
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Add([]byte("\x00\x00\x00\x01a\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, s []byte) {
		if b, err := ParseVectorBinary(nil, s); err == nil {
			checkVector(t, b)
			Vector(b).AppendText(nil)
		}
	})
}

// What is read as a query is read the same from its text and from its form. The text says all but how operators of equal rank are nested.
func FuzzQueriesAreReadBack(f *testing.F) {
	for _, s := range []string{"", "a", "a & !b | (c <-> 'd e':*A)", "!!(a <2> b)", "a <", "(", "a:*AB\\&"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		if !validText(s) {
			return
		}
		if b, _, err := ParseQuery(nil, s); err == nil {
			checkQueryForm(t, b)
		}
		for _, style := range []Style{Operators, Plain, Phrases, Web} {
			b, _, err := ConfigNamed("english").ToQuery(nil, s, style)
			if err == nil {
				checkQueryForm(t, b)
			} else if style == Web && err.(*Error).Code == syntaxError {
				t.Errorf("%q is wrong in a search: %v", s, err)
			}
		}
	})
}

func checkQueryForm(t *testing.T, b []byte) {
	if again, err := ParseQueryBinary(nil, b); err != nil || !bytes.Equal(again, b) {
		t.Errorf("%x is taken as %x, %v", b, again, err)
	}
	text := Query(b).AppendText(nil)
	again, _, err := ParseQuery(nil, text)
	if err != nil {
		t.Errorf("%q is not read: %v", text, err)
	} else if shown := Query(again).AppendText(nil); !bytes.Equal(shown, text) {
		t.Errorf("%q is read as %q", text, shown)
	}
}

func FuzzBinaryQueries(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x03\x02\x02\x01\x00\x00b\x00\x01\x0f\x01a\x00"))
	f.Add([]byte("\x00\x00\x00\x02\x02\x01\x02\x01"))
	f.Add([]byte("\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, s []byte) {
		if b, err := ParseQueryBinary(nil, s); err == nil {
			if again, err := ParseQueryBinary(nil, b); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%x is taken as %x, %v", b, again, err)
			}
			Query(b).AppendText(nil) // which may not be read again: PostgreSQL, too, takes operands without a text
			NewMatcher(b).Matches(Vector("\x00\x00\x00\x00"))
		}
	})
}

// Queries without phrases, weights and prefixes are what boolean algebra makes of them.
func TestMatchesAreBoolean(t *testing.T) {
	words := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		there := map[string]bool{}
		var texts [][]byte
		for _, w := range words {
			if there[w] = rapid.Bool().Draw(t, w); there[w] {
				texts = append(texts, []byte(w))
			}
		}
		v, err := FromLexemes(nil, texts)
		if err != nil {
			t.Fatal(err)
		}
		n, want := drawTree(t, 5, words, there)
		if got := NewMatcher(AppendQuery(nil, n)).Matches(v); got != want {
			t.Fatalf("%s of %s: %v", Query(AppendQuery(nil, n)).AppendText(nil), Vector(v).AppendText(nil), got)
		}
	})
}

func drawTree(t *rapid.T, depth int, words []string, there map[string]bool) (*Node, bool) {
	op := Operator(rapid.IntRange(0, int(Or)).Draw(t, "operator"))
	if depth == 0 || op == Operand {
		w := rapid.SampledFrom(words).Draw(t, "word")
		return &Node{Text: []byte(w)}, there[w]
	}
	r, right := drawTree(t, depth-1, words, there)
	if op == Not {
		return &Node{Op: Not, Right: r}, !right
	}
	l, left := drawTree(t, depth-1, words, there)
	n := &Node{Op: op, Left: l, Right: r}
	if op == And {
		return n, left && right
	}
	return n, left || right
}

// A query that is very deep is refused, not followed.
func TestDeepQueriesAreRefused(t *testing.T) {
	for _, s := range [][]byte{bytes.Repeat([]byte("!"), 100_000), bytes.Repeat([]byte("("), 100_000), bytes.Repeat([]byte("a&"), 100_000)} {
		if _, _, err := ParseQuery(nil, append(s, 'a')); err == nil {
			t.Errorf("%q … is a query", s[:10])
		}
	}
	form := bytes.Repeat([]byte{2, 1}, 100_000)
	form = append(append([]byte{0, 1, 0x86, 0xa1}, form...), 1, 0, 0, 'a', 0)
	if _, err := ParseQueryBinary(nil, form); err == nil || err.(*Error).Code != tooComplex {
		t.Errorf("the form of 100000 negations: %v", err)
	}
}
