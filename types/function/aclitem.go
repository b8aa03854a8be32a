package function

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// registerACL: aclitems by themselves, and lists of them.
func registerACL(r *registry) {
	pair := func(test func(x, y aclEntry) bool) Kernel {
		return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			x, err := readACLItem(c.Env, string(a[0].Str(i)))
			if err != nil {
				return err
			}
			y, err := readACLItem(c.Env, string(a[1].Str(i)))
			out.AppendBool(test(x, y))
			return err
		})
	}
	r.fn("aclitemeq(aclitem,aclitem)", pair(func(x, y aclEntry) bool { return x == y }))
	r.fn("aclcontains(_aclitem,aclitem)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		item, err := readACLItem(c.Env, string(a[1].Str(i)))
		if err != nil {
			return err
		}
		list := types.ReadArray(types.ACLItem, a[0].Str(i))
		for k := range list.Values.Len {
			if list.Values.Null(k) {
				return types.Errorf("22004", "ACL arrays must not contain null values")
			}
			one, err := readACLItem(c.Env, string(list.Values.Str(k)))
			if err != nil {
				return err
			}
			if one.grantee == item.grantee && one.grantor == item.grantor && item.rights&^one.rights == 0 && item.options&^one.options == 0 {
				out.AppendBool(true)
				return nil
			}
		}
		out.AppendBool(false)
		return nil
	}))
	for _, name := range []string{"aclinsert", "aclremove"} {
		r.fn(name+"(_aclitem,aclitem)", byRow(func(*Call, []*column.Vector, int, *column.Vector) error {
			return types.Errorf(types.CodeFeatureNotSupported, "%s is no longer supported", name) // in PostgreSQL neither
		}))
	}
	number := func(e aclEntry) uint32 { return (e.rights | e.options<<16) + e.grantee + e.grantor }
	for signature, extended := range map[string]bool{"hash_aclitem(aclitem)": false, "hash_aclitem_extended(aclitem,int8)": true} {
		r.fn(signature, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			e, err := readACLItem(c.Env, string(a[0].Str(i)))
			switch {
			case !extended:
				out.AppendInt(int64(int32(number(e))))
			case a[1].Int(i) == 0:
				out.AppendInt(int64(number(e)))
			default:
				out.AppendInt(int64(hashUint32(number(e), uint64(a[1].Int(i)))))
			}
			return err
		}))
	}
	r.fn("makeaclitem(oid,oid,text,bool)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		e := aclEntry{grantee: types.OID(a[0].Int(i)), grantor: types.OID(a[1].Int(i))}
		asked := string(a[2].Str(i))
		for k, right := range aclRights {
			if strings.EqualFold(asked, right.name) || right.letter == 'T' && strings.EqualFold(asked, "TEMP") {
				e.rights = 1 << k
			}
		}
		if e.rights == 0 {
			return types.Errorf(types.CodeInvalidParameterValue, "unrecognized privilege type: \"%s\"", asked)
		}
		if a[3].Bool(i) {
			e.options = e.rights
		}
		out.AppendString(e.text(c.Env))
		return nil
	}))
	r.fn("acldefault(char,oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		kind := string(a[0].Str(i))
		d, ok := aclDefaults[kind]
		if !ok {
			return types.Errorf(types.CodeInternalError, "unrecognized objtype abbreviation: %s", kind)
		}
		owner := types.OID(a[1].Int(i))
		items := column.New(column.Text)
		if d.everybody != "" {
			items.AppendString(aclEntry{grantor: owner, rights: aclLetters(d.everybody)}.text(c.Env))
		}
		if d.owner != "" {
			items.AppendString(aclEntry{grantee: owner, grantor: owner, rights: aclLetters(d.owner)}.text(c.Env))
		}
		var dims []types.Dim
		if items.Len > 0 {
			dims = []types.Dim{{Length: items.Len, Lower: 1}}
		}
		appendArray(out, dims, items)
		return nil
	}))
}

// aclDefaults are the rights to objects of a kind where nobody has given any: everybody's and the owner's.
var aclDefaults = map[string]struct{ everybody, owner string }{
	"c": {}, "r": {"", "arwdDxt"}, "s": {"", "rwU"}, "d": {"Tc", "CTc"}, "f": {"X", "X"}, "l": {"U", "U"}, "L": {"", "rw"}, "n": {"", "UC"}, "t": {"", "C"},
	"F": {"", "U"}, "S": {"", "U"}, "T": {"U", "U"}, "p": {"", "sA"},
}

func aclLetters(letters string) (rights uint32) {
	for k, right := range aclRights {
		if strings.IndexByte(letters, right.letter) >= 0 {
			rights |= 1 << k
		}
	}
	return rights
}

// text writes an item as readACLItem reads it.
func (e aclEntry) text(env *types.Env) string {
	name := func(role types.OID) string {
		o, ok := env.ObjectByOID(pgnames.Role, role)
		switch {
		case role == 0:
			return ""
		case !ok:
			return strconv.FormatUint(uint64(role), 10)
		case strings.ContainsFunc(o.Name, func(c rune) bool {
			return c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
		}):
			return `"` + strings.ReplaceAll(o.Name, `"`, `""`) + `"`
		}
		return o.Name
	}
	var b strings.Builder
	b.WriteString(name(e.grantee) + "=")
	for k, right := range aclRights {
		if e.rights>>k&1 == 1 {
			b.WriteByte(right.letter)
			if e.options>>k&1 == 1 {
				b.WriteByte('*')
			}
		}
	}
	return b.String() + "/" + name(e.grantor)
}
