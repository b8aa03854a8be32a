package nql

import (
	"encoding/json"
	"testing"

	"github.com/flare-pg/flare-pg/column"
)

// Whatever bytes a document is, evaluation ends without a fault, and what it makes of a valid one is valid.
func FuzzEvaluateAnyDocument(f *testing.F) {
	for _, s := range []string{
		`{"a":1.50e3,"b":[{"c":"x"},null],"@mt":"{a} {b}"}`, `{"a":-`, `{"a":1.2.3e--5}`, `{"a":.}`, `{"a":-0e99999999999999999999}`, `{"a":"\`,
		`{"a":1e131071,"b":1e-16383}`, `{"level":[1],"severity":"x"}`, `nonsense`, ``, `{"b":[[[[`, `{"a":0000001e}`,
	} {
		f.Add([]byte(s))
	}
	where := mustExpr(f, "a > 5.5 or b[?].c like 'x%' ci or b[*] is null or @l = 'x' or text(a) = '1' or length(a) = 3 or not (a * 2 + a % 7 <= $1) or @m in ['a', 'b']")
	var cols []Column
	for _, p := range []*Path{PropertyPath("a"), PropertyPath("b"), {Root: Properties}, {Root: Document}, {Root: Message}, {Root: Level}, {Root: EventType}, {Root: Timestamp}} {
		for k := column.Bool; k <= column.JSON; k++ {
			cols = append(cols, Column{Path: p, Kind: k})
		}
	}
	filter, err := CompileRows(where, []Value{NumberValue("1e30")}, cols)
	if err != nil {
		f.Fatal(err)
	}
	all, err := CompileRows(nil, nil, cols)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		for _, p := range []*RowProgram{filter, all} {
			var b column.Batch
			b.Reset(p.Kinds())
			ok, err := p.Append(&Event{Document: doc}, &b)
			if err != nil || b.Len != map[bool]int{true: 1}[ok] {
				t.Fatal(ok, b.Len, err)
			}
			for i, v := range b.Cols {
				if v.Len != b.Len {
					t.Fatalf("column %d has %d rows of %d", i, v.Len, b.Len)
				}
				if v.Kind == column.JSON && v.Len == 1 && !v.Null(0) && json.Valid(doc) && !json.Valid(v.Str(0)) {
					t.Fatalf("%s as JSON is %q", Print(cols[i].Path), v.Str(0))
				}
			}
		}
	})
}
