package function

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// SetFunction is one overload of a function that gives rows, or one record with named columns.
type SetFunction struct {
	OID        types.OID
	Name       string
	Schema     string
	Args       []types.OID
	Names      []string // of the arguments of our own ones
	Variadic   bool
	Result     types.OID // of a row; types.Record where Columns say what is in it, or the call does
	Columns    []SetColumn
	Set        bool // any number of rows; else exactly one
	Strict     bool // no rows where an argument is null (one row of nulls where not Set)
	Volatility Volatility
	// Open begins a call. The arguments are Plain vectors of one row each; they and the Env stay as they are until the last row is drawn.
	Open func(c *SetCall) (Rows, error)
}

// SetColumn is a column of a function's rows.
type SetColumn struct {
	Name   string
	Type   types.OID
	Typmod int32
}

// SetCall is what a call is told.
type SetCall struct {
	Env     *types.Env
	Types   []types.OID // of the arguments as called
	Args    []*column.Vector
	Columns []SetColumn // of the rows that are wanted: those that a column definition list names where there is one
}

// Rows are the rows of a call, made as they are drawn.
type Rows interface {
	// Next appends up to max rows, one value to each vector of out; fewer only where no more follow.
	Next(max int, out []*column.Vector) error
}

// Untyped reports whether only the call can say which columns the rows have.
func (f *SetFunction) Untyped() bool { return f.Result == types.Record && len(f.Columns) == 0 }

// Populates reports whether the call's first argument, a record, says which fields the rows have where the call does not.
func (f *SetFunction) Populates() bool {
	return f.Untyped() && len(f.Args) > 0 && f.Args[0] == types.Record
}

// pg15sets lists PostgreSQL's functions that give rows or records, a line each, separated by tabs:
//
//	oid schema name argument-types result flags defaults [columns]	flags: provolatile, s strict, v variadic, r returns a set
//
// testdata/pg15sets.sql is the question that it answers (TestSetTableAgreesWithPostgreSQL).
//
//go:embed pg15sets.txt
var pg15Sets string

// setFunctions are the overloads by name; those over types that we don't have are left out.
type setFunctions struct {
	byName   map[string][]*SetFunction
	defaults map[*SetFunction]int
	nextOwn  types.OID
}

func loadSetFunctions() *setFunctions {
	s := &setFunctions{byName: map[string][]*SetFunction{}, defaults: map[*SetFunction]int{}, nextOwn: firstOwnSet}
	for line := range strings.Lines(pg15Sets) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		fn := &SetFunction{OID: oid(f[0]), Schema: f[1], Name: f[2], Args: oids(f[3]), Result: oid(f[4]), Volatility: Volatility(f[5][0]),
			Strict: strings.Contains(f[5][1:], "s"), Variadic: strings.Contains(f[5][1:], "v"), Set: strings.Contains(f[5][1:], "r")}
		known := append(slices.Clone(fn.Args), fn.Result)
		if len(f) > 7 {
			for c := range strings.FieldsSeq(f[7]) {
				name, t, _ := strings.Cut(c, ":")
				fn.Columns = append(fn.Columns, SetColumn{Name: name, Type: oid(t), Typmod: -1})
				known = append(known, oid(t))
			}
		}
		if slices.ContainsFunc(known, func(t types.OID) bool { _, ok := types.Lookup(t); return !ok }) {
			continue
		}
		s.defaults[fn] = int(oid(f[6]))
		s.byName[fn.Name] = append(s.byName[fn.Name], fn)
	}
	for _, register := range []func(*setFunctions){registerSeries, registerJSONSets, registerPopulateSets, registerPathSets, registerTextSets, registerArraySets, registerSystemSets, registerACLSets, registerRangeSets, registerSnapshotSets, registerTextSearchSets} {
		register(s)
	}
	s.own(&SetFunction{Name: "nql", Args: []types.OID{types.Text}, Names: []string{"query"}, Result: types.Record, Set: true, Strict: true, Volatility: Stable, Open: alone("nql")})
	s.own(&SetFunction{Name: "tail", Args: []types.OID{types.Text}, Names: []string{"stream"}, Result: types.Record, Set: true, Strict: true, Volatility: Volatile, Open: alone("tail")})
	return s
}

// own adds a function that PostgreSQL does not have.
func (s *setFunctions) own(f *SetFunction) {
	f.OID, f.Schema = s.nextOwn, "flare"
	s.nextOwn++
	s.byName[f.Name] = append(s.byName[f.Name], f)
}

// alone is a function that is known here for its name and rights alone: in FROM, where it stands by itself, it is a scan.
func alone(name string) func(*SetCall) (Rows, error) {
	return func(*SetCall) (Rows, error) {
		return nil, types.Errorf(types.CodeFeatureNotSupported, "flare.%s stands alone in FROM", name)
	}
}

// firstOwnSet is the first OID of set-returning functions that PostgreSQL does not have.
const firstOwnSet = 95000

// define gives the function of a signature, as "unnest(anyarray)", its rows.
func (s *setFunctions) define(signature string, open func(c *SetCall) (Rows, error)) {
	name, args := theRegistry().parse(signature)
	for _, f := range s.byName[name] {
		if slices.Equal(f.Args, args) {
			f.Open = open
			return
		}
	}
	panic("no set-returning function " + signature)
}

// SetFunctions lists every function of this kind that is built, by OID.
func SetFunctions() []*SetFunction {
	var all []*SetFunction
	for _, fs := range theSetFunctions().byName {
		for _, f := range fs {
			if f.Open != nil {
				all = append(all, f)
			}
		}
	}
	slices.SortFunc(all, func(a, b *SetFunction) int { return int(int64(a.OID) - int64(b.OID)) })
	return all
}
