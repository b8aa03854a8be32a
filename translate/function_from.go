package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// rangeFunction binds functions in FROM: f(…), ROWS FROM (f(…), …), with or without ordinality. Arguments may read what stands before
// it in FROM, and rows of enclosing queries.
func (b *binder) rangeFunction(sc *scope, n *pg.RangeFunction) (*relation, error) {
	if call := ownCall(n, "nql"); call != nil {
		return b.nqlRelation(n, call)
	}
	if call := ownCall(n, "tail"); call != nil {
		return b.tailRelation(n, call)
	}
	items, err := b.rowsFrom(n)
	if err != nil {
		return nil, err
	}
	name, scan := "", &plan.FunctionScan{Ordinality: n.Ordinality}
	node, args, err := b.inside(sc, func() (plan.Node, error) {
		inner := b.newScope()
		for _, f := range items {
			call, called, err := b.functionItem(inner, f.expr)
			if err != nil {
				return nil, err
			}
			if name == "" {
				name = called
			}
			cols, err := b.functionColumns(&call, called, f, len(items) == 1, n)
			if err != nil {
				return nil, err
			}
			scan.Calls, scan.Cols = append(scan.Calls, call), append(scan.Cols, cols...)
		}
		if n.Ordinality {
			scan.Cols = append(scan.Cols, plan.Column{Name: "ordinality", Type: types.Int8, Typmod: -1})
		}
		return scan, nil
	})
	if err != nil {
		return nil, err
	}
	if n.Alias != nil {
		name = n.Alias.Aliasname
	}
	scan.Name = name
	r := derived(name, node)
	r.args = args
	return r, b.rename(r, n.Alias.GetColnames(), -1)
}

// functionSource is one function of an entry, with the columns that the statement says it has.
type functionSource struct {
	expr *pg.Node
	defs []*pg.Node
	at   int32
}

// rowsFrom lists the functions of an entry. An unnest of several arrays is one for each.
func (b *binder) rowsFrom(n *pg.RangeFunction) ([]functionSource, error) {
	var out []functionSource
	for _, f := range n.Functions {
		pair := f.GetList().GetItems()
		if len(pair) == 0 {
			return nil, b.unsupported(-1, "this form of function in FROM is not supported")
		}
		s := functionSource{expr: pair[0], at: location(pair[0])}
		if len(pair) > 1 {
			s.defs = pair[1].GetList().GetItems()
		}
		call := s.expr.GetFuncCall()
		if call != nil && len(call.Args) > 1 && !call.FuncVariadic && !call.AggDistinct && call.Over == nil && len(call.AggOrder) == 0 && call.AggFilter == nil {
			if name := names(call.Funcname); len(name) == 1 && name[0] == "unnest" {
				if len(s.defs) > 0 || len(n.Coldeflist) > 0 {
					return nil, b.errorf(s.at, types.CodeSyntaxError, "UNNEST() with multiple arguments cannot have a column definition list").
						WithHint("Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list to each one.")
				}
				for _, a := range call.Args {
					one := &pg.FuncCall{Funcname: call.Funcname, Args: []*pg.Node{a}, Location: call.Location}
					out = append(out, functionSource{expr: &pg.Node{Node: &pg.Node_FuncCall{FuncCall: one}}, at: s.at})
				}
				continue
			}
		}
		out = append(out, s)
	}
	if len(n.Coldeflist) == 0 {
		return out, nil
	}
	at := n.Coldeflist[0].GetColumnDef().GetLocation()
	switch {
	case len(out) > 1:
		return nil, b.errorf(at, types.CodeSyntaxError, "ROWS FROM() with multiple functions cannot have a column definition list").
			WithHint("Put a separate column definition list for each function inside ROWS FROM().")
	case n.Ordinality:
		return nil, b.errorf(at, types.CodeSyntaxError, "WITH ORDINALITY cannot be used with a column definition list").
			WithHint("Put the column definition list inside ROWS FROM().")
	}
	out[0].defs = n.Coldeflist
	return out, nil
}

// functionItem binds one function; name is what its column is called where nothing else says.
func (b *binder) functionItem(sc *scope, n *pg.Node) (plan.SetCall, string, error) {
	before := sc.clause
	sc.clause = "functions in FROM"
	defer func() { sc.clause = before }()
	if c := n.GetFuncCall(); c != nil {
		schema, name, ok := qualified(c.Funcname)
		if ok && function.IsSetFunction(schema, name) && (!b.scalarOverload(schema, name) || function.Populates(name)) {
			call, err := b.setCall(sc, c, schema, name)
			return call, name, err
		}
	}
	e, err := b.value(sc, n)
	if err != nil {
		return plan.SetCall{}, "", err
	}
	name, _ := b.figureName(n)
	return plan.SetCall{Scalar: e}, name, nil
}

