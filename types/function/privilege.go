package function

import (
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// inquiry is a family of functions has_…_privilege: what they ask about and for which privileges.
type inquiry struct {
	class      types.OID
	reg        types.OID // the reg* type that reads a name; 0: a plain name
	what       string    // in the error for a name that there is not
	privileges []string
}

var inquiries = map[string]inquiry{
	"table":      {pgnames.Relation, types.RegClass, "relation", []string{"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "RULE"}},
	"any_column": {pgnames.Relation, types.RegClass, "relation", []string{"SELECT", "INSERT", "UPDATE", "REFERENCES"}},
	"column":     {pgnames.Relation, types.RegClass, "relation", []string{"SELECT", "INSERT", "UPDATE", "REFERENCES"}},
	"sequence":   {pgnames.Relation, types.RegClass, "relation", []string{"USAGE", "SELECT", "UPDATE"}},
	"function":   {pgnames.Function, types.RegProcedure, "function", []string{"EXECUTE"}},
	"type":       {pgnames.Type, types.RegType, "type", []string{"USAGE"}},
	"schema":     {pgnames.Namespace, 0, "schema", []string{"CREATE", "USAGE"}},
	"database":   {pgnames.Database, 0, "database", []string{"CREATE", "TEMPORARY", "TEMP", "CONNECT"}},
	"language":   {pgnames.Language, 0, "language", []string{"USAGE"}},
	"tablespace": {pgnames.Tablespace, 0, "tablespace", []string{"CREATE"}},
	"server":     {pgnames.ForeignServer, 0, "server", []string{"USAGE"}},

	"foreign_data_wrapper": {pgnames.ForeignWrapper, 0, "foreign-data wrapper", []string{"USAGE"}},
}

// registerPrivileges: has_table_privilege and its like in all their forms, and pg_has_role. Who may do what is Env.Names' to say.
func registerPrivileges(r *registry) {
	for kind, q := range inquiries {
		columns := 0
		if kind == "column" {
			columns = 1
		}
		for _, f := range r.functions["has_"+kind+"_privilege"] {
			named := len(f.Args) == 3+columns // whose privileges is told
			r.define(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
				role := currentRole(c.Env)
				if named {
					var err error
					if role, err = roleOf(c.Env, a[0], i); err != nil {
						return err
					}
					a = a[1:]
				}
				return q.answer(c.Env, kind, role, a, i, out)
			}))
		}
	}
	for _, f := range r.functions["pg_has_role"] {
		r.define(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			role := currentRole(c.Env)
			var err error
			if len(a) == 3 {
				if role, err = roleOf(c.Env, a[0], i); err != nil {
					return err
				}
				a = a[1:]
			}
			of, err := roleOf(c.Env, a[0], i)
			if err != nil {
				return err
			}
			wants, err := privilegesOf(string(a[1].Str(i)), []string{"USAGE", "MEMBER"})
			if err != nil {
				return err
			}
			p, ok := c.Env.Names.(types.Privileges)
			out.AppendBool(!ok || slices.ContainsFunc(wants, func(w privilege) bool { return p.Member(role, of, w.name == "USAGE", w.grant) }))
			return nil
		}))
	}
}

// answer appends whether a role has any of the privileges that the last argument lists; null where a number is no object's.
func (q *inquiry) answer(env *types.Env, kind string, role types.OID, a []*column.Vector, i int, out *column.Vector) error {
	oid, err := q.object(env, a[0], i)
	if err != nil {
		return err
	}
	var attnum int16
	known := true
	if kind == "column" {
		if attnum, known, err = attribute(env, oid, a[1], i); err != nil {
			return err
		}
	}
	wants, err := privilegesOf(string(a[len(a)-1].Str(i)), q.privileges)
	if err != nil {
		return err
	}
	o, ok := env.ObjectByOID(q.class, oid)
	if !ok || !known {
		out.AppendNull()
		return nil
	}
	if kind == "sequence" && o.Kind != 'S' {
		return types.Errorf(types.CodeWrongObjectType, "\"%s\" is not a sequence", o.Name)
	}
	p, ok := env.Names.(types.Privileges)
	out.AppendBool(!ok || slices.ContainsFunc(wants, func(w privilege) bool { return p.Allowed(role, q.class, oid, attnum, w.name, w.grant) }))
	return nil
}

// object finds what is asked about, by number or name.
func (q *inquiry) object(env *types.Env, v *column.Vector, i int) (types.OID, error) {
	if v.Kind == column.Int64 {
		return types.OID(v.Int(i)), nil
	}
	name := string(v.Str(i))
	if q.reg == types.RegClass {
		o, err := env.Relation(name)
		if err != nil {
			return 0, err
		}
		return o.OID, nil
	}
	if q.reg != 0 {
		return env.ResolveReg(q.reg, name)
	}
	if found := env.Find(q.class, "", name); len(found) > 0 {
		return found[0].OID, nil
	}
	code := types.CodeUndefinedObject
	switch q.class {
	case pgnames.Namespace:
		code = types.CodeInvalidSchemaName
	case pgnames.Database:
		code = types.CodeInvalidCatalogName
	}
	return 0, types.Errorf(code, "%s \"%s\" does not exist", q.what, name)
}

// attribute finds the column that is asked about, by number or name.
func attribute(env *types.Env, relation types.OID, v *column.Vector, i int) (attnum int16, known bool, err error) {
	n, ok := env.Names.(types.ColumnNames)
	if v.Kind == column.Int64 {
		attnum = int16(v.Int(i))
		if ok {
			_, known = n.AttributeName(relation, attnum)
		}
		return attnum, known, nil
	}
	o, exists := env.ObjectByOID(pgnames.Relation, relation)
	if !exists || !ok {
		return 0, false, nil
	}
	if attnum, known = n.Attribute(relation, string(v.Str(i))); !known {
		return 0, false, types.Errorf(types.CodeUndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", v.Str(i), o.Name)
	}
	return attnum, true, nil
}

// privilege is a word of the list that such a function is given.
type privilege struct {
	name  string
	grant bool // to pass it on
}

// privilegesOf reads the list. The error is 22023.
func privilegesOf(list string, known []string) ([]privilege, error) {
	var out []privilege
	for word := range strings.SplitSeq(list, ",") {
		word = strings.TrimSpace(word)
		name := strings.ToUpper(word)
		plain, grant := strings.CutSuffix(name, " WITH GRANT OPTION")
		if !grant && slices.Contains(known, "MEMBER") {
			plain, grant = strings.CutSuffix(name, " WITH ADMIN OPTION")
		}
		if !slices.Contains(known, plain) {
			return nil, types.Errorf(types.CodeInvalidParameterValue, "unrecognized privilege type: \"%s\"", word)
		}
		out = append(out, privilege{plain, grant})
	}
	return out, nil
}

// currentRole is the role in whose name the statement runs.
func currentRole(env *types.Env) types.OID {
	if found := env.Find(pgnames.Role, "", env.User); len(found) > 0 {
		return found[0].OID
	}
	return 0
}

// roleOf finds a role by number, or by name: public is everybody, number 0.
func roleOf(env *types.Env, v *column.Vector, i int) (types.OID, error) {
	if v.Kind == column.Int64 {
		return types.OID(v.Int(i)), nil
	}
	name := string(v.Str(i))
	if name == "public" {
		return 0, nil
	}
	if found := env.Find(pgnames.Role, "", name); len(found) > 0 {
		return found[0].OID, nil
	}
	return 0, types.Errorf(types.CodeUndefinedObject, "role \"%s\" does not exist", name)
}
