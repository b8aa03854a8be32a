package function

import (
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// ResolveOperator finds the operator for operands of the given types; left is 0 for a prefix operator, types.Unknown
// stands for string literals and untyped parameters. The operands are then to be cast to the operator's
// Left and Right, which are never polymorphic. Errors: 42883, 42725, 0A000.
func ResolveOperator(name string, left, right types.OID) (*Operator, error) {
	args := []types.OID{right}
	if left != 0 {
		args = []types.OID{left, right}
	}
	var cs []candidate[*Operator]
	for _, o := range theRegistry().operators[name] {
		if (o.Left == 0) != (left == 0) {
			continue
		}
		c := candidate[*Operator]{o, []types.OID{o.Right}}
		if left != 0 {
			c.args = []types.OID{o.Left, o.Right}
		}
		cs = append(cs, c)
	}
	// One operand of unknown type is first taken to be of the other's type.
	if left != 0 && (left == types.Unknown) != (right == types.Unknown) {
		t := left
		if t == types.Unknown {
			t = right
		}
		for _, c := range cs {
			if c.args[0] == t && c.args[1] == t {
				return usableOperator(c, args)
			}
		}
	}
	c, none, ok := choose(cs, args)
	switch {
	case ok:
		return usableOperator(c, args)
	case none && left == 0:
		return nil, types.Errorf(types.CodeUndefinedFunction, "operator does not exist: %s %s", name, sqlName(right)).
			WithHint("%s", operatorAdvice(name, left, right))
	case none:
		return nil, types.Errorf(types.CodeUndefinedFunction, "operator does not exist: %s %s %s", sqlName(left), name, sqlName(right)).
			WithHint("%s", operatorAdvice(name, left, right))
	}
	l := ""
	if left != 0 {
		l = sqlName(left) + " "
	}
	return nil, types.Errorf(types.CodeAmbiguousFunction, "operator is not unique: %s%s %s", l, name, sqlName(right)).
		WithHint("Could not choose a best candidate operator. You might need to add explicit type casts.")
}

func usableOperator(c candidate[*Operator], args []types.OID) (*Operator, error) {
	o := c.of
	if o.Function.Kernel == nil {
		return nil, refusedOperator(o)
	}
	if !slices.ContainsFunc(c.args, polymorphic) {
		return o, nil
	}
	p := *o
	f, err := concrete(o.Function, c.args, args)
	if err != nil {
		return nil, err
	}
	p.Result = f.Result
	p.Function, p.Right = f, f.Args[len(f.Args)-1]
	if o.Left != 0 {
		p.Left = f.Args[0]
	}
	return &p, nil
}

// ResolveFunction finds the function for arguments of the given types; schema is "" where the call names none.
// The arguments are then to be cast to the result's Args, of which there are as many as arguments, none of them
// polymorphic. A call such as text(42) or date('2020-01-01') that is a cast in disguise answers
// the cast's function. Errors: 42883, 42725, 0A000.
func ResolveFunction(schema, name string, args []types.OID) (*Function, error) {
	r := theRegistry()
	var cs []candidate[*Function]
	for _, f := range r.functions[name] {
		if schema != "" && schema != f.Schema || schema == "" && f.Schema == "flare" {
			continue
		}
		if want, ok := expand(f.Args, f.Variadic, r.defaults[f], len(args)); ok {
			cs = append(cs, candidate[*Function]{f, want})
		}
	}
	if f := namedCast(schema, name, args, cs); f != nil {
		return f, nil
	}
	c, none, ok := choose(cs, args)
	shown := name
	if schema != "" {
		shown = schema + "." + name
	}
	switch {
	case ok && c.of.Kernel == nil:
		return nil, refused("function", shown, c.of.OID, c.of.Args)
	case ok:
		return concrete(c.of, c.args, args)
	case none:
		return nil, undefinedFunction(shown, args)
	}
	return nil, ambiguousFunction(shown, args)
}

// expand gives the argument types for n arguments.
func expand(want []types.OID, variadic bool, defaults, n int) ([]types.OID, bool) {
	switch {
	case variadic && n >= len(want):
		full := slices.Clone(want)
		last := want[len(want)-1]
		if elem := types.ElemOf(last); elem != 0 {
			last = elem // VARIADIC text[] takes texts
		}
		for full[len(want)-1] = last; len(full) < n; {
			full = append(full, last)
		}
		return full, true
	case !variadic && n <= len(want) && n >= len(want)-defaults:
		return want[:n], true
	}
	return nil, false
}

// namedCast is the rule that a function call with one argument and a type's name may be a cast: of an unknown
// literal, or where the cast is binary coercible or through text. Exact overloads come first.
func namedCast(schema, name string, args []types.OID, cs []candidate[*Function]) *Function {
	if len(args) != 1 || schema != "" && schema != "pg_catalog" {
		return nil
	}
	t, ok := types.ByName(name)
	if !ok || t.Name != name {
		return nil
	}
	for _, c := range cs {
		if exact(c.args, args) {
			return nil
		}
	}
	if args[0] == types.Unknown {
		return throughText(types.Text, t.OID)
	}
	r := theRegistry()
	if k, ok := r.pgCasts[castKey{args[0], t.OID}]; ok {
		if k.method == 'b' {
			return relabel(args[0], t.OID)
		}
		return nil
	}
	if category(t.OID) == 'S' || category(args[0]) == 'S' {
		return throughText(args[0], t.OID)
	}
	return nil
}

// ResolveAggregate finds the aggregate for arguments of the given types, none for count(*); schema is "" where the call names none.
// The arguments are then to be cast to the result's Args. Errors: 42883, 42725, 0A000.
func ResolveAggregate(schema, name string, args []types.OID) (*Aggregate, error) {
	var cs []candidate[*Aggregate]
	for _, a := range theRegistry().aggregates[name] {
		if len(a.Args) == len(args) && a.named(schema) {
			cs = append(cs, candidate[*Aggregate]{a, a.Args})
		}
	}
	c, none, ok := choose(cs, args)
	if schema == "flare" {
		name = schema + "." + name
	}
	switch {
	case ok && c.of.New == nil:
		return nil, refused("aggregate", name, c.of.OID, c.of.Args)
	case ok:
		a := *c.of
		var err error
		a.Args, a.Result, err = concreteTypes(c.args, args, a.Result)
		if err != nil {
			return nil, err
		}
		return &a, nil
	case none:
		return nil, undefinedFunction(name, args)
	}
	return nil, ambiguousFunction(name, args)
}

// undefinedFunction is 42883 for a function that PostgreSQL doesn't have either, and 0A000 for one that is not here. name may be with its schema.
func undefinedFunction(name string, args []types.OID) error {
	if o := lackingFunction(name, args); o != nil {
		return refused("function", name, o.OID, args)
	}
	return types.Errorf(types.CodeUndefinedFunction, "function %s(%s) does not exist", name, sqlNames(args)).WithHint("%s", functionAdvice(name, args))
}

// lackingFunction finds what PostgreSQL has under a name of which nothing is built, or with exactly those arguments; nil where there is none.
func lackingFunction(name string, args []types.OID) *pgnames.Object {
	schema, bare, ok := strings.Cut(name, ".")
	if !ok {
		schema, bare = "pg_catalog", name
	}
	known := pgnames.Find(pgnames.Function, schema, bare)
	for _, o := range known {
		if slices.Equal(o.Args, args) {
			return o
		}
	}
	if _, there := slices.BinarySearch(callable(), bare); there || len(known) == 0 {
		return nil
	}
	return known[0]
}

func ambiguousFunction(name string, args []types.OID) error {
	return types.Errorf(types.CodeAmbiguousFunction, "function %s(%s) is not unique", name, sqlNames(args)).
		WithHint("Could not choose a best candidate function. You might need to add explicit type casts.")
}

// CommonType finds the type that UNION, CASE, VALUES, IN, COALESCE, GREATEST … give values of these types (section 10.5 of
// PostgreSQL's manual); ctx is how the message begins ("CASE types integer and text cannot be matched"). All unknown: text.
// The order counts where casts go both ways; of a CASE, PostgreSQL puts the ELSE first.
func CommonType(ctx string, ts []types.OID) (types.OID, error) {
	t := types.OID(types.Unknown)
	for _, n := range ts {
		switch {
		case n == types.Unknown || n == t:
		case t == types.Unknown:
			t = n
		case category(t) != category(n):
			return 0, types.Errorf(types.CodeDatatypeMismatch, "%s types %s and %s cannot be matched", ctx, sqlName(t), sqlName(n))
		case !preferred(t) && CanCast(t, n, CastImplicit) && !CanCast(n, t, CastImplicit):
			t = n
		}
	}
	if t == types.Unknown {
		return types.Text, nil
	}
	for _, n := range ts {
		if !CanCast(n, t, CastImplicit) {
			return 0, types.Errorf(types.CodeCannotCoerce, "%s could not convert type %s to %s", ctx, sqlName(n), sqlName(t))
		}
	}
	return t, nil
}
