package translate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/integration/pgoracle"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// described are statements over a table that both servers have: PostgreSQL as a table, here as a stream with properties.
var described = strings.Split(strings.TrimSpace(`
select 1, 'a', null, 1.5, 12345678901, 123456789012345678901, true, 1e3, -5, - -5
select 'a'::varchar(3), '5'::numeric(5,2), 1::bigint, date '2020-01-01', interval '1 hour', timestamptz '2020-01-01 00:00Z'
select now(), current_date, current_timestamp, localtimestamp, current_user, session_user, current_catalog, current_schema, user
select code, method, elapsed, cost, ok from t
select t.code, x.method from t, (select method, cost from t) x
select code + 1, code * 1.5, elapsed / 2, cost - code, -elapsed, code % 7, code || method from t
select code::text, code::int, elapsed::bigint, method::int, ok::text, cost::double precision from t
select upper(method), lower(method), length(method), substring(method from 1 for 2), position('a' in method), trim(method) from t
select trim(leading 'x' from method), overlay(method placing 'x' from 1), extract(epoch from now()), now() at time zone 'UTC' from t
select case when ok then code else 1.5 end, case method when 'a' then 1 end, case code when 1 then method else 'x' end from t
select coalesce(code, 1.5), coalesce(method, 'x'), coalesce(null, 'a'), nullif(code, 1), nullif(method, 'x'), greatest(code, 1.5), least(1, 2) from t
select count(*), count(code), sum(code), sum(elapsed), sum(cost), avg(code), avg(elapsed), avg(cost), min(method), max(code) from t
select code, count(*) c from t group by code having count(*) > 1 order by c desc, 1 limit 5 offset 1
select upper(method) as m, count(*) from t group by m order by m
select upper(method), count(*) from t group by 1
select code, count(*) from t
select method from t group by code
select distinct method from t order by code
select count(*) from t where count(*) > 1
select code from t where method
select code from t where code = 'x'
select code from t where code = method
select code from t where nosuch = 1
select t.nosuch from t
select x.code from t
select * from nosuch
select nosuch(1)
select abs('x'::text)
select 1 + true
select '1'::nosuch
select true::date
select 'x'::int
select code from t order by 2
select code from t group by 7
select code from t limit 'x'
select code from t limit code
select $1
select $1 + 1, $2 || 'a', $3::int, $1
select code from t where code = $1 and method = $2 and elapsed > $3 and ok = $4 and cost < $5
select code from t where code in ($1, $2) and method like $3 and elapsed between $4 and $5
select code from t limit $1 offset $2
select $2::int
select coalesce($1, 5), case when $2 then $3 else 1.5 end
select $1 is null
select code from t where $1 > 5
select $1::timestamptz - interval '1 hour', $2::date + 1
values (1, 'a'), (2.5, null)
values (1), ('x')
values (1, 2), (3)
select 1 union select 2.5
select 1 union all select 'x'
select 1 union select 1, 2
select 'a' union select null
select column1 from (values (1, 'a')) v
select v.a, v.b from (values (1, 'a')) v(a, b) where a > 0
select a.code, b.method from t a join t b on a.code = b.code left join t c on c.method = b.method
select a.code from t a join t b on a.code
select code from t a, t b
select 1 from t, t
select code c, code c from t
select 1 as "Odd Name", 2 as Lower
select code is null, ok is true, ok is not unknown, code is distinct from 1, not ok, ok and code > 1 or false from t
select method ~ 'a', method !~ 'a', method ilike 'A%', method not like 'x', method like 'a\%' escape '\' from t
select date_trunc('hour', now()), date_part('year', now()), to_char(now(), 'YYYY'), extract(year from date '2020-01-01')
select now() - interval '1 day', now() - now(), date '2020-01-01' - date '2019-01-01', date '2020-01-01' + 1
select p -> 'a', p ->> 'a', p #> '{a,b}', p #>> '{a,b}', p['a'], p -> 'a' -> 0 from t
select with x as y
select
select case when true then 1 else true end
select sum(count(*)) from t
select count(distinct code), count(*) filter (where ok), string_agg(method, ',' order by code) from t
select count() from t
select sum(*) from t
select upper(distinct method) from t
select round(cost, 1), round(elapsed), floor(elapsed), ceil(cost), power(2, 3), sqrt(2), mod(5, 3) from t
select concat(code, method), replace(method, 'a', 'b'), left(method, 1), split_part(method, 'a', 1), md5(method) from t
with w as (select code from t) select w.code from w
table t
`), "\n")

