package catalog

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// relationsText lists PostgreSQL 15's system relations, a line each:
//
//	schema.name oid relkind column:type[:typmod][!] …
//
// where ! marks a column that is never null. Types are OIDs; those of information_schema's domains are their base types, as a
// client sees them. It was read from PostgreSQL 15's own catalogs.
//
//go:embed relations.txt
var relationsText string

// layout is what a system relation looks like.
type layout struct {
	oid     types.OID
	schema  string
	name    string
	kind    byte // pg_class.relkind: 'r' or 'v'
	columns []plan.Column
	notNull []bool
}

// layouts is the table in relationsText by "schema.name".
var layouts = sync.OnceValue(func() map[string]*layout {
	out := map[string]*layout{}
	for line := range strings.Lines(relationsText) {
		if l := parseLayout(strings.TrimSuffix(line, "\n")); l != nil {
			out[l.schema+"."+l.name] = l
		}
	}
	return out
})

// parseLayout reads a line of relationsText; nil for an empty one. It panics on a malformed one: the text is ours.
func parseLayout(line string) *layout {
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return nil
	}
	schema, name, ok := strings.Cut(fields[0], ".")
	if !ok || len(fields) < 3 {
		panic("catalog: bad layout: " + line)
	}
	l := &layout{oid: types.OID(number(fields[1])), schema: schema, name: name, kind: fields[2][0]}
	for i, f := range fields[3:] {
		f, notNull := strings.CutSuffix(f, "!")
		parts := strings.Split(f, ":")
		c := plan.Column{Name: parts[0], Type: types.OID(number(parts[1])), Typmod: -1, Table: l.oid, Attr: int16(i + 1)}
		if len(parts) > 2 {
			c.Typmod = int32(number(parts[2]))
		}
		l.columns = append(l.columns, c)
		l.notNull = append(l.notNull, notNull)
	}
	return l
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("catalog: bad number %q in a layout", s))
	}
	return n
}
