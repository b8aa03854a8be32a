package function

import (
	"errors"

	"github.com/cockroachdb/apd/v3"

	"github.com/flare-pg/flare-pg/types"
)

// pathValue is what a path finds: a JSON value, or a time that datetime() made.
type pathValue struct {
	text  []byte
	time  pathTime
	timed bool
}

func (v *pathValue) kind() byte {
	if v.timed {
		return 'd'
	}
	return jsonKind(v.text)
}

// json is the value as JSON text.
func (v *pathValue) json() []byte {
	if v.timed {
		return types.AppendJSONString(nil, v.time.text())
	}
	return v.text
}

func boolValue(b bool) pathValue {
	if b {
		return pathValue{text: []byte("true")}
	}
	return pathValue{text: []byte("false")}
}

func numberValue(d *apd.Decimal) pathValue { return pathValue{text: types.AppendNumeric(nil, d)} }

func stringValue(s []byte) pathValue { return pathValue{text: types.AppendJSONString(nil, s)} }

func (v *pathValue) decimal() *apd.Decimal {
	var d apd.Decimal
	types.LoadNumeric(&d, v.text)
	return &d
}

// truth is the result of a predicate.
type truth byte

const (
	isFalse truth = iota
	isTrue
	isUnknown
)

// pathRun runs a path over a document. What a step finds is handed to the next one at once, so that what asks for any result alone does not
// run into errors behind the first.
type pathRun struct {
	env     *types.Env
	lax     bool
	zones   bool // the functions with _tz may use the session's time zone
	root    pathValue
	vars    []byte
	current pathValue
	regexps map[*types.PathItem]*pattern
	length  int  // of the array whose subscripts are computed
	probing bool // whether there is any result is all that is asked
	lenient bool // below .**, members that are missing are no errors in strict mode either
}

// pathFailure is an error that predicates take for unknown, and silent calls for no result. Others end the statement.
type pathFailure struct{ err *types.Error }

func (f *pathFailure) Error() string { return f.err.Error() }

func pathFail(code, format string, args ...any) error {
	return &pathFailure{types.Errorf(code, format, args...)}
}

// asFailure makes an error of arithmetic one of the path.
func asFailure(err error) error {
	var e *types.Error
	if errors.As(err, &e) {
		return &pathFailure{e}
	}
	return err
}

// errEnough stops a run that has found what it looked for.
var errEnough = errors.New("enough")

type emitter func(v pathValue) error

// SQLSTATEs of paths.
const (
	codeDatetimeArgument  = "22031"
	codeInvalidSubscript  = "22033"
	codeNonNumericItem    = "22036"
	codeSingletonRequired = "22038"
	codeArrayNotFound     = "22039"
	codeMemberNotFound    = "2203A"
	codeNumberNotFound    = "2203B"
	codeObjectNotFound    = "2203C"
)

func (r *pathRun) strict() bool { return !r.lax && !r.lenient }

// next hands a value to what follows an item.
func (r *pathRun) next(i *types.PathItem, v pathValue, emit emitter) error {
	if i.Next == nil {
		return emit(v)
	}
	return r.run(i.Next, v, r.lax, emit)
}

// each runs an item over the elements of an array in the array's place, as lax mode does.
func (r *pathRun) each(i *types.PathItem, v pathValue, emit emitter) (err error) {
	elements(v.text, func(e []byte) bool {
		err = r.run(i, pathValue{text: e}, false, emit)
		return err == nil
	})
	return err
}

