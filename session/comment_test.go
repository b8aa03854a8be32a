package session

import "testing"

// TestComments: they are there for all who look, in the functions and in pg_description, until what they are about is gone.
func TestComments(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want(someEvents, "INSERT 0 3")
	c.want("create table t (ts timestamptz, id int); create view v as select id from t; create index i on stream (timestamp) where level = 'Error'; create schema s",
		"CREATE TABLE\nCREATE VIEW\nCREATE INDEX\nCREATE SCHEMA")
	c.want("comment on table t is 'a table'; comment on column t.id is 'its number'; comment on view v is 'a view'; comment on column v.id is 'of the view'",
		"COMMENT\nCOMMENT\nCOMMENT\nCOMMENT")
	c.want("comment on index i is 'an index'; comment on schema s is 'a schema'; comment on database flare is 'all of it'; comment on role flare is 'me'",
		"COMMENT\nCOMMENT\nCOMMENT\nCOMMENT")
	c.want(`comment on column stream."StatusCode" is 'as HTTP has it'; comment on column stream.level is 'how bad it is'`, "COMMENT\nCOMMENT")
	c.want("select obj_description('t'::regclass, 'pg_class'), obj_description('v'::regclass), obj_description('i'::regclass, 'pg_class')", "a table|a view|an index\nSELECT 1")
	c.want("select col_description('t'::regclass, 2), col_description('v'::regclass, 1), col_description('t'::regclass, 1)", "its number|of the view|<null>\nSELECT 1")
	c.want("select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 's'", "a schema\nSELECT 1")
	c.want("select shobj_description(oid, 'pg_database') from pg_database where datname = 'flare'", "all of it\nSELECT 1")
	c.want("select col_description('stream'::regclass, 1), col_description('stream'::regclass, 2)", "when the event happened (@t)|how bad it is\nSELECT 1")
	c.want("select count(*) from pg_description where description in ('a table', 'its number', 'a view', 'of the view', 'an index', 'a schema', 'as HTTP has it')", "7\nSELECT 1")
	c.want("select description from pg_shdescription order by 1", "all of it\nme\nSELECT 2")
	c.want("comment on table t is null; comment on column stream.level is ''", "COMMENT\nCOMMENT")
	c.want("select obj_description('t'::regclass), col_description('stream'::regclass, 2)", "<null>|severity (@l, else a property level or severity)\nSELECT 1")
	c.want("begin; comment on table t is 'x'; rollback", "BEGIN\nCOMMENT\nROLLBACK")
	c.want("select obj_description('t'::regclass)", "<null>\nSELECT 1")
	c.want("drop table t cascade; drop index i; drop schema s", "DROP TABLE\nDROP INDEX\nDROP SCHEMA")
	c.want("select count(*) from pg_description where description in ('a table', 'its number', 'a view', 'of the view', 'an index', 'a schema')", "0\nSELECT 1")
	c.want("comment on function abs(int) is 'x'", "!0A000")
}
