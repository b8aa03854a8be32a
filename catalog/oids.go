package catalog

import "github.com/flare-pg/flare-pg/types"

// Catalog relations by whose OIDs objects are told apart, in pg_description, pg_depend and pg_describe_object.
const (
	classType       types.OID = 1247
	classAttribute  types.OID = 1249
	classFunction   types.OID = 1255
	classRelation   types.OID = 1259
	classDatabase   types.OID = 1262
	classRole       types.OID = 1260
	classTablespace types.OID = 1213
	classConstraint types.OID = 2606
	classOperator   types.OID = 2617
	classSchema     types.OID = 2615
	classCollation  types.OID = 3456
)

// Where the OIDs begin of what belongs to a relation that has one: so they are as stable as the relation's.
const (
	rowTypeOIDs  types.OID = 1 << 27 // a relation's row type
	rowArrayOIDs types.OID = 1 << 28 // the array type of that
)

// attributeOID makes an OID for what a relation has at most one of for each column.
func attributeOID(base, relation types.OID, attr int16) types.OID {
	return base + relation<<11 + types.OID(attr)
}