// run evaluates an item for a value; unwrap lets it take an array for its elements.
func (r *pathRun) run(i *types.PathItem, v pathValue, unwrap bool, emit emitter) error {
	if c := r.env; c != nil && c.Context != nil && c.Context.Err() != nil {
		return types.Errorf(types.CodeQueryCanceled, "canceling statement due to user request")
	}
	switch i.Kind {
	case types.PathNull:
		return r.next(i, pathValue{text: []byte("null")}, emit)
	case types.PathBool:
		return r.next(i, boolValue(i.Bool), emit)
	case types.PathNumber:
		return r.next(i, pathValue{text: []byte(i.Number)}, emit)
	case types.PathString:
		return r.next(i, stringValue([]byte(i.Text)), emit)
	case types.PathVariable:
		value := member(r.vars, []byte(i.Text))
		if r.vars == nil { // of an operator, which has none
			value = []byte("null")
		}
		if value == nil {
			return types.Errorf(types.CodeUndefinedObject, "could not find jsonpath variable \"%s\"", i.Text)
		}
		return r.next(i, pathValue{text: value}, emit)
	case types.PathRoot:
		return r.next(i, r.root, emit)
	case types.PathCurrent:
		return r.next(i, r.current, emit)
	case types.PathLast:
		var d apd.Decimal
		types.NumericFromInt(&d, int64(r.length-1))
		return r.next(i, numberValue(&d), emit)
	case types.PathKey, types.PathAnyKey:
		return r.member(i, v, unwrap, emit)
	case types.PathAnyArray:
		switch {
		case v.kind() == '[':
			var err error
			elements(v.text, func(e []byte) bool {
				err = r.next(i, pathValue{text: e}, emit)
				return err == nil
			})
			return err
		case r.lax:
			return r.next(i, v, emit)
		case r.strict():
			return pathFail(codeArrayNotFound, "jsonpath wildcard array accessor can only be applied to an array")
		}
		return nil
	case types.PathSubscripts:
		return r.subscripts(i, v, emit)
	case types.PathAny:
		return r.descend(i, v, emit)
	case types.PathFilter:
		if unwrap && v.kind() == '[' {
			return r.each(i, v, emit)
		}
		held := r.current
		r.current = v
		is, err := r.test(i.Left, v)
		r.current = held
		if err != nil || is != isTrue {
			return err
		}
		return r.next(i, v, emit)
	case types.PathMethod:
		return r.method(i, v, unwrap, emit)
	case types.PathPlus, types.PathMinus:
		return r.signed(i, v, emit)
	case types.PathAdd, types.PathSub, types.PathMul, types.PathDiv, types.PathMod:
		return r.arithmetic(i, v, emit)
	}
	is, err := r.test(i, v)
	switch {
	case err != nil:
		return err
	case is == isUnknown:
		return r.next(i, pathValue{text: []byte("null")}, emit)
	}
	return r.next(i, boolValue(is == isTrue), emit)
}

// member is .name and .*
func (r *pathRun) member(i *types.PathItem, v pathValue, unwrap bool, emit emitter) error {
	switch {
	case v.kind() == '{' && i.Kind == types.PathKey:
		if value := member(v.text, []byte(i.Text)); value != nil {
			return r.next(i, pathValue{text: value}, emit)
		}
		if r.strict() {
			return pathFail(codeMemberNotFound, "JSON object does not contain key \"%s\"", i.Text)
		}
		return nil
	case v.kind() == '{':
		var err error
		members(v.text, func(_, value []byte) bool {
			err = r.next(i, pathValue{text: value}, emit)
			return err == nil
		})
		return err
	case unwrap && v.kind() == '[':
		return r.each(i, v, emit)
	case r.strict() && i.Kind == types.PathKey:
		return pathFail(codeMemberNotFound, "jsonpath member accessor can only be applied to an object")
	case r.strict():
		return pathFail(codeObjectNotFound, "jsonpath wildcard member accessor can only be applied to an object")
	}
	return nil
}

