package function

import (
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// securable is a kind of object that privileges are asked about.
type securable struct {
	name  string // of the function, has_…_privilege
	class types.OID
	reg   types.OID // the reg* type that finds one by its name; 0: as find says
	find  func(c *Call, name []byte) (types.OID, error)
	known func(c *Call, oid types.OID) bool
	all   []string
}

var securables = []securable{
	{name: "table", class: classRelation, find: func(c *Call, name []byte) (types.OID, error) { return relationNamed(c.Env, name) }, known: isRelation,
		all: []string{"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "RULE"}},
	{name: "sequence", class: classRelation, find: findSequence, known: func(*Call, types.OID) bool { return false }, all: []string{"USAGE", "SELECT", "UPDATE"}},
	{name: "schema", class: classSchema, reg: types.RegNamespace, all: []string{"CREATE", "USAGE"}},
	{name: "database", class: classDatabase, find: findDatabase, known: func(*Call, types.OID) bool { return true }, all: []string{"CREATE", "TEMPORARY", "TEMP", "CONNECT"}},
	{name: "function", class: classFunction, reg: types.RegProcedure, all: []string{"EXECUTE"}},
	{name: "type", class: classType, reg: types.RegType, all: []string{"USAGE"}},
	{name: "language", class: classLanguage, find: oneOf("language", map[string]types.OID{"internal": 12, "sql": 14}), known: inList(12, 14), all: []string{"USAGE"}},
	{name: "tablespace", class: classTablespace, find: oneOf("tablespace", map[string]types.OID{"pg_default": 1663, "pg_global": 1664}), known: inList(1663, 1664), all: []string{"CREATE"}},
	{name: "server", class: 1417, find: oneOf("server", nil), known: inList(), all: []string{"USAGE"}},
	{name: "foreign_data_wrapper", class: 2328, find: oneOf("foreign-data wrapper", nil), known: inList(), all: []string{"USAGE"}},
}

func isRelation(c *Call, oid types.OID) bool {
	if c.Env.Names == nil {
		return true
	}
	_, ok := c.Env.Names.RelationName(oid)
	return ok
}

func findSequence(c *Call, name []byte) (types.OID, error) {
	if _, err := relationNamed(c.Env, name); err != nil {
		return 0, err
	}
	return 0, types.Errorf(types.CodeWrongObjectType, "\"%s\" is not a sequence", name)
}

func findDatabase(c *Call, name []byte) (types.OID, error) {
	if n := string(name); n == c.Env.Database || n == "flare" || n == "postgres" {
		return 0, nil // it is the one
	}
	return 0, types.Errorf(types.CodeInvalidCatalogName, "database \"%s\" does not exist", name)
}

// oneOf finds by name what there are only a few of.
func oneOf(word string, known map[string]types.OID) func(c *Call, name []byte) (types.OID, error) {
	return func(_ *Call, name []byte) (types.OID, error) {
		if oid, ok := known[string(name)]; ok {
			return oid, nil
		}
		return 0, types.Errorf(types.CodeUndefinedObject, "%s \"%s\" does not exist", word, name)
	}
}

func inList(oids ...types.OID) func(c *Call, oid types.OID) bool {
	return func(_ *Call, oid types.OID) bool { return slices.Contains(oids, oid) }
}

// registerPrivileges: has_…_privilege and pg_has_role. Users are given by name, by OID, or not at all: who asks.
func registerPrivileges(r *registry) {
	users := []string{"", "name,", "oid,"}
	for _, s := range securables {
		for _, user := range users {
			for _, object := range []string{"text", "oid"} {
				r.fn("has_"+s.name+"_privilege("+user+object+",text)", privilegeKernel(s, user != "", object == "oid"))
			}
		}
	}
	for _, user := range users {
		for _, object := range []string{"text", "oid"} {
			r.fn("has_any_column_privilege("+user+object+",text)", columnPrivilege(user != "", false))
			for _, col := range []string{"text", "int2"} {
				r.fn("has_column_privilege("+user+object+","+col+",text)", columnPrivilege(user != "", true))
			}
		}
		r.fn("has_parameter_privilege("+user+"text,text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			role, err := roleOf(c, a, i, len(a) == 3)
			if err != nil {
				return err
			}
			return eachPrivilege(c, a[len(a)-1].Str(i), []string{"SET", "ALTER SYSTEM"}, out, func(p string, grant bool) bool {
				return hasPrivilege(c, role, classParameter, 0, 0, p, false, grant)
			})
		}))
		for _, of := range []string{"name", "oid"} {
			r.fn("pg_has_role("+user+of+",text)", byRow(hasRole))
		}
	}
}

// privilegeKernel: arguments are maybe a user, an object by name or OID, and privileges with commas between: any of them is enough.
func privilegeKernel(s securable, user, byOID bool) Kernel {
	return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		role, err := roleOf(c, a, i, user)
		if err != nil {
			return err
		}
		at := a[len(a)-2]
		var oid types.OID
		switch {
		case byOID:
			oid = types.OID(at.Int(i))
			known := s.known
			if known == nil {
				known = func(c *Call, oid types.OID) bool {
					o := types.ObjectsOf(c.Env)
					if o == nil {
						return true
					}
					_, ok := o.RegName(s.reg, oid)
					return ok
				}
			}
			if !known(c, oid) {
				out.AppendNull()
				return nil
			}
		case s.find != nil:
			if oid, err = s.find(c, at.Str(i)); err != nil {
				return err
			}
		default:
			v := column.New(column.Int64)
			if err := types.ParseText(v, c.Env, s.reg, -1, at.Str(i)); err != nil {
				return err
			}
			oid = types.OID(v.Int(0))
		}
		return eachPrivilege(c, a[len(a)-1].Str(i), s.all, out, func(p string, grant bool) bool {
			return hasPrivilege(c, role, s.class, oid, 0, p, false, grant)
		})
	})
}

