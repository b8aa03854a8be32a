package session

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestEverySystemRelationCanBeRead: all columns of all of them, in text and in binary, and with conditions that are looked up.
func TestEverySystemRelationCanBeRead(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want(someEvents, "INSERT 0 3")
	c.want("create table t (ts timestamptz, id int not null default 7, tags text[]) with (retention = '30d'); create view v as select id from t; create index i on stream (timestamp) where level = 'Error'; create schema s",
		"CREATE TABLE\nCREATE VIEW\nCREATE INDEX\nCREATE SCHEMA")
	ctx := context.Background()
	rows, err := c.Query(ctx, `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('pg_catalog', 'information_schema', 'flare') and c.relkind in ('r', 'v') order by 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (name [2]string, err error) {
		err = r.Scan(&name[0], &name[1])
		return name, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 208 {
		t.Errorf("%d relations", len(names))
	}
	for _, n := range names {
		name := pgx.Identifier{n[0], n[1]}.Sanitize()
		if _, err := c.PgConn().Exec(ctx, "select * from "+name).ReadAll(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r := c.PgConn().ExecParams(ctx, "select * from "+name, nil, nil, nil, []int16{1}).Read(); r.Err != nil && !strings.Contains(r.Err.Error(), "no binary output function") { // of a type that isn't built
			t.Errorf("%s in binary: %v", name, r.Err)
		}
	}
	for _, q := range []struct{ sql, want string }{
		{"select attname, format_type(atttypid, atttypmod), attnotnull, atthasdef from pg_attribute where attrelid = 't'::regclass and attnum > 0 order by attnum",
			"ts|timestamp with time zone|t|t\nid|integer|t|t\ntags|text[]|f|f\nSELECT 3"},
		{"select relkind, reloptions, reltype::regtype from pg_class where relname = 't'", "r|{retention=30d}|t\nSELECT 1"},
		{"select relname, relkind from pg_class where oid in ('t'::regclass, 'v'::regclass, 'i'::regclass) order by 1", "i|i\nt|r\nv|v\nSELECT 3"},
		{"select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 't'::regclass and adnum = 2", "7\nSELECT 1"},
		{"select typname, typtype, typrelid::regclass from pg_type where typname in ('t', '_t') order by 1", "_t|b|-\nt|c|t\nSELECT 2"},
		{"select '_nosuch'::regtype", "!42704"},
		{"select 't[]'::regtype, '_t'::regtype, format_type('t'::regtype, -1)", "t[]|t[]|t\nSELECT 1"},
		{"select pg_describe_object('pg_class'::regclass, 't'::regclass, 2)", "column id of table t\nSELECT 1"},
		{"select reltuples from pg_class where relname = 'stream'", "3\nSELECT 1"},
		{"select pg_relation_size('stream') > 0, pg_total_relation_size('stream') >= pg_table_size('stream'), pg_relation_size('v')", "t|t|0\nSELECT 1"},
		{"select n_live_tup from pg_stat_user_tables where relname = 'stream'", "3\nSELECT 1"},
		{"select column_name, data_type, column_default from information_schema.columns where table_name = 't' order by ordinal_position",
			"ts|timestamp with time zone|now()\nid|integer|7\ntags|ARRAY|<null>\nSELECT 3"},
		{"select view_definition is not null from information_schema.views where table_name = 'v'", "t\nSELECT 1"},
		{"select privilege_type from information_schema.table_privileges where table_name = 't' and privilege_type in ('SELECT', 'INSERT') order by 1", "INSERT\nSELECT\nSELECT 2"},
		{"select constraint_type from information_schema.table_constraints where table_name = 't'", "CHECK\nCHECK\nSELECT 2"},
		{"select pg_get_viewdef('v'::regclass) ~ 'SELECT'", "t\nSELECT 1"},
		{"select 'flare'::regrole, 's'::regnamespace, to_regrole('nosuch')", "flare|s|<null>\nSELECT 1"},
		{"select count(*) from pg_class where oid = null", "0\nSELECT 1"},
		{"select relname from pg_class where relname = 't' and relname = 'v'", "SELECT 0"},
		{"select count(*) from pg_attribute where attrelid = (16384 + 0)::oid", "0\nSELECT 1"},
	} {
		c.want(q.sql, q.want)
	}
	for _, oid := range []int{0, 1, 1259, 1 << 27, 1<<27 + 16385, 1<<28 + 16385, 1<<31 - 1} {
		if _, err := c.PgConn().Exec(ctx, fmt.Sprintf("select %d::regtype, %d::regclass, format_type(%d, -1), %d::regprocedure, %d::regoperator", oid, oid, oid, oid, oid)).ReadAll(); err != nil {
			t.Error(err)
		}
	}
}
