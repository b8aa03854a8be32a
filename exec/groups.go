package exec

import (
	"encoding/binary"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// groups numbers the distinct keys it is shown, from 0 in order of first appearance. Nulls are equal to each
// other. It is the hash table of grouping, DISTINCT and joins.
//
// One integer key and one text key are looked up as they are; any other key by its values' bytes for
// equality (types.AppendKey), each behind its length.
type groups struct {
	types []types.OID
	keys  []*column.Vector // the groups' keys: Plain, one row a group

	ints  map[int64]int32
	texts map[string]int32
	null  int32 // the group of the null key (single keys), -1 none yet

	entries []int32 // by dictionary entry: its group, -1 not looked up yet
	key     []byte
	hashed  int64 // bytes of the map's own copies of keys
}

func newGroups(keyTypes []types.OID) *groups {
	g := &groups{types: keyTypes, null: -1}
	for _, t := range keyTypes {
		g.keys = append(g.keys, column.New(types.KindOf(t)))
	}
	if len(keyTypes) == 1 && integral(keyTypes[0]) {
		g.ints = map[int64]int32{}
	} else {
		g.texts = map[string]int32{}
	}
	return g
}

// single reports whether the key's own bytes are the key.
func (g *groups) single() bool {
	return len(g.types) == 1 && textual(g.types[0])
}

// len is the number of groups.
func (g *groups) len() int {
	if len(g.keys) == 0 {
		return 0
	}
	return g.keys[0].Len
}

// bytes estimates the memory held.
func (g *groups) bytes() int64 {
	const entry = 40 // of a Go map: key header, value, control bytes, load factor
	return g.hashed + int64(g.len())*entry + bytesOf(g.keys)
}

// growth estimates what so many rows of these keys add at most.
func (g *groups) growth(keys []*column.Vector, rows int) int64 {
	return 2*payload(keys, rows) + 40*int64(rows)
}

// assign puts the group of each selected row of n into out, making the groups that don't exist yet.
func (g *groups) assign(n int, sel column.Selection, keys []*column.Vector, out []int32) error {
	for _, k := range g.keys {
		if len(k.Bytes) > math.MaxInt32/2 {
			return types.Errorf(types.CodeProgramLimitExceeded, "the keys of all groups together exceed 1 GiB")
		}
	}
	if len(keys) == 1 {
		v := keys[0]
		switch v.Form {
		case column.Constant:
			if sel.Count(n) == 0 {
				return nil
			}
			id := g.row(keys, 0)
			for i := range each(sel, n) {
				out[i] = id
			}
			return nil
		case column.Dictionary:
			g.byEntry(n, sel, keys, out)
			return nil
		}
		if g.ints != nil && sel == nil && v.Valid == nil {
			for i, x := range v.Ints[:n] {
				id, ok := g.ints[x]
				if !ok {
					id = g.add(keys, i)
					g.ints[x] = id
				}
				out[i] = id
			}
			return nil
		}
	}
	for i := range each(sel, n) {
		out[i] = g.row(keys, i)
	}
	return nil
}

// byEntry is assign for one dictionary: each entry is looked up once.
func (g *groups) byEntry(n int, sel column.Selection, keys []*column.Vector, out []int32) {
	v := keys[0]
	if cap(g.entries) < v.Dict.Len {
		g.entries = make([]int32, v.Dict.Len)
	}
	g.entries = g.entries[:v.Dict.Len]
	for i := range g.entries {
		g.entries[i] = -1
	}
	for i := range each(sel, n) {
		if v.Null(i) {
			out[i] = g.row(keys, i)
			continue
		}
		code := v.Codes[i]
		if g.entries[code] < 0 {
			g.entries[code] = g.row(keys, i)
		}
		out[i] = g.entries[code]
	}
}

// row gives the group of one row.
func (g *groups) row(keys []*column.Vector, i int) int32 {
	single := g.ints != nil || g.single()
	if single && keys[0].Null(i) {
		if g.null < 0 {
			g.null = g.add(keys, i)
		}
		return g.null
	}
	if g.ints != nil {
		x := keys[0].Int(i)
		id, ok := g.ints[x]
		if !ok {
			id = g.add(keys, i)
			g.ints[x] = id
		}
		return id
	}
	key := g.encode(keys, i)
	id, ok := g.texts[string(key)]
	if !ok {
		id = g.add(keys, i)
		g.texts[string(key)] = id
		g.hashed += int64(len(key))
	}
	return id
}

// find gives the group of one row without making one; -1 none. A null in the key finds nothing.
func (g *groups) find(keys []*column.Vector, i int) int32 {
	for _, k := range keys {
		if k.Null(i) {
			return -1
		}
	}
	if g.ints != nil {
		if id, ok := g.ints[keys[0].Int(i)]; ok {
			return id
		}
		return -1
	}
	if id, ok := g.texts[string(g.encode(keys, i))]; ok {
		return id
	}
	return -1
}

// encode gives the bytes by which a row's key is looked up.
func (g *groups) encode(keys []*column.Vector, i int) []byte {
	if g.single() {
		return keys[0].Str(i)
	}
	g.key = g.key[:0]
	for k, v := range keys {
		if v.Null(i) {
			g.key = append(g.key, 0)
			continue
		}
		// The length tells where one key ends and the next begins.
		at := len(g.key) + 1
		g.key = types.AppendKey(append(g.key, 1, 0, 0, 0, 0), g.types[k], v, i)
		binary.LittleEndian.PutUint32(g.key[at:], uint32(len(g.key)-at-4))
	}
	return g.key
}

// add makes a group with the key of row i.
func (g *groups) add(keys []*column.Vector, i int) int32 {
	id := int32(g.len())
	for k, v := range keys {
		g.keys[k].AppendFrom(v, i)
	}
	return id
}
