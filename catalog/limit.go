package catalog

import (
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// limit says which values of a column a query can use: those that one of its conditions names. A limit with no values leaves nothing.
type limit struct {
	col     int
	numbers []int64
	texts   []string
	text    bool
}

// limitsOf reads the conditions that a source is told of. What it doesn't understand it leaves to those who evaluate the conditions above.
func limitsOf(env *types.Env, l *layout, filters []plan.Expr) []limit {
	var out []limit
	for _, f := range filters {
		out = appendLimits(out, env, l, f)
	}
	return out
}

func appendLimits(out []limit, env *types.Env, l *layout, f plan.Expr) []limit {
	switch f := f.(type) {
	case *plan.And:
		for _, a := range f.Args {
			out = appendLimits(out, env, l, a)
		}
	case *plan.InList:
		if col, ok := columnOf(l, f.X); ok && !f.Not && sameValues(f.Eq.Args) {
			if x, ok := limitOf(env, l, col, f.List...); ok {
				out = append(out, x)
			}
		}
	case *plan.Call:
		if len(f.Args) != 2 || f.Func.Schema != "pg_catalog" {
			break
		}
		for i, side := range f.Args {
			col, ok := columnOf(l, side)
			if !ok {
				continue
			}
			switch other := f.Args[1-i]; {
			case f.Op == "=" && sameValues(f.Func.Args):
				if x, ok := limitOf(env, l, col, other); ok {
					out = append(out, x)
				}
			case f.Op == "~" && i == 0:
				if v := constant(env, other); v != nil && !v.Null(0) && v.Kind == column.Text {
					if name, ok := wholeName(string(v.Str(0))); ok {
						out = append(out, limit{col: col, texts: []string{name}, text: true})
					}
				}
			}
			break
		}
	}
	return out
}

// sameValues reports whether two types are equal where their vectors hold the same: text that isn't padded, and whole numbers.
func sameValues(args []types.OID) bool {
	for _, t := range args {
		switch k := types.KindOf(t); {
		case k == column.Int64 && t != types.Date && t != types.Time:
		case t == types.Text || t == types.Name || t == types.Varchar || t == types.Char:
		default:
			return false
		}
	}
	return true
}

// columnOf finds the column that an expression is, maybe in another type with the same values.
func columnOf(l *layout, e plan.Expr) (int, bool) {
	for {
		switch x := e.(type) {
		case *plan.Ref:
			if x.Index >= len(l.columns) {
				return 0, false
			}
			return x.Index, sameValues([]types.OID{l.columns[x.Index].Type})
		case *plan.Call:
			if x.Op != "::" || len(x.Args) == 0 || x.Mod >= 0 || !sameValues([]types.OID{x.OID, x.Args[0].Type()}) ||
				types.KindOf(x.OID) != types.KindOf(x.Args[0].Type()) {
				return 0, false
			}
			e = x.Args[0]
		default:
			return 0, false
		}
	}
}

// limitOf makes a limit of the values of constants.
func limitOf(env *types.Env, l *layout, col int, values ...plan.Expr) (limit, bool) {
	x := limit{col: col, text: kindOf(l.columns[col].Type) != column.Int64}
	for _, e := range values {
		v := constant(env, e)
		if v == nil {
			return limit{}, false
		}
		if v.Null(0) {
			continue // equal to nothing
		}
		switch {
		case x.text && v.Kind == column.Text:
			x.texts = append(x.texts, string(v.Str(0)))
		case !x.text && v.Kind == column.Int64:
			x.numbers = append(x.numbers, v.Int(0))
		default:
			return limit{}, false
		}
	}
	return x, true
}

// constant evaluates an expression that reads no column; nil where it does, or can't be evaluated here.
func constant(env *types.Env, e plan.Expr) *column.Vector {
	switch e := e.(type) {
	case *plan.Const:
		return e.Value
	case *plan.Call:
		if plan.IsVolatile(e) || e.Func.Kernel == nil {
			return nil
		}
		args := make([]*column.Vector, len(e.Args))
		given := make([]types.OID, len(e.Args))
		for i, a := range e.Args {
			if args[i] = constant(env, a); args[i] == nil {
				return nil
			}
			given[i] = a.Type()
		}
		out := new(column.Vector)
		call := &function.Call{Env: env, Args: given, Result: e.Type(), Typmod: e.Typmod()}
		if err := e.Func.Kernel(call, 1, nil, args, out); err != nil {
			return nil // who evaluates the condition meets the error too
		}
		return out
	}
	return nil
}

// wholeName takes psql's way of asking for one name apart: a regular expression that matches nothing but a plain text.
func wholeName(pattern string) (string, bool) {
	inner, opened := strings.CutPrefix(pattern, "^(")
	inner, closed := strings.CutSuffix(inner, ")$")
	if !opened || !closed {
		return "", false
	}
	for _, c := range []byte(inner) {
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return "", false
		}
	}
	return inner, true
}

// rows lists the rows with the values, in order.
func (x *limit) rows(index *rowIndex) []int32 {
	find := func(i int) []int32 {
		if x.text {
			return index.texts[x.texts[i]]
		}
		return index.numbers[x.numbers[i]]
	}
	n := len(x.numbers) + len(x.texts)
	if n == 1 {
		return find(0)
	}
	var out []int32
	for i := range n {
		out = append(out, find(i)...)
	}
	slices.Sort(out)
	return slices.Compact(out) // a value may be named twice
}

// allows reports whether row r of a column has one of the values.
func (x *limit) allows(v *column.Vector, r int) bool {
	if v.Null(r) {
		return false
	}
	if x.text {
		return slices.Contains(x.texts, string(v.Str(r)))
	}
	return slices.Contains(x.numbers, v.Int(r))
}

// May reports whether rows with a text in a column can be of use; those for which it says no need not be given.
func (w *Rows) May(name, value string) bool {
	for i := range w.limits {
		if x := &w.limits[i]; x.text && w.layout.columns[x.col].Name == name && !slices.Contains(x.texts, value) {
			return false
		}
	}
	return true
}

// MayOID is May for a column of an OID type.
func (w *Rows) MayOID(name string, value types.OID) bool {
	for i := range w.limits {
		if x := &w.limits[i]; !x.text && w.layout.columns[x.col].Name == name && !slices.Contains(x.numbers, int64(value)) {
			return false
		}
	}
	return true
}
