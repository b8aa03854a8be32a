package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// shownRows are the rows of a scan of columns, as texts, and how often each is there.
func shownRows(s *Store, spec Spec) (map[string]int, error) {
	tx := s.Read()
	defer tx.Close()
	spec.Stream, spec.From, spec.To = 1, MinTime, MaxTime
	fragments, err := tx.Scan(spec)
	rows := map[string]int{}
	for _, f := range fragments {
		var b column.Batch
		for err == nil {
			var more bool
			if more, err = f.Next(context.Background(), &b); !more || err != nil {
				break
			}
			for i := range b.Len {
				row := ""
				for _, v := range b.Cols {
					if v.Kind == column.Int64 {
						row += fmt.Sprint(v.Null(i), v.Int(i), " ")
					} else {
						row += fmt.Sprintf("%v %q ", v.Null(i), v.Str(i))
					}
				}
				rows[row]++
			}
		}
		f.Close()
	}
	return rows, err
}

// TestDamagedColumnsGiveNoWrongRow: whichever byte of a span in pages by column is wrong, a scan of some columns gives what it should or an error that names the file; and
// when damage is passed over some of the rows, each as it should be.
func TestDamagedColumnsGiveNoWrongRow(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{RAMBytes: -1})
	r := rand.New(rand.NewPCG(5, 6))
	st := s.NewStage()
	for i := range 6000 {
		doc := fmt.Appendf(nil, `{"@l":"%s","n":%d,"text":"%x","word":"w%d"`, []string{"Error", "Debug"}[r.IntN(2)], r.IntN(1000), r.Uint64(), r.IntN(5))
		if r.IntN(3) > 0 {
			doc = fmt.Appendf(doc, `,"z":%d`, r.IntN(50))
		}
		must(t, st.Append(1, base+int64(i)*1000, append(doc, '}')))
	}
	must(t, s.Commit(context.Background(), st, Sync))
	maintainAll(t, s, MaintainOptions{Force: true})
	tx := s.Read()
	path := tx.Files()[0].Path
	tx.Close()
	where, err := nql.ParseExpr("@l = 'Error' and n < 500")
	must(t, err)
	columns := func(names ...string) (out []nql.Column) {
		for _, n := range names {
			kind := column.Text
			if n == "n" || n == "z" {
				kind = column.Int64
			}
			out = append(out, nql.Column{Path: nql.PropertyPath(n), Kind: kind})
		}
		return out
	}
	specs := []Spec{{Columns: columns("word", "z")}, {Columns: columns("text")}, {Where: where, Columns: columns("n", "word")}, {Where: where, Columns: columns("z"), Order: nql.Descending}}
	var want []map[string]int
	for _, spec := range specs {
		rows, err := shownRows(s, spec)
		must(t, err)
		want = append(want, rows)
	}
	must(t, s.Close())
	whole := content(t, fs, path)
	met := 0
	for range 60 {
		b := append([]byte(nil), whole...)
		b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
		put(t, fs, path, b)
		s := open(t, fs, Options{RAMBytes: -1})
		for i, spec := range specs {
			rows, err := shownRows(s, spec)
			var d *DamageError
			switch {
			case err == nil && !same(rows, want[i]):
				t.Fatalf("scan %d gives other rows and no error", i)
			case err != nil && (!errors.As(err, &d) || d.File != path):
				t.Fatal(err)
			case err != nil:
				met++
			}
			spec.SkipDamaged = func(*DamageError) {}
			rows, err = shownRows(s, spec)
			must(t, err)
			for row, n := range rows {
				if n > want[i][row] {
					t.Fatalf("scan %d gives %s, which is not there", i, row)
				}
			}
		}
		must(t, s.Close())
	}
	if met == 0 {
		t.Error("no scan met damage")
	}
}

func same(a, b map[string]int) bool {
	for k, n := range a {
		if b[k] != n {
			return false
		}
	}
	return len(a) == len(b)
}
