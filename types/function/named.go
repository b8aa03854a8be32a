package function

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// Named is what a call with named arguments means: the function, all of whose arguments are to be given, where each argument of the call
// goes, and the SQL of those that it leaves out.
type Named[F any] struct {
	Function F
	Order    []int          // of the call's arguments: which of the function's
	Defaults map[int]string // by the function's argument
}

// ResolveNamed finds the function of a call whose last arguments have names. Errors as ResolveFunction's.
func ResolveNamed(schema, name string, args []types.OID, names []string) (Named[*Function], error) {
	var cs []candidate[*Named[*Function]]
	for _, f := range theRegistry().functions[name] {
		if schema != "" && schema != f.Schema || schema == "" && f.Schema == "flare" {
			continue
		}
		if n, ok := matchNames(f, f.OID, f.Names, f.Defaults, f.Args, f.Variadic, args, names); ok {
			cs = append(cs, candidate[*Named[*Function]]{n, inOrder(f.Args, n.Order)})
		}
	}
	n, err := chooseNamed(cs, schema, name, args, names)
	if err != nil {
		return Named[*Function]{}, err
	}
	if n.Function.Kernel == nil {
		return Named[*Function]{}, refused("function", name, n.Function.OID, n.Function.Args)
	}
	n.Function, err = concrete(n.Function, n.Function.Args, givenInPlace(n.Function.Args, args, n.Order))
	return *n, err
}

// ResolveNamedSet is ResolveNamed for functions that give rows.
func ResolveNamedSet(schema, name string, args []types.OID, names []string) (Named[*SetFunction], error) {
	var cs []candidate[*Named[*SetFunction]]
	for _, f := range theSetFunctions().byName[name] {
		if !inSchema(f, schema) {
			continue
		}
		if n, ok := matchNames(f, f.OID, nil, nil, f.Args, f.Variadic, args, names); ok {
			cs = append(cs, candidate[*Named[*SetFunction]]{n, inOrder(f.Args, n.Order)})
		}
	}
	n, err := chooseNamed(cs, schema, name, args, names)
	if err != nil {
		return Named[*SetFunction]{}, err
	}
	if n.Function.Open == nil {
		return Named[*SetFunction]{}, refused("function", name, n.Function.OID, n.Function.Args)
	}
	n.Function, err = concreteSet(n.Function, n.Function.Args, givenInPlace(n.Function.Args, args, n.Order))
	return *n, err
}

func chooseNamed[F any](cs []candidate[*Named[F]], schema, name string, args []types.OID, names []string) (*Named[F], error) {
	c, none, ok := choose(cs, args)
	if ok {
		return c.of, nil
	}
	if schema != "" {
		name = schema + "." + name
	}
	shown := strings.Split(sqlNames(args), ", ")
	for i, n := range names {
		at := len(args) - len(names) + i
		shown[at] = fmt.Sprintf("%s => %s", n, shown[at])
	}
	list := strings.Join(shown, ", ")
	if none {
		return nil, types.Errorf(types.CodeUndefinedFunction, "function %s(%s) does not exist", name, list).
			WithHint("No function matches the given name and argument types. You might need to add explicit type casts.")
	}
	return nil, types.Errorf(types.CodeAmbiguousFunction, "function %s(%s) is not unique", name, list).
		WithHint("Could not choose a best candidate function. You might need to add explicit type casts.")
}

// matchNames puts a call's arguments into a function's places; ok is false where they don't fit.
func matchNames[F any](f F, oid types.OID, own, ownDefaults []string, want []types.OID, variadic bool, args []types.OID, names []string) (*Named[F], bool) {
	all, defaults := own, ownDefaults
	if o, ok := pgnames.ByOID(pgnames.Function, oid); ok && o.Details != nil {
		all, defaults = inputNames(o.Details, len(want)), o.Details.Defaults
	}
	if variadic || len(args) > len(want) || len(all) < len(want) {
		return nil, false
	}
	n := &Named[F]{Function: f, Order: make([]int, len(args)), Defaults: map[int]string{}}
	given := make([]bool, len(want))
	for i := range args {
		at := i
		if k := i - (len(args) - len(names)); k >= 0 {
			if at = slices.Index(all, names[k]); at < 0 {
				return nil, false
			}
		}
		if given[at] {
			return nil, false
		}
		n.Order[i], given[at] = at, true
	}
	for at := range want {
		if given[at] {
			continue
		}
		k := at - (len(want) - len(defaults))
		if k < 0 {
			return nil, false
		}
		n.Defaults[at] = defaults[k]
	}
	return n, true
}

// inputNames are the names of a function's arguments, without those of its results.
func inputNames(d *pgnames.FunctionDetails, n int) []string {
	if d.Modes == "" {
		return d.Names
	}
	var out []string
	for i, m := range d.Modes {
		if strings.ContainsRune("ibv", m) && i < len(d.Names) {
			out = append(out, d.Names[i])
		}
	}
	return out[:min(n, len(out))]
}

// inOrder are the types of the arguments of a call.
func inOrder(want []types.OID, order []int) []types.OID {
	out := make([]types.OID, len(order))
	for i, at := range order {
		out[i] = want[at]
	}
	return out
}

// givenInPlace are the types of a function's arguments as a call gives them; those left out are as they are declared.
func givenInPlace(want, args []types.OID, order []int) []types.OID {
	out := slices.Clone(want)
	for i, at := range order {
		out[at] = args[i]
	}
	return out
}
