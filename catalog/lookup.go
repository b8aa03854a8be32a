package catalog

import (
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// Lookup answers types.Objects from a snapshot, for one session: with its search path, and its user.
type Lookup struct {
	Snapshot *Snapshot
	Path     []string
	User     string
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

// RegName implements types.Objects.
func (l Lookup) RegName(reg, oid types.OID) (string, bool) {
	switch reg {
	case types.RegType:
		if t, ok := types.Lookup(oid); ok {
			return types.FormatType(t.OID, -1), true
		}
		return l.FormatType(oid)
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

func (l Lookup) roleName(oid types.OID) (string, bool) { return l.User, oid == bootstrapRole }

// RegOID implements types.Objects.
func (l Lookup) RegOID(reg types.OID, text string) (types.OID, error) {
	switch reg {
	case types.RegType:
		return l.typeOID(text)
	case types.RegProc:
		return l.single("pg_proc", text, "function \"%s\" does not exist", "more than one function named \"%s\"")
	case types.RegOper:
		return l.single("pg_operator", text, "operator does not exist: %s", "more than one operator named %s")
	case types.RegProcedure, types.RegOperator:
		return l.signature(reg, text)
	}
	schema, name, err := qualified(text)
	if err != nil {
		return 0, err
	}
	switch reg {
	case types.RegNamespace, types.RegRole:
		if schema != "" {
			return 0, types.Errorf("42602", "invalid name syntax")
		}
		if reg == types.RegRole {
			if name == l.User {
				return bootstrapRole, nil
			}
			return 0, types.Errorf(types.CodeUndefinedObject, "role \"%s\" does not exist", name)
		}
		if oid := l.Snapshot.namespaceOID(name); oid != 0 {
			return oid, nil
		}
		return 0, noSchema(name)
	case types.RegCollation:
		t := l.fixed("pg_collation")
		if rows := t.byName(name); len(rows) == 1 && (schema == "" || schema == "pg_catalog") {
			return types.OID(t.vectors[0].Int(int(rows[0]))), nil
		}
		return 0, types.Errorf(types.CodeUndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", plainDotted(schema, name))
	case types.RegConfig:
		return 0, types.Errorf(types.CodeUndefinedObject, "text search configuration \"%s\" does not exist", plainDotted(schema, name))
	case types.RegDictionary:
		return 0, types.Errorf(types.CodeUndefinedObject, "text search dictionary \"%s\" does not exist", plainDotted(schema, name))
	}
	return 0, types.Errorf(types.CodeFeatureNotSupported, "names of type %s are not supported", types.FormatType(reg, -1))
}

// plainDotted is a qualified name as messages have it, without quotes.
func plainDotted(schema, name string) string {
	if schema == "" {
		return name
	}
	return schema + "." + name
}

// typeOID finds a type by its name: one of the type table, or a relation's row type.
func (l Lookup) typeOID(text string) (types.OID, error) {
	oid, err := types.ParseTypeName(text)
	if err == nil {
		return oid, nil
	}
	base, array := strings.CutSuffix(strings.TrimSpace(text), "[]")
	if schema, name, nameErr := qualified(base); nameErr == nil {
		if schema != "" && !l.Snapshot.HasSchema(schema) {
			return 0, noSchema(schema)
		}
		r, ok := l.Snapshot.Find(l.Path, name)
		if schema != "" {
			r, ok = l.Snapshot.Relation(schema, name)
		}
		if bare, underlined := strings.CutPrefix(name, "_"); !ok && underlined && !array {
			if r, ok = l.Snapshot.Find(l.Path, bare); schema != "" {
				r, ok = l.Snapshot.Relation(schema, bare)
			}
			array = ok
		}
		if ok && r.Source == nil {
			if array {
				return rowArrayOIDs + r.OID, nil
			}
			return rowTypeOIDs + r.OID, nil
		}
		return 0, types.Errorf(types.CodeUndefinedObject, "type \"%s\" does not exist", plainDotted(schema, name)+map[bool]string{true: "[]"}[array])
	}
	return 0, err
}

// single finds the only function or operator of a name.
func (l Lookup) single(relation, text, none, several string) (types.OID, error) {
	schema, name, err := "", text, error(nil)
	if relation == "pg_proc" {
		schema, name, err = qualified(text)
	} else if rest, ok := strings.CutPrefix(text, "pg_catalog."); ok {
		schema, name = "pg_catalog", rest
	}
	if err != nil {
		return 0, err
	}
	t := l.fixed(relation)
	rows := l.inSchema(t, schema, t.byName(name))
	switch {
	case len(rows) == 0:
		return 0, types.Errorf(types.CodeUndefinedFunction, none, text)
	case len(rows) > 1 || t.overloads(name) > 1:
		return 0, types.Errorf(types.CodeAmbiguousFunction, several, text)
	}
	return types.OID(t.vectors[0].Int(int(rows[0]))), nil
}

// inSchema keeps the objects of a schema, or of the search path, in which pg_catalog comes first.
func (l Lookup) inSchema(t *rowTable, schema string, rows []int32) []int32 {
	namespace := t.vectors[2] // of pg_proc and pg_operator alike
	var out []int32
	for _, r := range rows {
		s := l.schemaName(namespace.Int(int(r)))
		if schema == s || schema == "" && (s == "pg_catalog" || contains(l.Path, s)) {
			out = append(out, r)
		}
	}
	return out
}

func contains(path []string, schema string) bool {
	for _, s := range path {
		if s == schema {
			return true
		}
	}
	return false
}

// signature finds a function or operator by its name and the types of its arguments.
func (l Lookup) signature(reg types.OID, text string) (types.OID, error) {
	written, args, err := splitArguments(text)
	if err != nil {
		return 0, err
	}
	oids := make([]types.OID, len(args))
	for i, a := range args {
		if reg == types.RegOperator && strings.EqualFold(a, "none") {
			continue
		}
		if oids[i], err = l.typeOID(a); err != nil {
			return 0, err
		}
	}
	if reg == types.RegProcedure {
		schema, name, err := qualified(written)
		if err != nil {
			return 0, err
		}
		t := l.fixed("pg_proc")
		for _, r := range l.inSchema(t, schema, t.byName(name)) {
			if equalOIDs(vectorOIDs(t.column("proargtypes"), int(r)), oids) {
				return types.OID(t.vectors[0].Int(int(r))), nil
			}
		}
		return 0, types.Errorf(types.CodeUndefinedFunction, "function \"%s\" does not exist", text)
	}
	switch {
	case len(oids) == 1:
		return 0, types.Errorf("42P02", "missing argument").WithHint("Use NONE to denote the missing argument of a unary operator.")
	case len(oids) != 2:
		return 0, types.Errorf("54023", "too many arguments").WithHint("Provide two argument types for operator.")
	}
	t := l.fixed("pg_operator")
	for _, r := range t.byName(strings.TrimPrefix(written, "pg_catalog.")) {
		if types.OID(t.column("oprleft").Int(int(r))) == oids[0] && types.OID(t.column("oprright").Int(int(r))) == oids[1] {
			return types.OID(t.vectors[0].Int(int(r))), nil
		}
	}
	return 0, types.Errorf(types.CodeUndefinedFunction, "operator does not exist: %s", text)
}

func equalOIDs(a, b []types.OID) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
