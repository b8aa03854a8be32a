package integration

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

// catalogsOfFunctions are the relations that say what can be called, each with a query whose first column names an object and whose second is the rest of
// what is said of it; own are names that PostgreSQL does not have.
var catalogsOfFunctions = []struct{ name, query, own string }{
	{"pg_proc", `select pronamespace::regnamespace || '.' || proname || '(' || coalesce((select string_agg(t::regtype::text, ', ' order by i) from unnest(proargtypes) with ordinality a(t, i)), '') || ')',
		concat_ws('|', oid, prorettype::regtype, prokind, proisstrict, proretset, provolatile, proparallel, proleakproof, prosecdef, procost, prorows, provariadic::regtype, pronargs, pronargdefaults,
			pg_get_function_arguments(oid), pg_get_function_result(oid), prosrc, prolang)
		from pg_proc where pronamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`, "pg_catalog.time_bucket("},
	{"pg_operator", `select concat_ws(' ', nullif(oprleft, 0)::regtype, oprname, oprright::regtype),
		concat_ws('|', oid, oprkind, oprcanmerge, oprcanhash, oprresult::regtype, oprcode, oprrest, oprjoin) from pg_operator`, ""},
	{"pg_cast", `select concat_ws(' to ', castsource::regtype, casttarget::regtype), concat_ws('|', castcontext, castmethod, castfunc::regprocedure) from pg_cast`, ""},
	{"pg_aggregate", `select aggfnoid::regprocedure::text, concat_ws('|', aggfnoid::oid, aggkind, aggnumdirectargs, aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn,
		aggminvtransfn, aggmfinalfn, aggfinalmodify, aggsortop::regoper, aggtranstype::regtype, aggtransspace, agginitval, aggminitval) from pg_aggregate`, "flare."},
	{"pg_type", `select typname, concat_ws('|', oid, typlen, typbyval, typtype, typcategory, typispreferred, typisdefined, typdelim, typelem::regtype, typarray::regtype, typsubscript, typinput, typoutput,
		typreceive, typsend, typmodin, typmodout, typanalyze, typalign, typstorage, typnotnull, typbasetype, typtypmod, typndims, typcollation, typdefault)
		from pg_type where typnamespace = 'pg_catalog'::regnamespace and typrelid = 0 and not exists (select from pg_type e where e.oid = pg_type.typelem and e.typrelid <> 0)`, ""},
}

// TestCatalogsOfFunctionsAgreeWithPostgreSQL: what the catalogs say of a function, an operator, a cast, an aggregate or a type is what PostgreSQL's say of it,
// and all of PostgreSQL's types are there. A function that is not there can't be called, and the error says why.
func TestCatalogsOfFunctionsAgreeWithPostgreSQL(t *testing.T) {
	ctx := context.Background()
	theirs := pgoracle.Start(t).Connect(t)
	ours := serve(t, filepath.Join(t.TempDir(), "data")).Connect(ctx)
	for _, c := range catalogsOfFunctions {
		want, have := namedRows(t, theirs, c.query), namedRows(t, ours, c.query)
		var lacking []string
		for name := range want {
			if _, ok := have[name]; !ok {
				lacking = append(lacking, name)
			}
		}
		for name, row := range have {
			switch theirs, ok := want[name]; {
			case !ok && (c.own == "" || !strings.HasPrefix(name, c.own)):
				t.Errorf("%s: PostgreSQL has no %s", c.name, name)
			case ok && row != theirs:
				t.Errorf("%s of %s:\n     got  %s\n     want %s", c.name, name, row, theirs)
			}
		}
		t.Logf("%s: %d of PostgreSQL's %d", c.name, len(want)-len(lacking), len(want))
		switch c.name {
		case "pg_type":
			for _, name := range lacking {
				t.Errorf("pg_type has no %s", name)
			}
		case "pg_proc":
			for _, name := range lacking {
				if !strings.Contains(name, "(anyenum") { // there is no such null
					wantRefusal(t, ours, name)
				}
			}
		}
	}
}

// namedRows are a query's rows by their first column.
func namedRows(t *testing.T, c *pgx.Conn, query string) map[string]string {
	t.Helper()
	rs, err := c.PgConn().Exec(context.Background(), query).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	out := map[string]string{}
	for _, row := range rs[0].Rows {
		if _, twice := out[string(row[0])]; twice {
			t.Errorf("%s is there twice", row[0])
		}
		out[string(row[0])] = string(row[1])
	}
	return out
}

// wantRefusal calls a function, named with its argument types, with nulls: it answers 0A000, with the reason.
func wantRefusal(t *testing.T, c *pgx.Conn, signature string) {
	t.Helper()
	name, args, _ := strings.Cut(strings.TrimSuffix(signature, ")"), "(")
	schema, name, _ := strings.Cut(name, ".")
	call := pgx.Identifier{schema, name}.Sanitize() + "(" + strings.Join(nulls(args), ", ") + ")"
	_, err := c.PgConn().Exec(context.Background(), "select * from "+call).ReadAll()
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "42704" && (pe.Code != "0A000" || pe.Detail == "" && !strings.HasPrefix(pe.Message, "values of")) { // 42704: a relation's row type
		t.Errorf("%s: %v, want 0A000 with a reason", call, err)
	}
}

// nulls are nulls of the types of a list.
func nulls(types string) []string {
	if types == "" {
		return nil
	}
	out := strings.Split(types, ", ")
	for i, t := range out {
		switch {
		case t == "anyarray":
			out[i] = "null::int[]"
		case t == "anyrange":
			out[i] = "null::int4range"
		case t == "anymultirange":
			out[i] = "null::int4multirange"
		case strings.HasPrefix(t, "any"), t == `"any"`, t == "internal", t == "cstring":
			out[i] = "null"
		default:
			out[i] = "null::" + t
		}
	}
	return out
}
