package function

import (
	"slices"

	"github.com/flare-pg/flare-pg/types"
)

// polymorphic reports whether t stands for whatever type is given.
func polymorphic(t types.OID) bool {
	switch t {
	case types.Any, types.AnyElement, types.AnyNonArray, types.AnyArray, types.AnyEnum, types.AnyRange, types.AnyMultirange,
		types.AnyCompatible, types.AnyCompatibleArray, types.AnyCompatibleNonArray, types.AnyCompatibleRange, types.AnyCompatibleMultirange:
		return true
	}
	return false
}

// accepts reports whether the polymorphic type p takes an argument of type t.
func accepts(p, t types.OID) bool {
	if t == types.Unknown {
		return true
	}
	switch p {
	case types.Any, types.AnyElement, types.AnyCompatible:
		return true
	case types.AnyArray, types.AnyCompatibleArray:
		return types.ElemOf(t) != 0
	case types.AnyNonArray, types.AnyCompatibleNonArray:
		return types.ElemOf(t) == 0
	case types.AnyRange, types.AnyCompatibleRange:
		return types.IsRange(t)
	case types.AnyMultirange, types.AnyCompatibleMultirange:
		return types.RangeOf(t) != 0
	}
	return false // there are no enums
}

// consistent reports whether the types given for polymorphic arguments go together: those of one family are one type, or have
// a common one.
func consistent(want, given []types.OID) bool {
	if !slices.ContainsFunc(want, polymorphic) {
		return true
	}
	p := polymorphism{}
	return p.gather(want, given) == nil
}

// polymorphism is what the arguments of one call say of polymorphic types: of the family of anyelement, whose types must be the same, and of
// that of anycompatible, which have a common type.
type polymorphism struct {
	elem, array types.OID // what anyelement and anyarray stand for; 0 not known
	ranges      types.OID // what anyrange stands for
	multi       types.OID // what anymultirange stands for
	some        bool      // there are arguments of the first family
	common      []types.OID
	compatible  types.OID
}

func (p *polymorphism) gather(want, given []types.OID) error {
	for i, w := range want {
		t := given[i]
		switch w {
		case types.AnyElement, types.AnyNonArray:
			p.some = true
			if t == types.Unknown {
				continue
			}
			if p.elem != 0 && p.elem != t {
				return types.Errorf(types.CodeDatatypeMismatch, "arguments declared \"%s\" are not all alike", sqlName(types.AnyElement)).
					WithDetail("%s versus %s", sqlName(p.elem), sqlName(t))
			}
			p.elem = t
		case types.AnyArray:
			if err := p.alike(&p.array, w, t); err != nil {
				return err
			}
		case types.AnyRange:
			if err := p.alike(&p.ranges, w, t); err != nil {
				return err
			}
		case types.AnyMultirange:
			if err := p.alike(&p.multi, w, t); err != nil {
				return err
			}
		case types.AnyCompatible, types.AnyCompatibleNonArray:
			p.common = append(p.common, t)
		case types.AnyCompatibleArray:
			if e := types.ElemOf(t); e != 0 {
				t = e
			}
			p.common = append(p.common, t)
		}
	}
	if p.array != 0 {
		e := types.ElemOf(p.array)
		if p.elem != 0 && p.elem != e {
			return inconsistent("anyarray", p.array, "anyelement", p.elem)
		}
		p.elem = e
	}
	if err := p.gatherRanges(); err != nil {
		return err
	}
	if len(p.common) > 0 {
		t, err := CommonType("arguments of anycompatible family", p.common)
		if err != nil {
			return err
		}
		p.compatible = t
	}
	return nil
}

// alike notes what an argument of a polymorphic type is; all arguments of it are of one type.
func (p *polymorphism) alike(known *types.OID, polymorphic, t types.OID) error {
	p.some = true
	if t == types.Unknown {
		return nil
	}
	if *known != 0 && *known != t {
		return types.Errorf(types.CodeDatatypeMismatch, "arguments declared \"%s\" are not all alike", sqlName(polymorphic)).
			WithDetail("%s versus %s", sqlName(*known), sqlName(t))
	}
	*known = t
	return nil
}

