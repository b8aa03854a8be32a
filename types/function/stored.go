package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Functions that a scan's columns go through to be a declared table's. They are no functions of SQL: the binder puts them over scans.

// storedFunctions are those of Stored by type.
var storedFunctions = func() map[types.OID]*Function {
	out := map[types.OID]*Function{}
	for _, t := range types.All() {
		if types.Storable(t.OID) {
			f := &Function{Name: t.Name, Schema: "pg_catalog", Args: []types.OID{types.JSON}, Result: t.OID, Strict: true, Total: true, Volatility: Immutable}
			(*registry)(nil).define(f, byRow(func(c *Call, args []*column.Vector, i int, out *column.Vector) error {
				types.ParseStored(out, c.Result, c.Typmod, args[0].Str(i))
				return nil
			}))
			out[t.OID] = f
		}
	}
	return out
}()

// Stored gives the function that makes a value of a type (types.Storable) of an event's member, read as JSON with its nulls. What is no
// value of the type is null. The call's typmod counts.
func Stored(t types.OID) *Function { return storedFunctions[t] }

// Unless gives its first argument, or null where the second is the JSON null: a core column of an event that says that it has none.
var Unless = func() *Function {
	f := &Function{
		Name: "unless_null", Schema: "flare", Args: []types.OID{types.Text, types.JSON}, Result: types.Text, Total: true, Volatility: Immutable,
	}
	(*registry)(nil).define(f, byRow(func(_ *Call, args []*column.Vector, i int, out *column.Vector) error {
		if args[0].Null(i) || !args[1].Null(i) && string(args[1].Str(i)) == "null" {
			out.AppendNull()
			return nil
		}
		out.AppendBytes(args[0].Str(i))
		return nil
	}))
	return f
}()
