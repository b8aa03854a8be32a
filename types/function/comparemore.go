package function

import (
	"cmp"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerCompareMore: the rest of what the order of types is good for: the functions behind btree indexes and min and max, text compared by
// its bytes by name, and the types that only system columns have.
func registerCompareMore(r *registry) {
	for i, name := range comparisons {
		op := comparison(i)
		r.totalOp("xid8 "+name+" xid8", compareInts(op))
		r.totalOp("oidvector "+name+" oidvector", compareRows(op, types.OidVector))
		r.totalOp("tid "+name+" tid", compareBytes(op))
		r.totalOp("pg_lsn "+name+" pg_lsn", compareBytes(op))
		if op <= unequal {
			r.totalOp("xid "+name+" xid", compareInts(op))
			r.totalOp("xid "+name+" int4", compareInts(op))
		} else {
			r.totalOp("text ~"+name+"~ text", compareBytes(op))
			r.totalOp("bpchar ~"+name+"~ bpchar", compareRows(op, types.BPChar))
		}
		r.totalOp("record *"+name+" record", compareRows(op, types.Record))
	}
	r.totalOp("cid = cid", compareInts(equal))
	for name, overloads := range r.functions {
		for _, f := range overloads {
			if f.Kernel != nil || len(f.Args) != 2 {
				continue
			}
			t := f.Args[0]
			switch {
			case t == types.AnyEnum || category(t) == 'R' || category(t) == 'G':
			case strings.HasSuffix(name, "larger") && f.Args[1] == t && f.Result == t:
				r.define(f, greaterOf(1))
			case strings.HasSuffix(name, "smaller") && f.Args[1] == t && f.Result == t:
				r.define(f, greaterOf(-1))
			case strings.HasSuffix(name, "cmp") && f.Result == types.Int4 && hasOrder(t, f.Args[1]):
				f.Total = true
				r.define(f, byRow(threeWay))
			case dateCompare[name]:
				f.Total = true
				r.define(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
					zoned := t == types.Timestamptz || f.Args[1] == types.Timestamptz
					out.AppendInt(int64(cmp.Compare(instant(c, t, zoned, a[0].Int(i)), instant(c, f.Args[1], zoned, a[1].Int(i)))))
					return nil
				}))
			}
		}
	}
	for _, n := range []string{"like", "notlike"} {
		r.fn(n+"(name,text)", likeKernel(false, n == "like"))
		r.fn(n+"(bytea,bytea)", likeKernel(false, n == "like"))
	}
	r.fn("like_escape(bytea,bytea)", byRow(likeEscape))
}

var dateCompare = map[string]bool{"date_cmp_timestamp": true, "date_cmp_timestamptz": true, "timestamp_cmp_date": true,
	"timestamp_cmp_timestamptz": true, "timestamptz_cmp_date": true, "timestamptz_cmp_timestamp": true}

// hasOrder reports whether values of two types can be compared as they lie in vectors.
func hasOrder(a, b types.OID) bool {
	switch a {
	case types.XML:
		return false
	}
	return category(a) != 'R' && category(a) != 'G' && (types.KindOf(a) == types.KindOf(b) || a == types.AnyArray)
}

func threeWay(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	out.AppendInt(int64(types.Compare(c.Args[0], a[0], i, a[1], i)))
	return nil
}

// greaterOf is the greater of two values (sign 1) or the smaller (-1).
func greaterOf(sign int) Kernel {
	return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		v := a[1]
		if sign*types.Compare(c.Args[0], a[0], i, v, i) > 0 {
			v = a[0]
		}
		out.AppendFrom(v, i)
		return nil
	})
}
