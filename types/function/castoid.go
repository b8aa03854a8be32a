package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Between int4 and oid, and the types that are read and written like oid, the same 32 bits mean another number: vectors hold it signed for the one, unsigned
// for the others.

// sameBits is the cast from or to an oid where the number changes; nil for all other casts.
func sameBits(from, to types.OID) *Function {
	unsigned := func(t types.OID) bool { return t == types.Oid || isReg(t) }
	var change func(int64) int64
	switch {
	case (from == types.Int2 || from == types.Int4) && unsigned(to):
		change = func(x int64) int64 { return int64(uint32(int32(x))) }
	case unsigned(from) && to == types.Int4:
		change = func(x int64) int64 { return int64(int32(uint32(x))) }
	default:
		return nil
	}
	ty, _ := types.Lookup(to)
	f := &Function{Name: ty.Name, Schema: "pg_catalog", Args: []types.OID{from}, Result: to, Strict: true, Total: true, Volatility: Immutable}
	f.Kernel = lift(f, byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(change(a[0].Int(i)))
		return nil
	}))
	return f
}