func (r *pathRun) subscripts(i *types.PathItem, v pathValue, emit emitter) error {
	list := [][]byte{v.text}
	switch {
	case v.kind() == '[':
		list = list[:0]
		elements(v.text, func(e []byte) bool { list = append(list, e); return true })
	case !r.lax:
		if !r.strict() {
			return nil
		}
		return pathFail(codeArrayNotFound, "jsonpath array accessor can only be applied to an array")
	}
	held := r.length
	defer func() { r.length = held }()
	for _, s := range i.Subscripts {
		r.length = len(list)
		from, err := r.index(s.From, v)
		if err != nil {
			return err
		}
		to := from
		if s.To != nil {
			if to, err = r.index(s.To, v); err != nil {
				return err
			}
		}
		if r.strict() && (from < 0 || from > to || to >= len(list)) {
			return pathFail(codeInvalidSubscript, "jsonpath array subscript is out of bounds")
		}
		for k := max(from, 0); k <= min(to, len(list)-1); k++ {
			value := pathValue{text: list[k]}
			if v.timed {
				value = v
			}
			if err := r.next(i, value, emit); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *pathRun) index(i *types.PathItem, v pathValue) (int, error) {
	found, err := r.collect(i, v, false)
	if err != nil {
		return 0, err
	}
	if len(found) != 1 || found[0].kind() != '0' {
		return 0, pathFail(codeInvalidSubscript, "jsonpath array subscript is not a single numeric value")
	}
	var d apd.Decimal
	if err := types.NumericTrunc(&d, found[0].decimal(), 0); err != nil {
		return 0, asFailure(err)
	}
	n, err := types.NumericToInt(&d, types.Int4)
	if err != nil {
		return 0, pathFail(codeInvalidSubscript, "jsonpath array subscript is out of integer range")
	}
	return int(n), nil
}

// descend is .** : the value itself is level 0.
func (r *pathRun) descend(i *types.PathItem, v pathValue, emit emitter) error {
	hand := func(v pathValue) error {
		held := r.lenient
		r.lenient = true
		defer func() { r.lenient = held }()
		return r.next(i, v, emit)
	}
	if i.First == 0 {
		if err := hand(v); err != nil {
			return err
		}
	}
	var walk func(s []byte, level uint32) error
	walk = func(s []byte, level uint32) (err error) {
		if level > i.Last {
			return nil
		}
		visit := func(s []byte) bool {
			container := s[0] == '{' || s[0] == '['
			if level >= i.First || i.First == types.PathLevels && i.Last == types.PathLevels && !container {
				err = hand(pathValue{text: s})
			}
			if err == nil && container && level < i.Last {
				err = walk(s, level+1)
			}
			return err == nil
		}
		switch jsonKind(s) {
		case '{':
			members(s, func(_, value []byte) bool { return visit(value) })
		case '[':
			elements(s, visit)
		}
		return err
	}
	if v.timed {
		return nil
	}
	return walk(v.text, 1)
}

// collect is all that an item finds; with unwrap, in lax mode, the elements of arrays instead of these.
func (r *pathRun) collect(i *types.PathItem, v pathValue, unwrap bool) (found []pathValue, err error) {
	held := r.probing
	r.probing = false
	defer func() { r.probing = held }()
	err = r.run(i, v, r.lax, func(v pathValue) error {
		if unwrap && r.lax && v.kind() == '[' {
			elements(v.text, func(e []byte) bool { found = append(found, pathValue{text: e}); return true })
			return nil
		}
		found = append(found, v)
		return nil
	})
	return found, err
}

// any reports whether an item finds something. Strict mode looks at everything, for the errors there.
func (r *pathRun) any(i *types.PathItem, v pathValue) (some bool, err error) {
	held := r.probing
	r.probing = r.lax
	defer func() { r.probing = held }()
	err = r.run(i, v, r.lax, func(pathValue) error {
		some = true
		if r.lax {
			return errEnough
		}
		return nil
	})
	if err == errEnough {
		err = nil
	}
	return some, err
}

func (r *pathRun) signed(i *types.PathItem, v pathValue, emit emitter) error {
	found, err := r.collect(i.Left, v, true)
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.kind() != '0' {
			if r.probing && i.Next == nil {
				continue
			}
			return pathFail(codeNumberNotFound, "operand of unary jsonpath operator %s is not a numeric value", i.Operator())
		}
		if i.Kind == types.PathMinus {
			var z apd.Decimal
			types.NumericNeg(&z, f.decimal())
			f = numberValue(&z)
		}
		if err := r.next(i, f, emit); err != nil {
			return err
		}
	}
	return nil
}

func (r *pathRun) arithmetic(i *types.PathItem, v pathValue, emit emitter) error {
	left, err := r.collect(i.Left, v, true)
	if err != nil {
		return err
	}
	right, err := r.collect(i.Right, v, true)
	if err != nil {
		return err
	}
	single := func(found []pathValue, side string) error {
		if len(found) != 1 || found[0].kind() != '0' {
			return pathFail(codeSingletonRequired, "%s operand of jsonpath operator %s is not a single numeric value", side, i.Operator())
		}
		return nil
	}
	if err := single(left, "left"); err != nil {
		return err
	}
	if err := single(right, "right"); err != nil {
		return err
	}
	compute := map[types.PathKind]func(z, x, y *apd.Decimal) error{types.PathAdd: types.NumericAdd, types.PathSub: types.NumericSub,
		types.PathMul: types.NumericMul, types.PathDiv: types.NumericDiv, types.PathMod: types.NumericMod}[i.Kind]
	var z apd.Decimal
	if err := compute(&z, left[0].decimal(), right[0].decimal()); err != nil {
		return asFailure(err)
	}
	return r.next(i, numberValue(&z), emit)
}
