package integration

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

var randomSessions = flag.Int("randomsessions", 25, "how many random sessions to compare with PostgreSQL")

// step is what a client sends at once, up to where the server is ready again.
type step struct {
	text      string // for people
	messages  []pgproto3.FrontendMessage
	unordered bool // its rows come in no order
}

// TestRandomSessions plays scripts made by chance in a session of each server: statements of all kinds, transactions, cursors, settings, COPY,
// notifications and DDL, by the simple and the extended protocol. Every message must be the same: rows, tags, errors with their place, notices, parameters, the
// state of the transaction.
func TestRandomSessions(t *testing.T) {
	ours, theirs := serve(t, filepath.Join(t.TempDir(), "data")), pgoracle.Start(t)
	seed := seedOfRun()
	steps, failed := 0, 0
	for i := range *randomSessions {
		script := (&sessions{selects{rand.New(rand.NewPCG(seed, 6_000_000+uint64(i)))}}).script()
		where := fmt.Sprintf("-randomseed %d, session %d", seed, i)
		n, diff := playSession(t, ours.DSN("&application_name=twin&user=postgres&dbname=postgres"), theirs.DSN+" application_name=twin", script)
		if steps += n; diff != "" {
			failed++
			t.Errorf("%s\n%s", where, diff)
		}
	}
	t.Logf("seed %d: %d sessions of %d steps, %d differ", seed, *randomSessions, steps, failed)
}

// setUp gives both servers the same tables, whatever a script before has left.
var setUp = []string{
	"drop view if exists v, w cascade", "drop table if exists t, x, y, z cascade", "set client_min_messages = warning",
	"create table t (ts timestamptz not null default '2024-01-01Z', a int not null, b text, n numeric(6,2))",
	"insert into t (ts, a, b, n) values ('2024-01-01Z', 1, 'one', 1.5), ('2024-01-02Z', 2, 'two', null), ('2024-01-03Z', 3, null, -3), ('2024-01-04Z', 4, E'fo\\tur, \"4\"', 4.25)",
	"create view v as select a, b from t where a < 4", "reset all",
}

