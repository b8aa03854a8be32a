package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// rowExpr binds ROW(a, b) and (a, b) as a record. Its fields have no names; PostgreSQL calls them f1, f2 ….
func (b *binder) rowExpr(sc *scope, n *pg.RowExpr) (plan.Expr, error) {
	var list []plan.Expr
	for _, a := range n.Args {
		if isStar(a) {
			more, err := b.spread(sc, a)
			if err != nil {
				return nil, err
			}
			for _, t := range more {
				list = append(list, t.expr)
			}
			continue
		}
		e, err := b.expr(sc, a)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	names := make([]string, len(list))
	return b.record(names, list)
}

// record makes a record of expressions with the names given.
func (b *binder) record(names []string, list []plan.Expr) (plan.Expr, error) {
	fields := make([]types.Field, len(list))
	args := make([]plan.Expr, 1, len(list)+1)
	for i, e := range list {
		if _, literal := e.(*plan.Const); e.Type() == types.Unknown && !literal { // a literal's field stays unknown, as in PostgreSQL
			var err error
			if e, err = b.implicit(e, types.Text, -1); err != nil {
				return nil, err
			}
		}
		fields[i] = types.Field{Name: names[i], Type: e.Type()}
		args = append(args, e)
	}
	head := column.New(column.Text)
	head.AppendBytes(types.RowHead(fields))
	args[0] = &plan.Const{Typed: typed(types.Bytea), Value: head}
	return &plan.Call{Typed: typed(types.Record), Func: function.NewRow(), Args: args}, nil
}

// fieldsOf gives the fields of a record, as far as the expression that makes it tells them.
func fieldsOf(e plan.Expr) ([]types.Field, bool) {
	switch e := e.(type) {
	case *plan.Call:
		if e.OID != types.Record || len(e.Args) == 0 {
			return nil, false
		}
		if k, ok := e.Args[0].(*plan.Const); ok && e.Func == function.NewRow() {
			return types.ReadRowHead(k.Value.Str(0)), true
		}
		if fields := e.Func.Fields; fields != nil {
			return fields, true
		}
	case *plan.Const:
		if e.OID == types.Record && !e.Value.Null(0) {
			return types.ReadRecord(e.Value.Str(0)).Fields, true
		}
	case *plan.Coalesce:
		if len(e.Args) > 0 {
			return fieldsOf(e.Args[0])
		}
	case *plan.Case:
		for _, w := range e.Whens {
			if fields, ok := fieldsOf(w.Then); ok {
				return fields, true
			}
		}
		return fieldsOf(e.Else)
	}
	return nil, false
}

// field binds (record).name.
func (b *binder) field(e plan.Expr, name string, at int32) (plan.Expr, error) {
	fields, ok := fieldsOf(e)
	if ok {
		for i, f := range fields {
			if types.FieldName(f, i) == name {
				return fieldAt(e, f, i), nil
			}
		}
	}
	return nil, b.errorf(at, types.CodeUndefinedColumn, "could not identify column %q in record data type", name)
}

// fieldAt is field i of a record. Of a row constructor it is what stands there.
func fieldAt(e plan.Expr, f types.Field, i int) plan.Expr {
	if c, ok := e.(*plan.Call); ok && c.Func == function.NewRow() && !plan.IsVolatile(c) {
		return c.Args[i+1]
	}
	return &plan.Call{Typed: typed(f.Type), Func: function.RecordField(), Args: []plan.Expr{e, constInt(types.Int4, int64(i))}, Op: types.FieldName(f, i)}
}
