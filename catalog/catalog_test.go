package catalog

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

func property(seq uint32, t types.OID, path ...string) engine.Property {
	return engine.Property{Path: path, Type: t, Seq: seq}
}

func testSchema(more ...engine.Property) *engine.Schema {
	return &engine.Schema{Streams: []*engine.StreamSchema{
		{ID: 1, Schema: "public", Name: "stream", Properties: append([]engine.Property{
			property(1, types.Int8, "EventID"), property(2, types.Text, "eventID"), property(3, types.JSONB, "Data"),
			property(4, types.Bool, "Data", "isOk"), property(5, types.Text, "level"), property(6, 0, "Nothing"),
		}, more...)},
		{ID: 7, Schema: "logs", Name: "nginx"},
	}}
}

func TestNamesAreFoundAsSpelledThenInAnyCaseOldestFirst(t *testing.T) {
	rel, ok := New(nil).Snapshot(testSchema()).Relation("", "stream")
	if !ok || rel.Stream == nil {
		t.Fatal("no stream")
	}
	s := rel.Stream
	for _, c := range []struct {
		exact, folded, want string
		others              int
	}{
		{"EventID", "EventID", "EventID", 0}, {"eventID", "eventID", "eventID", 0}, {"eventid", "eventid", "EventID", 1},
		{"eventid", "", "", 0}, {"data", "data", "Data", 0}, {"nosuch", "nosuch", "", 0},
	} {
		col, others, ok := s.Property(c.exact, c.folded)
		if ok != (c.want != "") || ok && (col.Name != c.want || others != c.others) {
			t.Errorf("%q: %v %d %v", c.exact, col, others, ok)
		}
	}
	if _, ok := s.Core("level"); !ok {
		t.Error("no core column level")
	}
	path := &nql.Path{Steps: []nql.Step{{Name: "Data"}, {Name: "isOk"}}}
	if c, ok := s.Nested(path); !ok || c.Type != types.Bool {
		t.Errorf("nested: %v %v", c, ok)
	}
	if name, ok := s.Member(path.Steps[:1], "isok", "isok"); !ok || name != "isOk" {
		t.Errorf("member: %q %v", name, ok)
	}
}

// TestStarIsTheFirstFiveAndNewDataMovesNothing: what a stream shows first stays, whatever arrives.
func TestStarIsTheFirstFiveAndNewDataMovesNothing(t *testing.T) {
	before, _ := New(nil).Snapshot(testSchema()).Relation("public", "stream")
	after, _ := New(nil).Snapshot(testSchema(property(7, types.Text, "Aardvark"))).Relation("public", "stream")
	var star []string
	for _, c := range after.Stream.Columns {
		if c.Star {
			star = append(star, c.Name)
		}
	}
	if len(star) != 5 || star[0] != "timestamp" || star[4] != "properties" {
		t.Errorf("star: %v", star)
	}
	if before.OID != after.OID {
		t.Error("the stream's OID has changed")
	}
	for i, c := range before.Stream.Columns {
		if n := after.Stream.Columns[i]; n.Name != c.Name || n.Attr != c.Attr {
			t.Errorf("column %s (%d) became %s (%d)", c.Name, c.Attr, n.Name, n.Attr)
		}
	}
}

// drain reads all rows of a relation's wanted columns.
func drain(t *testing.T, src plan.Source, want []int) []*column.Vector {
	t.Helper()
	ctx := context.Background()
	b, err := src.Open(ctx, types.NewEnv(time.Unix(0, 0)), want, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	out := make([]*column.Vector, len(want))
	for i, w := range want {
		out[i] = column.New(kindOf(src.Columns()[w].Type))
	}
	batch := new(column.Batch)
	for {
		ok, err := b.Next(ctx, batch)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return out
		}
		for i := range out {
			for r := range batch.Len {
				out[i].AppendFrom(batch.Cols[i], r)
			}
		}
	}
}

func all(src plan.Source) []int {
	want := make([]int, len(src.Columns()))
	for i := range want {
		want[i] = i
	}
	return want
}

