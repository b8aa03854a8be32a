package catalog

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
	"github.com/flare-pg/flare-pg/types"
)

// TestSharedObjectsReadAsInPostgreSQL: for what both have, by its key, the rows are the same.
func TestSharedObjectsReadAsInPostgreSQL(t *testing.T) {
	conn := pgoracle.Start(t).Connect(t)
	ctx := context.Background()
	env := types.NewEnv(time.Unix(0, 0))
	s := New(nil).Snapshot(testSchema())
	env.Names = wholeCatalog{Lookup{Snapshot: s, Path: []string{"public"}, Roles: s.Roles()}, pathOnly{s, []string{"public"}}}
	for _, c := range []struct {
		relation, key string
		columns       []string
		least         int
	}{
		{"pg_type", "oid", []string{"typname", "typlen", "typbyval", "typtype", "typcategory", "typispreferred", "typdelim", "typelem", "typarray", "typalign", "typstorage", "typcollation", "typinput", "typoutput", "typreceive", "typsend", "typmodin", "typmodout", "typsubscript", "typanalyze", "typtypmod", "typisdefined", "typrelid"}, 60},
		{"pg_operator", "oid", []string{"oprname", "oprkind", "oprcanmerge", "oprcanhash", "oprleft", "oprright", "oprresult", "oprcom", "oprnegate"}, 200},
		{"pg_proc", "oid", []string{"proname", "prokind", "proisstrict", "provolatile", "pronargs", "prorettype", "proargtypes", "procost", "prorows", "provariadic", "proretset", "proleakproof", "proparallel", "pronargdefaults", "proallargtypes", "proargmodes", "proargnames", "prosrc"}, 300},
		{"pg_namespace", "nspname", []string{"oid"}, 3},
		{"pg_am", "oid", []string{"amname", "amtype"}, 2},
		{"pg_cast", "oid", []string{"castsource", "casttarget", "castfunc", "castcontext", "castmethod"}, 100},
		{"pg_range", "rngtypid", []string{"rngsubtype", "rngmultitypid", "rngcollation", "rngsubopc", "rngcanonical", "rngsubdiff"}, 6},
		{"pg_opclass", "oid", []string{"opcname", "opcintype", "opcdefault"}, 10},
	} {
		rel, _ := s.Relation("pg_catalog", c.relation)
		at := map[string]int{}
		for i, col := range rel.Source.Columns() {
			at[col.Name] = i
		}
		want := []int{at[c.key]}
		list := []string{c.key + "::text"}
		for _, name := range c.columns {
			want = append(want, at[name])
			list = append(list, name+"::text")
		}
		theirs := map[string][]string{}
		rows, err := conn.Query(ctx, fmt.Sprintf("select %s from pg_catalog.%s", strings.Join(list, ", "), c.relation))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]*string, len(list))
			targets := make([]any, len(list))
			for i := range values {
				targets[i] = &values[i]
			}
			if err := rows.Scan(targets...); err != nil {
				t.Fatal(err)
			}
			row := make([]string, len(values))
			for i, v := range values {
				if v != nil {
					row[i] = *v
				}
			}
			theirs[row[0]] = row
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
		vectors, shared, wrong := drain(t, rel.Source, want), 0, 0
		for r := range vectors[0].Len {
			row := make([]string, len(want))
			for i, v := range vectors {
				if !v.Null(r) {
					row[i] = types.TextOf(env, rel.Source.Columns()[want[i]].Type, v, r)
					if row[i] == "t" || row[i] == "f" {
						if v.Kind.String() == "bool" {
							row[i] = map[string]string{"t": "true", "f": "false"}[row[i]]
						}
					}
				}
			}
			pg, ok := theirs[row[0]]
			if !ok {
				continue
			}
			shared++
			for i := range row {
				if row[i] != pg[i] {
					if wrong++; wrong < 12 {
						t.Errorf("%s %s (%s): %s is %q, want %q", c.relation, row[0], row[1], list[i], row[i], pg[i])
					}
				}
			}
		}
		if shared < c.least {
			t.Errorf("%s: only %d rows in common", c.relation, shared)
		}
	}
}

// wholeCatalog is the catalog as functions see it.
type wholeCatalog struct {
	Lookup
	pathOnly
}
