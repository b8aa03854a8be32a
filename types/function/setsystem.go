package function

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// pg15keywords are the words of PostgreSQL 15's grammar: the word, how reserved it is, and whether it may be a label without AS. They are
// what pg_get_keywords of a running server says (TestKeywordsAgreeWithPostgreSQL).
//
//go:embed pg15keywords.txt
var pg15Keywords string

// keywordCategories describe how reserved a word is.
var keywordCategories = map[string]string{
	"U": "unreserved", "C": "unreserved (cannot be function or type name)", "T": "reserved (can be function or type name)", "R": "reserved",
}

// registerSystemSets: what the server knows of itself, as rows.
func registerSystemSets(s *setFunctions) {
	s.define("pg_get_keywords()", rowsOf(func(*types.Env) []func(out []*column.Vector) {
		var rows []func(out []*column.Vector)
		for line := range strings.Lines(pg15Keywords) {
			f := strings.Fields(line)
			rows = append(rows, func(out []*column.Vector) {
				bare, label := f[2] == "t", "requires AS"
				if bare {
					label = "can be bare label"
				}
				out[0].AppendString(f[0])
				out[1].AppendString(f[1])
				out[2].AppendBool(bare)
				out[3].AppendString(keywordCategories[f[1]])
				out[4].AppendString(label)
			})
		}
		return rows
	}))
	zone := func(z types.ZoneInfo, out []*column.Vector) {
		out[0].AppendString(z.Abbrev)
		out[1].AppendSpan(column.Span{Micros: z.Offset})
		out[2].AppendBool(z.DST)
	}
	s.define("pg_timezone_names()", rowsOf(func(env *types.Env) []func(out []*column.Vector) {
		var rows []func(out []*column.Vector)
		for _, name := range types.ZoneNames() {
			if z, ok := types.ZoneAt(name, env.TransactionStart); ok {
				rows = append(rows, func(out []*column.Vector) {
					out[0].AppendString(name)
					zone(z, out[1:])
				})
			}
		}
		return rows
	}))
	s.define("pg_timezone_abbrevs()", rowsOf(func(env *types.Env) []func(out []*column.Vector) {
		var rows []func(out []*column.Vector)
		for _, z := range types.ZoneAbbreviations(env.TransactionStart) {
			rows = append(rows, func(out []*column.Vector) { zone(z, out) })
		}
		return rows
	}))
	s.define("pg_listening_channels()", rowsOf(func(env *types.Env) []func(out []*column.Vector) {
		var rows []func(out []*column.Vector)
		if env.Session != nil {
			for _, name := range slices.Sorted(slices.Values(env.Session.Channels())) {
				rows = append(rows, func(out []*column.Vector) { out[0].AppendString(name) })
			}
		}
		return rows
	}))
}

// listRows are rows that are known when the call begins.
type listRows struct {
	rows []func(out []*column.Vector)
}

func rowsOf(list func(env *types.Env) []func(out []*column.Vector)) func(c *SetCall) (Rows, error) {
	return func(c *SetCall) (Rows, error) { return &listRows{list(c.Env)}, nil }
}

func (r *listRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && len(r.rows) > 0; max-- {
		r.rows[0](out)
		r.rows = r.rows[1:]
	}
	return nil
}
