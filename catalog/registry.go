package catalog

import (
	"context"
	"hash/fnv"
	"sort"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// Provider makes the rows of a system relation that the catalog can't know by itself. It is called once for each scan, by
// any goroutine.
type Provider func(ctx context.Context, env *types.Env, w *Rows) error

// Registry holds the system relations. Register everything before a Catalog is made of it.
type Registry struct {
	byName  map[relationKey]*systemRelation
	measure func() map[engine.StreamID]Size
}

// Size is how large a stream is, its index bitmaps apart.
type Size struct {
	Events, Bytes, IndexBytes int64
}

// Measure registers who knows how large streams are now. A stream that it doesn't name is empty.
func (r *Registry) Measure(measure func() map[engine.StreamID]Size) { r.measure = measure }

// sizes asks how large streams are; ok is false where nobody knows.
func (r *Registry) sizes() (sizes map[engine.StreamID]Size, ok bool) {
	if r.measure == nil {
		return nil, false
	}
	return r.measure(), true
}

// maker is who makes the rows of a system relation; see systemRelation.
type maker struct {
	fixed func(r *Registry, w *Rows)
	known func(s *Snapshot, w *Rows)
	rows  func(ctx context.Context, s *Snapshot, env *types.Env, w *Rows) error
}

// builtin are the relations that the catalog fills by itself, by schema and name. Each file registers its own.
var builtin = map[string]maker{}

// NewRegistry returns a registry of all of PostgreSQL's system relations. Those that the catalog doesn't fill by itself are empty until a provider
// is registered, which for most is the truth: there are no such objects here.
func NewRegistry() *Registry {
	r := &Registry{byName: map[relationKey]*systemRelation{}}
	for name, l := range layouts() {
		r.put(l, builtin[name])
	}
	return r
}

func (r *Registry) put(l *layout, m maker) {
	r.byName[relationKey{l.schema, l.name}] = &systemRelation{registry: r, layout: l, fixed: m.fixed, known: m.known, rows: m.rows}
}

// Provide registers who makes the rows of a relation. For one that PostgreSQL has, columns is nil: it is described as there. A relation of our
// own (schema "flare") is described by columns, whose Name and Type count; none of them is assumed never to be null.
func (r *Registry) Provide(schema, name string, columns []plan.Column, p Provider) {
	l := layouts()[schema+"."+name]
	if l == nil {
		l = &layout{schema: schema, name: name, kind: 'v', notNull: make([]bool, len(columns))}
		l.oid = r.ownOID(schema, name)
		for i, c := range columns {
			c.Table, c.Attr, c.Typmod = l.oid, int16(i+1), -1
			l.columns = append(l.columns, c)
		}
	}
	r.put(l, maker{rows: func(ctx context.Context, _ *Snapshot, env *types.Env, w *Rows) error { return p(ctx, env, w) }})
}

// Relations of our own have OIDs from here on, below the first stream's, made from their names so that they stay the same.
const (
	ownOIDs     types.OID = 15000
	ownOIDCount uint32    = 1000
)

func (r *Registry) ownOID(schema, name string) types.OID {
	h := fnv.New32a()
	h.Write([]byte(schema + "." + name))
	oid := ownOIDs + h.Sum32()%ownOIDCount
	for {
		taken := false
		for key, rel := range r.byName {
			taken = taken || rel.oid == oid && key != relationKey{schema, name}
		}
		if !taken {
			return oid
		}
		oid = ownOIDs + (oid-ownOIDs+1)%ownOIDCount
	}
}

// relations lists what is registered, by OID.
func (r *Registry) relations() []*systemRelation {
	out := make([]*systemRelation, 0, len(r.byName))
	for _, rel := range r.byName {
		out = append(out, rel)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].oid < out[j].oid })
	return out
}
