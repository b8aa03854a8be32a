package translate

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// copy binds COPY … FROM STDIN and COPY … TO STDOUT.
func (b *binder) copy(n *pg.CopyStmt) (Bound, error) {
	switch {
	case n.IsProgram:
		return nil, b.unsupported(-1, "COPY with PROGRAM is not supported")
	case n.Filename != "":
		return nil, b.errorf(-1, types.CodeFeatureNotSupported, "COPY with a file on the server is not supported").
			WithHint("Use COPY … FROM STDIN or TO STDOUT, or psql's \\copy.")
	case n.WhereClause != nil && !n.IsFrom:
		return nil, b.errorf(-1, types.CodeSyntaxError, "WHERE clause not allowed with COPY TO").WithHint("Use COPY (SELECT … WHERE …) TO.")
	}
	out := &Copy{From: n.IsFrom}
	if n.Relation != nil { // its absence is said before what is wrong with the options
		if _, err := b.lookup(n.Relation); err != nil {
			return nil, nowhere(err)
		}
	}
	if err := b.copyOptions(out, n.Options); err != nil {
		return nil, err
	}
	if n.IsFrom {
		return out, b.copyFrom(out, n)
	}
	return out, b.copyTo(out, n)
}

func (b *binder) copyFrom(out *Copy, n *pg.CopyStmt) error {
	var err error
	if out.Stream, err = b.writable(n.Relation, "COPY FROM"); err != nil {
		return nowhere(err)
	}
	b.wantsOf(out.Stream, catalog.Insert)
	if out.Format == "json" {
		switch {
		case len(n.Attlist) > 0:
			return b.unsupported(-1, "a column list is not supported with FORMAT json")
		case n.WhereClause != nil:
			return b.unsupported(location(n.WhereClause), "WHERE is not supported with FORMAT json")
		}
		t := coreTargets["document"]
		t.Name, t.Typmod = "document", -1
		out.Targets = []plan.Target{t}
		return b.wholeEvents(out.Stream, t)
	}
	list := names(n.Attlist)
	cols, err := b.insertColumns(out.Stream, list, b.copyLocations(n, list))
	if err != nil {
		return nowhere(err)
	}
	for _, c := range cols {
		if c.Type == types.Unknown { // what is read is text
			c.Type = types.Text
		}
		out.Targets = append(out.Targets, c.Target)
	}
	rest, err := b.rest(out.Stream, cols)
	if err != nil {
		return err
	}
	for _, c := range rest {
		e, err := b.defaultValue(&c)
		if err != nil {
			return err
		}
		out.Rest, out.RestValues = append(out.Rest, c.Target), append(out.RestValues, e)
	}
	if n.WhereClause != nil {
		if out.Where, err = b.copyWhere(out, n); err != nil {
			return err
		}
	}
	var copied []string
	for _, t := range out.Targets {
		copied = append(copied, t.Name)
	}
	return b.forced(out, copied, n.Relation, func(name string) bool {
		_, err := b.insertColumns(out.Stream, []string{name}, nil)
		return err == nil
	})
}

// nowhere takes the position out of an error: COPY's names have none in PostgreSQL.
func nowhere(err error) error {
	if e := (*types.Error)(nil); errors.As(err, &e) && e.Position != 0 {
		f := *e
		f.Position = 0
		return &f
	}
	return err
}

// copyWhere binds COPY's WHERE to the columns that each row gets: its Refs index Targets, then Rest.
func (b *binder) copyWhere(out *Copy, n *pg.CopyStmt) (plan.Expr, error) {
	row := &plan.Values{}
	for _, list := range [][]plan.Target{out.Targets, out.Rest} {
		for _, t := range list {
			row.Cols = append(row.Cols, plan.Column{Name: t.Name, Type: t.Type, Typmod: t.Typmod})
		}
	}
	sc := newScope()
	sc.rels = []*relation{derived(n.Relation.Relname, row)}
	cond, err := b.condition(sc, n.WhereClause, "COPY FROM WHERE conditions")
	if err != nil {
		return nil, err
	}
	if _, err := b.finishParams(); err != nil {
		return nil, err
	}
	return plan.MapRefs(cond, func(i int) int { return sc.vars[i].col }), nil
}

