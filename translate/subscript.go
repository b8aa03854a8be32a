package translate

import (
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// indirection binds subscripts of arrays (see array.go), fields of records, subscripts of jsonb values, x[1] and x['a'], and, below a stream's columns, members of what they give: Items[0].Sku.
// All of it is jsonb: what lies in arrays is not observed. As far as the steps are constant the scan reads what they lead to.
func (b *binder) indirection(sc *scope, n *pg.A_Indirection) (plan.Expr, error) {
	e, err := b.value(sc, n.Arg)
	if err != nil {
		return nil, err
	}
	at := location(n.Arg)
	var spelled []ident
	field := 0
	ofStream := false
	if r, ok := e.(*plan.Ref); ok {
		rel, col, ok := sc.column(r)
		ofStream = ok && rel.stream != nil && col.read.Kind == column.JSON && col.form == catalog.AsRead
	}
	for i := 0; i < len(n.Indirection); i++ {
		step := n.Indirection[i]
		switch {
		case step.GetString_() != nil:
			name := step.GetString_().GetSval()
			if e.Type() == types.Record {
				if e, err = b.field(e, name, at); err != nil {
					if ref := n.Arg.GetColumnRef(); ref != nil && i == 0 {
						err = b.errorf(at, types.CodeUndefinedColumn, "column %s.%s does not exist", b.named[ref], name)
					}
					return nil, err
				}
				continue
			}
			if !ofStream {
				return nil, b.errorf(at, types.CodeWrongObjectType, "column notation .%s applied to type %s, which is not a composite type", name, typeName(e.Type()))
			}
			id := ident{name, true}
			if spelled == nil {
				spelled = b.s.fieldsAt(at, n)
			}
			if field < len(spelled) {
				id = spelled[field]
			}
			field++
			id.text = b.memberName(sc, e, id)
			b.fields[n] = id.text
			if read := b.readSteps(sc, e, nql.Step{Kind: nql.Member, Name: id.text}); read != nil {
				e = read
				continue
			}
			e, err = b.element(e, constText(types.Text, id.text), at)
		case step.GetAIndices() != nil && types.ElemOf(e.Type()) != 0:
			steps := n.Indirection[i:]
			for k, s := range steps {
				if s.GetAIndices() == nil {
					steps = steps[:k]
					break
				}
			}
			i += len(steps) - 1
			e, err = b.arraySubscripts(sc, e, steps)
		case step.GetAIndices() != nil:
			e, err = b.subscript(sc, e, step.GetAIndices(), at)
		default:
			return nil, b.unsupported(at, "row expansion via \"*\" is not supported here")
		}
		if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// subscript binds one x[…].
func (b *binder) subscript(sc *scope, e plan.Expr, i *pg.A_Indices, at int32) (plan.Expr, error) {
	if e.Type() == types.Name {
		return b.nameSubscript(sc, e, i)
	}
	if e.Type() != types.JSONB {
		return nil, b.errorf(at, types.CodeDatatypeMismatch, "cannot subscript type %s because it does not support subscripting", typeName(e.Type()))
	}
	if i.IsSlice {
		from := location(i.Uidx)
		if i.Uidx == nil {
			from = location(i.Lidx)
		}
		return nil, b.errorf(from, types.CodeDatatypeMismatch, "jsonb subscript does not support slices")
	}
	sub, err := b.expr(sc, i.Uidx)
	if err != nil {
		return nil, err
	}
	from := location(i.Uidx)
	want := types.Text
	switch sub.Type() {
	case types.Int2, types.Int4:
		want = types.Int4
	case types.Text, types.Varchar, types.Unknown:
	default:
		return nil, b.errorf(from, types.CodeDatatypeMismatch, "subscript type %s is not supported", typeName(sub.Type())).
			WithHint("jsonb subscript must be coercible to either integer or text.")
	}
	if sub, err = b.implicit(sub, want, from); err != nil {
		return nil, err
	}
	if step, ok := constantStep(sub); ok {
		if read := b.readSteps(sc, e, step); read != nil {
			return read, nil
		}
	}
	return b.element(e, sub, from)
}

// nameSubscript binds x[…] of a name, which is an array of 64 bytes from 0: pg_dump tells array types by it.
func (b *binder) nameSubscript(sc *scope, e plan.Expr, i *pg.A_Indices) (plan.Expr, error) {
	if i.IsSlice {
		return nil, b.errorf(-1, types.CodeFeatureNotSupported, "slices of fixed-length arrays not implemented")
	}
	sub, err := b.subscriptNumber(sc, i.Uidx)
	if err != nil {
		return nil, err
	}
	return b.fold(&plan.Call{Typed: typed(types.Char), Func: function.NameByte(), Args: []plan.Expr{e, sub}}), nil
}

// element is one step into a jsonb value: a key of an object or an index of an array, as the value decides.
func (b *binder) element(e, step plan.Expr, at int32) (plan.Expr, error) {
	step, ok, err := b.coerce(step, types.Text, -1, 'e', at)
	if err != nil || !ok {
		return nil, b.at(err, at)
	}
	return b.call("pg_catalog", "jsonb_extract_path", []plan.Expr{e, step}, []int32{at, at}, at)
}

// constantStep makes a scan's step of a constant subscript. A text that reads as a number is none: it would be a key or an index, as the value decides.
func constantStep(e plan.Expr) (nql.Step, bool) {
	if c, ok := e.(*plan.Call); ok && c.Op == "-" && len(c.Args) == 1 { // -1 is an operator's call until it is folded
		if s, ok := constantStep(c.Args[0]); ok && s.Kind == nql.Element {
			return nql.Step{Kind: nql.Element, Index: -s.Index}, true
		}
		return nql.Step{}, false
	}
	k, ok := e.(*plan.Const)
	if !ok || k.Value.Null(0) {
		return nql.Step{}, false
	}
	if k.Value.Kind == column.Int64 {
		i := k.Value.Int(0)
		return nql.Step{Kind: nql.Element, Index: int(i)}, i >= -1<<30 && i <= 1<<30
	}
	s := string(k.Value.Str(0))
	_, err := strconv.Atoi(s)
	return nql.Step{Kind: nql.Member, Name: s}, err != nil
}

// readSteps gives the column that a scan reads for a step below a column that it reads already; nil where the scan can't, or where the
// value might decide otherwise than the step says: a number is an index of an array, but a key of an object.
func (b *binder) readSteps(sc *scope, e plan.Expr, steps ...nql.Step) plan.Expr {
	rel, at := b.pathBase(sc, e)
	if rel == nil {
		return nil
	}
	for _, s := range steps {
		if s.Kind == nql.Element && !onlyArrays(rel.stream, at) {
			return nil
		}
		if s.Kind == nql.Member {
			if _, err := strconv.Atoi(s.Name); err == nil {
				return nil
			}
		}
	}
	return b.readPath(sc, rel, at, steps)
}

// onlyArrays reports that no object at a path has a number for a key, as far as the stream's properties tell: they tell of every
// object's members outside of arrays.
func onlyArrays(s *catalog.Stream, at *nql.Path) bool {
	if at.Root != nql.NoBuiltin {
		return false
	}
	for _, step := range at.Steps {
		if step.Kind != nql.Member {
			return false
		}
	}
	return s.Observed(at.Steps) && !s.NumberedMember(at.Steps)
}

// memberName is the spelling of a member that a field means: as written, unless only other spellings are known.
func (b *binder) memberName(sc *scope, e plan.Expr, id ident) string {
	ref, ok := e.(*plan.Ref)
	if !ok || id.quoted {
		return id.text
	}
	rel, col, ok := sc.column(ref)
	if !ok || rel.stream == nil || col.read.Path.Root != nql.NoBuiltin && col.read.Path.Root != nql.Properties {
		return id.text
	}
	if name, ok := rel.stream.Member(col.read.Path.Steps, id.text, id.text); ok {
		return name
	}
	return id.text
}

// fieldsAt reads the spellings of the fields in x[0].a['b'].c, where x begins at a location. They are fewer than there are where
// the text can't be read.
func (s *Statement) fieldsAt(location int32, n *pg.A_Indirection) []ident {
	if location < 0 || int(location) >= len(s.sql) {
		return nil
	}
	scan, err := grammarScan(s.sql[location:])
	if err != nil {
		return nil
	}
	var out []ident
	depth, steps, began := 0, 0, false
	for i, t := range scan.Tokens {
		if steps == len(n.Indirection) {
			break
		}
		switch t.Token {
		case pg.Token_ASCII_91: // [
			depth++
			began = true
		case pg.Token_ASCII_93: // ]
			if depth--; depth == 0 {
				steps++
			}
		case pg.Token_ASCII_46: // .
			if !began || depth > 0 {
				continue
			}
			steps++
			for _, next := range scan.Tokens[i+1:] {
				if next.Token == pg.Token_SQL_COMMENT || next.Token == pg.Token_C_COMMENT {
					continue
				}
				id, _, ok := readIdent(s.sql[int(location)+int(next.Start):])
				if !ok {
					return out
				}
				out = append(out, id)
				break
			}
		}
	}
	return out
}
