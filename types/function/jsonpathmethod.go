package function

import (
	"bytes"
	"math"
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"github.com/flare-pg/flare-pg/types"
)

// method is .size() and its like.
func (r *pathRun) method(i *types.PathItem, v pathValue, unwrap bool, emit emitter) error {
	switch i.Text {
	case "type":
		name := jsonTypeName(v.text)
		if v.timed {
			name = sqlName(v.time.t)
		}
		return r.next(i, stringValue([]byte(name)), emit)
	case "size":
		n := 1
		if v.kind() == '[' {
			n = countElements(v.text)
		} else if !r.lax {
			if !r.strict() {
				return nil
			}
			return pathFail(codeArrayNotFound, "jsonpath item method .%s() can only be applied to an array", i.Text)
		}
		return r.next(i, pathValue{text: strconv.AppendInt(nil, int64(n), 10)}, emit)
	}
	if unwrap && v.kind() == '[' {
		return r.each(i, v, emit)
	}
	switch i.Text {
	case "double":
		return r.double(i, v, emit)
	case "datetime":
		return r.datetime(i, v, emit)
	case "keyvalue":
		return r.keyvalue(i, v, emit)
	}
	if v.kind() != '0' {
		return pathFail(codeNonNumericItem, "jsonpath item method .%s() can only be applied to a numeric value", i.Text)
	}
	var z apd.Decimal
	var err error
	switch i.Text {
	case "abs":
		types.NumericAbs(&z, v.decimal())
	case "floor":
		err = types.NumericFloor(&z, v.decimal())
	case "ceiling":
		err = types.NumericCeil(&z, v.decimal())
	}
	if err != nil {
		return asFailure(err)
	}
	return r.next(i, numberValue(&z), emit)
}

// double makes a number of a string; a number stays as it is if a float can hold it.
func (r *pathRun) double(i *types.PathItem, v pathValue, emit emitter) error {
	fail := func(format string) error { return pathFail(codeNonNumericItem, format, i.Text) }
	switch v.kind() {
	case '0':
		if f, err := strconv.ParseFloat(string(v.text), 64); err != nil || math.IsInf(f, 0) {
			return fail("numeric argument of jsonpath item method .%s() is out of range for type double precision")
		}
		return r.next(i, v, emit)
	case '"':
		s := types.AppendJSONUnquoted(nil, v.text)
		f, err := types.ParseFloat(s)
		switch {
		case err != nil:
			return fail("string argument of jsonpath item method .%s() is not a valid representation of a double precision number")
		case math.IsNaN(f) || math.IsInf(f, 0):
			return fail("NaN or Infinity is not allowed for jsonpath item method .%s()")
		}
		var d apd.Decimal
		if err := types.NumericFromFloat(&d, f); err != nil {
			return asFailure(err)
		}
		return r.next(i, numberValue(&d), emit)
	}
	return fail("jsonpath item method .%s() can only be applied to a string or numeric value")
}

// keyvalue gives an object for each member. Its id tells the objects of a document apart: it is the place where the object begins.
func (r *pathRun) keyvalue(i *types.PathItem, v pathValue, emit emitter) (err error) {
	if v.kind() != '{' {
		return pathFail(codeObjectNotFound, "jsonpath item method .%s() can only be applied to an object", i.Text)
	}
	id := max(0, bytes.Index(r.root.text, v.text))
	members(v.text, func(k, value []byte) bool {
		w := jsonWriter{}
		w.open('{')
		w.member([]byte(`"id"`), strconv.AppendInt(nil, int64(id), 10))
		w.member([]byte(`"key"`), k)
		w.member([]byte(`"value"`), value)
		err = r.next(i, pathValue{text: w.close('}')}, emit)
		return err == nil
	})
	return err
}
