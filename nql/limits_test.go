package nql

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/column"
)

// A small text can ask for more than any machine has. Evaluation says so, and goes on with the next event.
func TestWhatTakesTooMuchEndsWithAnError(t *testing.T) {
	large := &Event{Document: stored(t, `{"a":[`+strings.Repeat("1,", 999)+`1]}`)}
	small := &Event{Document: stored(t, `{"a":[1,2]}`)}
	for _, text := range []string{
		"every(a, x => every(a, y => every(a, z => every(a, u => x + y + z + u > 0))))",
		"length(map(a, x => map(a, y => filter(a, z => x = y + z)))) > 0",
	} {
		e := mustExpr(t, text)
		rows, err := CompileRows(e, nil, []Column{{Path: PropertyPath("a"), Kind: column.JSON}})
		if err != nil {
			t.Fatal(err)
		}
		whole, err := Compile(&Query{Select: []Item{{Expr: e}}, Limit: -1}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var b column.Batch
		b.Reset(rows.Kinds())
		if ok, err := rows.Append(large, &b); ok || !errors.Is(err, errTurns) || b.Len != 0 {
			t.Errorf("%s: %v, %v", text, ok, err)
		}
		if ok, err := rows.Append(small, &b); !ok || err != nil {
			t.Errorf("%s of a small array: %v, %v", text, ok, err)
		}
		if row, _, err := whole.Row(small); err != nil || !row[0].Bool {
			t.Errorf("%s of a small array: %v, %v", text, row, err)
		}
	}
	p, err := Compile(&Query{Where: mustExpr(t, "a[*] + a[*] + a[*] > 0"), Limit: -1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Row(large); !errors.Is(err, errTurns) {
		t.Error(err)
	}
	st := newState(0, 0)
	st.arena = make([]byte, maxArena+1)
	if st.finish(String, maxArena); !errors.Is(st.failed, errArena) {
		t.Errorf("an arena of %d bytes is none too many: %v", maxArena, st.failed)
	}
}

// Texts and arrays that double again and again do not grow past what one may have: a larger one is null.
func TestWhatIsMadeIsLimited(t *testing.T) {
	ev := &Event{Document: stored(t, `{"s":"`+strings.Repeat("a", 1<<12)+`"}`)}
	for _, double := range []string{
		"replace(%, 'a', 'aa')", "join(split(%, ''), 'aaaa')",
		"first(map([%], # => concat(#, #)))", "first(map([%], # => { a: #, b: # }))", "first(map([%], # => [#, #]))",
	} {
		largest, nulls := 0, 0
		for _, n := range []int{6, 13} {
			e := "s"
			for i := range n {
				e = strings.NewReplacer("%", e, "#", fmt.Sprint("x", i)).Replace(double)
			}
			p, err := Compile(&Query{Select: []Item{{Expr: mustExpr(t, e)}}, Limit: -1}, nil)
			if err != nil {
				t.Fatal(err)
			}
			row, _, err := p.Row(ev)
			if err != nil {
				t.Fatalf("%s: %v", e, err)
			}
			if largest = max(largest, len(row[0].Text)); row[0].Kind == Null {
				nulls++
			}
		}
		if largest > maxMade || nulls == 0 && strings.HasPrefix(double, "replace") {
			t.Errorf("%s makes up to %d bytes, %d times null", double, largest, nulls)
		}
	}
}
