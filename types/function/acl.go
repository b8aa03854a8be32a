package function

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// aclRights are the rights in the order of aclitem's bits: its letter, and the name that GRANT has for it.
var aclRights = []struct {
	letter byte
	name   string
}{
	{'a', "INSERT"}, {'r', "SELECT"}, {'w', "UPDATE"}, {'d', "DELETE"}, {'D', "TRUNCATE"}, {'x', "REFERENCES"}, {'t', "TRIGGER"}, {'X', "EXECUTE"},
	{'U', "USAGE"}, {'C', "CREATE"}, {'T', "TEMPORARY"}, {'c', "CONNECT"}, {'s', "SET"}, {'A', "ALTER SYSTEM"},
}

// registerACLSets: aclexplode takes access control lists apart, a row for each right.
func registerACLSets(s *setFunctions) {
	s.define("aclexplode(_aclitem)", func(c *SetCall) (Rows, error) {
		r := &listRows{}
		list := types.ReadArray(types.ACLItem, c.Args[0].Str(0))
		for i := range list.Values.Len {
			if list.Values.Null(i) {
				return nil, types.Errorf("22004", "ACL arrays must not contain null values")
			}
			item, err := readACLItem(c.Env, string(list.Values.Str(i)))
			if err != nil {
				return nil, err
			}
			for k, right := range aclRights {
				if item.rights>>k&1 == 0 {
					continue
				}
				r.rows = append(r.rows, func(out []*column.Vector) {
					out[0].AppendInt(int64(item.grantor))
					out[1].AppendInt(int64(item.grantee))
					out[2].AppendString(right.name)
					out[3].AppendBool(item.options>>k&1 == 1)
				})
			}
		}
		return r, nil
	})
}

// aclEntry is an aclitem: grantee=rights/grantor; grantee 0 is PUBLIC.
type aclEntry struct {
	grantee, grantor types.OID
	rights, options  uint32
}

func readACLItem(env *types.Env, text string) (aclEntry, error) {
	var e aclEntry
	grantee, rest, err := aclRole(env, text, "=")
	if err != nil {
		return e, err
	}
	e.grantee = grantee
	if rest == "" || rest[0] != '=' {
		return e, types.Errorf(types.CodeInvalidTextRepresentation, "missing \"=\" sign")
	}
	for rest = rest[1:]; rest != "" && rest[0] != '/'; rest = rest[1:] {
		at := -1
		for k, r := range aclRights {
			if r.letter == rest[0] {
				at = k
			}
		}
		switch {
		case at >= 0:
			e.rights |= 1 << at
			if len(rest) > 1 && rest[1] == '*' {
				e.options |= 1 << at
				rest = rest[1:]
			}
		default:
			return e, types.Errorf(types.CodeInvalidTextRepresentation, "invalid mode character: must be one of \"%s\"", "arwdDxtXUCTcsA")
		}
	}
	if rest == "" {
		return e, types.Errorf(types.CodeInvalidTextRepresentation, "a name must follow the \"/\" sign")
	}
	e.grantor, _, err = aclRole(env, rest[1:], "")
	return e, err
}

// aclRole reads the name of a role, in quotes where it has other characters than letters, digits and underscores, and what follows it.
func aclRole(env *types.Env, s, end string) (types.OID, string, error) {
	name := ""
	if strings.HasPrefix(s, `"`) {
		for s = s[1:]; s != ""; s = s[1:] {
			if s[0] == '"' {
				if len(s) < 2 || s[1] != '"' {
					s = s[1:]
					break
				}
				s = s[1:]
			}
			name += s[:1]
		}
	} else {
		n := len(s)
		if end != "" {
			if n = strings.Index(s, end); n < 0 {
				n = len(s)
			}
		}
		name, s = s[:n], s[n:]
	}
	if name == "" {
		return 0, s, nil
	}
	if found := env.Find(pgnames.Role, "", name); len(found) > 0 {
		return found[0].OID, s, nil
	}
	if n, err := strconv.ParseUint(name, 10, 32); err == nil { // a role that is no more
		return types.OID(n), s, nil
	}
	return 0, s, types.Errorf(types.CodeUndefinedObject, "role \"%s\" does not exist", name)
}
