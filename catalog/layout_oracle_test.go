package catalog

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

var update = flag.Bool("update", false, "rewrite relations.txt from PostgreSQL")

// layoutQuery reads the lines of relations.txt from PostgreSQL's own catalogs. A domain is shown to clients as the type below it.
const layoutQuery = `
select n.nspname || '.' || c.relname || ' ' || c.oid || ' ' || c.relkind::text || ' ' ||
       string_agg(a.attname || ':' || p.type || case when p.mod >= 0 then ':' || p.mod else '' end || case when a.attnotnull then '!' else '' end, ' ' order by a.attnum)
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 join pg_type t on t.oid = a.atttypid,
     lateral (select case when t.typtype = 'd' then t.typbasetype else t.oid end as type, case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as mod) p
where n.nspname in ('pg_catalog', 'information_schema') and c.relkind in ('r', 'v')
group by n.nspname, c.relname, c.oid, c.relkind order by n.nspname desc, c.relname::text collate "C"`

// TestRelationsAreThoseOfPostgreSQL: all of them, with all columns, in order, of the same types, and null where they may be.
func TestRelationsAreThoseOfPostgreSQL(t *testing.T) {
	conn := pgoracle.Start(t).Connect(t)
	rows, err := conn.Query(context.Background(), layoutQuery)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	theirs := 0
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		theirs++
		text.WriteString(line + "\n")
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	if *update {
		if err := os.WriteFile("relations.txt", text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// What the snapshot shows, not what the file says.
	var ours []string
	s := New(nil).Snapshot(testSchema())
	for _, r := range s.all() {
		src, ok := r.Source.(*systemSource)
		if !ok || r.Schema != "pg_catalog" && r.Schema != "information_schema" {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%s.%s %d %c", r.Schema, r.Name, r.OID, src.Kind())
		for _, c := range tableColumns(r) {
			fmt.Fprintf(&b, " %s:%d", c.name, c.oid)
			if c.typmod >= 0 {
				fmt.Fprintf(&b, ":%d", c.typmod)
			}
			if c.notNull {
				b.WriteByte('!')
			}
		}
		ours = append(ours, b.String())
	}
	if len(ours) != theirs {
		t.Errorf("%d relations, PostgreSQL has %d", len(ours), theirs)
	}
	for line := range strings.Lines(text.String()) {
		if line = strings.TrimSuffix(line, "\n"); !slices.Contains(ours, line) {
			t.Errorf("not here: %s", line)
		}
	}
}
