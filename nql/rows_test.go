package nql

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"pgregory.net/rapid"
)

// refused reports expressions that are no question: @t against a string, a pattern that ends in a backslash, [?] where a value is wanted.
func refused(e Expr, err error) bool {
	return err != nil && (err == errLikeEscape || err.Error() == "nql: @t can't be compared with a string; write DateTime('…')" ||
		strings.Contains(err.Error(), "[?] asks whether"))
}

func events() *rapid.Generator[*Event] {
	return rapid.Custom(func(t *rapid.T) *Event {
		return &Event{
			Timestamp: rapid.Int64().Draw(t, "timestamp"), Arrival: rapid.Uint64().Draw(t, "arrival"),
			Document: documents().Draw(t, "document"),
		}
	})
}

func TestPredicatesDecideAsTheReferenceDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := predicates(4).Draw(t, "predicate")
		c := newCompiler(nil)
		f, _, err := c.truth(e)
		if refused(e, err) {
			t.Skip("refused")
		}
		if err != nil {
			t.Fatalf("%s: %v", Print(e), err)
		}
		p, err := CompileRows(e, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			ev := events().Draw(t, "event")
			want := newReference(&testing.T{}, ev).truth(e)
			got, err := p.Match(ev)
			if err != nil {
				t.Fatal(err)
			}
			st := newState(len(c.paths), c.elems)
			st.begin(ev)
			event.Wanted(c.paths).Read(ev.Document, st.slots)
			if three := f(st); three != want || got != (want == yes) {
				t.Fatalf("%s\nof %s\nis %v (match %v), want %v", Print(e), ev.Document, three, got, want)
			}
		}
	})
}

func TestColumnsShowWhatTheReferenceConverts(t *testing.T) {
	kinds := []column.Kind{column.Bool, column.Int64, column.Float64, column.Decimal, column.Text}
	rapid.Check(t, func(t *rapid.T) {
		var where Expr
		if rapid.Bool().Draw(t, "filtered") {
			where = predicates(2).Draw(t, "predicate")
		}
		var misfits [4]atomic.Int64
		var cols []Column
		for i := range rapid.IntRange(1, 4).Draw(t, "columns") {
			cols = append(cols, Column{Path: paths(false).Draw(t, "path"), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Misfits: &misfits[i]})
		}
		p, err := CompileRows(where, nil, cols)
		if refused(where, err) {
			t.Skip("refused")
		}
		if err != nil {
			t.Fatal(err)
		}
		p = p.Clone()
		var b column.Batch
		b.Reset(p.Kinds())
		var wantMisfits [4]int64
		for range 5 {
			ev := events().Draw(t, "event")
			ref := newReference(&testing.T{}, ev)
			rows := b.Len
			ok, err := p.Append(ev, &b)
			if err != nil {
				t.Fatal(err)
			}
			if want := where == nil || ref.truth(where) == yes; ok != want || b.Len-rows != map[bool]int{true: 1}[ok] {
				t.Fatalf("%s of %s: appended %v, %d rows", Print(where), ev.Document, ok, b.Len-rows)
			}
			for i, c := range cols {
				if b.Cols[i].Len != b.Len {
					t.Fatalf("column %d has %d rows, the batch %d", i, b.Cols[i].Len, b.Len)
				}
				if !ok {
					continue
				}
				want, fits := ref.convert(c.Kind, ref.value(c.Path))
				if !fits {
					wantMisfits[i]++
				}
				if got := show(b.Cols[i], b.Len-1); got != shown(want) {
					t.Fatalf("%s as %s of %s is %s, want %s", Print(c.Path), c.Kind, ev.Document, got, shown(want))
				}
			}
		}
		for i := range cols {
			if n := misfits[i].Load(); n != wantMisfits[i] {
				t.Fatalf("column %d counted %d misfits, want %d", i, n, wantMisfits[i])
			}
		}
	})
}

func show(v *column.Vector, i int) string {
	if v.Null(i) {
		return "null"
	}
	switch v.Kind {
	case column.Bool:
		return fmt.Sprint(v.Bool(i))
	case column.Int64, column.Timestamp:
		return fmt.Sprint(v.Int(i))
	case column.Float64:
		return shown(floating(v.Float(i)))
	}
	return string(v.Str(i))
}

func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case number:
		return v.spelling
	}
	return fmt.Sprint(v)
}

