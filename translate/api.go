// Package translate turns SQL text into bound, typed plans: it parses with PostgreSQL's own grammar, binds
// names, types, overloads and parameters against a catalog snapshot, and plans, splitting each stream
// scan into an NQL predicate, time bounds and reads that go down, and the rest that stays above.
//
// It runs nothing and keeps no state between statements.
package translate

import (
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// Context is what binding needs besides the statement.
type Context struct {
	Catalog *catalog.Snapshot
	Env     *types.Env
	// Role is the role in whose name the statement runs, SessionRole the one that the session began with; 0: the superuser that is always there.
	Role, SessionRole types.OID
	// TempSchema is the schema of the session's temporary tables, whether it is there or not; "": there are none.
	TempSchema string
	// Path is the search path; nil: public.
	Path []string
	// Params are the parameter types that the client declared; 0 or missing ones are inferred.
	Params []types.OID
	// NoParams refuses every parameter: the statement has no values for any.
	NoParams bool
	// Prepared gives the types of a prepared statement's parameters, for EXECUTE; nil: they are not looked at.
	Prepared func(name string) ([]types.OID, error)
	// Notice receives notices that binding gives rise to; may be nil.
	Notice func(*types.Error)
	// NoPushdown leaves every condition above the scans, so that tests can compare.
	NoPushdown bool
	// UnknownColumnsNull is the setting flare.unknown_columns = 'null'.
	UnknownColumnsNull bool
	// Eval computes a constant expression where a statement wants its value before it runs (the predicate of an index); nil: constants
	// are left as they are.
	Eval func(plan.Expr) (*column.Vector, error)
}

// Bound is a bound statement: one of the types below.
type Bound interface{ bound() }

// Query is SELECT, VALUES, TABLE.
type Query struct {
	Plan   plan.Node
	Writes bool        // WITH holds statements that write
	Params []types.OID // every parameter's type, declared or inferred
}

// Modify is INSERT or DELETE. Plan yields a row for each event that is written or deleted, of the columns of Returning.
type Modify struct {
	Command   string // "INSERT" or "DELETE"
	Plan      plan.Node
	Returning []plan.Column // nil: nothing is shown
	// Writes: WITH holds statements that write, besides this one.
	Writes bool
	Params []types.OID
}

// Copy is COPY.
type Copy struct {
	From                                bool // FROM STDIN; else TO STDOUT
	Stream                              *catalog.Stream
	Targets                             []plan.Target // FROM: the columns; for FORMAT json one TargetDocument
	Rest                                []plan.Target // FROM: a declared table's other columns
	RestValues                          []plan.Expr   // what they get, no Refs in it
	Where                               plan.Expr     // FROM: which rows are kept; its Refs index Targets, then Rest. nil: all
	Plan                                plan.Node     // TO
	Writes                              string        // TO: the command that Plan runs where it writes, else ""
	Documents                           bool          // TO: the one column is the events' documents
	Format                              string        // "text", "csv", "binary", "json"
	Delimiter                           byte
	Null                                string
	Header                              bool
	HeaderMatch                         bool
	Quote, Escape                       byte
	ForceQuote, ForceNotNull, ForceNull []string
}

// Truncate is TRUNCATE.
type Truncate struct{ Streams []*catalog.Stream }

// Explain is EXPLAIN of a Query, Modify or Execute.
type Explain struct {
	Statement Bound
	Analyze   bool
	Verbose   bool   // what every node puts out, and the schemas of streams
	Buffers   bool   // what was read from files and found in memory
	Timing    bool   // with Analyze: how long nodes took
	Summary   bool   // how long the whole took
	Format    string // "text", "json", "yaml", "xml"
}

// Transaction is BEGIN, COMMIT, ROLLBACK, SAVEPOINT …; Modes as in PostgreSQL.
type Transaction struct {
	Kind      string // "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "ROLLBACK TO", "SET TRANSACTION", "SET SESSION CHARACTERISTICS"
	Name      string
	Isolation string // "", "read committed", "repeatable read", …
	ReadOnly  *bool
	// Deferrable: [NOT] DEFERRABLE is said, which changes nothing.
	Deferrable bool
	Chain      bool
	Start      bool // BEGIN was spelled START TRANSACTION, which is its tag then
}

// Set is SET [LOCAL] and RESET; Show is SHOW.
type Set struct {
	Name  string
	Value string
	Local bool
	Reset bool // to the default; Name "" : RESET ALL
	// ToDefault: the reset was spelled SET … TO DEFAULT, whose tag is SET.
	ToDefault bool
}
type Show struct{ Name string } // "all" for SHOW ALL

// Prepare, Execute and Deallocate are their SQL statements.
type Prepare struct {
	Name      string
	Params    []types.OID
	Statement *Statement
}
type Execute struct {
	Name string
	Args []plan.Expr // not yet cast to the parameters' types
}
type Deallocate struct{ Name string } // "" for ALL

// Discard is DISCARD ALL / PLANS / SEQUENCES / TEMP.
type Discard struct{ What string }

// NoOp is a statement that has nothing to do here, as ANALYZE, or UNLISTEN *.
type NoOp struct{ Tag string }

func (*Query) bound()       {}
func (*Modify) bound()      {}
func (*Truncate) bound()    {}
func (*Copy) bound()        {}
func (*Explain) bound()     {}
func (*Transaction) bound() {}
func (*Set) bound()         {}
func (*Show) bound()        {}
func (*Prepare) bound()     {}
func (*Execute) bound()     {}
func (*Deallocate) bound()  {}
func (*Discard) bound()     {}
func (*NoOp) bound()        {}
