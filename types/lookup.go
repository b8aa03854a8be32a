package types

import (
	"slices"
	"sort"
	"strings"

	"github.com/flare-pg/flare-pg/column"
)

// The table in the three orders in which it is asked.
var (
	allTypes   []*Type
	typeByOID  = map[OID]*Type{}
	typeByName = map[string]*Type{}
)

// spellings are the names that SQL's grammar or users have for types beside typname and format_type's.
var spellings = map[string]OID{
	"int": Int4, "integer": Int4, "smallint": Int2, "bigint": Int8, "real": Float4, "float": Float8,
	"double precision": Float8, "decimal": Numeric, "dec": Numeric, "boolean": Bool,
	"character varying": Varchar, "char varying": Varchar, "character": BPChar,
	"timestamp with time zone": Timestamptz, "timestamp without time zone": Timestamp,
	"time without time zone": Time, "time with time zone": TimeTZ, "bit varying": VarBit,
}

func init() {
	scalars := slices.Concat(scalars, moreScalars)
	for i := range scalars {
		addType(&scalars[i])
	}
	for i := range scalars {
		if s := &scalars[i]; s.Array != 0 {
			category := byte('A')
			if s.OID == Record {
				category = 'P'
			}
			addType(&Type{
				OID: s.Array, Name: "_" + s.Name, SQL: s.SQL + "[]", Elem: s.OID, Len: -1,
				Category: category, Kind: column.Text,
			})
		}
	}
	for name, oid := range spellings {
		typeByName[name] = typeByOID[oid]
	}
	sort.Slice(allTypes, func(i, j int) bool { return allTypes[i].OID < allTypes[j].OID })
}

func addType(t *Type) {
	allTypes = append(allTypes, t)
	typeByOID[t.OID] = t
	typeByName[t.Name] = t
}

// Lookup finds a type by its OID. The Type is shared and must not be changed.
func Lookup(oid OID) (*Type, bool) {
	t, ok := typeByOID[oid]
	return t, ok
}

// ByName finds a type by a name in lower case: pg_type's ("int4", "_int4"), SQL's ("integer",
// "timestamp with time zone") or either with "[]" behind it for the array type. The name "char" is
// the one-byte type "char"; SQL's char is "bpchar" or "character", as PostgreSQL's grammar says.
func ByName(name string) (*Type, bool) {
	if t, ok := typeByName[name]; ok {
		return t, true
	}
	if elem, ok := strings.CutSuffix(name, "[]"); ok {
		for strings.HasSuffix(elem, "[]") { // any number of dimensions is the same type
			elem = elem[:len(elem)-2]
		}
		if t, ok := typeByName[strings.TrimRight(elem, " ")]; ok && t.Array != 0 {
			return typeByOID[t.Array], true
		}
	}
	return nil, false
}

// All lists the type table by OID. The slice and its Types are shared and must not be changed.
func All() []*Type { return allTypes }

// KindOf tells how vectors hold values of the type, column.Invalid where the type is unknown.
func KindOf(oid OID) column.Kind {
	if t, ok := typeByOID[oid]; ok {
		return t.Kind
	}
	return column.Invalid
}

// ElemOf gives the element type of an array type, 0 for any other type. int2vector and oidvector are
// array types in this sense.
func ElemOf(oid OID) OID {
	if t, ok := typeByOID[oid]; ok && (t.Category == 'A' || oid == RecordArray) {
		return t.Elem
	}
	return 0 // point and the like have elements, too, but are no arrays
}

// ArrayOf gives the array type of an element type, 0 where there is none; of an array type it is the type itself, as arrays of
// arrays are arrays of more dimensions.
func ArrayOf(oid OID) OID {
	t, ok := typeByOID[oid]
	switch {
	case !ok:
		return 0
	case ElemOf(oid) != 0 && t.Array == 0:
		return oid
	}
	return t.Array
}
