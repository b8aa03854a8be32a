// Package function is the one registry of SQL's functions, operators, casts and aggregates, with
// the code that computes them over vectors. What exists, its types, OIDs and properties, is PostgreSQL 15's (pg15.txt);
// files named for a subject (compare.go, text.go, timeparts.go …) give functions their kernels. The binder resolves overloads against it, the executor
// calls what it holds, and pg_proc, pg_operator, pg_cast and pg_aggregate are listed from it.
package function

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Volatility is PostgreSQL's provolatile.
type Volatility byte

const (
	Immutable Volatility = 'i'
	Stable    Volatility = 's' // the same within a statement: now(), text of a timestamptz
	Volatile  Volatility = 'v'
)

// Call is what a kernel is told besides its arguments.
type Call struct {
	Env    *types.Env
	Args   []types.OID // the types of the arguments as called (polymorphic functions read them)
	Result types.OID
	Typmod int32 // for casts with a length: numeric(5,2), varchar(10); -1 none
}

// ended is why the statement has ended, nil while it goes on: what takes long looks now and then.
func (c *Call) ended() error { return envEnded(c.Env) }

func envEnded(e *types.Env) error {
	if e == nil || e.Context == nil || e.Context.Err() == nil {
		return nil
	}
	return context.Cause(e.Context)
}

// Kernel computes a function for the rows in sel (nil: all) of n rows. args have n rows each, in any
// form. The kernel makes out a vector of n rows of the result's Kind, in any form; what it puts at rows
// that are not selected doesn't matter, and it must not fail because of them, nor because of the
// value that lies under a null. Kernels of Strict functions must give null where an argument is null.
// An error is a *types.Error.
type Kernel func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error

// Function is one overload of a function.
type Function struct {
	OID        types.OID // PostgreSQL's where it has the function; from 90000 on for our own
	Name       string
	Schema     string // "pg_catalog" or "flare"
	Args       []types.OID
	Variadic   bool // the last of Args repeats; any number of it
	Result     types.OID
	Strict     bool
	Total      bool // can't fail on any input: may run on dictionary entries that no row uses
	Volatility Volatility
	Kernel     Kernel
	Fields     []types.Field // of the record that it gives, where they are known
	Names      []string      // of the arguments, and Defaults of the last ones as SQL, of our own functions; package pgnames has those of PostgreSQL's
	Defaults   []string
}

// Operator names a function that computes it. Left is 0 for prefix operators.
type Operator struct {
	OID         types.OID
	Name        string
	Left, Right types.OID
	Result      types.OID
	Function    *Function
	Commutator  string // of the same types swapped; "" none
	Negator     string
}

// CastContext says where a cast applies by itself.
type CastContext byte

const (
	CastImplicit   CastContext = 'i'
	CastAssignment CastContext = 'a'
	CastExplicit   CastContext = 'e'
)

// Cast converts From to To. Function is nil where the vectors are the same (binary coercible).
type Cast struct {
	From, To types.OID
	Context  CastContext
	Function *Function
}

// Accumulator holds the states of one aggregate for many groups. Groups are numbered from 0 by the
// caller. It is used by one goroutine; partial accumulators of several goroutines are merged.
type Accumulator interface {
	// Resize makes room for groups 0 … n-1; new ones begin empty.
	Resize(n int)
	// Add feeds the rows in sel: row i goes to group groups[i]. args as for a Kernel (none for count(*)).
	Add(c *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error
	// Merge adds other's group g into group to[g].
	Merge(other Accumulator, to []int32) error
	// Result appends the results of groups 0 … n-1 to out, a Plain vector of the result's Kind.
	Result(c *Call, n int, out *column.Vector) error
	// Bytes estimates the memory held.
	Bytes() int64
}

// Preparer is an Accumulator whose results may take long. Several goroutines may work them out ahead of Result.
type Preparer interface {
	// Costly makes ready for Prepare where the results of groups 0 … n-1 are worth it.
	Costly(n int) bool
	// Prepare works out the results of the groups that next gives, until it gives none. Several goroutines may call it at once, each being given other groups.
	Prepare(c *Call, next func() (group int, ok bool)) error
}

// Releaser is an Accumulator that gives its memory back for others when it is not used any more.
type Releaser interface{ Release() }

// Keeper is an Accumulator that keeps what it is fed, and can give it back.
type Keeper interface {
	Accumulator
	// Take gives f rows that come to what was added, those of a group in their order, with their groups, and empties all groups. What f is given it may
	// keep no longer than the call lasts.
	Take(f func(groups []int32, args []*column.Vector) error) error
}

// Renderer is a Keeper that keeps something else than what it is fed, and gives back that.
type Renderer interface {
	Keeper
	// Render makes of arguments what Take would give for each row in sel.
	Render(c *Call, n int, sel column.Selection, args []*column.Vector) ([]*column.Vector, error)
	// Rendered makes an accumulator of the same aggregate that is fed what Take and Render give.
	Rendered() Accumulator
}

// Aggregate is one overload of an aggregate function.
type Aggregate struct {
	OID    types.OID
	Name   string
	Schema string // "pg_catalog" or "flare"
	Args   []types.OID
	Names  []string // of the arguments of our own ones; package pgnames has those of PostgreSQL's
	Result types.OID
	Kind   byte // pg_aggregate.aggkind: 'n' plain, 'o' ordered-set, 'h' hypothetical-set
	Direct int  // how many of Args stand before WITHIN GROUP
	New    func(c *Call) Accumulator
}