// copyLocations finds where the names of COPY's column list stand, which the tree doesn't say.
func (b *binder) copyLocations(n *pg.CopyStmt, list []string) []int32 {
	if len(list) == 0 || n.Relation == nil {
		return nil
	}
	at := int(n.Relation.Location)
	if at < 0 || at >= len(b.s.sql) {
		return nil
	}
	open := strings.IndexByte(b.s.sql[at:], '(')
	if open < 0 {
		return nil
	}
	at += open + 1
	var out []int32
	for range list {
		rest := skipBlank(b.s.sql[at:])
		at = len(b.s.sql) - len(rest)
		out = append(out, int32(at))
		_, after, ok := readIdent(rest)
		if !ok {
			return nil
		}
		after = strings.TrimPrefix(skipBlank(after), ",")
		at = len(b.s.sql) - len(after)
	}
	return out
}

// copyQuery binds the query of COPY (query) TO: one that writes must have something to show.
func (b *binder) copyQuery(out *Copy, n *pg.Node) error {
	inner, err := b.statement(n)
	if err != nil {
		return err
	}
	var params []types.OID
	switch q := inner.(type) {
	case *Query:
		out.Plan, params = q.Plan, q.Params
		if q.Writes {
			out.Writes = "SELECT"
		}
	case *Modify:
		if q.Returning == nil {
			return b.unsupported(-1, "COPY query must have a RETURNING clause")
		}
		out.Plan, out.Writes, params = q.Plan, q.Command, q.Params
	case *CreateTableAs:
		return b.unsupported(-1, "COPY (SELECT INTO) is not supported")
	default:
		return b.unsupported(-1, "COPY of this statement is not supported")
	}
	if len(params) > 0 {
		return b.errorf(-1, types.CodeUndefinedParameter, "there is no parameter $1")
	}
	return nil
}

// copyTo binds COPY relation TO as SELECT of its columns, and COPY (query) TO.
func (b *binder) copyTo(out *Copy, n *pg.CopyStmt) error {
	var exists func(string) bool
	if n.Query != nil {
		if err := b.copyQuery(out, n.Query); err != nil {
			return err
		}
	} else {
		if rel, err := b.lookup(n.Relation); err == nil {
			if err := b.notView(rel, "COPY TO"); err != nil {
				return err
			}
		}
		r, err := b.rangeVar(n.Relation)
		if err != nil {
			return nowhere(err)
		}
		sc := newScope()
		sc.rels, sc.items = []*relation{r}, []*fromItem{{rel: r}}
		q := &level{b: b, sc: sc}
		if out.Format == "json" && r.stream != nil && len(n.Attlist) == 0 { // the events themselves
			out.Documents = true
			e, _, err := b.unqualified(sc, []string{"document"}, []ident{{"document", true}}, -1)
			if err != nil {
				return err
			}
			q.targets = []target{{expr: e, col: sc.describe(e)}}
		} else if len(n.Attlist) == 0 {
			if q.targets, err = b.star(sc, &pg.ColumnRef{Fields: []*pg.Node{{}}, Location: -1}); err != nil {
				return err
			}
		}
		exists = func(name string) bool {
			_, _, err := b.unqualified(sc, []string{name}, []ident{{name, true}}, -1)
			return err == nil
		}
		list := names(n.Attlist)
		at := b.copyLocations(n, list)
		for i, name := range list {
			id, where := ident{name, true}, int32(-1)
			if slices.Contains(list[:i], name) {
				return b.errorf(-1, types.CodeDuplicateColumn, "column %q specified more than once", name)
			}
			if at != nil {
				where = at[i]
				if ids := b.s.identsAt(where, 1); len(ids) == 1 {
					id = ids[0]
				}
			}
			e, shown, err := b.unqualified(sc, []string{name}, []ident{id}, where)
			if e := (*types.Error)(nil); errors.As(err, &e) && e.Code == types.CodeUndefinedColumn {
				f := b.noCopyColumn(name, n.Relation, -1).(*types.Error)
				if near := b.nearest(sc.rels, name); near != "" {
					f.Hint = e.Hint // what it says of other names is about expressions
				}
				return f
			} else if err != nil {
				return err
			}
			t := target{expr: e, col: sc.describe(e)}
			t.col.Name = shown
			q.targets = append(q.targets, t)
		}
		q.visible = len(q.targets)
		if out.Plan, err = q.build(fromItem{rel: r}, nil); err != nil {
			return err
		}
	}
	var copied []string
	for _, c := range out.Plan.Columns() {
		copied = append(copied, c.Name)
	}
	return b.forced(out, copied, n.Relation, exists)
}

