package catalog

import (
	"fmt"

	"github.com/flare-pg/flare-pg/types"
)

func init() {
	builtin["pg_catalog.pg_attribute"] = maker{fixed: fixedAttributes, known: knownAttributes}
}

// fixedAttributes lists the columns of the system relations.
func fixedAttributes(r *Registry, w *Rows) {
	for _, rel := range r.relations() {
		if rel.kind == 'r' {
			for _, c := range systemColumns {
				attribute(w, rel.oid, tableColumn{name: c.Name, oid: c.Type, typmod: -1, attr: c.Attr, notNull: true})
			}
		}
		for i, c := range rel.columns {
			attribute(w, rel.oid, tableColumn{name: c.Name, oid: c.Type, typmod: c.Typmod, attr: c.Attr, notNull: rel.notNull[i]})
		}
	}
}

// knownAttributes lists the columns of streams, views and indexes.
func knownAttributes(s *Snapshot, w *Rows) {
	for _, r := range s.own {
		cols := tableColumns(r)
		for _, c := range cols {
			attribute(w, r.OID, c)
		}
		for _, attr := range unusedNumbers(cols) {
			droppedAttribute(w, r.OID, attr)
		}
	}
	for _, x := range s.indexes {
		attribute(w, x.OID, tableColumn{name: "timestamp", oid: types.Timestamptz, typmod: -1, attr: 1})
	}
}

// unusedNumbers lists the attnums below the highest one that no column has: members of objects have them, and some are kept for core columns to come.
func unusedNumbers(cols []tableColumn) []int16 {
	used, last := map[int16]bool{}, int16(0)
	for _, c := range cols {
		used[c.attr], last = true, max(last, c.attr)
	}
	var out []int16
	for attr := int16(1); attr < last; attr++ {
		if !used[attr] {
			out = append(out, attr)
		}
	}
	return out
}

// droppedAttribute is the row of a number without a column, as of one that was dropped: pg_dump wants a row for each number.
func droppedAttribute(w *Rows, relation types.OID, attr int16) {
	w.Begin()
	w.OID("attrelid", relation)
	w.Text("attname", fmt.Sprintf("........pg.dropped.%d........", attr))
	w.Int("attnum", int64(attr))
	w.Int("attcacheoff", -1)
	w.Int("atttypmod", -1)
	w.Int("attlen", -1)
	w.Text("attalign", "i")
	w.Text("attstorage", "x")
	w.Bool("attisdropped", true)
	w.Bool("attislocal", true)
	w.End()
}

func attribute(w *Rows, relation types.OID, c tableColumn) {
	w.Begin()
	w.OID("attrelid", relation)
	w.Text("attname", c.name)
	w.OID("atttypid", c.oid)
	w.Int("attnum", int64(c.attr))
	w.Int("attcacheoff", -1)
	w.Int("atttypmod", int64(c.typmod))
	if c.attr > 0 {
		w.Int("attstattarget", -1)
	}
	p := physicsOf(c.oid)
	w.Int("attlen", p.length)
	w.Bool("attbyval", p.byValue)
	w.Text("attalign", p.align)
	w.Text("attstorage", p.storage)
	w.OID("attcollation", p.collation)
	if types.ElemOf(c.oid) != 0 {
		w.Int("attndims", 1)
	}
	w.Bool("attnotnull", c.notNull)
	w.Bool("atthasdef", c.byDefault != "")
	w.Bool("attislocal", true)
	w.End()
}
