package function

import (
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/types"
)

var theSetFunctions = sync.OnceValue(loadSetFunctions)

// IsSetFunction reports whether a name is that of a function that gives rows or records, built or not.
func IsSetFunction(schema, name string) bool {
	return slices.ContainsFunc(theSetFunctions().byName[name], func(f *SetFunction) bool { return inSchema(f, schema) })
}

func inSchema(f *SetFunction, schema string) bool {
	return schema == f.Schema || schema == "" && f.Schema == "pg_catalog"
}

// ResolveSetFunction finds the function for arguments of the given types, as ResolveFunction does; the types of its Args, its
// Result and its Columns are those of the call, none of them polymorphic.
func ResolveSetFunction(schema, name string, args []types.OID) (*SetFunction, error) {
	s := theSetFunctions()
	var cs []candidate[*SetFunction]
	for _, f := range s.byName[name] {
		if !inSchema(f, schema) {
			continue
		}
		if want, ok := expand(f.Args, f.Variadic, s.defaults[f], len(args)); ok {
			cs = append(cs, candidate[*SetFunction]{f, want})
		}
	}
	c, none, ok := choose(cs, args)
	shown := name
	if schema != "" {
		shown = schema + "." + name
	}
	switch {
	case ok && c.of.Open == nil:
		return nil, types.Errorf(types.CodeFeatureNotSupported, "function %s(%s) is not supported yet", shown, sqlNames(c.of.Args))
	case ok:
		return concreteSet(c.of, c.args, args)
	case none:
		return nil, types.Errorf(types.CodeUndefinedFunction, "function %s(%s) does not exist", shown, sqlNames(args)).
			WithHint("No function matches the given name and argument types. You might need to add explicit type casts.")
	}
	return nil, ambiguousFunction(shown, args)
}

// concreteSet puts the types of a call in the place of polymorphic ones.
func concreteSet(f *SetFunction, want, given []types.OID) (*SetFunction, error) {
	c := *f
	c.Args, c.Columns, c.Variadic = slices.Clone(want), slices.Clone(f.Columns), false
	var element types.OID
	for i, t := range c.Args {
		if !polymorphic(t) {
			continue
		}
		if given[i] == types.Unknown {
			return nil, types.Errorf(types.CodeDatatypeMismatch, "could not determine polymorphic type because input has type unknown")
		}
		c.Args[i] = given[i]
		if element = given[i]; t == types.AnyArray {
			element = types.ElemOf(given[i])
		}
	}
	if element == 0 {
		return &c, nil
	}
	replace := func(t types.OID) types.OID {
		switch {
		case t == types.AnyElement || t == types.AnyNonArray:
			return element
		case t == types.AnyArray:
			ty, _ := types.Lookup(element)
			return ty.Array
		}
		return t
	}
	c.Result = replace(c.Result)
	for i := range c.Columns {
		c.Columns[i].Type = replace(c.Columns[i].Type)
	}
	return &c, nil
}
