package plan

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/types"
)

// scan prints the query that the store is given.
func (e *explainer) scan(n *Scan) []string {
	q := &nql.Query{Stream: n.StreamName, Order: n.Order, Limit: n.Limit}
	seen := map[string]bool{}
	for _, r := range n.Reads {
		read := r.Expr
		if r.Path != nil {
			read = r.Path
		}
		if read == nil {
			continue
		}
		if text := nql.Print(read); !seen[text] {
			seen[text] = true
			q.Select = append(q.Select, nql.Item{Expr: read})
		}
	}
	unknown := map[int]bool{}
	if n.Where != nil {
		q.Where = nql.BindFunc(n.Where, func(i int) (nql.Value, bool) {
			if i < len(n.Params) {
				if v, ok := e.value(n.Params[i]); ok {
					if x, err := NQLValue(e.env(), n.Params[i].Type(), v); err == nil {
						return x, true
					}
				}
			}
			unknown[i] = true
			return nql.Value{}, false
		})
	}
	text := q.String()
	if len(q.Select) == 0 { // no column at all is not every column
		text = "select 1" + strings.TrimPrefix(text, "select *")
	}
	out := []string{"NQL: " + text}
	for i, p := range n.Params {
		name := "$" + strconv.Itoa(i+1)
		if text := Deparse(p, e.ExplainOptions); unknown[i] && text != name {
			out = append(out, "Parameter "+name+": "+text)
		}
	}
	if n.Weighted {
		out = append(out, "Values: each once for many events, with how many")
	}
	out = append(out, e.keys(n)...)
	return append(out, "Time: "+e.bounds(n.Bounds))
}

// bounds prints time bounds: the tightest of those whose values are known, and every other one.
func (e *explainer) bounds(bounds []Bound) string {
	var lows, highs, equals []Bound
	keep := func(list []Bound, b Bound, tighter func(old, new int64) bool) []Bound {
		v, ok := e.value(b.X)
		if !ok || v.Kind != column.Timestamp || v.Null(0) {
			return append(list, b)
		}
		for i, old := range list {
			if w, ok := e.value(old.X); ok && w.Kind == column.Timestamp && !w.Null(0) {
				x, y := w.Int(0), v.Int(0)
				if tighter(x, y) || x == y && (b.Op == nql.Gt || b.Op == nql.Lt) {
					list[i] = b
				}
				return list
			}
		}
		return append(list, b)
	}
	for _, b := range bounds {
		switch b.Op {
		case nql.Ge, nql.Gt:
			lows = keep(lows, b, func(old, new int64) bool { return new > old })
		case nql.Le, nql.Lt:
			highs = keep(highs, b, func(old, new int64) bool { return new < old })
		default:
			equals = append(equals, b)
		}
	}
	var parts []string
	for _, b := range equals {
		parts = append(parts, "timestamp = "+e.bound(b.X))
	}
	flip := map[nql.Op]string{nql.Ge: " <= timestamp", nql.Gt: " < timestamp"}
	op := map[nql.Op]string{nql.Ge: " >= ", nql.Gt: " > ", nql.Le: " <= ", nql.Lt: " < "}
	if len(lows) > 0 && len(highs) > 0 {
		parts = append(parts, e.bound(lows[0].X)+flip[lows[0].Op]+op[highs[0].Op]+e.bound(highs[0].X))
		lows, highs = lows[1:], highs[1:]
	}
	for _, b := range append(lows, highs...) {
		parts = append(parts, "timestamp"+op[b.Op]+e.bound(b.X))
	}
	if len(parts) == 0 {
		return "all time"
	}
	return strings.Join(parts, " and ")
}

// bound prints the value of a time bound, or the expression that will give it.
func (e *explainer) bound(x Expr) string {
	if v, ok := e.value(x); ok {
		if v.Null(0) {
			return "NULL"
		}
		return types.TextOf(e.env(), x.Type(), v, 0)
	}
	return Deparse(x, e.ExplainOptions)
}