// playSession plays a script on both servers, in new connections, with a second session that listens, until they differ.
func playSession(t *testing.T, ours, theirs string, script []step) (steps int, diff string) {
	t.Helper()
	type side struct{ session, listener *wire }
	var sides [2]side
	for i, config := range []string{ours, theirs} {
		sides[i] = side{openWire(t, config), openWire(t, config)}
		defer sides[i].session.close()
		defer sides[i].listener.close()
		for _, sql := range setUp {
			answer, err := sides[i].session.say([]pgproto3.FrontendMessage{&pgproto3.Query{String: sql}}, false)
			if err != nil || strings.HasPrefix(answer[0], "error") {
				t.Fatalf("%s: %v %v", sql, answer, err)
			}
		}
		if _, err := sides[i].listener.say([]pgproto3.FrontendMessage{&pgproto3.Query{String: "listen c; listen d"}}, false); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := sides[0].session.begin, sides[1].session.begin; a != b {
		return 0, fmt.Sprintf("parameters at the start\n  ours:   %s\n  theirs: %s", a, b)
	}
	for i, s := range script {
		var answers [2][]string
		for k := range sides {
			said, err := sides[k].session.say(s.messages, s.unordered)
			if err != nil {
				said = append(said, "the connection broke: "+err.Error())
			} else if heard, err := sides[k].listener.say([]pgproto3.FrontendMessage{&pgproto3.Query{}}, false); err != nil {
				said = append(said, "the listener's connection broke: "+err.Error())
			} else {
				said = append(said, "-- heard:")
				for _, line := range heard {
					if strings.HasPrefix(line, "notification ") {
						said = append(said, line)
					}
				}
			}
			answers[k] = said
		}
		a, b := strings.Join(answers[0], "\n    "), strings.Join(answers[1], "\n    ")
		if strings.Contains(b, "error ERROR 55006 ") { // a cursor is open on what is to change, which here may go on
			return i, ""
		}
		if a == b || readOnlyFirst(answers[0]) || readOnlyFirst(answers[1]) {
			continue
		}
		var before []string
		for _, s := range script[:i] {
			before = append(before, s.text)
		}
		return i + 1, fmt.Sprintf("%s\n=> %s\n  ours:\n    %s\n  theirs:\n    %s", strings.Join(before, "\n"), s.text, a, b)
	}
	return len(script), ""
}

// readOnlyFirst reports whether a server's only complaint is that the transaction reads only: whether it says so before it finds something else wrong
// with the statement is not compared.
func readOnlyFirst(answer []string) bool {
	return len(answer) == 3 && strings.HasPrefix(answer[0], "error ERROR 25006 cannot execute COPY FROM")
}

// sessions makes scripts of one session.
type sessions struct{ selects }

// script makes a script.
func (g *sessions) script() []step {
	var out []step
	for range 10 + g.IntN(30) {
		switch g.IntN(10) {
		case 0, 1, 2:
			out = append(out, g.extended())
		case 3:
			out = append(out, g.several())
		case 4:
			out = append(out, g.copying())
		default:
			sql := g.command()
			out = append(out, step{text: sql + ";", messages: []pgproto3.FrontendMessage{&pgproto3.Query{String: sql}}, unordered: unorderedRows(sql)})
		}
	}
	return out
}

// unorderedRows reports whether a statement may show its rows in any order.
func unorderedRows(sql string) bool {
	return strings.Contains(sql, "returning") || strings.Contains(sql, "pg_listening_channels") || strings.Contains(sql, "execute") || strings.Contains(sql, " union ") || strings.Contains(sql, "table t")
}

// several is a simple query of several statements: one implicit transaction, where they don't say otherwise.
func (g *sessions) several() step {
	var list []string
	for range 2 + g.IntN(3) {
		list = append(list, g.command())
	}
	sql := strings.Join(list, "; ") + g.pick("", ";", "; ;", " -- and a comment")
	return step{text: sql + ";", messages: []pgproto3.FrontendMessage{&pgproto3.Query{String: sql}}, unordered: unorderedRows(sql)}
}

// command makes a statement of any kind that needs no parameters.
func (g *sessions) command() string {
	switch g.IntN(20) {
	case 0, 1, 2, 3:
		return g.transaction()
	case 4, 5:
		return g.change()
	case 6, 7, 8:
		return g.cursors()
	case 9, 10:
		return g.setting()
	case 11:
		return g.notifying()
	case 12, 13:
		return g.definition()
	case 14, 15:
		return g.preparing()
	case 16:
		return g.mistake()
	case 17:
		return g.pick("discard all", "discard plans", "discard temp", "discard sequences", "", "analyze t", "lock table t", "select pg_typeof(txid_current_if_assigned()), 1")
	}
	return g.query()
}

func (g *sessions) transaction() string {
	modes := func() string {
		return g.pick("", "", "", "", " isolation level repeatable read", " isolation level serializable", " isolation level read committed", " read only", " read write", " isolation level repeatable read, read only", " read only deferrable", " isolation level read uncommitted read write")
	}
	name := func() string { return g.pick("a", "a", "b", `"C d"`) }
	switch g.IntN(12) {
	case 0, 1, 2:
		return g.pick("begin", "begin", "begin work", "start transaction", "begin transaction") + modes()
	case 3:
		return g.pick("commit", "commit", "end", "commit work", "commit and no chain", "commit and chain")
	case 4:
		return g.pick("rollback", "rollback", "abort", "rollback transaction", "rollback and chain")
	case 5, 6:
		return "savepoint " + name()
	case 7:
		return g.pick("release ", "release savepoint ") + name()
	case 8, 9:
		return g.pick("rollback to ", "rollback to savepoint ", "rollback work to ") + name()
	case 10:
		return "set transaction" + g.pick(" isolation level repeatable read", " read only", " read write", " isolation level read committed", " isolation level serializable, read only", " not deferrable")
	}
	return g.pick("set session characteristics as transaction read only", "set session characteristics as transaction read write", "set session characteristics as transaction isolation level repeatable read")
}

// change makes a statement that writes.
func (g *sessions) change() string {
	into := g.pick("t (a, b)", "t (a, b)", "t (a, b)", "t (b, a)", "x (a, b)", "y (a, b)")
	value := func() string { return g.pick("7", "8", "null", "'9'", "'x'", "1.6", "default", "10") }
	back := g.pick("", "", " returning a", " returning *", " returning a + 1 as c, b", " returning t.a, upper(b)", " returning nosuch", " returning (select max(a) from t)")
	switch g.IntN(8) {
	case 0, 1, 2:
		sql := "insert into " + into + " values (" + value() + ", " + value() + ")"
		for g.IntN(2) == 0 {
			sql += ", (" + value() + ", " + value() + ")"
		}
		return sql + back
	case 3:
		return "insert into " + into + " select " + g.pick("a + 10, b from t where a < 3", "a, b from t where false", "1, 'x'", "a, b from x", "a from t", "a, b, a from t", "g, g::text from generate_series(20, 22) g", "b, b from t", "count(*), max(b) from v") + back
	case 4, 5:
		return "delete from t" + g.pick(" where a = 2", " where a > 100", " where b is null", " where a = 7", " using v where v.a = t.a and v.a = 1", " where nosuch", " where a in (select a from v)", " where 1 / (a - 1) = 1", " where b > 'o'", "") + back
	case 6:
		return g.pick("truncate t", "truncate table t", "truncate x", "truncate t, x", "truncate only t", "truncate v", "truncate t restart identity", "delete from x")
	}
	return g.pick("insert into t default values", "insert into t (a) values (5), (6), (7) returning a", "table t", "insert into t (a) values (1) returning *, a as again", "insert into t (nosuch) values (1)", "insert into t (a, a) values (1, 2)", "insert into t (a) values (1, 2)")
}

func (g *sessions) query() string {
	return g.pick("select a, b from t order by a, b", "select count(*), sum(a), max(n) from t", "select * from t order by a, b, n, ts", "select * from v order by a, b", "select a from x order by 1", "select n, ts from t where a < 3 order by a, ts, n", "select 1 as one, 'x' as x, null as n",
		"select current_setting('transaction_isolation'), current_setting('transaction_read_only')", "select current_setting('TimeZone'), '2024-01-01 12:00Z'::timestamptz, interval '1 day 2 hours', '\\x01ff'::bytea, 0.1::float8 * 3", "select 1 / a from t where a > 0 order by a", "values (1, 'a'), (2, null)",
		"select g from generate_series(1, 4) g", "select name, statement, is_holdable, is_binary, is_scrollable from pg_cursors order by name", "select name, statement, parameter_types, from_sql from pg_prepared_statements order by name", "select pg_listening_channels()", "select set_config('TimeZone', 'Asia/Tokyo', true)", "select set_config('application_name', 'other', false)",
		"select relname from pg_class where relname in ('t', 'x', 'y', 'v', 'w') order by 1", "select column_name, data_type from information_schema.columns where table_name = 'x' order by ordinal_position", "select now() = transaction_timestamp(), statement_timestamp() >= now()", "select from t where a = 1")
}

func (g *sessions) mistake() string {
	return g.pick("selec 1", "select nosuch", "select 1 / 0", "select * from nosuch", "select 'x'::int", "select (", "select a from t group by b", "select nosuch()", "select 1 +", "select 'open", "select * from t where", "insert into nosuch values (1)", "drop table nosuch", "select a, a from t order by nosuch", "select $1", "select a from t, v", "select max(a), b from t",
		"select sum(max(a)) from t", "select 9999999999 * a from t where b = 'nosuch'", "select '2024-13-01'::date", "select 1 from t having b > 'x'", "set nosuch = 1", "show nosuch", "select * from t limit -1", "select 1 as a union select 'x'", "execute nosuch", "fetch nosuch", "close nosuch", "deallocate nosuch", "frobnicate")
}

func (g *sessions) setting() string {
	scope := g.pick("", "", "session ", "local ", "local ")
	switch g.IntN(8) {
	case 0, 1, 2, 3:
		return "set " + scope + g.pick("timezone = 'Europe/Berlin'", "timezone to 'America/New_York'", "time zone 'UTC'", "time zone -7", "time zone local", "timezone = 'nosuch/zone'", "datestyle = 'german'", "datestyle = 'sql, dmy'", "datestyle to iso", "datestyle = nosuch", "intervalstyle = iso_8601", "intervalstyle to 'postgres_verbose'", "intervalstyle = bad",
			"application_name = 'a name'", "application_name to default", "extra_float_digits = 0", "extra_float_digits = 4", "extra_float_digits = 'x'", "bytea_output = escape", "bytea_output = 'nosuch'", "client_min_messages = error", "client_min_messages = warning", "client_min_messages = notice", "statement_timeout = '1min'", "statement_timeout = 60000", "statement_timeout = -1", "work_mem = '8MB'", "work_mem = 'x'", "work_mem = '1 parsec'",
			"search_path = public, pg_catalog", "search_path to public, nosuch", "search_path = \"$user\", public", "standard_conforming_strings = on", "default_transaction_read_only = on", "default_transaction_read_only = off", "default_transaction_isolation = 'repeatable read'", "default_transaction_isolation = 'read committed'", "transaction_read_only = on", "transaction_isolation = 'serializable'", "names 'utf8'", "client_encoding = 'UTF8'", "client_encoding = 'nosuch'", "my.own = 'x'", "enable_seqscan = off", "server_version = '1'", "is_superuser = off", "lock_timeout = '1s'", "idle_in_transaction_session_timeout = 0", "row_security = on", "session characteristics = 1")
	case 4:
		return "reset " + g.pick("timezone", "datestyle", "all", "application_name", "intervalstyle", "nosuch", "my.own", "client_min_messages", "default_transaction_read_only", "session authorization", "role", "search_path")
	}
	return "show " + g.pick("timezone", "time zone", "datestyle", "intervalstyle", "application_name", "transaction_isolation", "transaction isolation level", "transaction_read_only", "statement_timeout", "client_min_messages", "my.own", "nosuch", "search_path", "default_transaction_read_only", "session authorization", "client_encoding", "extra_float_digits", "bytea_output", "lock_timeout", "is_superuser", "role", "server_encoding", "standard_conforming_strings")
}

func (g *sessions) notifying() string {
	channel := g.pick("c", "c", "d", "e")
	return g.pick("listen "+channel, "listen "+channel, "unlisten "+channel, "unlisten *", "notify "+channel, "notify "+channel, "notify "+channel+", 'one'", "notify "+channel+", 'two'", "select pg_notify('"+channel+"', 'one')", "select pg_notify('"+channel+"', (select string_agg(a::text, ',' order by a) from t))", "select pg_notify('', 'x')", "select pg_notify(null, 'x')", "select pg_notify('"+channel+"', null)", "notify \"C d\", ''")
}

func (g *sessions) cursors() string {
	name := g.pick("c1", "c1", "c1", "c2")
	switch g.IntN(8) {
	case 0, 1, 2:
		return "declare " + name + g.pick("", "", " scroll", " no scroll", " binary", " insensitive", " asensitive", " binary scroll", " insensitive no scroll") + " cursor" + g.pick("", "", "", " with hold", " without hold") + " for " +
			g.pick("select a, b from t order by a, b", "select g, g::text from generate_series(1, 6) g", "values (1, 'x'), (2, null)", "select count(*) from t", "select * from v order by a, b", "select nosuch from t", "select a from x order by a", "insert into t (a) values (1)", "select set_config('application_name', 'c' || g, false) from generate_series(1, 3) g")
	case 3, 4, 5:
		n := func() string { return fmt.Sprint(g.IntN(9) - 4) }
		return g.pick("fetch ", "fetch ", "move ") + g.pick("", "next from ", "prior from ", "first in ", "last from ", "all from ", "forward from ", "backward from ", "forward all in ", "backward all from ", n()+" from ", "forward "+n()+" in ", "backward "+n()+" from ", "absolute "+n()+" from ", "relative "+n()+" from ", "3 in ", "2 ") + name
	case 6:
		return "close " + name
	}
	return g.pick("close all", "close "+name)
}

func (g *sessions) preparing() string {
	name := g.pick("s1", "s1", "s2")
	switch g.IntN(6) {
	case 0, 1:
		return "prepare " + name + g.pick(" as select a, b from t order by a, b", " (int) as select a from t where a > $1 order by a", " (int, text) as insert into t (a, b) values ($1, $2) returning a", " as select $1 + 1, $2::text", " as delete from t where a = $1", " (nosuch) as select 1", " as selec", " as select nosuch", " (char) as select $1", " (int) as select $1, $2", " as values ($1), (2)", " (text, date) as select $1, $2, $2 - 1", " as select", "", " (int) as select a, $1 from x where a = $1")
	case 2, 3, 4:
		return "execute " + name + g.pick("", "", "(1)", "(2)", "('3')", "(7, 'seven')", "('a', '2024-01-02')", "(null)", "(1 + 1)", "(nosuch)", "('x')", "((select 2))", "(max(1))", "(1, 2, 3)", "(1.6)", "(current_date)")
	}
	return g.pick("deallocate "+name, "deallocate prepare "+name, "deallocate all")
}

func (g *sessions) definition() string {
	table := g.pick("x", "x", "y", "z")
	switch g.IntN(10) {
	case 0, 1, 2:
		return "create table " + g.pick("", "", "if not exists ") + table + g.pick(" (ts timestamptz default '2024-02-01Z', a int, b text default 'none')", " (ts timestamptz default '2024-02-01Z', a int not null, b text)", " (a int, ts timestamptz default '2024-02-01Z', b text)", " (a nosuch)", " (ts timestamptz default '2024-02-02Z', a smallint, b varchar(3))")
	case 3:
		return "create " + g.pick("", "or replace ", "or replace ") + "view " + g.pick("v", "w", "w", "t") + g.pick("", "", " (c, d)") + " as " + g.pick("select a, b from t", "select a, b from t where a = 1", "select a, b, n from t", "select b, a from t", "select * from x", "select a, count(*) from t group by a", "select nosuch from t", "values (1, 'x')")
	case 4:
		return "drop " + g.pick("table ", "table if exists ", "view ", "view if exists ", "index if exists ") + g.pick("x", "y", "v", "w", "t", "nosuch", "x, y", "x, nosuch") + g.pick("", "", " cascade", " restrict")
	case 5:
		if g.IntN(2) == 0 {
			return "alter table " + g.pick("x", "t", "y", "if exists y") + " rename " + g.pick("to y", "to x", "to t", "to z")
		}
		return "alter table " + g.pick("x", "y", "if exists y") + " rename " + g.pick("column b to c", "column c to b", "b to a", "column nosuch to c", "a to id")
	case 6:
		return "alter table " + table + " " + g.pick("add column d int", "add c text default 'new'", "add column if not exists d int", "add d nosuch", "alter a set default 5", "alter a drop default", "alter a set not null", "alter b type varchar(4)", "alter nosuch set default 1", "add column e int not null")
	case 7:
		return "alter view " + g.pick("v", "w", "if exists w") + g.pick(" rename to w", " rename to v", " rename column b to bb")
	case 8:
		return "comment on " + g.pick("table t", "table x", "column t.a", "column x.nosuch", "view v") + " is " + g.pick("'said'", "null")
	}
	return g.pick("create schema s", "drop schema s", "drop schema if exists s cascade", "create schema if not exists s", "create table s.t (ts timestamptz default now(), a int)", "select count(*) from s.t", "drop table t", "drop view v", "drop table t cascade")
}
