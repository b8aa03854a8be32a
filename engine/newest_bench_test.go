package engine

import (
	"context"
	"fmt"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// BenchmarkNewest asks for the newest 100 of the events of which one in twenty matches, as a log panel does: in RAM runs, in ticks
// that are read back, and in a span.
func BenchmarkNewest(b *testing.B) {
	docs := events(20_000)
	for i := range docs {
		if i%20 == 0 {
			docs[i] = fmt.Appendf(nil, `{"@l":"Error",%s`, docs[i][1:])
		}
	}
	for _, kind := range []string{"runs", "tick", "span"} {
		b.Run(kind, func(b *testing.B) {
			o := Options{Create: true}
			if kind != "runs" {
				o.RAMBytes = -1
			}
			s, err := Open(b.TempDir(), o)
			must(b, err)
			for i := 0; i < len(docs); i += 500 {
				st := s.NewStage()
				for j, d := range docs[i : i+500] {
					must(b, st.Append(1, base+int64(i+j)*10_000, d))
				}
				must(b, s.Commit(context.Background(), st, Async))
			}
			for kind == "span" {
				_, done, err := s.Maintain(context.Background(), MaintainOptions{Force: true})
				must(b, err)
				if done {
					break
				}
			}
			spec := Spec{Stream: 1, From: MinTime, To: MaxTime, Order: nql.Descending, Limit: 100, Columns: docColumns,
				Where: &nql.Binary{Op: nql.Eq, L: &nql.Path{Root: nql.Level}, R: &nql.Literal{Value: nql.StringValue("Error")}}}
			b.ReportAllocs()
			for b.Loop() {
				tx := s.Read()
				fragments, err := tx.Scan(spec)
				must(b, err)
				left := 100
				for _, f := range fragments {
					var batch column.Batch
					for left > 0 {
						ok, err := f.Next(context.Background(), &batch)
						must(b, err)
						if !ok {
							break
						}
						left -= batch.Len
					}
					f.Close()
				}
				if left > 0 {
					b.Fatalf("%d rows are missing", left)
				}
				tx.Close()
			}
			must(b, s.Close())
		})
	}
}
