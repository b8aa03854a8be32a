package sparse

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// writer draws a document.
type writer struct {
	t      *rapid.T
	b      strings.Builder
	sorted bool // the members of objects
	spaces bool // between what they may stand between
	left   int  // values
}

func (w *writer) put(s string) {
	w.b.WriteString(s)
	if w.spaces && rapid.IntRange(0, 3).Draw(w.t, "space") == 0 {
		w.b.WriteString(rapid.SampledFrom([]string{" ", "\n", "\t \r\n"}).Draw(w.t, "blank"))
	}
}

var (
	// Names of which others begin alike, in the first eight bytes and behind them.
	drawnNames = []string{"", "a", "b", "A", "ab", "abcdefg", "abcdefgh", "abcdefghi", "abcdefgh\n", "abcdefghijklmnopq", "abcdefghijklmnopr", "no suc", "\\", "\"", "a\\", "a\"b",
		"\u2028", "é", "日本語日本語", "@t", "Sku", "Items", "\x01", "a:b", "a,b", "{", "}"}
	drawnTexts = []string{"", "x", `"`, `\`, `\\`, `\"`, `{"a":1}`, `},"a":[`, `a text of more than sixty-four bytes, which holds: commas, {braces} and [brackets]`,
		strings.Repeat(`C:\dir\`, 30), strings.Repeat(`"`, 70), "日本", "\x00\n", strings.Repeat("long ", 120)}
)

func (w *writer) text(s string) {
	// From some character on all may be escaped that need not be.
	plain, _ := json.Marshal(s)
	if rapid.IntRange(0, 9).Draw(w.t, "escaped") == 0 {
		var some []string
		for i := range s {
			some = append(some, s[:i])
		}
		if len(some) > 0 {
			head := rapid.SampledFrom(some).Draw(w.t, "plain")
			plain, _ = json.Marshal(head)
			plain = plain[:len(plain)-1]
			for _, r := range s[len(head):] {
				plain = fmt.Appendf(plain, `\u%04x`, r) // none needs two
			}
			plain = append(plain, '"')
		}
	}
	w.put(string(plain))
}

func (w *writer) value(depth int) {
	w.left--
	most := 7
	if depth == 0 || w.left < 0 {
		most = 4
	}
	switch rapid.IntRange(0, most).Draw(w.t, "kind") {
	case 0:
		w.put(rapid.SampledFrom([]string{"null", "true", "false"}).Draw(w.t, "name"))
	case 1, 2:
		w.put(rapid.SampledFrom([]string{"0", "-1.5e-7", "1234567890123456789012345678901234567890"}).Draw(w.t, "number"))
	case 3, 4:
		w.text(rapid.SampledFrom(drawnTexts).Draw(w.t, "text"))
	case 5:
		w.put("[")
		for i := range rapid.IntRange(0, 4).Draw(w.t, "elements") {
			if i > 0 {
				w.put(",")
			}
			w.value(depth - 1)
		}
		w.put("]")
	default:
		w.object(depth)
	}
}

func (w *writer) object(depth int) {
	names := rapid.SliceOfNDistinct(rapid.SampledFrom(drawnNames), 0, 12, rapid.ID).Draw(w.t, "names")
	if w.sorted {
		slices.Sort(names)
	}
	w.put("{")
	for i, name := range names {
		if i > 0 {
			w.put(",")
		}
		w.text(name)
		w.put(":")
		w.value(depth - 1)
	}
	w.put("}")
}

func drawDocument(t *rapid.T) []byte {
	w := writer{t: t, sorted: rapid.Bool().Draw(t, "sorted"), spaces: rapid.IntRange(0, 3).Draw(t, "spaces") == 0, left: 40}
	w.object(3)
	return []byte(w.b.String())
}

func TestReadingGivesWhatEncodingJSONGives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkRead(t, drawDocument(t)) })
}

// drawDamaged draws what was a document.
func drawDamaged(t *rapid.T) []byte {
	doc := drawDocument(t)
	for range rapid.IntRange(1, 3).Draw(t, "damages") {
		if len(doc) == 0 {
			break
		}
		at := rapid.IntRange(0, len(doc)-1).Draw(t, "at")
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			doc[at] = rapid.SampledFrom([]byte("\"\\{}[]:, \x00x")).Draw(t, "byte")
		case 1:
			doc = append(doc[:at:at], doc[at+1:]...)
		default:
			doc = doc[:at+1]
		}
	}
	return doc
}

// What is no document any more is read the same with each kernel.
func TestReadingDamagedDocuments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkRead(t, drawDamaged(t)) })
}

// Documents that are longer than a tape's offsets reach.
func TestReadingLongDocuments(t *testing.T) {
	doc := []byte("{")
	values := map[string]string{}
	for i := range 3000 {
		name, value := fmt.Sprintf("member %04d", i), fmt.Sprintf("%d", i)
		switch i % 500 {
		case 7:
			value = `"` + strings.Repeat(`\\,\"{`, 20000) + `"`
		case 8:
			value = `{"a":[` + strings.Repeat(`1,[],{},"]",`, 2000) + `2]}`
		case 9:
			value = `{"b":` + value + `}`
		}
		values[name] = value
		doc = fmt.Appendf(doc, `"%s":%s,`, name, value)
	}
	doc = append(doc[:len(doc)-1], '}')
	for _, at := range [][]int{{2999}, {0, 7, 8, 9, 10}, {499, 1008, 1507, 2006, 2998}, {3000}, {2509, 2999, 3000}} {
		var list [][]Step
		var want []string
		for _, i := range at {
			name := fmt.Sprintf("member %04d", i)
			list, want = append(list, []Step{{Name: name}}), append(want, values[name])
		}
		eachKernel(func(k kernel) {
			for _, w := range []*Wanted{Compile(list), CompileSorted(nil, list), CompileSorted([]string{"@t", "@l"}, list)} {
				out := make([]Value, len(list))
				w.Read(doc, out)
				for i, v := range out {
					if string(v.Raw) != want[i] {
						t.Errorf("kernel %d: member %d: %.50q, want %.50q", k, at[i], v.Raw, want[i])
					}
				}
			}
		})
	}
}