// forced checks the names in FORCE_QUOTE and the like against the columns that are copied and those that there are.
func (b *binder) forced(out *Copy, copied []string, of *pg.RangeVar, exists func(string) bool) error {
	for _, o := range []struct {
		option string
		names  []string
	}{{"FORCE_QUOTE", out.ForceQuote}, {"FORCE_NOT_NULL", out.ForceNotNull}, {"FORCE_NULL", out.ForceNull}} {
		for i, n := range o.names {
			switch {
			case n == "*":
			case slices.Contains(o.names[:i], n):
				return b.errorf(-1, types.CodeDuplicateColumn, "column %q specified more than once", n)
			case slices.Contains(copied, n):
			case exists != nil && exists(n):
				return b.errorf(-1, types.CodeInvalidColumnReference, "%s column %q not referenced by COPY", o.option, n)
			default:
				return b.noCopyColumn(n, of, -1)
			}
		}
	}
	return nil
}

// noCopyColumn is the error for a column that what is copied does not have.
func (b *binder) noCopyColumn(name string, of *pg.RangeVar, at int32) error {
	if of == nil {
		return b.errorf(at, types.CodeUndefinedColumn, "column %q does not exist", name)
	}
	return b.errorf(at, types.CodeUndefinedColumn, "column %q of relation %q does not exist", name, of.Relname)
}

// copyOptions reads COPY's options and checks them as PostgreSQL does.
func (b *binder) copyOptions(out *Copy, list []*pg.Node) error {
	given := map[string]bool{}
	var null, delimiter, quote, escape *string
	text := func(d *pg.DefElem) *string { s := defString(d.Arg); return &s }
	for _, n := range list {
		d := n.GetDefElem()
		name := d.GetDefname()
		if given[name] {
			return b.errorf(d.Location, types.CodeSyntaxError, "conflicting or redundant options")
		}
		given[name] = true
		switch name {
		case "format":
			out.Format = defString(d.Arg)
			if b.s.repaired[d.Location] && out.Format == standIn {
				out.Format = "json"
			}
			switch out.Format {
			case "text", "csv", "binary", "json":
			default:
				return b.errorf(d.Location, types.CodeInvalidParameterValue, "COPY format %q not recognized", out.Format)
			}
		case "delimiter":
			delimiter = text(d)
		case "null":
			null = text(d)
		case "quote":
			quote = text(d)
		case "escape":
			escape = text(d)
		case "header":
			if s := defString(d.Arg); strings.EqualFold(s, "match") {
				if !out.From {
					return b.errorf(-1, types.CodeFeatureNotSupported, "cannot use \"match\" with HEADER in COPY TO")
				}
				out.Header, out.HeaderMatch = true, true
			} else {
				v, ok := defBool(d.Arg)
				if !ok {
					return b.errorf(-1, types.CodeSyntaxError, "header requires a Boolean value or \"match\"")
				}
				out.Header = v
			}
		case "force_quote", "force_not_null", "force_null":
			into := map[string]*[]string{"force_quote": &out.ForceQuote, "force_not_null": &out.ForceNotNull, "force_null": &out.ForceNull}[name]
			if d.Arg.GetList() == nil && (d.Arg.GetAStar() == nil || name != "force_quote") {
				return b.errorf(d.Location, types.CodeInvalidParameterValue, "argument to option %q must be a list of column names", name)
			}
			*into = defList(d.Arg)
		case "encoding":
			switch function.EncodingNumber(defString(d.Arg)) {
			case -1:
				return b.errorf(d.Location, types.CodeInvalidParameterValue, "argument to option %q must be a valid encoding name", name)
			case function.EncodingUTF8:
			default:
				return b.unsupported(d.Location, "COPY with an encoding other than UTF8 is not supported")
			}
		case "freeze":
			v, ok := defBool(d.Arg)
			if !ok {
				return b.errorf(-1, types.CodeSyntaxError, "freeze requires a Boolean value")
			}
			if v && out.From {
				b.notice(d.Location, "COPY FREEZE has no effect: rows are never frozen here")
			}
		default:
			return b.errorf(d.Location, types.CodeSyntaxError, "option %q not recognized", name)
		}
	}
	csv := false
	switch out.Format {
	case "":
		out.Format = "text"
	case "csv":
		csv = true
	case "json", "binary":
		for _, o := range []string{"delimiter", "null", "header"} {
			if given[o] {
				code := types.CodeSyntaxError
				if o != "delimiter" && o != "null" {
					code = types.CodeFeatureNotSupported
				}
				return b.errorf(-1, code, "cannot specify %s in %s mode", strings.ToUpper(o), strings.ToUpper(out.Format))
			}
		}
	}
	for _, o := range []string{"quote", "escape", "force_quote", "force_not_null", "force_null"} {
		switch words := strings.ReplaceAll(o, "_", " "); {
		case !given[o]:
		case !csv:
			return b.errorf(-1, types.CodeFeatureNotSupported, "COPY %s available only in CSV mode", words)
		case o == "force_quote" && out.From:
			return b.errorf(-1, types.CodeFeatureNotSupported, "COPY %s only available using COPY TO", words)
		case strings.HasSuffix(o, "null") && !out.From:
			return b.errorf(-1, types.CodeFeatureNotSupported, "COPY %s only available using COPY FROM", words)
		}
	}
	out.Delimiter, out.Null = '\t', `\N`
	if csv {
		out.Delimiter, out.Null, out.Quote = ',', "", '"'
	}
	single := func(s *string, what string, into *byte) error {
		if s == nil {
			return nil
		}
		if len(*s) != 1 {
			return b.errorf(-1, types.CodeFeatureNotSupported, "COPY %s must be a single one-byte character", what)
		}
		*into = (*s)[0]
		return nil
	}
	if err := single(delimiter, "delimiter", &out.Delimiter); err != nil {
		return err
	}
	if err := single(quote, "quote", &out.Quote); err != nil {
		return err
	}
	out.Escape = out.Quote
	if err := single(escape, "escape", &out.Escape); err != nil {
		return err
	}
	if null != nil {
		out.Null = *null
	}
	switch {
	case out.Delimiter == '\r' || out.Delimiter == '\n':
		return b.errorf(-1, types.CodeInvalidParameterValue, "COPY delimiter cannot be newline or carriage return")
	case strings.ContainsAny(out.Null, "\r\n"):
		return b.errorf(-1, types.CodeInvalidParameterValue, "COPY null representation cannot use newline or carriage return")
	case !csv && strings.IndexByte("\\.abcdefghijklmnopqrstuvwxyz0123456789", out.Delimiter) >= 0:
		return b.errorf(-1, types.CodeInvalidParameterValue, "COPY delimiter cannot be %q", string(out.Delimiter))
	case csv && out.Delimiter == out.Quote:
		return b.errorf(-1, types.CodeInvalidParameterValue, "COPY delimiter and quote must be different")
	case strings.IndexByte(out.Null, out.Delimiter) >= 0:
		return b.errorf(-1, types.CodeFeatureNotSupported, "COPY delimiter must not appear in the NULL specification")
	case csv && strings.IndexByte(out.Null, out.Quote) >= 0:
		return b.errorf(-1, types.CodeFeatureNotSupported, "CSV quote character must not appear in the NULL specification")
	}
	return nil
}

