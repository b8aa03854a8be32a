package function

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerLSN: places in a write-ahead log, which people bring along from other servers: their distances, in bytes.
func registerLSN(r *registry) {
	distance := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		x, y := lsnNumeric(a[0].Str(i)), lsnNumeric(a[1].Str(i))
		var z apd.Decimal
		if err := types.NumericSub(&z, x, y); err != nil {
			return err
		}
		appendNumeric(out, &z)
		return nil
	})
	r.fn("pg_lsn_mi(pg_lsn,pg_lsn)", distance)
	r.fn("pg_wal_lsn_diff(pg_lsn,pg_lsn)", distance)
	move := func(sign int, what string, lsn, bytes int) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			var y, z apd.Decimal
			if types.LoadNumeric(&y, a[bytes].Str(i)); y.Form == apd.NaN {
				return types.Errorf(types.CodeFeatureNotSupported, "cannot %s pg_lsn", what)
			}
			sum := types.NumericAdd
			if sign < 0 {
				sum = types.NumericSub
			}
			if err := sum(&z, lsnNumeric(a[lsn].Str(i)), &y); err != nil {
				return err
			}
			return appendLSN(out, &z)
		})
	}
	r.fn("pg_lsn_pli(pg_lsn,numeric)", move(1, "add NaN to", 0, 1))
	r.fn("numeric_pl_pg_lsn(numeric,pg_lsn)", move(1, "add NaN to", 1, 0))
	r.fn("pg_lsn_mii(pg_lsn,numeric)", move(-1, "subtract NaN from", 0, 1))
	r.fn("pg_lsn(numeric)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		var x apd.Decimal
		types.LoadNumeric(&x, a[0].Str(i))
		return appendLSN(out, &x)
	}))
}

func lsnNumeric(s []byte) *apd.Decimal {
	z := new(apd.Decimal)
	z.Coeff.SetMathBigInt(new(big.Int).SetUint64(types.LSN(s)))
	return z
}

// appendLSN appends the place that a number, rounded, is.
func appendLSN(out *column.Vector, x *apd.Decimal) error {
	switch x.Form {
	case apd.Finite:
	case apd.Infinite:
		return types.Errorf(types.CodeFeatureNotSupported, "cannot convert infinity to pg_lsn")
	default:
		return types.Errorf(types.CodeFeatureNotSupported, "cannot convert NaN to pg_lsn")
	}
	var whole apd.Decimal
	if err := types.NumericRound(&whole, x, 0); err != nil {
		return err
	}
	if n := whole.Coeff.MathBigInt(); n.IsUint64() && (!whole.Negative || n.Sign() == 0) {
		types.AppendLSN(out, n.Uint64())
		return nil
	}
	return types.Errorf(types.CodeInvalidParameterValue, "pg_lsn out of range")
}
