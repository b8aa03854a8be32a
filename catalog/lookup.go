package catalog

import (
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// Lookup answers types.Objects from a snapshot, for one session: with its search path and the roles as it sees them.
type Lookup struct {
	Snapshot *Snapshot
	Path     []string
	Roles    *Roles
}

var _ types.Objects = Lookup{}

// fixed gives the rows of a system relation that are always the same.
func (l Lookup) fixed(relation string) *rowTable {
	return l.Snapshot.registry.byName[relationKey{"pg_catalog", relation}].fixedRows()
}

func (t *rowTable) column(name string) *column.Vector {
	for i, c := range t.layout.columns {
		if c.Name == name {
			return t.vectors[i]
		}
	}
	panic("catalog: no column " + name)
}

// byOID finds the row of an object by its OID, which is the first column.
func (t *rowTable) byOID(oid types.OID) (int, bool) {
	rows := t.index(0).numbers[int64(oid)]
	if len(rows) == 0 {
		return 0, false
	}
	return int(rows[0]), true
}

// byName finds the rows of objects by their name, which is the second column.
func (t *rowTable) byName(name string) []int32 { return t.index(1).texts[name] }

// overloads counts the functions or operators of a name that PostgreSQL has, here or not: a bare name means one only where there is one.
func (t *rowTable) overloads(name string) int {
	n := 0
	for _, line := range factsOf(t.layout.name).lines {
		if line[1] == name {
			n++
		}
	}
	return max(n, len(t.byName(name)))
}

// regName gives the text of a value of a reg* type as it is shown to somebody with the usual search path.
func (l Lookup) regName(reg, oid types.OID) (string, bool) {
	switch reg {
	case types.RegType:
		if t, ok := types.Lookup(oid); ok {
			return types.FormatType(t.OID, -1), true
		}
		return l.formatType(oid)
	case types.RegProc, types.RegProcedure:
		t := l.fixed("pg_proc")
		row, ok := t.byOID(oid)
		if !ok {
			return "", false
		}
		name, schema := string(t.column("proname").Str(row)), l.schemaName(t.column("pronamespace").Int(row))
		if reg == types.RegProc && schema == "pg_catalog" && t.overloads(name) == 1 || reg == types.RegProcedure && schema == "pg_catalog" {
			schema = ""
		}
		if reg == types.RegProc {
			return dotted(schema, name), true
		}
		return dotted(schema, name) + "(" + typeList(vectorOIDs(t.column("proargtypes"), row)) + ")", true
	case types.RegOper, types.RegOperator:
		t := l.fixed("pg_operator")
		row, ok := t.byOID(oid)
		if !ok {
			return "", false
		}
		name := string(t.column("oprname").Str(row))
		if reg == types.RegOper {
			if t.overloads(name) > 1 {
				name = "pg_catalog." + name
			}
			return name, true
		}
		left := "NONE"
		if x := types.OID(t.column("oprleft").Int(row)); x != 0 {
			left = types.FormatType(x, -1)
		}
		return name + "(" + left + "," + types.FormatType(types.OID(t.column("oprright").Int(row)), -1) + ")", true
	case types.RegNamespace:
		name := l.schemaName(int64(oid))
		return function.QuoteIdent(name), name != ""
	case types.RegRole:
		name, ok := l.roleName(oid)
		return function.QuoteIdent(name), ok
	case types.RegCollation:
		t := l.fixed("pg_collation")
		row, ok := t.byOID(oid)
		if !ok {
			return "", false
		}
		return function.QuoteIdent(string(t.column("collname").Str(row))), true
	}
	return "", false
}

// typeList names types with commas between, as regprocedure does.
func typeList(oids []types.OID) string {
	names := make([]string, len(oids))
	for i, t := range oids {
		names[i] = types.FormatType(t, -1)
	}
	return strings.Join(names, ",")
}

// vectorOIDs reads a value of type oidvector.
func vectorOIDs(v *column.Vector, row int) []types.OID {
	var out []types.OID
	for f := range strings.FieldsSeq(types.TextOf(nil, types.OidVector, v, row)) {
		out = append(out, types.OID(number(f)))
	}
	return out
}

// schemaName names a schema; "" where there is none.
func (l Lookup) schemaName(oid int64) string {
	for _, n := range l.Snapshot.spaces {
		if int64(n.oid) == oid {
			return n.name
		}
	}
	return ""
}

// roleName names a role, without quotes.
func (l Lookup) roleName(oid types.OID) (string, bool) {
	r, ok := l.Roles.ByOID(oid)
	if !ok {
		return "", false
	}
	return r.Name, true
}
