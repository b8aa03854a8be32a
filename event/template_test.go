package event

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// However often a template has been met, a document's message is the template rendered with the document's properties.
func TestPreparedTemplatesRenderTheSame(t *testing.T) {
	now := int64(16e15)
	d := NewDecoder(Options{Now: &now})
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"A", "B", "a", "é", "@l", "@@l", "@x", "0", "a\\b", "a.b", "\x01"})
		var text strings.Builder
		for range rapid.IntRange(0, 40).Draw(t, "pieces") {
			switch rapid.IntRange(0, 5).Draw(t, "piece") {
			case 0:
				text.WriteString(rapid.StringOfN(rapid.RuneFrom([]rune("{}@:,aA0é \n\"\\")), 0, 5, -1).Draw(t, "text"))
			case 1:
				fmt.Fprintf(&text, "{%s:0.0}", name.Draw(t, "hole"))
			case 2:
				fmt.Fprintf(&text, "{%s,-8}", name.Draw(t, "hole"))
			default:
				fmt.Fprintf(&text, "{%s}", name.Draw(t, "hole"))
			}
		}
		src := `{"@mt":` + string(AppendString(nil, []byte(text.String())))
		for range rapid.IntRange(0, 6).Draw(t, "members") {
			src += "," + spell(t, name.Draw(t, "name")) + ":" + drawMember(t, 1)
		}
		renderings := rapid.SampledFrom([]string{"", `,"@r":["one",2,"three"]`, `,"@r":{}`}).Draw(t, "renderings")
		doc, _, err := d.Decode(nil, []byte(src+renderings+"}"), nil)
		if err != nil {
			t.Skip("no event")
		}
		property := func(name string) ([]byte, bool) {
			for it := sparse.Members(doc); ; {
				key, v, ok := it.Next()
				if !ok || IsBuiltin(name) {
					return nil, false
				}
				if string(sparse.Unquote(nil, key)) == name {
					return v.Raw, true
				}
			}
		}
		var rendered []byte
		if strings.Contains(renderings, "[") {
			rendered = []byte(renderings[len(`,"@r":`):])
		}
		pieces := appendPieces(nil, text.String())
		want := string(renderPieces(nil, pieces, rendered, valuesOf(pieces, property)))
		for i := range 3 {
			if got, ok := AppendMessage(nil, doc); !ok || string(got) != want {
				t.Fatalf("%s\nthe message, asked for the %d. time, is %q, want %q", doc, i+1, got, want)
			}
		}
	})
}

func TestManyTemplatesAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 3 * templateSlots {
				doc := fmt.Sprintf(`{"@t":"2024-05-01T00:00:00Z","@mt":"no. %d of {A}","A":"x"}`, i)
				for range 3 {
					if got, _ := AppendMessage(nil, []byte(doc)); string(got) != fmt.Sprintf("no. %d of x", i) {
						t.Errorf("%s became %q", doc, got)
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestRenderingAllocatesNothing(t *testing.T) {
	doc := []byte(`{"@t":"2024-05-01T00:00:00Z","@mt":"{A} took {B:0.0} ms, {C,-5} {{}}","A":"x","B":12.25,"C":true}`)
	var dst []byte
	pass := func() { dst, _ = AppendMessage(dst[:0], doc) }
	pass()
	pass()
	if n := testing.AllocsPerRun(100, pass); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if string(dst) != "x took 12.3 ms, true  {}" && string(dst) != "x took 12.2 ms, true  {}" {
		t.Errorf("%q", dst)
	}
}
