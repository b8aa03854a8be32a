package function

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// registerFormerly: functions that PostgreSQL keeps for clients of old, and whose answers are short here.
func registerFormerly(r *registry) {
	r.total("getpgusername()", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendString(c.Env.User)
		return nil
	}))
	r.fn("current_query()", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		if c.Env.Session == nil {
			out.AppendNull()
			return nil
		}
		out.AppendString(c.Env.Session.Query())
		return nil
	}))
	r.total("nameconcatoid(name,oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		suffix := "_" + strconv.FormatInt(a[1].Int(i), 10)
		name := string(a[0].Str(i))
		for len(name)+len(suffix) > 63 {
			name = strings.TrimSuffix(name, lastCharacter(name))
		}
		out.AppendString(name + suffix)
		return nil
	}))
	r.fn("oidvectortypes(oidvector)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		list := types.ReadArray(types.Oid, a[0].Str(i))
		names := make([]string, list.Values.Len)
		for k := range names {
			names[k] = c.Env.FormatType(types.OID(list.Values.Int(k)), -1)
		}
		out.AppendString(strings.Join(names, ", "))
		return nil
	}))
	// Several transactions never share a row's lock by a number here: none is older than another.
	r.total("mxid_age(xid)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		x := int64(0)
		if a[0].Int(i) == 0 {
			x = 1<<31 - 1
		}
		out.AppendInt(x)
		return nil
	}))
	for _, signature := range []string{"pg_column_compression(any)", "pg_get_replica_identity_index(regclass)", "pg_partition_root(regclass)"} {
		r.fn(signature, nothing) // no value is kept compressed by itself, and no table has parts
	}
	for _, signature := range []string{"pg_stat_clear_snapshot()", "pg_stat_force_next_flush()"} {
		r.fn(signature, byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
			out.AppendString("") // figures are read as they are
			return nil
		}))
	}
	for _, f := range r.functions["has_parameter_privilege"] {
		r.define(f, byRow(hasParameterPrivilege))
	}
	for _, f := range r.functions["to_ascii"] {
		r.define(f, byRow(toASCII))
	}
}

func lastCharacter(s string) string {
	i := len(s) - 1
	for i > 0 && s[i]&0xc0 == 0x80 {
		i--
	}
	return s[i:]
}

// hasParameterPrivilege: rights to settings are not given to single roles, so it is who may change everything that has them.
func hasParameterPrivilege(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	role, privileges := currentRole(c.Env), a[len(a)-1]
	if len(a) == 3 {
		var err error
		if role, err = roleOf(c.Env, a[0], i); err != nil {
			return err
		}
	}
	if _, err := privilegesOf(string(privileges.Str(i)), []string{"SET", "ALTER SYSTEM"}); err != nil {
		return err
	}
	p, ok := c.Env.Names.(types.Privileges)
	out.AppendBool(!ok || p.Allowed(role, pgnames.Parameter, 0, 0, "SET", false))
	return nil
}

// asciiOf are the letters that stand for the bytes from 128 on of PostgreSQL's four encodings; the last bytes of each are in no UTF-8 text.
var asciiOf = map[string]string{
	"LATIN1":  `                                  cL Y  "Ca  -R     'u .,      ?  AAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooo`,
	"LATIN2":  `                                 A L LS "SSTZ-ZZ a,l'ls ,sstz"zz  AAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoo`,
	"LATIN9":  `                                  cL YS sCa  -R     Zu .z   EeY?  AAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooo`,
	"WIN1250": `  ' "    %S<STZZ ` + "`" + `'"".--  s>stzz   L A  "CS  -RZ  ,l'u .,as L"lz  AAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoo`,
}

// toASCII reads the bytes of a text as an encoding's characters, whatever they are in UTF-8, and gives letters without accents for them.
func toASCII(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	n := EncodingNumber("UTF8")
	if len(a) == 2 {
		switch {
		case a[1].Kind != column.Int64:
			if n = EncodingNumber(string(a[1].Str(i))); n < 0 {
				return types.Errorf(types.CodeUndefinedObject, "%s is not a valid encoding name", a[1].Str(i))
			}
		case a[1].Int(i) < 0 || a[1].Int(i) >= int64(len(encodings)):
			return types.Errorf(types.CodeUndefinedObject, "%d is not a valid encoding code", a[1].Int(i))
		default:
			n = int(a[1].Int(i))
		}
	}
	letters, ok := asciiOf[encodings[n]]
	if !ok {
		return types.Errorf(types.CodeFeatureNotSupported, "encoding conversion from %s to ASCII not supported", encodings[n])
	}
	s := a[0].Str(i)
	out.AppendFunc(func(dst []byte) []byte {
		for _, c := range s {
			switch {
			case c < 128:
			case int(c-128) < len(letters):
				c = letters[c-128]
			default:
				c = ' '
			}
			dst = append(dst, c)
		}
		return dst
	})
	return nil
}
