package function

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// registry holds everything that has a name. It is made once and then only read.
type registry struct {
	functions  map[string][]*Function
	operators  map[string][]*Operator
	aggregates map[string][]*Aggregate
	pgCasts    map[castKey]pgCast
	casts      map[castKey]*Cast
	defaults   map[*Function]int // how many of the last arguments may be left out
	nextOwn    types.OID

	nextAggregate types.OID
}

type castKey struct{ from, to types.OID }

// pgCast is a row of pg_cast: method 'f' function, 'b' binary coercible, 'i' through text.
type pgCast struct {
	context  CastContext
	function *Function
	method   byte
}

// firstOwn is the first OID of functions that PostgreSQL does not have.
const firstOwn = 90000

// firstOwnAggregate is that of aggregates.
const firstOwnAggregate = 94000

var theRegistry = sync.OnceValue(func() *registry {
	r := &registry{
		functions: map[string][]*Function{}, operators: map[string][]*Operator{}, aggregates: map[string][]*Aggregate{},
		pgCasts: map[castKey]pgCast{}, casts: map[castKey]*Cast{}, defaults: map[*Function]int{}, nextOwn: firstOwn,
		nextAggregate: firstOwnAggregate,
	}
	r.load(pg15)
	for _, register := range []func(*registry){
		registerCompare, registerBool, registerInt, registerFloat, registerNumeric, registerMath,
		registerText, registerTextFormat, registerLike, registerRegexp, registerRegexpFind, registerSimilar, registerUnistr, registerNumNulls, registerBytea,
		registerTimeArithmetic, registerTimeParts, registerTimeBucket, registerRender, registerTimeMake, registerToChar,
		registerInet, registerMacAddr, registerTimeTZ, registerBitStrings, registerRange, registerMultirange,
		registerArray, registerJSON, registerJSONBuild, registerJSONChange, registerJSONShape, registerPopulate, registerJSONPath, registerSession, registerParseIdent, registerSessionControl, registerCatalogFunctions, registerAggregates,
		registerByteaParts, registerNormalize, registerDegrees, registerMathMore, registerOverlaps, registerHash, registerOddments, registerTransactions, registerLSN, registerMoney, registerACLItems, registerFormerly,
		registerTextSearch,
		registerCasts, registerCompareMore, registerSend,
	} {
		register(r)
	}
	return r
})

// fn gives the function of the signature, as "length(text)" with pg_type's names, its kernel. The kernel sees
// only rows that are selected and, where the function is strict, have no null argument; see lift.
func (r *registry) fn(signature string, k Kernel) *Function {
	f := r.find(signature)
	r.define(f, k)
	return f
}

// total is fn for a kernel that fails on no input.
func (r *registry) total(signature string, k Kernel) *Function {
	f := r.find(signature)
	f.Total = true
	r.define(f, k)
	return f
}

// op gives the function behind an operator ("int4 + int8", "- int4") its kernel; totalOp one that can't fail.
func (r *registry) op(signature string, k Kernel) { r.define(r.findOp(signature).Function, k) }

func (r *registry) totalOp(signature string, k Kernel) {
	f := r.findOp(signature).Function
	f.Total = true
	r.define(f, k)
}

// own adds a function that PostgreSQL does not have, or that pg15.txt leaves out: then it has PostgreSQL's number.
func (r *registry) own(schema, signature string, result types.OID, v Volatility, k Kernel) *Function {
	name, args := r.parse(signature)
	f := &Function{OID: r.nextOwn, Name: name, Schema: schema, Args: args, Result: result, Strict: true, Volatility: v}
	for _, o := range pgnames.Find(pgnames.Function, schema, name) {
		if slices.Equal(o.Args, args) {
			f.OID = o.OID
		}
	}
	if f.OID == r.nextOwn {
		r.nextOwn++
	}
	r.functions[name] = append(r.functions[name], f)
	r.define(f, k)
	return f
}

// ownWithDefaults is own for a function whose last arguments may be left out, and that looks at nulls itself: names are those of all arguments,
// defaults the SQL texts of those that may be left out. The kernel is given the arguments that the call has.
func (r *registry) ownWithDefaults(schema, signature string, result types.OID, v Volatility, names, defaults []string, k Kernel) {
	f := r.own(schema, signature, result, v, k)
	f.Strict, f.Names, f.Defaults = false, names, defaults
	r.defaults[f] = len(defaults)
	r.define(f, k)
}

func (r *registry) define(f *Function, k Kernel) {
	if f.Strict && f.Volatility != Volatile {
		f.Kernel = lift(f, k)
		return
	}
	f.Kernel = func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		out.Reset(resultKind(f, c))
		return k(c, n, sel, args, out)
	}
}

