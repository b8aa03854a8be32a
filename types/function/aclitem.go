package function

import (
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerACLItems: aclitems by themselves, and lists of them.
func registerACLItems(r *registry) {
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
}

// text writes an item as readACLItem reads it.
func (e aclEntry) text(env *types.Env) string {
	var b strings.Builder
	if e.grantee != 0 {
		b.WriteString(aclName(env, e.grantee))
	}
	b.WriteByte('=')
	for k, right := range aclRights {
		if e.rights>>k&1 == 1 {
			b.WriteByte(right.letter)
			if e.options>>k&1 == 1 {
				b.WriteByte('*')
			}
		}
	}
	return b.String() + "/" + aclName(env, e.grantor)
}
