package function

import (
	"sync"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// ownObjects are the functions that PostgreSQL doesn't have, as objects with names; package pgnames knows the others.
var ownObjects = sync.OnceValue(func() map[types.OID]*types.Object {
	out := map[types.OID]*types.Object{}
	for _, f := range All() {
		if _, known := pgnames.ByOID(pgnames.Function, f.OID); known {
			continue
		}
		o := &types.Object{Class: pgnames.Function, OID: f.OID, Schema: f.Schema, Name: f.Name, Kind: 'f', Args: f.Args, Result: f.Result,
			Details: &pgnames.FunctionDetails{Volatility: byte(f.Volatility), Parallel: 's', Strict: f.Strict, Language: 12, Cost: 1, Source: f.Name,
				Names: f.Names, Defaults: f.Defaults}}
		if f.Variadic {
			o.Details.Variadic = f.Args[len(f.Args)-1]
		}
		out[f.OID] = o
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
	for _, f := range Functions(name) {
		if o, ok := ownObjects()[f.OID]; ok && o.Schema == schema {
			out = append(out, o)
		}
	}
	return out
}