// columnPrivilege: has_column_privilege, with a column by name or number, and has_any_column_privilege.
func columnPrivilege(user, named bool) Kernel {
	return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		role, err := roleOf(c, a, i, user)
		if err != nil {
			return err
		}
		object := a[len(a)-2]
		if named {
			object = a[len(a)-3]
		}
		var oid types.OID
		if object.Kind == column.Int64 {
			if oid = types.OID(object.Int(i)); !isRelation(c, oid) {
				out.AppendNull()
				return nil
			}
		} else if oid, err = relationNamed(c.Env, object.Str(i)); err != nil {
			return err
		}
		var attr int16
		if named {
			if col := a[len(a)-2]; col.Kind == column.Int64 {
				attr = int16(col.Int(i))
			} else if attr, err = columnNamed(c.Env, oid, string(col.Str(i))); err != nil {
				return err
			}
		}
		return eachPrivilege(c, a[len(a)-1].Str(i), []string{"SELECT", "INSERT", "UPDATE", "REFERENCES"}, out, func(p string, grant bool) bool {
			return hasPrivilege(c, role, classRelation, oid, attr, p, !named, grant)
		})
	})
}

// roleOf gives the role that is asked about: the first argument where there is one for it.
func roleOf(c *Call, a []*column.Vector, i int, given bool) (types.OID, error) {
	o := types.ObjectsOf(c.Env)
	switch {
	case o == nil:
		return 0, nil
	case !given:
		return o.RegOID(types.RegRole, QuoteIdent(c.Env.User))
	case a[0].Kind == column.Int64:
		return types.OID(a[0].Int(i)), nil
	case string(a[0].Str(i)) == "public":
		return 0, nil
	}
	return o.RegOID(types.RegRole, QuoteIdent(string(a[0].Str(i))))
}

// eachPrivilege appends whether one of the privileges in a list is held.
func eachPrivilege(c *Call, list []byte, all []string, out *column.Vector, held func(p string, grant bool) bool) error {
	result := false
	for part := range strings.SplitSeq(string(list), ",") {
		part = strings.TrimSpace(part)
		p, grant := strings.CutSuffix(strings.ToUpper(part), " WITH GRANT OPTION")
		if !slices.Contains(all, p) {
			return types.Errorf(types.CodeInvalidParameterValue, "unrecognized privilege type: \"%s\"", part)
		}
		result = result || p != "RULE" && held(p, grant)
	}
	out.AppendBool(result)
	return nil
}

func hasPrivilege(c *Call, role, class, oid types.OID, attr int16, privilege string, anyColumn, grant bool) bool {
	if p, ok := c.Env.Names.(types.Privileges); ok {
		return p.HasPrivilege(role, class, oid, attr, privilege, anyColumn, grant)
	}
	return true
}

// hasRole is pg_has_role.
func hasRole(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	role, err := roleOf(c, a, i, len(a) == 3)
	if err != nil {
		return err
	}
	of, err := roleOf(c, a[len(a)-2:], i, true)
	if err != nil {
		return err
	}
	result := false
	for part := range strings.SplitSeq(string(a[len(a)-1].Str(i)), ",") {
		part = strings.TrimSpace(part)
		p, admin := strings.CutSuffix(strings.ToUpper(part), " WITH GRANT OPTION")
		if !admin {
			p, admin = strings.CutSuffix(p, " WITH ADMIN OPTION")
		}
		if p != "MEMBER" && p != "USAGE" {
			return types.Errorf(types.CodeInvalidParameterValue, "unrecognized privilege type: \"%s\"", part)
		}
		if n, ok := c.Env.Names.(types.Privileges); ok {
			result = result || n.HasRole(role, of, p, admin)
		} else {
			result = true
		}
	}
	out.AppendBool(result)
	return nil
}
