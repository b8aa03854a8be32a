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

// aclDefaults are the rights that everybody, and an owner, has on an object of a kind where nobody said otherwise, in letters; the kinds are acldefault's.
var aclDefaults = map[string]struct{ world, owner string }{
	"c": {"", ""}, "r": {"", "arwdDxt"}, "s": {"", "rwU"}, "d": {"Tc", "CTc"}, "f": {"X", "X"}, "l": {"U", "U"}, "L": {"", "rw"},
	"n": {"", "UC"}, "p": {"", "sA"}, "t": {"", "C"}, "F": {"", "U"}, "S": {"", "U"}, "T": {"U", "U"},
}

// registerACL: acldefault gives what an object's access control list is where it has none of its own.
func registerACL(r *registry) {
	r.fn("acldefault(char,oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		kind := string(a[0].Str(i))
		rights, ok := aclDefaults[kind]
		if !ok {
			return types.Errorf(types.CodeInternalError, "unrecognized objtype abbreviation: %s", kind)
		}
		owner := aclName(c.Env, types.OID(a[1].Int(i)))
		var items []string
		if rights.world != "" {
			items = append(items, "="+rights.world+"/"+owner)
		}
		if rights.owner != "" {
			items = append(items, owner+"="+rights.owner+"/"+owner)
		}
		list := column.New(column.Text)
		for _, item := range items {
			list.AppendString(item)
		}
		var dims []types.Dim
		if len(items) > 0 {
			dims = []types.Dim{{Length: len(items), Lower: 1}}
		}
		out.AppendFunc(func(dst []byte) []byte { return types.AppendArray(dst, dims, list) })
		return nil
	}))
}

// aclName is a role's name as an aclitem has it: in quotes where it has other characters than letters, digits and underscores; a number where the role is no more.
func aclName(env *types.Env, role types.OID) string {
	o, ok := env.ObjectByOID(pgnames.Role, role)
	if !ok {
		return strconv.FormatUint(uint64(role), 10)
	}
	odd := func(r rune) bool {
		return !(r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x80)
	}
	if strings.IndexFunc(o.Name, odd) < 0 {
		return o.Name
	}
	return `"` + strings.ReplaceAll(o.Name, `"`, `""`) + `"`
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