// TestSystemRelationsAreWellFormed: each has as many values in each column as rows, no nulls where PostgreSQL has none, types that have an output
// form, and gives the same whether all columns are wanted or one.
func TestSystemRelationsAreWellFormed(t *testing.T) {
	s := New(nil).Snapshot(testSchema())
	oids := map[types.OID]string{}
	for _, r := range s.all() {
		if other, ok := oids[r.OID]; ok {
			t.Errorf("%s.%s and %s have OID %d", r.Schema, r.Name, other, r.OID)
		}
		oids[r.OID] = r.Schema + "." + r.Name
		if found, ok := s.RelationByOID(r.OID); !ok || found.Name != r.Name {
			t.Errorf("%s is not found by its OID", r.Name)
		}
		if r.Source == nil {
			continue
		}
		vectors := drain(t, r.Source, all(r.Source))
		for i, c := range r.Source.Columns() {
			if types.KindOf(c.Type) == column.Invalid && slices.ContainsFunc(slices.Collect(rowsOf(vectors[i])), func(r int) bool { return !vectors[i].Null(r) }) {
				t.Errorf("%s.%s: no type %d", r.Name, c.Name, c.Type)
			}
			if vectors[i].Len != vectors[0].Len {
				t.Errorf("%s.%s: %d values in %d rows", r.Name, c.Name, vectors[i].Len, vectors[0].Len)
			}
			if r.Source.(*systemSource).relation.notNull[i] && vectors[i].HasNulls() {
				t.Errorf("%s.%s has nulls", r.Name, c.Name)
			}
		}
		last := len(vectors) - 1
		if alone := drain(t, r.Source, []int{last})[0]; alone.Len != vectors[last].Len {
			t.Errorf("%s: %d rows of one column, %d of all", r.Name, alone.Len, vectors[last].Len)
		}
	}
}

// rowsOf counts the rows of a vector.
func rowsOf(v *column.Vector) iter.Seq[int] {
	return func(yield func(int) bool) {
		for r := range v.Len {
			if !yield(r) {
				return
			}
		}
	}
}

// TestColumnsAreListed: what can be selected is what the catalogs list.
func TestColumnsAreListed(t *testing.T) {
	s := New(nil).Snapshot(testSchema())
	rel, _ := s.Relation("information_schema", "columns")
	at := map[string]int{}
	for i, c := range rel.Source.Columns() {
		at[c.Name] = i
	}
	v := drain(t, rel.Source, []int{at["table_schema"], at["table_name"], at["column_name"], at["data_type"], at["udt_name"]})
	found := map[string]string{}
	for i := range v[0].Len {
		if string(v[0].Str(i)) == "public" && string(v[1].Str(i)) == "stream" {
			found[string(v[2].Str(i))] += string(v[3].Str(i)) + "/" + string(v[4].Str(i))
		}
	}
	for name, want := range map[string]string{
		"timestamp": "timestamp with time zone/timestamptz", "EventID": "bigint/int8", "eventID": "text/text", "Data": "jsonb/jsonb",
		"Nothing": "text/text", "level": "text/text", "document": "json/json",
	} {
		if found[name] != want {
			t.Errorf("%s: %q, want %q", name, found[name], want)
		}
	}
	if len(found) != 11+4 {
		t.Errorf("%d columns: %v", len(found), found)
	}
}

// TestProvidersFillRelations: those of PostgreSQL by its columns, our own by theirs.
func TestProvidersFillRelations(t *testing.T) {
	r := NewRegistry()
	r.Provide("pg_catalog", "pg_settings", nil, func(_ context.Context, _ *types.Env, w *Rows) error {
		w.Begin()
		w.Text("name", "TimeZone")
		w.Text("setting", "UTC")
		w.End()
		return nil
	})
	r.Provide("flare", "files", []plan.Column{{Name: "path", Type: types.Text}, {Name: "bytes", Type: types.Int8}}, func(_ context.Context, _ *types.Env, w *Rows) error {
		for i := range int64(10000) {
			w.Begin()
			w.Int("bytes", i)
			w.End()
		}
		return nil
	})
	s := New(r).Snapshot(testSchema())
	settings, _ := s.Relation("", "pg_settings")
	if v := drain(t, settings.Source, []int{1, 0, 2}); v[0].Len != 1 || string(v[0].Str(0)) != "UTC" || string(v[1].Str(0)) != "TimeZone" || !v[2].Null(0) {
		t.Error("pg_settings is not what was provided")
	}
	files, ok := s.Relation("flare", "files")
	if !ok {
		t.Fatal("no flare.files")
	}
	if v := drain(t, files.Source, []int{1}); v[0].Len != 10000 || v[0].Int(9999) != 9999 {
		t.Errorf("flare.files: %d rows", v[0].Len)
	}
}
