package strip

import (
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// BenchmarkPageProgram runs predicates and projections over pages that are opened anew each time, as a scan does.
func BenchmarkPageProgram(b *testing.B) {
	parts := chunks(generated(b, 4*rowsOfPage), rowsOfPage)
	var bodies [][]byte
	m := NewBuilder()
	for _, part := range parts {
		bodies = append(bodies, page(b, m, part))
	}
	path := func(kind column.Kind, names ...string) nql.Column {
		return nql.Column{Path: nql.PropertyPath(names...), Kind: kind}
	}
	level := nql.Column{Path: &nql.Path{Root: nql.Level}, Kind: column.Text}
	for _, q := range []struct {
		name, where string
		columns     []nql.Column
	}{
		{"open", "", nil},
		{"time", "", []nql.Column{{Path: &nql.Path{Root: nql.Timestamp}, Kind: column.Timestamp}}},
		{"level", "", []nql.Column{level}},
		{"UserId", "", []nql.Column{path(column.Int64, "UserId")}},
		{"Elapsed", "", []nql.Column{path(column.Float64, "Elapsed")}},
		{"Application", "", []nql.Column{path(column.Text, "Application")}},
		{"where level", "@l = 'Error'", nil},
		{"where Method", "Method = 'GET'", nil},
		{"where Elapsed", "Elapsed > 100", nil},
		{"where UserId", "UserId > 50000", nil},
		{"where StatusCode", "StatusCode in [404, 500]", nil},
		{"where three", "Method = 'GET' and Elapsed > 100 and Environment = 'Production'", []nql.Column{path(column.Int64, "StatusCode")}},
		{"where either", "StatusCode >= 500 or @l = 'Error'", []nql.Column{path(column.Int64, "StatusCode")}},
		{"where RequestId", "RequestId = 'e0a5ba0c-97a4-4a64-9f3a-000000000000'", nil},
		{"where ClientIp like", "ClientIp like '%.17.%'", nil},
		{"where UserName", "UserName = 'user00042'", nil},
		{"where Items", "Items[?].Quantity > 3", nil},
		{"where message", "@m like '%timed out%'", nil},
	} {
		b.Run(q.name, func(b *testing.B) {
			var where nql.Expr
			if q.where != "" {
				var err error
				where, err = nql.ParseExpr(q.where)
				must(b, err)
			}
			rows, err := nql.CompileRows(where, nil, q.columns)
			must(b, err)
			p, err := rows.Pages()
			must(b, err)
			var r Reader
			var c Columns
			var batch column.Batch
			found := 0
			began := cpu()
			b.ReportAllocs()
			for b.Loop() {
				found = 0
				for i, part := range parts {
					must(b, openBody(&r, bodies[i], len(part), size(part)))
					c.Turn(&r)
					sel, err := p.Select(&c, nil)
					must(b, err)
					batch.Reset(rows.Kinds())
					must(b, p.Columns(&c, sel, &batch))
					found += sel.Count(len(part))
				}
			}
			if took := cpu() - began; took > 0 {
				b.ReportMetric(float64(took.Microseconds())/float64(b.N*len(parts)), "cpu-µs/page")
			}
			b.ReportMetric(float64(found)/float64(len(parts)), "rows/page")
		})
	}
}
