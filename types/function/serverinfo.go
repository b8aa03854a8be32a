package function

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerServerInfo: what a client asks about the server, its connection and its transaction.
func registerServerInfo(r *registry) {
	one := func(f func(c *Call, out *column.Vector)) Kernel {
		return byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
			f(c, out)
			return nil
		})
	}
	started := one(func(c *Call, out *column.Vector) { out.AppendInt(c.Env.ServerStart.UnixMicro()) })
	r.fn("pg_postmaster_start_time()", started)
	r.fn("pg_conf_load_time()", started) // the configuration is read at the start, once
	for _, signature := range []string{"pg_blocking_pids(int4)", "pg_safe_snapshot_blocking_pids(int4)"} {
		r.fn(signature, byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
			return types.ParseText(out, c.Env, types.Int4Array, -1, []byte("{}")) // nobody waits for another
		}))
	}
	r.fn("current_schemas(bool)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		path := []string{"public"}
		if c.Env.Names != nil {
			path = c.Env.Names.SearchPath()
		}
		var b strings.Builder
		b.WriteByte('{')
		add := func(name string) {
			if b.Len() > 1 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`)
		}
		implicit := a[0].Bool(i)
		catalog := implicit && !slices.Contains(path, "pg_catalog")
		for _, s := range path {
			if temporary := strings.HasPrefix(s, "pg_temp_"); !temporary && catalog {
				add("pg_catalog")
				catalog = false
			} else if temporary && !implicit {
				continue
			}
			add(s)
		}
		if catalog {
			add("pg_catalog")
		}
		b.WriteByte('}')
		return types.ParseText(out, c.Env, types.NameArray, -1, []byte(b.String()))
	}))

	// The two ends of the connection; null for a Unix socket.
	address := func(end func(e *types.Env) string) Kernel {
		return byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
			if host, _, err := net.SplitHostPort(end(c.Env)); err == nil {
				host, _, _ = strings.Cut(host, "%") // a link-local address's interface
				return types.ParseText(out, c.Env, inet, -1, []byte(host))
			}
			out.AppendNull()
			return nil
		})
	}
	port := func(end func(e *types.Env) string) Kernel {
		return one(func(c *Call, out *column.Vector) {
			if _, port, err := net.SplitHostPort(end(c.Env)); err == nil {
				if n, err := strconv.ParseUint(port, 10, 16); err == nil {
					out.AppendInt(int64(n))
					return
				}
			}
			out.AppendNull()
		})
	}
	client, server := func(e *types.Env) string { return e.Remote }, func(e *types.Env) string { return e.Local }
	r.fn("inet_client_port()", port(client))
	r.fn("inet_server_port()", port(server))
	if _, ok := types.Lookup(inet); ok {
		r.fn("inet_client_addr()", address(client))
		r.fn("inet_server_addr()", address(server))
	}
	r.total("pg_jit_available()", one(func(_ *Call, out *column.Vector) { out.AppendBool(false) }))
	r.total("pg_trigger_depth()", one(func(_ *Call, out *column.Vector) { out.AppendInt(0) }))
}

// inet is the type of network addresses.
const inet types.OID = 869
