package function

import (
	"sync"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// ownObjects are the functions and aggregates that PostgreSQL doesn't have, as objects with names; package pgnames knows the others.
var ownObjects = sync.OnceValue(func() map[types.OID]*types.Object {
	out := map[types.OID]*types.Object{}
	add := func(kind byte, oid types.OID, schema, name string, args []types.OID, result types.OID, d pgnames.FunctionDetails) {
		if _, known := pgnames.ByOID(pgnames.Function, oid); known {
			return
		}
		d.Parallel, d.Language, d.Cost, d.Source = 's', 12, 1, name
		out[oid] = &types.Object{Class: pgnames.Function, OID: oid, Schema: schema, Name: name, Kind: kind, Args: args, Result: result, Details: &d}
	}
	for _, f := range All() {
		d := pgnames.FunctionDetails{Volatility: byte(f.Volatility), Strict: f.Strict, Names: f.Names, Defaults: f.Defaults}
		if f.Variadic {
			d.Variadic = f.Args[len(f.Args)-1]
		}
		add('f', f.OID, f.Schema, f.Name, f.Args, f.Result, d)
	}
	for _, f := range SetFunctions() {
		add('f', f.OID, f.Schema, f.Name, f.Args, f.Result,
			pgnames.FunctionDetails{Volatility: byte(f.Volatility), Strict: f.Strict, Set: f.Set, Rows: 1000, Names: f.Names})
	}
	for _, a := range AllAggregates() {
		add('a', a.OID, a.Schema, a.Name, a.Args, a.Result, pgnames.FunctionDetails{Volatility: byte(Immutable), Names: a.Names})
	}
	return out
})

// OwnObject finds a function that PostgreSQL doesn't have by its number.
func OwnObject(oid types.OID) (*types.Object, bool) {
	o, ok := ownObjects()[oid]
	return o, ok
}

// FindOwnObjects lists the functions of a schema and name that PostgreSQL doesn't have.
func FindOwnObjects(schema, name string) []*types.Object {
	var out []*types.Object
	for _, o := range ownObjects() {
		if o.Schema == schema && o.Name == name {
			out = append(out, o)
		}
	}
	return out
}

// OwnComments say, by number, what the functions of the schema flare are for.
var OwnComments = sync.OnceValue(func() map[types.OID]string {
	out := map[types.OID]string{}
	for oid, o := range ownObjects() {
		if text, ok := ownComments[o.Name]; ok {
			out[oid] = text
		}
	}
	return out
})

var ownComments = map[string]string{
	"approx_count_distinct": "how many different values there are, by HyperLogLog: exact up to about 1,000, then with a standard error of 0.81 %",
	"approx_percentile":     "the value at a fraction (0 to 1) in the order of values, or at each of several; off by at most 0.4 % of it",
	"nql":                   "the answer of a query in NQL, the language of the store",
	"render":                "the message of an event, or a message template filled with properties",
	"tail":                  "the events of a stream as they are committed, from now on until the statement is cancelled",
	"time_bucket":           "the start of the bucket that a time, or a number, lies in",
}