// scalarOverload reports that a record-valued function is built as an ordinary one.
func (b *binder) scalarOverload(schema, name string) bool {
	for _, f := range function.Functions(name) {
		if schema == "" || f.Schema == schema {
			return true
		}
	}
	return false
}

// setCall resolves a call of a function that gives rows.
func (b *binder) setCall(sc *scope, n *pg.FuncCall, schema, name string) (plan.SetCall, error) {
	if schema == "flare" && name == "nql" {
		return plan.SetCall{}, b.unsupported(n.Location, "flare.nql stands alone in FROM").WithHint("FROM flare.nql('select … from …') AS name")
	}
	if schema == "flare" && name == "tail" {
		return plan.SetCall{}, b.unsupported(n.Location, "flare.tail stands alone in FROM").WithHint("FROM flare.tail('stream') AS name")
	}
	if err := b.plainCall(n, name); err != nil {
		return plan.SetCall{}, err
	}
	if n.FuncVariadic {
		return plan.SetCall{}, b.unsupported(n.Location, "VARIADIC arguments of functions that give rows are not supported")
	}
	args, err := b.arguments(sc, n.Args)
	if err != nil {
		return plan.SetCall{}, err
	}
	f, err := b.setFunction(schema, name, &args)
	if err != nil {
		return plan.SetCall{}, b.at(err, n.Location)
	}
	call := plan.SetCall{Func: f, Args: make([]plan.Expr, len(args.exprs)), Columns: f.Columns}
	for i, a := range args.exprs {
		if call.Args[i], err = b.implicit(a, f.Args[i], args.locations[i]); err != nil {
			return plan.SetCall{}, err
		}
	}
	if f.Result != types.Record && len(f.Columns) == 0 {
		call.Columns = []function.SetColumn{{Name: name, Type: f.Result, Typmod: -1}}
	}
	return call, nil
}

// setFunction resolves a function that gives rows by its arguments, and puts these into its order.
func (b *binder) setFunction(schema, name string, a *arguments) (*function.SetFunction, error) {
	if len(a.names) == 0 {
		return function.ResolveSetFunction(schema, name, a.types())
	}
	n, err := function.ResolveNamedSet(schema, name, a.types(), a.names)
	if err != nil {
		return nil, err
	}
	return n.Function, b.inPlace(a, n.Order, n.Defaults, n.Function.Args)
}

// functionColumns names the columns of a function: by its OUT parameters, a column definition list, the alias or its own name.
func (b *binder) functionColumns(call *plan.SetCall, name string, f functionSource, alone bool, n *pg.RangeFunction) ([]plan.Column, error) {
	if call.Func != nil && call.Func.Untyped() {
		if len(f.defs) == 0 {
			return nil, b.errorf(f.at, types.CodeSyntaxError, "a column definition list is required for functions returning \"record\"")
		}
		var err error
		if call.Columns, err = b.definitions(f.defs); err != nil {
			return nil, err
		}
	} else if len(f.defs) > 0 {
		at := f.defs[0].GetColumnDef().GetLocation()
		if call.Func != nil && call.Func.Result == types.Record {
			return nil, b.errorf(at, types.CodeSyntaxError, "a column definition list is redundant for a function with OUT parameters")
		}
		return nil, b.errorf(at, types.CodeSyntaxError, "a column definition list is only allowed for functions returning \"record\"")
	}
	if call.Func == nil {
		c := plan.Column{Name: name, Type: call.Scalar.Type(), Typmod: call.Scalar.Typmod()}
		if alone && n.Alias != nil {
			c.Name = n.Alias.Aliasname
		}
		return []plan.Column{c}, nil
	}
	var out []plan.Column
	for _, c := range call.Columns {
		out = append(out, plan.Column{Name: c.Name, Type: c.Type, Typmod: c.Typmod})
	}
	if len(call.Func.Columns) == 0 && call.Func.Result != types.Record && alone && n.Alias != nil {
		out[0].Name = n.Alias.Aliasname
	}
	return out, nil
}

// definitions reads a column definition list.
func (b *binder) definitions(list []*pg.Node) ([]function.SetColumn, error) {
	var out []function.SetColumn
	for _, d := range list {
		def := d.GetColumnDef()
		t, typmod, err := b.typeName(def.GetTypeName())
		if err != nil {
			return nil, err
		}
		for _, o := range out {
			if o.Name == def.Colname {
				return nil, b.errorf(-1, types.CodeDuplicateColumn, "column name %q specified more than once", def.Colname)
			}
		}
		out = append(out, function.SetColumn{Name: def.Colname, Type: t, Typmod: typmod})
	}
	return out, nil
}
