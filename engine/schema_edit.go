package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/event"
)

// schemaEdit changes a schema by copying, and collects the MANIFEST edits that say so.
type schemaEdit struct {
	schema  *Schema
	edits   manifest.Edits
	changed bool
	owned   map[StreamID]bool // streams that are copies already
}

// begin makes the schema a copy of its own, of the next version.
func (e *schemaEdit) begin() {
	if e.changed {
		return
	}
	e.changed = true
	s := *e.schema
	s.Version++
	s.Streams = slices.Clone(s.Streams)
	s.Objects = maps.Clone(s.Objects)
	e.schema, e.owned = &s, map[StreamID]bool{}
}

// stream gives a copy of a stream that can be changed.
func (e *schemaEdit) stream(t *StreamSchema) *StreamSchema {
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
func (e *schemaEdit) observe(id StreamID, sum *event.Summary) {
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

// create adds a stream.
func (e *schemaEdit) create(schema, name string) (StreamID, error) {
	if e.schema.Lookup(schema, name) != nil {
		return 0, fmt.Errorf("%w: %q.%q", ErrStreamExists, schema, name)
	}
	e.begin()
	id := StreamID(1)
	if n := len(e.schema.Streams); n > 0 {
		id = e.schema.Streams[n-1].ID + 1
	}
	e.schema.Streams = append(e.schema.Streams, &StreamSchema{ID: id, Schema: schema, Name: name, index: map[string]int{}})
	e.owned[id] = true
	e.edits.Stream(uint64(id), schema, name)
	return id, nil
}

// put puts and deletes catalog objects.
func (e *schemaEdit) put(objects []Object) {
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
	slices.SortFunc(out.Streams, func(a, b *StreamSchema) int { return cmp.Compare(a.ID, b.ID) })
	for k, v := range s.Objects {
		out.Objects[ObjectKey(k)] = v
	}
	return out
}