// agg gives an aggregate its accumulator.
func (r *registry) agg(signature string, n func(c *Call) Accumulator) {
	name, args := r.parse(signature)
	for _, a := range r.aggregates[name] {
		if slices.Equal(a.Args, args) {
			a.New = n
			return
		}
	}
	panic("no aggregate " + signature)
}

// ownAgg adds an aggregate of the schema flare; names are those of its arguments.
func (r *registry) ownAgg(signature string, result types.OID, names []string, n func(c *Call) Accumulator) {
	name, args := r.parse(signature)
	a := &Aggregate{OID: r.nextAggregate, Name: name, Schema: "flare", Args: args, Names: names, Result: result, Kind: 'n', New: n}
	r.nextAggregate++
	r.aggregates[name] = append(r.aggregates[name], a)
}

func (r *registry) find(signature string) *Function {
	name, args := r.parse(signature)
	for _, f := range r.functions[name] {
		if slices.Equal(f.Args, args) {
			return f
		}
	}
	panic("no function " + signature)
}

func (r *registry) findOp(signature string) *Operator {
	w := strings.Fields(signature)
	var left types.OID
	if len(w) == 3 {
		left, w = typeNamed(w[0]), w[1:]
	}
	right := typeNamed(w[1])
	for _, o := range r.operators[w[0]] {
		if o.Left == left && o.Right == right {
			return o
		}
	}
	panic("no operator " + signature)
}

func (r *registry) parse(signature string) (string, []types.OID) {
	name, rest, ok := strings.Cut(strings.TrimSuffix(signature, ")"), "(")
	if !ok {
		panic("not a signature: " + signature)
	}
	var args []types.OID
	for a := range strings.FieldsFuncSeq(rest, func(c rune) bool { return c == ',' || c == ' ' }) {
		args = append(args, typeNamed(a))
	}
	return name, args
}

func typeNamed(name string) types.OID {
	t, ok := types.ByName(name)
	if !ok {
		panic(fmt.Sprintf("no type %s", name))
	}
	return t.OID
}

// Functions lists the overloads of a function that are built, in any schema.
func Functions(name string) []*Function {
	var fs []*Function
	for _, f := range theRegistry().functions[name] {
		if f.Kernel != nil {
			fs = append(fs, f)
		}
	}
	return fs
}

// All lists every function that is built, by OID.
func All() []*Function {
	var all []*Function
	for name := range theRegistry().functions {
		all = append(all, Functions(name)...)
	}
	slices.SortFunc(all, func(a, b *Function) int { return int(int64(a.OID) - int64(b.OID)) })
	return all
}

// Operators lists the built operators of a name.
func Operators(name string) []*Operator {
	var ops []*Operator
	for _, o := range theRegistry().operators[name] {
		if o.Function.Kernel != nil {
			ops = append(ops, o)
		}
	}
	return ops
}

// AllOperators lists every operator that is built, by OID.
func AllOperators() []*Operator {
	var all []*Operator
	for name := range theRegistry().operators {
		all = append(all, Operators(name)...)
	}
	slices.SortFunc(all, func(a, b *Operator) int { return int(int64(a.OID) - int64(b.OID)) })
	return all
}

// Aggregates lists the built overloads of an aggregate.
func Aggregates(name string) []*Aggregate {
	var as []*Aggregate
	for _, a := range theRegistry().aggregates[name] {
		if a.New != nil {
			as = append(as, a)
		}
	}
	return as
}

// IsAggregate reports whether name is an aggregate, built or not: what the binder asks before it looks for a function. schema is "" where the call names none.
func IsAggregate(schema, name string) bool {
	return slices.ContainsFunc(theRegistry().aggregates[name], func(a *Aggregate) bool { return a.named(schema) })
}

// HypotheticalAggregates lists rank(value, …) WITHIN GROUP (ORDER BY value, …) and its relatives: the binder makes counts of them, so they have no accumulators.
func HypotheticalAggregates() []*Aggregate {
	var all []*Aggregate
	for _, name := range []string{"rank", "dense_rank", "percent_rank", "cume_dist"} {
		all = append(all, theRegistry().aggregates[name]...)
	}
	return all
}

// named reports whether a call with that schema, or with none, can mean a.
func (a *Aggregate) named(schema string) bool {
	return schema == a.Schema || schema == "" && a.Schema == "pg_catalog"
}

// AllAggregates lists every aggregate that is built, by OID.
func AllAggregates() []*Aggregate {
	var all []*Aggregate
	for name := range theRegistry().aggregates {
		all = append(all, Aggregates(name)...)
	}
	slices.SortFunc(all, func(a, b *Aggregate) int { return int(int64(a.OID) - int64(b.OID)) })
	return all
}