func inconsistent(one string, a types.OID, other string, b types.OID) error {
	return types.Errorf(types.CodeDatatypeMismatch, "argument declared %s is not consistent with argument declared %s", one, other).
		WithDetail("%s versus %s", sqlName(a), sqlName(b))
}

// gatherRanges: a type of several ranges and a range type tell each other, and both what anyelement is.
func (p *polymorphism) gatherRanges() error {
	switch {
	case p.ranges == 0 && p.multi == 0:
		return nil
	case p.ranges == 0:
		p.ranges = types.RangeOf(p.multi)
	case p.multi == 0:
		p.multi = types.MultirangeOf(p.ranges)
	case p.multi != types.MultirangeOf(p.ranges):
		return inconsistent("anymultirange", p.multi, "anyrange", p.ranges)
	}
	sub := types.SubtypeOf(p.ranges)
	if p.elem != 0 && p.elem != sub {
		return inconsistent("anyrange", p.ranges, "anyelement", p.elem)
	}
	p.elem = sub
	return nil
}

// of is the type that a polymorphic one stands for in this call, 0 where that can't be told.
func (p *polymorphism) of(t types.OID) types.OID {
	switch t {
	case types.AnyElement, types.AnyNonArray:
		return p.elem
	case types.AnyArray:
		if p.array != 0 {
			return p.array
		}
		return types.ArrayOf(p.elem)
	case types.AnyRange:
		return p.ranges
	case types.AnyMultirange:
		return p.multi
	case types.AnyCompatible, types.AnyCompatibleNonArray:
		return p.compatible
	case types.AnyCompatibleArray:
		return types.ArrayOf(p.compatible)
	}
	return 0
}

// concreteTypes replaces polymorphic types by those that the call gives them. "any" takes what is given, an unknown literal as text.
func concreteTypes(want, given []types.OID, result types.OID) (args []types.OID, _ types.OID, err error) {
	args = want
	var p polymorphism
	if slices.ContainsFunc(want, polymorphic) {
		if err := p.gather(want, given); err != nil {
			return nil, 0, err
		}
		args = slices.Clone(want)
		for i, t := range want {
			switch {
			case !polymorphic(t):
			case t == types.Any:
				if args[i] = given[i]; given[i] == types.Unknown {
					args[i] = types.Text
				}
			default:
				args[i] = p.of(t)
			}
			if args[i] == 0 {
				if p.some {
					return nil, 0, undeterminedType()
				}
				return nil, 0, types.Errorf(types.CodeUndefinedObject, "could not find array type for data type %s", sqlName(p.compatible))
			}
		}
	}
	if polymorphic(result) && result != types.Any {
		if r := p.of(result); r != 0 {
			return args, r, nil
		}
		if p.elem != 0 {
			return nil, 0, types.Errorf(types.CodeUndefinedObject, "could not find array type for data type %s", sqlName(p.elem))
		}
		return nil, 0, undeterminedType()
	}
	return args, result, nil
}

func undeterminedType() error {
	return types.Errorf(types.CodeDatatypeMismatch, "could not determine polymorphic type because input has type unknown")
}

// concrete returns f with as many arguments as were given, polymorphic ones replaced by the types given.
func concrete(f *Function, want, given []types.OID) (*Function, error) {
	if len(want) == len(f.Args) && !f.Variadic && !slices.ContainsFunc(want, polymorphic) {
		return f, nil
	}
	if f.Name == "pg_typeof" && f.Schema == "pg_catalog" { // it shows what is not known, too
		c := *f
		c.Args = slices.Clone(given)
		return &c, nil
	}
	c := *f
	var err error
	if c.Args, c.Result, err = concreteTypes(want, given, f.Result); err != nil {
		return nil, err
	}
	c.Variadic = false
	return &c, nil
}
