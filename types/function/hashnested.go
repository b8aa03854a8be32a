package function

import (
	"encoding/binary"
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Hashes of what is made of other values: arrays, records, ranges and jsonb. They are put together as in PostgreSQL, in 32 bits where there is no seed and
// in 64 where there is one.

// combination is how hashes are put together, which differs with their width.
type combination struct {
	extended bool
	seed     uint64
}

func (m combination) cut(h uint64) uint64 {
	if m.extended {
		return h
	}
	return uint64(uint32(h))
}

// next is a list's hash with that of one more element.
func (m combination) next(list, element uint64) uint64 { return m.cut(list<<5 - list + element) }

// turned rotates a hash by one bit, a wide one by halves.
func (m combination) turned(h uint64) uint64 {
	low := uint64(bits.RotateLeft32(uint32(h), 1))
	if !m.extended {
		return low
	}
	return uint64(bits.RotateLeft32(uint32(h>>32), 1))<<32 | low
}

// value hashes a value that is an element.
func (m combination) value(t types.OID, v *column.Vector, i int) (uint64, error) {
	switch {
	case types.ElemOf(t) != 0 && t != types.OidVector:
		return m.array(types.ElemOf(t), v.Str(i))
	case t == types.JSONB:
		return m.jsonb(v.Str(i)), nil
	case t == types.Record:
		return m.record(v.Str(i))
	case types.IsRange(t):
		return m.span(types.SubtypeOf(t), types.ReadRange(types.SubtypeOf(t), v.Str(i)))
	case types.SubtypeOf(t) != 0:
		return m.spans(types.SubtypeOf(t), v.Str(i))
	}
	hash, ok := hashes()[t]
	if !ok {
		return 0, notHashable(t)
	}
	return m.cut(hash(v, i, m.seed)), nil
}

// hashable reports whether values of a type have a hash; their elements may have none.
func hashable(t types.OID) bool {
	_, ok := hashes()[t]
	return ok || t == types.JSONB || t == types.Record || types.ElemOf(t) != 0 || types.SubtypeOf(t) != 0
}

func notHashable(t types.OID) error {
	return types.Errorf(types.CodeUndefinedFunction, "could not identify a hash function for type %s", sqlName(t))
}

func (m combination) array(elem types.OID, s []byte) (uint64, error) {
	if !hashable(elem) {
		return 0, notHashable(elem)
	}
	a := types.ReadArray(elem, s)
	h := uint64(1)
	for i := range a.Values.Len {
		var element uint64
		if !a.Values.Null(i) {
			var err error
			if element, err = m.value(elem, a.Values, i); err != nil {
				return 0, err
			}
		}
		h = m.next(h, element)
	}
	return h, nil
}

func (m combination) record(s []byte) (uint64, error) {
	row := types.ReadRecord(s)
	h := uint64(0)
	for k, f := range row.Fields {
		if !hashable(f.Type) {
			return 0, notHashable(f.Type)
		}
		var field uint64
		if !row.Values[k].Null(0) {
			var err error
			if field, err = m.value(f.Type, row.Values[k], 0); err != nil {
				return 0, err
			}
		}
		h = m.next(h, field)
	}
	return h, nil
}

// span hashes a range: its flags (as PostgreSQL stores them) and its bounds.
func (m combination) span(sub types.OID, r types.Range) (uint64, error) {
	flags := uint32(0)
	var ends [2]uint64
	if r.Empty {
		flags = 1
	} else {
		for k, b := range []types.Bound{r.Lower, r.Upper} {
			switch {
			case b.Infinite:
				flags |= 8 << k
				continue
			case b.Inclusive:
				flags |= 2 << k
			}
			v := column.New(types.KindOf(sub))
			if sub == types.Numeric {
				v.AppendBytes(b.Decimal)
			} else {
				v.AppendInt(b.Int)
			}
			var err error
			if ends[k], err = m.value(sub, v, 0); err != nil {
				return 0, err
			}
		}
	}
	h := m.cut(hashUint32(flags, m.seed)) ^ ends[0]
	return m.turned(h) ^ ends[1], nil
}

func (m combination) spans(sub types.OID, s []byte) (uint64, error) {
	h := uint64(1)
	for _, r := range types.ReadRanges(sub, s) {
		one, err := m.span(sub, r)
		if err != nil {
			return 0, err
		}
		h = m.next(h, one)
	}
	return h, nil
}

// jsonb hashes a value as PostgreSQL walks it: a mark where an array or an object begins, and each key and scalar.
func (m combination) jsonb(s []byte) uint64 {
	h := uint64(0)
	mark := func(flag uint64) {
		if m.extended {
			flag |= flag << 32
		}
		h ^= flag
	}
	const array, object = 0x40000000, 0x20000000
	scalar := func(s []byte) {
		var x uint64
		switch s[0] {
		case 'n':
			x = m.seed + 1
		case 't', 'f':
			is := byte(0)
			if s[0] == 't' {
				is = 1
			}
			x = []uint64{4, 2}[is]
			if m.seed != 0 {
				x = hashUint32(uint32(is), m.seed)
			}
		case '"':
			x = hashBytes(types.AppendJSONUnquoted(nil, s), m.seed)
		default:
			x = hashNumeric(s, m.seed)
		}
		h = m.turned(h) ^ m.cut(x)
	}
	var walk func(s []byte)
	walk = func(s []byte) {
		switch s[0] {
		case '{':
			mark(object)
			members(s, func(key, value []byte) bool {
				scalar(key)
				walk(value)
				return true
			})
		case '[':
			mark(array)
			elements(s, func(value []byte) bool { walk(value); return true })
		default:
			scalar(s)
		}
	}
	s = trimJSON(s)
	switch {
	case len(s) == 0, s[0] == '{' && skipBlank(s, 1) == len(s)-1, s[0] == '[' && skipBlank(s, 1) == len(s)-1:
		return m.seed
	case s[0] != '{' && s[0] != '[':
		mark(array) // a scalar alone is kept in an array
	}
	walk(s)
	return h
}

// hashNumeric hashes a numeric's digits to the base 10000, without zeros at either end, and its weight: equal numbers have the same.
func hashNumeric(s []byte, seed uint64) uint64 {
	v := column.New(types.KindOf(types.Numeric))
	v.AppendBytes(s)
	b, err := types.AppendBinary(nil, nil, types.Numeric, v, 0)
	if err != nil || binary.BigEndian.Uint16(b[4:])&0xc000 == 0xc000 { // NaN and the infinities
		return seed
	}
	weight, digits := int64(int16(binary.BigEndian.Uint16(b[2:]))), b[8:]
	for len(digits) > 0 && digits[0] == 0 && digits[1] == 0 {
		digits, weight = digits[2:], weight-1
	}
	for n := len(digits); n > 0 && digits[n-1] == 0 && digits[n-2] == 0; n = len(digits) {
		digits = digits[:n-2]
	}
	if len(digits) == 0 {
		return seed - 1
	}
	little := make([]byte, len(digits))
	for i := 0; i < len(digits); i += 2 {
		little[i], little[i+1] = digits[i+1], digits[i]
	}
	return hashBytes(little, seed) ^ uint64(weight)
}

// registerNestedHashes: the functions for them.
func registerNestedHashes(r *registry) {
	both := func(plain, extended, t string, hash func(c *Call, m combination, v *column.Vector, i int) (uint64, error)) {
		r.fn(plain+"("+t+")", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			h, err := hash(c, combination{}, a[0], i)
			out.AppendInt(int64(int32(h)))
			return err
		}))
		r.fn(extended+"("+t+",int8)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			h, err := hash(c, combination{true, uint64(a[1].Int(i))}, a[0], i)
			out.AppendInt(int64(h))
			return err
		}))
	}
	ofValue := func(c *Call, m combination, v *column.Vector, i int) (uint64, error) { return m.value(c.Args[0], v, i) }
	for name, t := range map[string]string{"hash_array": "anyarray", "hash_record": "record", "hash_range": "anyrange", "hash_multirange": "anymultirange"} {
		both(name, name+"_extended", t, ofValue)
	}
	both("jsonb_hash", "jsonb_hash_extended", "jsonb", func(_ *Call, m combination, v *column.Vector, i int) (uint64, error) {
		return m.jsonb(v.Str(i)), nil
	})
}
