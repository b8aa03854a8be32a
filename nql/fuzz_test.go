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
		`{"a":1e131071,"b":1e-16383}`, `{"level":[1],"severity":"x"}`, `{"a":"007 x,y","b":["x",[1.5,"y"],{"c":"X"},null,{"a":1,"a":2}]}`, `{"a":"{\"b\":[1,2]}","b":[2,10,9.5,-1e-3]}`, `nonsense`, ``, `{"b":[[[[`, `{"a":0000001e}`,
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
	for _, text := range []string{
		"{ a: a, ..b, b: [..b, a, 'x'] }", "some(b, i => i.c = /x/ ci or every(i, j => j in b)) or (if a then b[?].c like a else 'x' in b)", "map(b, i => [i.c, b[*].c, typeof(i)])",
		"[reverse(b), sort(b), distinct(b), flatten(b), filter(b, i => i is not null), sum(b), min(b), max(b), avg(b), first(b), last(b)]",
		"[keys(@d), values(@d), keys(b[0]), fromjson(a), tojson(b), tonumber(a), round(a, 2), floor(a), abs(a), fromepoch(a), power(a, 0.5), least(a, 1)]",
		"concat(a, join(b, ','), split(a, 'x'), substring(a, -3, 2), replace(a, 'x', a), padleft(a, 5), trim(a), upper(a), datetime(a), duration(a), bucket(@t, 1h))",
	} {
		cols = append(cols, Column{Expr: mustExpr(f, text), Kind: column.JSON})
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
					t.Fatalf("column %d as JSON is %q", i, v.Str(0))
				}
			}
		}
	})
}
