// Package catalog knows what exists: streams with their columns, and the system relations (pg_catalog,
// information_schema, flare) that show what exists, each a plan.Source like any other.
//
// A Snapshot is what exists in one generation of the store; statements are bound against one. What the
// catalog can't know itself (settings, sessions, files) comes from providers that are registered by the rooms above.
//
// It knows no SQL text, runs no plans and never touches a file.
package catalog

import (
	"slices"
	"sort"
	"sync"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// PublicSchema is where streams live unless told otherwise.
const PublicSchema = "public"

// Catalog makes snapshots. It may be used by many goroutines.
type Catalog struct {
	registry *Registry

	mu   sync.Mutex
	last *Snapshot // of the newest schema asked for; most statements see the same one
}

// New returns a catalog over the system relations and the providers of a registry (nil: none but the built-in ones). The registry
// must be complete by the time of the first Snapshot.
func New(registry *Registry) *Catalog {
	if registry == nil {
		registry = NewRegistry()
	}
	return &Catalog{registry: registry}
}

// Snapshot returns what exists under a schema of the store. It is cheap for the schema that was asked for last.
func (c *Catalog) Snapshot(schema *engine.Schema) *Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil || c.last.schema != schema {
		c.last = newSnapshot(c.registry, schema)
	}
	return c.last
}

// Snapshot is what exists in one generation. It is immutable and may be used by many goroutines.
type Snapshot struct {
	schema    *engine.Schema
	registry  *Registry
	streams   []*Stream  // in order of OID
	indexes   []*Index   // in order of OID
	views     []*View    // in order of OID
	own       []Relation // streams and views, in order of OID
	spaces    []namespace
	relations map[relationKey]Relation
	byOID     map[types.OID]relationKey
	objects   objectIndex
	roles     func() *Roles // made at the first use
}

type relationKey struct{ schema, name string }

func newSnapshot(registry *Registry, schema *engine.Schema) *Snapshot {
	s := &Snapshot{schema: schema, registry: registry, relations: map[relationKey]Relation{}, byOID: map[types.OID]relationKey{}}
	s.roles = sync.OnceValue(func() *Roles { return RolesOf(schema) })
	for _, rel := range registry.relations() {
		rel := rel
		s.add(Relation{OID: rel.oid, Schema: rel.schema, Name: rel.name, Source: &systemSource{snapshot: s, relation: rel}})
	}
	for _, st := range schema.Streams {
		stream := newStream(st, tableOf(schema, st.ID))
		s.streams = append(s.streams, stream)
		s.add(Relation{OID: stream.OID, Schema: stream.Schema, Name: stream.Name, Stream: stream})
	}
	sort.Slice(s.streams, func(i, j int) bool { return s.streams[i].OID < s.streams[j].OID })
	s.newIndexes()
	for _, v := range viewsOf(schema) {
		s.views = append(s.views, v)
		s.add(Relation{OID: v.OID, Schema: v.Schema, Name: v.Name, View: v})
	}
	s.spaces = s.findNamespaces()
	for _, r := range s.all() {
		if r.Source == nil {
			s.own = append(s.own, r)
		}
	}
	return s
}

func (s *Snapshot) add(r Relation) {
	key := relationKey{r.Schema, r.Name}
	s.relations[key] = r
	s.byOID[r.OID] = key
}

// Relation finds a relation by its exact name. Schema "" follows the search path: pg_catalog, then public.
func (s *Snapshot) Relation(schema, name string) (Relation, bool) {
	if schema != "" {
		r, ok := s.relations[relationKey{schema, name}]
		return r, ok
	}
	for _, schema := range [...]string{"pg_catalog", PublicSchema} {
		if r, ok := s.relations[relationKey{schema, name}]; ok {
			return r, true
		}
	}
	return Relation{}, false
}

// Find finds a relation by its exact name in the first schema of a search path that has it. pg_catalog comes first where the path
// doesn't name it.
func (s *Snapshot) Find(path []string, name string) (Relation, bool) {
	if !slices.Contains(path, "pg_catalog") {
		if r, ok := s.relations[relationKey{"pg_catalog", name}]; ok {
			return r, true
		}
	}
	for _, schema := range path {
		if r, ok := s.relations[relationKey{schema, name}]; ok {
			return r, true
		}
	}
	return Relation{}, false
}

// RelationByOID finds a relation by its OID.
func (s *Snapshot) RelationByOID(oid types.OID) (Relation, bool) {
	key, ok := s.byOID[oid]
	if !ok {
		return Relation{}, false
	}
	return s.relations[key], true
}

// HasSchema reports whether a schema of that name exists.
func (s *Snapshot) HasSchema(name string) bool {
	for _, n := range s.spaces {
		if n.name == name {
			return true
		}
	}
	return false
}

// Streams lists the streams in order of their OIDs. The slice is not to be changed.
func (s *Snapshot) Streams() []*Stream { return s.streams }

// Relations lists every relation in order of its OID.
func (s *Snapshot) Relations() []Relation { return s.all() }

// all lists every relation in order of its OID.
func (s *Snapshot) all() []Relation {
	out := make([]Relation, 0, len(s.relations))
	for _, r := range s.relations {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].OID < out[j].OID })
	return out
}

// Relation is a stream, a view or a system relation; exactly one of Stream, View and Source is set.
type Relation struct {
	OID    types.OID
	Schema string
	Name   string
	Stream *Stream
	View   *View
	Source plan.Source
}
