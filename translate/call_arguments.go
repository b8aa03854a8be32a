package translate

import (
	"errors"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// arguments are what stands between the parentheses of a call; the last ones may have names.
type arguments struct {
	exprs     []plan.Expr
	locations []int32
	names     []string
}

func (a *arguments) types() []types.OID {
	ts := make([]types.OID, len(a.exprs))
	for i, e := range a.exprs {
		ts[i] = e.Type()
	}
	return ts
}

// arguments binds a call's arguments.
func (b *binder) arguments(sc *scope, list []*pg.Node) (arguments, error) {
	var out arguments
	for _, n := range list {
		named := n.GetNamedArgExpr()
		if named == nil {
			if len(out.names) > 0 {
				return out, b.errorf(location(n), types.CodeSyntaxError, "positional argument cannot follow named argument")
			}
		} else {
			for _, other := range out.names {
				if other == named.Name {
					return out, b.errorf(named.Location, types.CodeSyntaxError, "argument name %q used more than once", named.Name)
				}
			}
			out.names = append(out.names, named.Name)
			n = named.Arg
		}
		e, err := b.expr(sc, n)
		if err != nil {
			return out, err
		}
		out.exprs, out.locations = append(out.exprs, e), append(out.locations, location(n))
	}
	return out, nil
}

// positional refuses names.
func (b *binder) positional(a arguments, name string, at int32) error {
	if len(a.names) == 0 {
		return nil
	}
	_, err := function.ResolveNamed("", name, a.types(), a.names) // no aggregate's arguments have names
	return b.at(err, at)
}

// inPlace puts the arguments of a call into the function's order, and adds those that are left out.
func (b *binder) inPlace(a *arguments, order []int, defaults map[int]string, want []types.OID) error {
	exprs, locations := make([]plan.Expr, len(want)), make([]int32, len(want))
	for i, at := range order {
		exprs[at], locations[at] = a.exprs[i], a.locations[i]
	}
	for at, text := range defaults {
		e, err := b.argumentDefault(text)
		if err != nil {
			return err
		}
		e, ok, err := b.coerce(e, want[at], -1, function.CastAssignment, -1)
		if err != nil || !ok {
			return b.errorf(-1, types.CodeInternalError, "the default %s is of the wrong type", text)
		}
		exprs[at], locations[at] = e, -1
	}
	*a = arguments{exprs: exprs, locations: locations}
	return nil
}

// argumentDefault binds the default of a function's argument.
func (b *binder) argumentDefault(text string) (plan.Expr, error) {
	list, err := Parse("select " + text)
	if err != nil {
		return nil, err
	}
	before := b.s
	b.s = list[0]
	defer func() { b.s = before }()
	return b.expr(newScope(), list[0].tree.GetSelectStmt().TargetList[0].GetResTarget().GetVal())
}

// callWith resolves a function by its arguments, named ones too, and makes the call.
func (b *binder) callWith(schema, name string, a arguments, variadic bool, at int32) (plan.Expr, error) {
	switch {
	case variadic && len(a.names) > 0:
		return nil, b.unsupported(at, "VARIADIC beside named arguments is not supported")
	case variadic:
		f, err := function.ResolveVariadic(schema, name, a.types())
		var e *types.Error
		if errors.As(err, &e) && e.Code == types.CodeDatatypeMismatch {
			at = a.locations[len(a.locations)-1] // it is no array
		}
		if err != nil {
			return nil, b.at(err, at)
		}
		return b.made(f, a)
	case len(a.names) == 0:
		return b.call(schema, name, a.exprs, a.locations, at)
	}
	n, err := function.ResolveNamed(schema, name, a.types(), a.names)
	if err != nil {
		return nil, b.at(err, at)
	}
	if err := b.inPlace(&a, n.Order, n.Defaults, n.Function.Args); err != nil {
		return nil, err
	}
	return b.made(n.Function, a)
}

// made is a call of a function that is known.
func (b *binder) made(f *function.Function, a arguments) (plan.Expr, error) {
	out := &plan.Call{Typed: typed(f.Result), Func: f, Args: make([]plan.Expr, len(a.exprs))}
	for i, e := range a.exprs {
		var err error
		if out.Args[i], err = b.implicit(e, f.Args[i], a.locations[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
