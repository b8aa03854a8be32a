package plan

import (
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/types"
)

// MaxKeys is how many values a scan is told of that a column must have; of more it isn't told, and reads as without them.
const MaxKeys = 1024

// ScanKeys says that whoever is above a scan wants only rows in which a column has one of some values, which are known when the scan begins: the
// elements of an array, the rows of a sub-query, or the keys of a join's right side. The store is told, and need not read what has
// none of them; who is above asks all the same. So it is never wrong to leave them out.
type ScanKeys struct {
	// Read is the column, of Scan.Reads, and Kind how its values are shown above: as Text, Int64 or Decimal.
	Read int
	Kind column.Kind
	// Array is an array without Refs, or, where it is nil, Query a sub-query without arguments whose column Column has the values. Where both
	// are nil a join hands them (Join.Hands).
	Array  Expr
	Query  *SubQuery
	Column int
}

// Handing says that a join hands the values of one of its RightKeys to a scan below its left side.
type Handing struct {
	Key int
	To  *ScanKeys
}

// In is the condition that a column of the store has one of the first n values of v, of SQL type t, which are not null; ok is false where that can't be said.
func (k *ScanKeys) In(env *types.Env, scan *Scan, t types.OID, v *column.Vector, n int) (in *nql.In, ok bool) {
	read := scan.Reads[k.Read]
	in = &nql.In{X: read.Path}
	one := column.New(v.Kind)
	plain := k.Kind != column.Decimal
	for i := range n {
		one.Reset(v.Kind)
		one.AppendFrom(v, i)
		x, err := NQLValue(env, t, one)
		if err != nil {
			return nil, false
		}
		plain = plain && (k.Kind != column.Text || !ScalarSpelling(x.Text))
		in.List = append(in.List, &nql.Literal{Value: x})
	}
	if !plain { // else no value but a string, or a number, can be equal
		in.X = &nql.Call{Name: Conversion(k.Kind), Args: []nql.Expr{read.Path}}
	}
	return in, true
}

// Conversion is the function of NQL that reads a value as a column of a kind shows it; "" for kinds that have none.
func Conversion(k column.Kind) string { return conversions[k] }

var conversions = map[column.Kind]string{
	column.Text: "text", column.Int64: "integer", column.Float64: "float", column.Decimal: "number", column.Bool: "boolean",
}

// ScalarSpelling reports whether a text could be the spelling of a number or boolean; it may say so of more.
func ScalarSpelling(s string) bool {
	return s == "true" || s == "false" || s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9')
}

// keys prints what a scan is told when it begins.
func (e *explainer) keys(n *Scan) []string {
	var out []string
	for _, k := range n.Keys {
		from := "the join's right side"
		switch {
		case k.Array != nil:
			from = Deparse(k.Array, e.ExplainOptions)
		case k.Query != nil:
			from = "the sub-query"
		}
		out = append(out, "Keys: "+strings.TrimSpace(nql.Print(n.Reads[k.Read].Path))+" from "+from)
	}
	return out
}
