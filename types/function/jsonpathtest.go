package function

import (
	"bytes"
	"cmp"
	"errors"

	"github.com/flare-pg/flare-pg/types"
)

// test evaluates a predicate. Errors of the path within one make it unknown.
func (r *pathRun) test(i *types.PathItem, v pathValue) (truth, error) {
	switch i.Kind {
	case types.PathAnd, types.PathOr:
		decides := isFalse
		if i.Kind == types.PathOr {
			decides = isTrue
		}
		left, err := r.test(i.Left, v)
		if err != nil || left == decides {
			return left, err
		}
		right, err := r.test(i.Right, v)
		if right == 1-decides {
			right = left
		}
		return right, err
	case types.PathNot:
		is, err := r.test(i.Left, v)
		if is != isUnknown {
			is = 1 - is
		}
		return is, err
	case types.PathIsUnknown:
		is, err := r.test(i.Left, v)
		if is == isUnknown {
			return isTrue, err
		}
		return isFalse, err
	case types.PathExists:
		return r.exists(i.Left, v)
	case types.PathStartsWith:
		return r.compareAll(i, v, false, func(x, y *pathValue) (truth, error) {
			if x.kind() != '"' || y.kind() != '"' {
				return isUnknown, nil
			}
			return truthOf(bytes.HasPrefix(types.AppendJSONUnquoted(nil, x.text), types.AppendJSONUnquoted(nil, y.text))), nil
		})
	case types.PathLikeRegex:
		if r.regexps == nil {
			r.regexps = map[*types.PathItem]*pattern{}
		}
		re := r.regexps[i]
		if re == nil {
			var err error
			if re, err = newPattern([]byte(i.Text), i.RegexFlags()); err != nil {
				return isUnknown, err
			}
			r.regexps[i] = re
		}
		return r.compareAll(i, v, false, func(x, _ *pathValue) (truth, error) {
			if x.kind() != '"' {
				return isUnknown, nil
			}
			ok, err := (&matches{pattern: re, env: r.env}).matchesAnywhere(types.AppendJSONUnquoted(nil, x.text))
			return truthOf(ok), err
		})
	}
	return r.compareAll(i, v, true, func(x, y *pathValue) (truth, error) { return r.compare(i.Kind, x, y) })
}

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// unknownIfFailed takes a failure of the path for an unknown.
func unknownIfFailed(err error) (failed bool, _ error) {
	var f *pathFailure
	if errors.As(err, &f) {
		return true, nil
	}
	return false, err
}

func (r *pathRun) exists(i *types.PathItem, v pathValue) (truth, error) {
	some, err := r.any(i, v)
	if failed, err := unknownIfFailed(err); failed || err != nil {
		return isUnknown, err
	}
	return truthOf(some), nil
}

// compareAll asks about all pairs of what both operands find: true if one pair is, and in strict mode none may be unknown.
func (r *pathRun) compareAll(i *types.PathItem, v pathValue, unwrapRight bool, ask func(x, y *pathValue) (truth, error)) (truth, error) {
	left, err := r.collect(i.Left, v, true)
	if failed, err := unknownIfFailed(err); failed || err != nil {
		return isUnknown, err
	}
	right := []pathValue{{}}
	if i.Right != nil {
		right, err = r.collect(i.Right, v, unwrapRight)
		if failed, err := unknownIfFailed(err); failed || err != nil {
			return isUnknown, err
		}
	}
	found, unknown := false, false
	for k := range left {
		for j := range right {
			is, err := ask(&left[k], &right[j])
			switch {
			case err != nil:
				return isUnknown, err
			case is == isUnknown && !r.lax:
				return isUnknown, nil
			case is == isUnknown:
				unknown = true
			case is == isTrue && r.lax:
				return isTrue, nil
			case is == isTrue:
				found = true
			}
		}
	}
	switch {
	case found:
		return isTrue, nil
	case unknown:
		return isUnknown, nil
	}
	return isFalse, nil
}

// compare compares two scalars of one type. Null differs from all others, and nothing else is known of it.
func (r *pathRun) compare(op types.PathKind, x, y *pathValue) (truth, error) {
	kx, ky := x.kind(), y.kind()
	c := 0
	switch {
	case kx != ky && (kx == 'n' || ky == 'n'):
		return truthOf(op == types.PathNotEqual), nil
	case kx != ky, kx == '{', kx == '[':
		return isUnknown, nil
	case kx == 'd':
		var known bool
		var err error
		if c, known, err = r.compareTimes(x.time, y.time); err != nil || !known {
			return isUnknown, err
		}
	case kx == '"':
		c = bytes.Compare(types.AppendJSONUnquoted(nil, x.text), types.AppendJSONUnquoted(nil, y.text))
	case kx == '0':
		c = types.NumericCompare(x.decimal(), y.decimal())
	case kx == 't':
		c = -cmp.Compare(len(x.text), len(y.text)) // "false" is the longer one
	}
	holds := map[types.PathKind]comparison{types.PathEqual: equal, types.PathNotEqual: unequal, types.PathLess: less, types.PathLessEqual: lessEqual,
		types.PathGreater: greater, types.PathGreaterEqual: greaterEqual}[op]
	return truthOf(holds.holds(c)), nil
}
