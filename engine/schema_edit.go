package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// SchemaEdit changes a schema by copying. What it is given is applied when the transaction commits, and to the schema
// that the transaction itself sees before; so a change must give the same result each time.
type SchemaEdit struct {
	schema  *Schema
	edits   manifest.Edits // that say so in the MANIFEST
	changed bool
	owned   map[StreamID]bool // streams that are copies already
	dropped []StreamID
}

// Schema gives the schema with the changes so far.
func (e *SchemaEdit) Schema() *Schema { return e.schema }

// begin makes the schema a copy of its own, of the next version.
func (e *SchemaEdit) begin() {
	if e.changed {
		return
	}
	e.changed = true
	s := *e.schema
	s.Version++
	s.Streams = slices.Clone(s.Streams)
	s.Signals = slices.Clone(s.Signals)
	s.Objects = maps.Clone(s.Objects)
	e.schema, e.owned = &s, map[StreamID]bool{}
}

// stream gives a copy of a stream that can be changed.
func (e *SchemaEdit) stream(t *StreamSchema) *StreamSchema {
	e.begin()
	if e.owned[t.ID] {
		return e.schema.Stream(t.ID)
	}
	c := *t
	c.Properties, c.index = slices.Clone(t.Properties), maps.Clone(t.index)
	e.schema.Streams[slices.Index(e.schema.Streams, t)] = &c
	e.owned[t.ID] = true
	return &c
}

// observe adds the properties of sum and widens what is there. Declared types stay.
func (e *SchemaEdit) observe(id StreamID, sum *event.Summary) {
	t := e.schema.Stream(id)
	if t == nil || sum.Len() == 0 {
		return
	}
	for _, o := range sum.Properties() {
		i, known := t.index[pathKey(o.Path)]
		if !known {
			if len(t.Properties) >= event.MaxPaths {
				continue
			}
			t = e.stream(t)
			p := Property{Path: o.Path, Type: uint32(o.Type), Big: o.Big, Long: o.Long, Seq: uint32(len(t.Properties) + 1)}
			t.index[pathKey(o.Path)] = len(t.Properties)
			t.Properties = append(t.Properties, p)
			e.edits.Property(uint64(id), manifest.Property(p))
			continue
		}
		p := t.Properties[i]
		if p.Declared {
			continue
		}
		merged := event.Property{Path: p.Path, Type: event.PropertyType(p.Type), Big: p.Big, Long: p.Long}
		merged.Merge(&o)
		if uint32(merged.Type) == p.Type && merged.Big == p.Big && merged.Long == p.Long {
			continue
		}
		p.Type, p.Big, p.Long = uint32(merged.Type), merged.Big, merged.Long
		t = e.stream(t)
		t.Properties[i] = p
		e.edits.Property(uint64(id), manifest.Property(p))
	}
}

// CreateStream adds a stream with an id of Store.NewStreamID. ErrStreamExists where the name is taken.
func (e *SchemaEdit) CreateStream(id StreamID, schema, name string) error {
	if e.schema.Lookup(schema, name) != nil {
		return fmt.Errorf("%w: %q.%q", ErrStreamExists, schema, name)
	}
	if e.schema.Stream(id) != nil {
		return fmt.Errorf("%w: id %d", ErrStreamExists, id)
	}
	e.begin()
	at, _ := slices.BinarySearchFunc(e.schema.Streams, id, func(t *StreamSchema, id StreamID) int { return cmp.Compare(t.ID, id) })
	e.schema.Streams = slices.Insert(e.schema.Streams, at, &StreamSchema{ID: id, Schema: schema, Name: name, index: map[string]int{}})
	e.owned[id] = true
	e.edits.Stream(uint64(id), schema, name)
	return nil
}

// RenameStream gives a stream another schema and name. ErrNoStream, ErrStreamExists.
func (e *SchemaEdit) RenameStream(id StreamID, schema, name string) error {
	t := e.schema.Stream(id)
	if t == nil {
		return fmt.Errorf("%w: %d", ErrNoStream, id)
	}
	if o := e.schema.Lookup(schema, name); o != nil && o.ID != id {
		return fmt.Errorf("%w: %q.%q", ErrStreamExists, schema, name)
	}
	t = e.stream(t)
	t.Schema, t.Name = schema, name
	e.edits.Stream(uint64(id), schema, name)
	return nil
}

// DropStream removes a stream with its signals and, when the last reader that sees them has ended, its files. ErrNoStream.
func (e *SchemaEdit) DropStream(id StreamID) error {
	t := e.schema.Stream(id)
	if t == nil {
		return fmt.Errorf("%w: %d", ErrNoStream, id)
	}
	for _, g := range e.schema.StreamSignals(id) {
		if err := e.DropSignal(g.ID); err != nil {
			return err
		}
	}
	e.begin()
	e.schema.Streams = slices.DeleteFunc(e.schema.Streams, func(x *StreamSchema) bool { return x.ID == id })
	e.dropped = append(e.dropped, id) // the writer adds the edit behind those that remove its files
	return nil
}

