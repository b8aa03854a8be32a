package function

import (
	"crypto/rand"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerSession(r *registry) {
	text := func(f func(e *types.Env) string) Kernel {
		return byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
			out.AppendString(f(c.Env))
			return nil
		})
	}
	r.total("version()", text(func(e *types.Env) string {
		version := "15"
		if e.Setting != nil {
			if v, ok := e.Setting("server_version"); ok {
				version = v
			}
		}
		return "PostgreSQL " + version + ", compiled by Go, 64-bit"
	}))
	r.total("current_database()", text(func(e *types.Env) string { return e.Database }))
	r.total("current_schema()", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		if c.Env.Names == nil {
			out.AppendString("public")
			return nil
		}
		for _, s := range c.Env.Names.SearchPath() {
			if s != "pg_catalog" && !strings.HasPrefix(s, "pg_temp_") { // searched first, and not where things are made
				out.AppendString(s)
				return nil
			}
		}
		out.AppendNull()
		return nil
	}))
	r.total("current_user()", text(func(e *types.Env) string { return e.User }))
	r.total("session_user()", text(func(e *types.Env) string { return e.SessionUser }))
	r.total("getdatabaseencoding()", text(func(*types.Env) string { return "UTF8" }))
	r.total("pg_client_encoding()", text(func(*types.Env) string { return "UTF8" }))
	r.total("pg_is_in_recovery()", func(_ *Call, n int, _ column.Selection, _ []*column.Vector, out *column.Vector) error {
		out.AppendBool(false)
		out.Repeat(n)
		return nil
	})
	r.total("pg_backend_pid()", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendInt(int64(c.Env.BackendPID))
		return nil
	}))
	r.fn("current_setting(text)", byRow(currentSetting))
	r.fn("current_setting(text,bool)", byRow(currentSetting))
	r.total("pg_typeof(any)", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendInt(int64(c.Args[0]))
		return nil
	}))
	r.fn("gen_random_uuid()", byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		var u [16]byte
		_, _ = rand.Read(u[:]) // never fails, as its documentation says
		u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
		out.AppendBytes(u[:])
		return nil
	}))
}

func currentSetting(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	name := string(a[0].Str(i))
	if c.Env.Setting != nil {
		if v, ok := c.Env.Setting(name); ok {
			out.AppendString(v)
			return nil
		}
	}
	if len(a) == 2 && a[1].Bool(i) {
		out.AppendNull()
		return nil
	}
	return types.Errorf(types.CodeUndefinedObject, "unrecognized configuration parameter \"%s\"", name)
}
