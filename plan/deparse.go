package plan

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Deparse prints an expression as SQL, in the way of PostgreSQL's EXPLAIN: every operator in parentheses,
// constants with their type where their spelling doesn't tell it.
func Deparse(e Expr, o ExplainOptions) string {
	d := deparser{o: o}
	d.expr(e)
	return d.b.String()
}

type deparser struct {
	o ExplainOptions
	b strings.Builder
}

func (d *deparser) write(parts ...string) {
	for _, p := range parts {
		d.b.WriteString(p)
	}
}

func (d *deparser) expr(e Expr) {
	switch e := e.(type) {
	case *Ref:
		d.column(e.Name, e.Index)
	case *Outer:
		d.write("outer.")
		d.column(e.Name, e.Index)
	case *SubQuery:
		d.subQuery(e)
	case *Const:
		d.write(d.o.constant(e.Type(), e.Value))
	case *Param:
		d.write("$", strconv.Itoa(e.Index+1))
	case *Call:
		d.call(e)
	case *And:
		d.infix(" AND ", e.Args)
	case *Or:
		d.infix(" OR ", e.Args)
	case *Not:
		d.write("(NOT ")
		d.expr(e.Arg)
		d.write(")")
	case *IsNull:
		d.suffix(e.Arg, " IS ", e.Not, "NULL")
	case *IsBool:
		d.suffix(e.Arg, " IS ", e.Not, [...]string{IsTrue: "TRUE", IsFalse: "FALSE", IsUnknown: "UNKNOWN"}[e.Want])
	case *IsDistinct:
		d.write("(")
		d.expr(e.L)
		d.write(" IS ", not(e.Not), "DISTINCT FROM ")
		d.expr(e.R)
		d.write(")")
	case *AnyAll:
		d.anyAll(e)
	case *Case:
		d.caseOf(e)
	case *Coalesce:
		d.write("COALESCE(")
		d.list(e.Args)
		d.write(")")
	case *InList:
		d.write("(")
		d.expr(e.X)
		d.write(" ", not(e.Not), "IN (")
		d.list(e.List)
		d.write("))")
	case nil:
		d.write("NULL")
	}
}

func not(b bool) string {
	if b {
		return "NOT "
	}
	return ""
}

func (d *deparser) column(name string, index int) {
	if name == "" {
		name = "column" + strconv.Itoa(index+1)
	}
	d.write(QuoteIdent(name))
}

func (d *deparser) list(args []Expr) {
	for i, a := range args {
		if i > 0 {
			d.write(", ")
		}
		d.expr(a)
	}
}

func (d *deparser) infix(op string, args []Expr) {
	d.write("(")
	for i, a := range args {
		if i > 0 {
			d.write(op)
		}
		d.expr(a)
	}
	d.write(")")
}

func (d *deparser) suffix(arg Expr, is string, isNot bool, what string) {
	d.write("(")
	d.expr(arg)
	d.write(is, not(isNot), what, ")")
}

func (d *deparser) caseOf(e *Case) {
	d.write("CASE")
	for _, w := range e.Whens {
		d.write(" WHEN ")
		d.expr(w.Cond)
		d.write(" THEN ")
		d.expr(w.Then)
	}
	if e.Else != nil {
		d.write(" ELSE ")
		d.expr(e.Else)
	}
	d.write(" END")
}

func (d *deparser) call(e *Call) {
	switch {
	case d.syntax(e):
	case e.Op == "::" && len(e.Args) > 0:
		// What prints without parentheses of its own and could run into the "::" gets a pair.
		if _, isCase := e.Args[0].(*Case); isCase {
			d.write("(")
			d.expr(e.Args[0])
			d.write(")")
		} else {
			d.expr(e.Args[0])
		}
		d.write("::", types.FormatType(e.Type(), e.Typmod()))
	case e.Op != "" && len(e.Args) == 2:
		d.infix(" "+e.Op+" ", e.Args)
	case e.Op != "" && len(e.Args) == 1:
		d.write("(", e.Op, " ")
		d.expr(e.Args[0])
		d.write(")")
	default:
		if e.Func.Schema != "" && e.Func.Schema != "pg_catalog" {
			d.write(QuoteIdent(e.Func.Schema), ".")
		}
		d.write(QuoteIdent(e.Func.Name), "(")
		d.list(e.Args)
		d.write(")")
	}
}

// aggregate prints an aggregate call.
func (d *deparser) aggregate(a *AggCall) {
	d.write(QuoteIdent(a.Func.Name), "(")
	if a.Distinct {
		d.write("DISTINCT ")
	}
	if len(a.Args) == 0 {
		d.write("*")
	}
	d.list(a.Args)
	if len(a.OrderBy) > 0 {
		d.write(" ORDER BY ")
		d.sortKeys(a.OrderBy)
	}
	d.write(")")
	if a.Filter != nil {
		d.write(" FILTER (WHERE ")
		d.expr(a.Filter)
		d.write(")")
	}
}

func (d *deparser) sortKeys(keys []SortKey) {
	for i, k := range keys {
		if i > 0 {
			d.write(", ")
		}
		d.expr(k.Expr)
		if k.Descending {
			d.write(" DESC")
		}
		if k.NullsFirst != k.Descending { // nulls sort as if they were largest
			if k.NullsFirst {
				d.write(" NULLS FIRST")
			} else {
				d.write(" NULLS LAST")
			}
		}
	}
}

// constant prints row 0 of a vector as an SQL constant.
func (o ExplainOptions) constant(t types.OID, v *column.Vector) string {
	if v.Null(0) {
		return "NULL::" + types.FormatType(t, -1)
	}
	s := types.TextOf(o.env(), t, v, 0)
	switch t {
	case types.Bool:
		if v.Bool(0) {
			return "true"
		}
		return "false"
	case types.Int4:
		if v.Int(0) >= 0 {
			return s
		}
		return "'" + s + "'::integer"
	case types.Numeric:
		if s[0] >= '0' && s[0] <= '9' {
			return s
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'::" + types.FormatType(t, -1)
}

// QuoteIdent quotes an identifier where PostgreSQL would need it quoted to read it back; keywords
// excepted, which nothing here is parsed for.
func QuoteIdent(s string) string {
	plain := s != ""
	for i := 0; i < len(s) && plain; i++ {
		c := s[i]
		plain = c == '_' || c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '$')
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
