package catalog

import (
	"context"
	"errors"
	"sort"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// firstIndexOID is what a signal's id is added to: out of the way of streams and schemas.
const firstIndexOID types.OID = 1 << 29

// Index is a signal as SQL sees it.
type Index struct {
	OID    types.OID
	Schema string
	Name   string
	Stream *Stream
	Signal *engine.Signal
}

// newIndexes makes the indexes of a snapshot.
func (s *Snapshot) newIndexes() {
	for _, g := range s.schema.Signals {
		for _, st := range s.streams {
			if st.ID == g.Stream {
				s.indexes = append(s.indexes, &Index{OID: indexOID(g.ID), Schema: st.Schema, Name: g.Name, Stream: st, Signal: g})
			}
		}
	}
	sort.Slice(s.indexes, func(i, j int) bool { return s.indexes[i].OID < s.indexes[j].OID })
}

// Indexes lists all indexes in order of OID.
func (s *Snapshot) Indexes() []*Index { return s.indexes }

// Index finds an index by its exact name. Schema "" is public.
func (s *Snapshot) Index(schema, name string) (*Index, bool) {
	if schema == "" {
		schema = PublicSchema
	}
	for _, x := range s.indexes {
		if x.Schema == schema && x.Name == name {
			return x, true
		}
	}
	return nil, false
}

// IndexByOID finds an index by its OID.
func (s *Snapshot) IndexByOID(oid types.OID) (*Index, bool) {
	for _, x := range s.indexes {
		if x.OID == oid {
			return x, true
		}
	}
	return nil, false
}

// indexed reports whether a stream has an index.
func (s *Snapshot) indexed(st *Stream) bool {
	for _, x := range s.indexes {
		if x.Stream == st {
			return true
		}
	}
	return false
}

// Definition is the statement that makes the index.
func (x *Index) Definition() string {
	quote := function.QuoteIdent
	return "CREATE INDEX " + quote(x.Name) + " ON " + quote(x.Stream.Schema) + "." + quote(x.Stream.Name) + ` USING btree ("timestamp") WHERE (` + x.Signal.Definition + ")"
}

// btreeMethod is the access method that PostgreSQL's indexes have unless told otherwise, and clients expect.
const btreeMethod types.OID = 403

func rowsIndex(_ context.Context, s *Snapshot, _ *types.Env, w *Rows) error {
	for _, x := range s.indexes {
		w.Begin()
		w.OID("indexrelid", x.OID)
		w.OID("indrelid", x.Stream.OID)
		w.Int("indnatts", 1)
		w.Int("indnkeyatts", 1)
		w.Bool("indimmediate", true)
		w.Bool("indisvalid", true)
		w.Bool("indisready", true)
		w.Bool("indislive", true)
		w.Text("indkey", "1")
		w.Text("indcollation", "0")
		w.Text("indclass", "3127") // timestamptz_ops
		w.Text("indoption", "0")
		w.Text("indpred", x.Signal.Definition)
		w.End()
	}
	return nil
}

func rowsIndexes(_ context.Context, s *Snapshot, _ *types.Env, w *Rows) error {
	for _, x := range s.indexes {
		w.Begin()
		w.Text("schemaname", x.Schema)
		w.Text("tablename", x.Stream.Name)
		w.Text("indexname", x.Name)
		w.Text("indexdef", x.Definition())
		w.End()
	}
	return nil
}

// DropIndex removes an index and what was said of it. name is for the error.
func DropIndex(e *engine.SchemaEdit, id engine.SignalID, name string) error {
	PutComment(e, Comment{Class: ClassRelation, Object: indexOID(id)})
	err := e.DropSignal(id)
	if errors.Is(err, engine.ErrNoSignal) {
		return types.Errorf(types.CodeUndefinedObject, "index %q does not exist", name)
	}
	return err
}

func indexOID(id engine.SignalID) types.OID { return firstIndexOID + types.OID(id) }

func init() {
	builtin["pg_catalog.pg_index"] = maker{rows: rowsIndex}
	builtin["pg_catalog.pg_indexes"] = maker{rows: rowsIndexes}
}