// differences are where we differ on purpose: the statement and why.
var differences = map[string]string{
	"table t": "a stream's * shows the core columns, not its properties",
}

// TestDescribeAnswersAsPostgreSQL compares parameter types, result columns and errors with PostgreSQL's Parse and Describe.
func TestDescribeAnswersAsPostgreSQL(t *testing.T) {
	conn := pgoracle.Start(t).Connect(t)
	ctx := context.Background()
	if _, err := conn.Exec(ctx, `create table t (code bigint, method text, elapsed double precision, cost numeric, ok boolean, p jsonb)`); err != nil {
		t.Fatal(err)
	}
	cat := catalog.New(nil).Snapshot(&engine.Schema{Streams: []*engine.StreamSchema{{ID: 1, Schema: "public", Name: "t", Properties: []engine.Property{
		{Path: []string{"code"}, Type: types.Int8, Seq: 1}, {Path: []string{"method"}, Type: types.Text, Seq: 2}, {Path: []string{"elapsed"}, Type: types.Float8, Seq: 3},
		{Path: []string{"cost"}, Type: types.Numeric, Seq: 4}, {Path: []string{"ok"}, Type: types.Bool, Seq: 5}, {Path: []string{"p"}, Type: types.JSONB, Seq: 6},
	}}}})
	refused := 0
	for _, sql := range described {
		if differences[sql] != "" {
			continue
		}
		var params []types.OID
		var columns []plan.Column
		list, err := Parse(sql)
		if err == nil {
			var b Bound
			if b, err = Bind(&Context{Catalog: cat, Env: types.NewEnv(time.Now())}, list[0]); err == nil {
				q := b.(*Query)
				params, columns = q.Params, q.Plan.Columns()
			}
		}
		if e, ok := asTypesError(err); ok && e.Code == types.CodeFeatureNotSupported {
			refused++
			t.Logf("not built: %s: %s", sql, e.Message)
			continue
		}
		want, wantErr := conn.PgConn().Prepare(ctx, "", sql, nil)
		var pgErr *pgconn.PgError
		if errors.As(wantErr, &pgErr) {
			e, ok := asTypesError(err)
			if !ok {
				t.Errorf("%s: bound, where PostgreSQL says %s %s", sql, pgErr.Code, pgErr.Message)
			} else if e.Code != pgErr.Code || e.Message != pgErr.Message || e.Position != int(pgErr.Position) {
				t.Errorf("%s:\n got %s at %d: %s\nwant %s at %d: %s", sql, e.Code, e.Position, e.Message, pgErr.Code, pgErr.Position, pgErr.Message)
			}
			continue
		}
		if wantErr != nil {
			t.Fatal(wantErr)
		}
		if err != nil {
			t.Errorf("%s: %v, where PostgreSQL answers", sql, err)
			continue
		}
		if !slices.Equal(params, want.ParamOIDs) {
			t.Errorf("%s: parameters %v, want %v", sql, params, want.ParamOIDs)
		}
		if len(columns) != len(want.Fields) {
			t.Errorf("%s: %d columns, want %d", sql, len(columns), len(want.Fields))
			continue
		}
		for i, f := range want.Fields {
			c := columns[i]
			if c.Name != f.Name || c.Type != f.DataTypeOID || c.Typmod != f.TypeModifier || (c.Table != 0) != (f.TableOID != 0) {
				t.Errorf("%s: column %d is %s %d typmod %d table %d, want %s %d %d %d", sql, i+1, c.Name, c.Type, c.Typmod, c.Table,
					f.Name, f.DataTypeOID, f.TypeModifier, f.TableOID)
			}
		}
	}
	if refused > len(described)/4 {
		t.Errorf("%d of %d statements are not built", refused, len(described))
	}
}
