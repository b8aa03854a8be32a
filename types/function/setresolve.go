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

// Populates reports whether a function is one in FROM, where columns are defined, and another one elsewhere.
func Populates(name string) bool {
	return slices.ContainsFunc(theSetFunctions().byName[name], func(f *SetFunction) bool { return !f.Set && f.Result == types.AnyElement })
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
		return nil, refused("function", shown, c.of.OID, c.of.Args)
	case ok:
		return concreteSet(c.of, c.args, args)
	case none:
		return nil, undefinedFunction(shown, args)
	}
	return nil, ambiguousFunction(shown, args)
}

// concreteSet puts the types of a call in the place of polymorphic ones.
func concreteSet(f *SetFunction, want, given []types.OID) (*SetFunction, error) {
	c := *f
	c.Columns, c.Variadic = slices.Clone(f.Columns), false
	var err error
	if c.Args, c.Result, err = concreteTypes(want, given, f.Result); err != nil {
		return nil, err
	}
	for i, col := range c.Columns {
		if _, c.Columns[i].Type, err = concreteTypes(want, given, col.Type); err != nil {
			return nil, err
		}
	}
	return &c, nil
}