// defString is an option's value as text.
func defString(n *pg.Node) string {
	switch n := n.GetNode().(type) {
	case *pg.Node_String_:
		return n.String_.Sval
	case *pg.Node_Integer:
		return strconv.Itoa(int(n.Integer.Ival))
	case *pg.Node_Float:
		return n.Float.Fval
	case *pg.Node_Boolean:
		return strconv.FormatBool(n.Boolean.Boolval)
	case *pg.Node_TypeName:
		return strings.Join(names(n.TypeName.Names), ".")
	case *pg.Node_AStar:
		return "*"
	case *pg.Node_AConst:
		switch v := n.AConst.Val.(type) {
		case *pg.A_Const_Sval:
			return v.Sval.Sval
		case *pg.A_Const_Ival:
			return strconv.Itoa(int(v.Ival.Ival))
		case *pg.A_Const_Fval:
			return v.Fval.Fval
		case *pg.A_Const_Boolval:
			return strconv.FormatBool(v.Boolval.Boolval)
		}
	}
	return ""
}

// defBool is an option's value as PostgreSQL reads booleans; none at all means true.
func defBool(n *pg.Node) (v, ok bool) {
	if n.GetNode() == nil {
		return true, true
	}
	return defBoolText(defString(n))
}

func defBoolText(s string) (v, ok bool) {
	switch strings.ToLower(s) {
	case "true", "on", "1", "yes":
		return true, true
	case "false", "off", "0", "no":
		return false, true
	}
	return false, false
}

// defList is an option's value as a list of names; * stands for all.
func defList(n *pg.Node) []string {
	if n.GetAStar() != nil {
		return []string{"*"}
	}
	return names(n.GetList().GetItems())
}
