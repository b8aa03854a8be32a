package translate

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
)

// lawTable is the law's stream as a table whose columns show what stands in the events in each of the ways there are; its documents
// don't keep to the types.
var lawTable = catalog.New(nil).Snapshot(&engine.Schema{
	Streams: []*engine.StreamSchema{{ID: 1, Schema: "public", Name: "stream"}},
	Objects: map[engine.ObjectKey][]byte{{Kind: "table", Name: "1"}: []byte(`{"declared":true,"attrs":12,"columns":[
		{"name":"key","attr":1,"type":20,"typmod":-1,"member":"key"},
		{"name":"i","attr":2,"type":23,"typmod":-1,"member":"i"},
		{"name":"small","attr":3,"type":21,"typmod":-1,"member":"n"},
		{"name":"f","attr":4,"type":701,"typmod":-1,"member":"f"},
		{"name":"n","attr":5,"type":1700,"typmod":-1,"member":"n"},
		{"name":"money","attr":6,"type":1700,"typmod":393222,"member":"f"},
		{"name":"hundreds","attr":7,"type":1700,"typmod":395266,"member":"i"},
		{"name":"s","attr":8,"type":1043,"typmod":7,"member":"s"},
		{"name":"later","attr":9,"type":23,"typmod":-1,"member":"b","missing":100},
		{"name":"late","attr":10,"type":25,"typmod":-1,"member":"o","missing":"a"},
		{"name":"level","attr":11,"type":25,"typmod":-1,"core":"level"},
		{"name":"free","attr":12,"type":25,"typmod":-1,"member":"s"}]}`)},
})

// tablePredicates are conditions on lawTable's columns.
func tablePredicates() []string {
	var out []string
	for _, op := range []string{"=", "<>", "<", "<=", ">", ">="} {
		for _, c := range []string{"i", "small", "later", "hundreds"} {
			for _, x := range []string{"1", "100", "0", "-1", "100.5", "2.5", "200"} {
				out = append(out, c+" "+op+" "+x, x+" "+op+" "+c)
			}
		}
		for _, x := range []string{"1", "100", "0.1", "100.5", "'NaN'", "'Infinity'", "'-Infinity'", "0", "-0.0", "9007199254740992"} {
			out = append(out, "f "+op+" "+x)
		}
		for _, x := range []string{"1", "100", "0.1", "0.30", "100.5", "100.00", "99.99", "'NaN'", "0", "9007199254740993"} {
			out = append(out, "n "+op+" "+x, "money "+op+" "+x)
		}
		for _, c := range []string{"s", "late", "level", "free"} {
			for _, x := range []string{"'a'", "'ab'", "'100'", "'1'", "'true'", "''", "'Zür'", "'fal'", "'Information'", "'abcd'"} {
				out = append(out, c+" "+op+" "+x)
			}
		}
	}
	return append(out, "i in (1, 100, 2)", "small in (1, 100)", "s in ('a', 'tr', '1')", "later in (100, 1)", "f in (1, 0.1)", "n in (1, 2.50)", "money in (100.50, 0.10)", "level in ('a', 'Error')",
		"i not in (1, 2)", "i between 0 and 100", "f between 0 and 100", "money not between 0 and 100")
}

// TestWhatIsImpliedLosesNoRow: of a condition on declared columns the scan is told something that is true wherever the condition is.
func TestWhatIsImpliedLosesNoRow(t *testing.T) {
	leaves := tablePredicates()
	decoded := func(t interface{ Fatalf(string, ...any) }, text string, n int) nql.Event {
		doc, at := eventOf(t, text)
		return nql.Event{Timestamp: at, Arrival: uint64(n), Document: doc}
	}
	var docs []nql.Event
	odd := append([]string{`"NaN"`, `"Infinity"`, `"-Infinity"`, `0.005`, `0.295`, `100.495`, `100.504999`, `149`, `150`, `250`, `1e2`, `"abcd"`, `"abcde"`, `"ab  "`, `"fals"`}, values...)
	for k, v := range odd {
		level := v
		if v[0] != '"' {
			level = `"x"`
		}
		docs = append(docs, decoded(t, fmt.Sprintf(`{"@t":"2024-01-01T00:00:00Z","@l":%s,"key":%d,"i":%s,"f":%s,"n":%s,"s":%s,"b":%s,"o":%s}`, level, k, v, v, v, v, v, v), k))
	}
	docs = append(docs, decoded(t, `{"@t":"2024-01-01T00:00:00Z","key":1000}`, len(docs)), decoded(t, `{"@t":"2024-01-01T00:00:00Z","@mt":"x","@l":null,"key":1001}`, len(docs)+1))
	told := 0
	check := func(t interface{ Fatalf(string, ...any) }, s *Statement) {
		if pushed, unpushed := keys(t, lawTable, s, docs, false), keys(t, lawTable, s, docs, true); pushed != unpushed {
			t.Fatalf("%s\n  pushed:   %s\n  unpushed: %s", s.Text(), pushed, unpushed)
		}
		bound, err := Bind(&Context{Catalog: lawTable}, s)
		if err != nil {
			t.Fatalf("%s: %v", s.Text(), err)
		}
		plan.WalkNodes(bound.(*Query).Plan, func(n plan.Node) bool {
			if scan, ok := n.(*plan.Scan); ok && scan.Where != nil {
				told++
			}
			return true
		})
	}
	for _, s := range parsed(t, "select key from stream where "+strings.Join(leaves, ";select key from stream where ")) {
		check(t, s)
	}
	if told < len(leaves)/2 {
		t.Errorf("of %d conditions %d tell the scan something", len(leaves), told)
	}
	var tree func(t *rapid.T, depth int) string
	tree = func(t *rapid.T, depth int) string {
		if depth > 0 {
			switch rapid.IntRange(0, 3).Draw(t, "node") {
			case 0:
				return "(" + tree(t, depth-1) + " and " + tree(t, depth-1) + ")"
			case 1:
				return "(" + tree(t, depth-1) + " or " + tree(t, depth-1) + ")"
			case 2:
				return "not (" + tree(t, depth-1) + ")"
			}
		}
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	}
	rapid.Check(t, func(t *rapid.T) { check(t, parsed(t, "select key from stream where "+tree(t, 3))[0]) })
}
