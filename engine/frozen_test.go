package engine

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

var update = flag.Bool("update", false, "write the frozen data directory of the present format version anew")

const frozenV2 = "testdata/v2"

// TestStoresOfFormatVersion1Open: written before there were spans, stopped cleanly or not, they are read, merged, written to and reopened.
func TestStoresOfFormatVersion1Open(t *testing.T) {
	for _, name := range []string{"sealed", "crashed"} {
		t.Run(name, func(t *testing.T) {
			fs := loadDir(t, "testdata/v1/"+name)
			if r := checkClean(t, fs); r.Sealed != (name == "sealed") || r.Events != 30 {
				t.Errorf("before: %+v", r)
			}
			s := open(t, fs, Options{ReadOnly: true})
			held := numbered(t, s)
			must(t, s.Close())
			if len(held) != 2 || len(held[1])+len(held[2]) != 30 {
				t.Errorf("read-only: %v", held)
			}
			for round := range 3 {
				s = open(t, fs, Options{SpanRaw: 400, PageBytes: 200})
				if now := numbered(t, s); !maps.EqualFunc(now, held, slices.Equal) {
					t.Fatalf("round %d: %v instead of %v", round, now, held)
				}
				if round < 2 {
					commitDocs(t, s, base+int64(round)*minute, fmt.Sprintf(`{"n":%d}`, 30+round))
					held[1] = append(held[1], 30+round)
				}
				if round == 1 {
					if steps := maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true}); len(steps) == 0 {
						t.Error("nothing was merged")
					}
				}
				if round == 0 {
					fs = fs.Kill()
				} else {
					must(t, s.Close())
				}
				if r := checkClean(t, fs); r.Sealed != (round > 0) || r.Events != int64(len(held[1])+len(held[2])) {
					t.Errorf("round %d: %+v", round, r)
				}
			}
		})
	}
}

// numbered gives the numbers n of each stream's events, and that they are 0, 1, 2 … over both streams.
func numbered(t *testing.T, s *Store) map[StreamID][]int {
	t.Helper()
	out := map[StreamID][]int{}
	seen := map[int]bool{}
	tx := s.Read()
	defer tx.Close()
	for _, str := range tx.Schema().Streams {
		for _, d := range scan(t, tx, Spec{Stream: str.ID}) {
			var x struct{ N *int }
			if err := json.Unmarshal([]byte(d), &x); err != nil || x.N == nil || seen[*x.N] {
				t.Fatalf("%s, %v", d, err)
			}
			seen[*x.N] = true
			out[str.ID] = append(out[str.ID], *x.N)
		}
		slices.Sort(out[str.ID])
	}
	for n := range len(seen) {
		if !seen[n] {
			t.Fatalf("%d is missing", n)
		}
	}
	return out
}

// frozenAnswers is what the frozen directory holds, as the code said that wrote it.
type frozenAnswers struct {
	Streams map[string][]string // documents in order, by name
	Low     []string            // of the first stream, by its signal
	Pages   int64               // that the signal left out
	Signals []string
	Files   map[string]int64 // events by name
	Object  string
}

// TestStoreOfFormatVersion2Opens: ticks, spans, an index, a dropped stream and an object, as they were first released.
func TestStoreOfFormatVersion2Opens(t *testing.T) {
	if *update {
		freeze(t)
	}
	b, err := os.ReadFile(frozenV2 + ".json")
	must(t, err)
	var want frozenAnswers
	must(t, json.Unmarshal(b, &want))
	fs := loadDir(t, frozenV2)
	if r := checkClean(t, fs); !r.Sealed {
		t.Error("it is not sealed")
	}
	for _, readOnly := range []bool{true, false} {
		s := open(t, fs, Options{ReadOnly: readOnly})
		got := answers(t, s)
		if g, _ := json.MarshalIndent(got, "", " "); string(g) != string(b) {
			t.Errorf("read-only %v: it answers\n%s", readOnly, g)
		}
		must(t, s.Close())
	}
	s := open(t, fs, Options{SpanRaw: 400, PageBytes: 200})
	commitDocs(t, s, base, `{"n":1000}`)
	maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
	must(t, s.Close())
	s = open(t, fs, Options{})
	got := answers(t, s)
	if len(got.Streams["public.stream"]) != len(want.Streams["public.stream"])+1 || !slices.Equal(got.Low, want.Low) {
		t.Errorf("afterwards: %+v", got)
	}
	must(t, s.Close())
	checkClean(t, fs)
}

func answers(t *testing.T, s *Store) frozenAnswers {
	t.Helper()
	a := frozenAnswers{Streams: map[string][]string{}, Files: map[string]int64{}}
	tx := s.Read()
	defer tx.Close()
	for _, str := range tx.Schema().Streams {
		a.Streams[str.Schema+"."+str.Name] = scan(t, tx, Spec{Stream: str.ID, Order: nql.Ascending})
	}
	var stats ScanStats
	a.Low = scan(t, tx, Spec{Where: below(sampleBelow), Order: nql.Ascending, Stats: &stats})
	a.Pages = stats.PagesSignal.Load()
	for _, g := range tx.Schema().Signals {
		a.Signals = append(a.Signals, g.Name+": "+nql.Print(g.Where))
	}
	for _, f := range tx.Files() {
		a.Files[f.Path] = f.Events
	}
	for k, v := range tx.Schema().Objects {
		a.Object += k.Kind + " " + k.Name + ": " + string(v)
	}
	return a
}

// freeze writes the directory with the present code. Once released it is not written again: a later version gets a directory of its own.
func freeze(t *testing.T) {
	x := newSample(t)
	s := open(t, x.fs, sampleOptions)
	gone, err := s.CreateStream("public", "gone")
	must(t, err)
	st := s.NewStage()
	must(t, st.Append(gone, base, []byte(`{"n":1}`)))
	must(t, s.Commit(t.Context(), st, Sync))
	must(t, s.Alter(func(e *SchemaEdit) error { return e.DropStream(gone) }))
	must(t, s.Close())
	must(t, os.RemoveAll(frozenV2))
	total := 0
	for name, b := range contents(t, x.fs) {
		rel, err := filepath.Rel("data", name)
		must(t, err)
		to := filepath.Join(frozenV2, rel)
		must(t, os.MkdirAll(filepath.Dir(to), 0o755))
		must(t, os.WriteFile(to, b, 0o644))
		total += len(b)
	}
	if total > 200<<10 {
		t.Errorf("%d bytes are too many to keep", total)
	}
	s = open(t, vfs.FS(x.fs), Options{ReadOnly: true})
	b, err := json.MarshalIndent(answers(t, s), "", " ")
	must(t, err)
	must(t, s.Close())
	must(t, os.WriteFile(frozenV2+".json", b, 0o644))
}
