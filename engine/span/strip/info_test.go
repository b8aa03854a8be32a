package strip

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

func TestStripsDescribeWhatIsInThem(t *testing.T) {
	b := NewBuilder()
	rapid.Check(t, func(t *rapid.T) {
		all := drawEvents(t)
		if len(all) == 0 {
			t.Skip("no events")
		}
		body, ok := smallPage(t, b, all)
		if !ok {
			t.Skip("too little in common")
		}
		var r Reader
		if err := openBody(&r, body, len(all), size(all)); err != nil {
			t.Fatal(err)
		}
		for _, path := range pathsOf(all) {
			checkInfo(t, &r, all, path)
			checkValues(t, &r, all, path)
		}
	})
}

func checkInfo(t *rapid.T, r *Reader, all []sample, path []string) {
	place := r.Find(path...)
	infos, elsewhere, err := r.Strips(place)
	if err != nil {
		t.Fatal(err)
	}
	var steps []sparse.Step
	for _, name := range path {
		steps = append(steps, sparse.Step{Name: name})
	}
	found := map[Type]int{}
	for _, e := range all {
		v := sparse.Get(e.doc, steps)
		typ, ok := map[sparse.Kind]Type{sparse.Null: Null, sparse.True: Bool, sparse.False: Bool, sparse.Number: Number, sparse.String: String, sparse.Array: JSON}[v.Kind]
		if v.Kind == sparse.Object {
			if !elsewhere {
				t.Fatalf("%q is an object in %s, and not elsewhere", path, e.doc)
			}
			continue
		}
		if !ok {
			continue
		}
		found[typ]++
		for _, s := range infos {
			if s.Type != typ || !s.Bounded || elsewhere {
				continue
			}
			switch typ {
			case Number:
				x, _ := new(big.Rat).SetString(string(v.Raw))
				x.Mul(x, new(big.Rat).SetInt64(powers[s.Digits]))
				if x.Cmp(new(big.Rat).SetInt64(s.Least)) < 0 || x.Cmp(new(big.Rat).SetInt64(s.Most)) > 0 {
					t.Fatalf("%q: %s is not between %d and %d times 10^-%d", path, v.Raw, s.Least, s.Most, s.Digits)
				}
			case String:
				if least, most := show7(s.Least), show7(s.Most); string(v.Raw[1:11]) < least[:10] || string(v.Raw[1:11]) > most[:10] {
					t.Fatalf("%q: %s is not between %s and %s", path, v.Raw, least, most)
				}
			}
		}
	}
	if !elsewhere {
		if len(found) != len(infos) {
			t.Fatalf("%q: %v, found %v", path, infos, found)
		}
		for _, s := range infos {
			if found[s.Type] != s.Values {
				t.Fatalf("%q: %v, found %v", path, infos, found)
			}
		}
	}
}

// checkValues compares what Values gives with what the documents have.
func checkValues(t *rapid.T, r *Reader, all []sample, path []string) {
	var steps []sparse.Step
	for _, name := range path {
		steps = append(steps, sparse.Step{Name: name})
	}
	want := map[string]bool{}
	events := 0
	for _, e := range all {
		switch v := sparse.Get(e.doc, steps); v.Kind {
		case sparse.String:
			want["string "+string(sparse.Unquote(nil, v.Raw))] = true
			events++
		case sparse.Number:
			want["number "+string(v.Raw)] = true
			events++
		}
	}
	got := map[string]bool{}
	n, ok, err := r.Values(r.Find(path...), func(typ Type, text []byte) {
		got[map[Type]string{String: "string ", Number: "number "}[typ]+string(text)] = true
	})
	if err != nil {
		t.Fatal(err)
	}
	if ok && (n != events || !maps.Equal(got, want)) || !ok && len(got) > 0 {
		t.Fatalf("%q: %d values %v of %d events, want %v of %d", path, n, got, len(all), want, events)
	}
}

func show7(ts int64) string { return string(event.AppendTime(nil, ts)) }

// sharing is a dictionary for each path, as a file would keep them.
type sharing struct {
	ids   map[string]uint64
	all   []*column.Vector
	codes []map[string]int64
}

func (s *sharing) Share(path []string, entries [][]byte) (uint64, []int64, bool) {
	key := fmt.Sprintf("%q", path)
	if len(entries) > 10 {
		return 0, nil, false
	}
	id, ok := s.ids[key]
	if !ok {
		id = uint64(len(s.all))
		s.ids[key] = id
		s.all, s.codes = append(s.all, column.New(column.Text)), append(s.codes, map[string]int64{})
	}
	var codes []int64
	for _, e := range entries {
		code, ok := s.codes[id][string(e)]
		if !ok {
			code = int64(s.all[id].Len)
			s.codes[id][string(e)] = code
			s.all[id].AppendBytes(e)
		}
		codes = append(codes, code)
	}
	return id, codes, true
}

func (s *sharing) Dictionary(id uint64) (*column.Vector, bool) {
	if id >= uint64(len(s.all)) {
		return nil, false
	}
	return s.all[id], true
}

func TestPagesShareDictionaries(t *testing.T) {
	s := &sharing{ids: map[string]uint64{}}
	b := NewBuilder()
	b.Sharer = s
	parts := chunks(generated(t, 3000), 1000)
	var bodies [][]byte
	for _, part := range parts {
		bodies = append(bodies, page(t, b, part))
	}
	if len(s.all) == 0 {
		t.Fatal("no dictionary was shared")
	}
	for i, part := range parts {
		r := Reader{Shared: s}
		must(t, openBody(&r, bodies[i], len(part), size(part)))
		must(t, r.Each(func(row int, doc []byte) bool {
			if !bytes.Equal(doc, part[row].doc) {
				t.Fatalf("row %d: %s, was %s", row, doc, part[row].doc)
			}
			return true
		}))
		out := column.New(column.Text)
		_, err := r.Column(out, r.Find("Application"), column.Text, nil, false)
		must(t, err)
		if out.Form != column.Dictionary {
			t.Errorf("%v", out.Form)
		}
	}
	var r Reader
	must(t, openBody(&r, bodies[0], len(parts[0]), size(parts[0])))
	if _, err := r.Document(nil, 0); !errors.Is(err, ErrNoDictionary) {
		t.Errorf("without its dictionaries: %v", err)
	}
}
