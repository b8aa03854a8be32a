package catalog

import (
	"context"
	"hash/fnv"
	"sort"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// Provider makes the rows of a system relation that the catalog can't know by itself. It is called once for each scan, by
// any goroutine.
type Provider func(ctx context.Context, env *types.Env, w *Rows) error

// Registry holds the system relations. Register everything before a Catalog is made of it.
type Registry struct {
	byName map[relationKey]*systemRelation
}

// NewRegistry returns a registry of the relations that the catalog fills by itself; pg_settings, pg_stat_activity and flare's own are empty
// until a provider is registered.
func NewRegistry() *Registry {
	r := &Registry{byName: map[relationKey]*systemRelation{}}
	for name, rows := range builtin {
		r.put(layouts()[name], rows)
	}
	none := func(context.Context, *Snapshot, *types.Env, *Rows) error { return nil }
	for _, name := range nothingToSay {
		r.put(layouts()[name], none)
	}
	return r
}

func (r *Registry) put(l *layout, rows func(context.Context, *Snapshot, *types.Env, *Rows) error) {
	r.byName[relationKey{l.schema, l.name}] = &systemRelation{layout: l, rows: rows}
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
	r.put(l, func(ctx context.Context, _ *Snapshot, env *types.Env, w *Rows) error { return p(ctx, env, w) })
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
