package engine

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// ticksOf commits events to three ticks, in batches, and closes the store.
func ticksOf(t *testing.T, fs *vfs.Mem) (docs []string) {
	s := open(t, fs, Options{RAMBytes: -1})
	for i := range 30 {
		st := s.NewStage()
		for k := range 100 {
			doc := fmt.Sprintf(`{"batch":%d,"n":%d,"text":"event %d"}`, i, k, i*100+k)
			must(t, st.Append(1, base+int64(i%3)*5*minute+int64(k)*1000+int64(i), []byte(doc)))
			docs = append(docs, doc)
		}
		must(t, s.Commit(context.Background(), st, Sync))
	}
	must(t, s.Close())
	slices.Sort(docs)
	return docs
}

// TestEventsComeBackIntoRAMAfterAStart: what is in ticks only comes into RAM, so that no tick is opened; what is committed later joins it.
func TestEventsComeBackIntoRAMAfterAStart(t *testing.T) {
	fs := vfs.NewMem()
	docs := ticksOf(t, fs)
	s := open(t, fs, Options{})
	condenseAll(t, s)
	commitDocs(t, s, base+1000, `{"later":1}`)
	docs = append(docs, `{"later":1}`)
	slices.Sort(docs)
	tx := s.Read()
	for _, order := range []nql.Order{nql.Unordered, nql.Ascending, nql.Descending} {
		var stats ScanStats
		got := scan(t, tx, Spec{Order: order, Stats: &stats})
		slices.Sort(got)
		if !slices.Equal(got, docs) {
			t.Errorf("order %d: %d events, want %d", order, len(got), len(docs))
		}
		if n := stats.TicksOpened.Load(); n > 0 {
			t.Errorf("order %d: %d ticks were opened", order, n)
		}
	}
	tx.Close()
	if n := s.Stats().RunBytes; n == 0 {
		t.Error("nothing is in RAM")
	}
	must(t, s.Close())
}

// TestThereIsNoMoreInRAMThanMayBe: events come back only for as long as there is room.
func TestThereIsNoMoreInRAMThanMayBe(t *testing.T) {
	fs := vfs.NewMem()
	docs := ticksOf(t, fs)
	s := open(t, fs, Options{RAMBytes: 10_000})
	condenseAll(t, s)
	if n := s.Stats().RunBytes; n > 10_000 {
		t.Errorf("%d bytes in RAM", n)
	}
	tx := s.Read()
	got := scan(t, tx, Spec{})
	tx.Close()
	slices.Sort(got)
	if !slices.Equal(got, docs) {
		t.Errorf("%d events, want %d", len(got), len(docs))
	}
	must(t, s.Close())
}

// TestDamagedTicksStayWhereTheyAre: a tick with a wrong byte does not come into RAM as something else: reads name it, the others do.
func TestDamagedTicksStayWhereTheyAre(t *testing.T) {
	fs := vfs.NewMem()
	ticksOf(t, fs)
	s := open(t, fs, Options{RAMBytes: -1})
	tx := s.Read()
	path := tx.Files()[1].Path
	tx.Close()
	must(t, s.Close())
	b := content(t, fs, path)
	b[len(b)/2] ^= 1
	put(t, fs, path, b)
	cold := open(t, fs, Options{RAMBytes: -1})
	want, wantTold, wantErr := readAll(t, cold)
	must(t, cold.Close())
	s = open(t, fs, Options{})
	condenseAll(t, s)
	got, told, err := readAll(t, s)
	if !slices.Equal(got, want) || len(told) != len(wantTold) || wantErr == nil || err == nil {
		t.Errorf("%d events and %d damages, want %d and %d: %v", len(got), len(told), len(want), len(wantTold), err)
	}
	must(t, s.Close())
}
