package engine

import (
	"github.com/flare-pg/flare-pg/nql"
)

// Compiled is what a scan asks of events and reads of them, ready to be run: the predicate's bounds of time, what must be there for it to be true, its
// program and the columns'. It rests on nothing of a store, a generation or a schema, so one may serve many scans, several at once too.
type Compiled struct {
	bound     nql.Expr // the whole predicate with its parameters in their places
	from, to  int64    // what it says of the time
	where     nql.Expr // what it says besides, asked of each event
	program   *nql.RowProgram
	needs     [][]string     // properties without which no event matches
	lookups   [][]nql.Lookup // values without which no event matches, of each list one
	predicate string         // where, as printed; empty: there is nothing to ask
}

// Compile compiles a scan's predicate (nil: all events) over params, and its columns. Errors say what can't be evaluated.
func Compile(where nql.Expr, params []nql.Value, columns []nql.Column) (*Compiled, error) {
	c := &Compiled{bound: nql.Bind(where, params)}
	c.from, c.to, c.where = nql.TimeBounds(c.bound)
	var err error
	if c.program, err = nql.CompileRows(c.where, params, columns); err != nil {
		return nil, err
	}
	c.needs, c.lookups = nql.Needs(c.where), nql.Lookups(c.where)
	if c.where != nil {
		c.predicate = nql.Print(c.where)
	}
	return c, nil
}