// A predicate over a converted column decides the same pushed down, as a function, and above, on the column.
func TestConversionFunctionsAreTheColumns(t *testing.T) {
	kinds := map[string]column.Kind{"text": column.Text, "integer": column.Int64, "float": column.Float64, "number": column.Decimal, "boolean": column.Bool}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				path := paths(false).Draw(t, "path")
				q := &Query{Select: []Item{{Expr: &Call{Name: "text", Args: []Expr{&Call{Name: name, Args: []Expr{path}}}}}}, Limit: -1}
				run, err := Compile(q, nil)
				if err != nil {
					t.Fatal(err)
				}
				rows, err := CompileRows(nil, nil, []Column{{Path: path, Kind: kind}})
				if err != nil {
					t.Fatal(err)
				}
				ev := events().Draw(t, "event")
				var b column.Batch
				b.Reset(rows.Kinds())
				if _, err := rows.Append(ev, &b); err != nil {
					t.Fatal(err)
				}
				row, _, err := run.Row(ev)
				if err != nil {
					t.Fatal(err)
				}
				got := "null"
				if row[0].Kind == String {
					got = row[0].Text
				}
				if want := show(b.Cols[0], 0); got != want {
					t.Fatalf("%s(%s) of %s is %s, the column shows %s", name, Print(path), ev.Document, got, want)
				}
			})
		})
	}
}

func TestColumnsOfOtherKinds(t *testing.T) {
	doc := []byte(`{"@t":"1969-12-31T23:59:59.9999999Z","@mt":"Hello {Name}","@x":{"a":1},"Data":{"n":1.50,"s":"a\u001fb"},"Name":"you","z":null}`)
	ev := &Event{Timestamp: -1, Arrival: 7, Document: doc}
	var misfits atomic.Int64
	test := func(path string, kind column.Kind, want string) {
		t.Helper()
		e, err := ParseExpr(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := CompileRows(nil, nil, []Column{{Path: e.(*Path), Kind: kind, Misfits: &misfits}})
		if err != nil {
			t.Fatal(err)
		}
		var b column.Batch
		b.Reset(p.Kinds())
		if ok, err := p.Append(ev, &b); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if got := show(b.Cols[0], 0); got != want {
			t.Errorf("%s as %s is %s, want %s", path, kind, got, want)
		}
	}
	test("@t", column.Timestamp, "-1") // rounded down, not towards 1970
	test("@t", column.Text, "1969-12-31T23:59:59.9999999Z")
	test("@m", column.Text, "Hello you")
	test("@m", column.JSON, `"Hello you"`)
	test("@l", column.Text, "Information")
	test("@x", column.Text, "null")
	test("@p", column.JSON, `{"Data":{"n":1.50,"s":"a\u001fb"},"Name":"you","z":null}`)
	test("@d", column.JSON, string(doc))
	test("Data", column.JSON, `{"n":1.50,"s":"a\u001fb"}`)
	test("Data.n", column.JSON, "1.50")
	test("Data.s", column.Text, "a\x1fb")
	test("z", column.JSON, "null")
	test("@id", column.Text, string(event.AppendID(nil, -1, 7)))
	if misfits.Load() != 0 {
		t.Errorf("%d misfits", misfits.Load())
	}
}

// TestKeepNull: a JSON null is no value, unless a column keeps it.
func TestKeepNull(t *testing.T) {
	at := func(names ...string) *Path {
		p := &Path{}
		for _, n := range names {
			p.Steps = append(p.Steps, Step{Kind: Member, Name: n})
		}
		return p
	}
	for _, keep := range []bool{false, true} {
		p, err := CompileRows(nil, nil, []Column{
			{Path: at("a"), Kind: column.JSON, KeepNull: keep},
			{Path: at("b", "c"), Kind: column.JSON, KeepNull: keep},
			{Path: at("nosuch"), Kind: column.JSON, KeepNull: keep},
			{Path: at("b", "d"), Kind: column.JSON, KeepNull: keep},
		})
		if err != nil {
			t.Fatal(err)
		}
		var b column.Batch
		b.Reset(p.Kinds())
		if _, err := p.Append(&Event{Document: []byte(`{"@t":"2026-01-01T00:00:00Z","a":null,"b":{"c":null,"d":[null]}}`)}, &b); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"null", "null", "", "[null]"} {
			if i < 2 && !keep {
				want = ""
			}
			got := ""
			if v := b.Cols[i]; !v.Null(0) {
				got = string(v.Str(0))
			}
			if got != want {
				t.Errorf("keep %v, column %d: %q, want %q", keep, i, got, want)
			}
		}
	}
}