// Declare sets the type of a property, which is added where it is not there, so that it does not widen. ErrNoStream.
func (e *SchemaEdit) Declare(id StreamID, path []string, oid uint32) error {
	t := e.schema.Stream(id)
	if t == nil {
		return fmt.Errorf("%w: %d", ErrNoStream, id)
	}
	i, known := t.index[pathKey(path)]
	t = e.stream(t)
	if !known {
		i = len(t.Properties)
		t.index[pathKey(path)] = i
		t.Properties = append(t.Properties, Property{Path: slices.Clone(path), Seq: uint32(i + 1)})
	}
	p := &t.Properties[i]
	p.Type, p.Declared = oid, true
	e.edits.Property(uint64(id), manifest.Property(*p))
	return nil
}

// CreateSignal adds a signal with an id of Store.NewSignalID. ErrNoStream, ErrSignalExists where the stream's schema has a signal of that name.
func (e *SchemaEdit) CreateSignal(g Signal) error {
	t := e.schema.Stream(g.Stream)
	if t == nil {
		return fmt.Errorf("%w: %d", ErrNoStream, g.Stream)
	}
	for _, o := range e.schema.Signals {
		if o.ID == g.ID || o.Name == g.Name && e.schema.Stream(o.Stream).Schema == t.Schema {
			return fmt.Errorf("%w: %q", ErrSignalExists, g.Name)
		}
	}
	g.conjuncts = conjunctsOf(g.Where)
	e.begin()
	at, _ := slices.BinarySearchFunc(e.schema.Signals, g.ID, func(o *Signal, id SignalID) int { return cmp.Compare(o.ID, id) })
	e.schema.Signals = slices.Insert(e.schema.Signals, at, &g)
	e.edits.Signal(manifest.Signal{ID: uint64(g.ID), Stream: uint64(g.Stream), Name: g.Name, Where: nql.Print(g.Where), Definition: g.Definition})
	return nil
}

// DropSignal removes a signal with its bitmaps. ErrNoSignal.
func (e *SchemaEdit) DropSignal(id SignalID) error {
	at, there := slices.BinarySearchFunc(e.schema.Signals, id, func(o *Signal, id SignalID) int { return cmp.Compare(o.ID, id) })
	if !there {
		return fmt.Errorf("%w: %d", ErrNoSignal, id)
	}
	e.begin()
	e.schema.Signals = slices.Delete(e.schema.Signals, at, at+1)
	e.edits.DropSignal(uint64(id))
	return nil
}

// conjunctsOf prints what a predicate is a conjunction of, in its plainest form, sorted.
func conjunctsOf(where nql.Expr) []string {
	var out []string
	for _, c := range nql.Conjuncts(where) {
		out = append(out, nql.Print(plainly(c)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Put puts and deletes catalog objects.
func (e *SchemaEdit) Put(objects ...Object) {
	for _, o := range objects {
		old, there := e.schema.Objects[o.ObjectKey]
		switch {
		case o.Data == nil && !there, o.Data != nil && there && string(old) == string(o.Data):
		case o.Data == nil:
			e.begin()
			delete(e.schema.Objects, o.ObjectKey)
			e.edits.Delete(manifest.ObjectKey(o.ObjectKey))
		default:
			e.begin()
			e.schema.Objects[o.ObjectKey] = append([]byte{}, o.Data...)
			e.edits.Put(manifest.ObjectKey(o.ObjectKey), o.Data)
		}
	}
}

// schemaOf makes the schema that a MANIFEST's state describes.
func schemaOf(s *manifest.State) *Schema {
	out := &Schema{Version: s.Counters.Schema, Objects: map[ObjectKey][]byte{}}
	for _, t := range s.Streams {
		c := &StreamSchema{ID: StreamID(t.ID), Schema: t.Schema, Name: t.Name, index: map[string]int{}}
		for i, p := range t.Properties {
			c.Properties = append(c.Properties, Property(p))
			c.index[pathKey(p.Path)] = i
		}
		out.Streams = append(out.Streams, c)
	}
	for _, g := range s.Signals {
		x := &Signal{ID: SignalID(g.ID), Stream: StreamID(g.Stream), Name: g.Name, Definition: g.Definition}
		if e, err := nql.ParseExpr(g.Where); err == nil { // else it was written by a program that knew more: it is kept and not used
			x.Where, x.conjuncts = e, conjunctsOf(e)
		}
		out.Signals = append(out.Signals, x)
	}
	slices.SortFunc(out.Signals, func(a, b *Signal) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(out.Streams, func(a, b *StreamSchema) int { return cmp.Compare(a.ID, b.ID) })
	for k, v := range s.Objects {
		out.Objects[ObjectKey(k)] = v
	}
	return out
}
