package function

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

const codeNullNotAllowed = "22004"

// registerJSONChange: functions that give a jsonb with something in it set, inserted or deleted.
func registerJSONChange(r *registry) {
	for _, n := range []string{"jsonb_set(jsonb,_text,jsonb,bool)", "jsonb_insert(jsonb,_text,jsonb,bool)"} {
		insert := n[6] == 'i'
		r.fn(n, byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			flag := !insert // jsonb_set makes what is missing, jsonb_insert puts before
			if len(a) > 3 {
				flag = a[3].Bool(i)
			}
			op := map[[2]bool]jsonOp{{false, true}: jsonCreate, {false, false}: jsonReplace, {true, true}: jsonInsertAfter, {true, false}: jsonInsertBefore}[[2]bool{insert, flag}]
			return changeJSON(out, a[0].Str(i), a[1].Str(i), trimJSON(a[2].Str(i)), op)
		}))
	}
	r.fn("jsonb_set_lax(jsonb,_text,jsonb,bool,text)", byRow(jsonbSetLax))
	r.op("jsonb #- _text", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return changeJSON(out, a[0].Str(i), a[1].Str(i), nil, jsonDelete)
	}))
	r.op("jsonb - int4", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, n := trimJSON(a[0].Str(i)), a[1].Int(i)
		switch jsonKind(s) {
		case '[':
		case '{':
			return types.Errorf(types.CodeInvalidParameterValue, "cannot delete from object using integer index")
		default:
			return types.Errorf(types.CodeInvalidParameterValue, "cannot delete from scalar")
		}
		if n < 0 {
			n += int64(countElements(s))
		}
		out.AppendFunc(func(dst []byte) []byte {
			at := int64(0)
			return filterJSON(dst, s, func(_, _ []byte) bool { at++; return at-1 != n })
		})
		return nil
	}))
	deleteKeys := func(s []byte, keys []textElement, out *column.Vector) error {
		if k := jsonKind(s); k != '{' && k != '[' {
			return types.Errorf(types.CodeInvalidParameterValue, "cannot delete from scalar")
		}
		out.AppendFunc(func(dst []byte) []byte {
			return filterJSON(dst, s, func(name, value []byte) bool {
				if name == nil {
					name = value
				}
				return name[0] != '"' || !slices.ContainsFunc(keys, func(k textElement) bool { return !k.null && stringEquals(name, k.text) })
			})
		})
		return nil
	}
	r.op("jsonb - _text", pathOf(byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if len(types.ArrayDims(a[1].Str(i))) > 1 {
			return wrongSubscripts()
		}
		return deleteKeys(trimJSON(a[0].Str(i)), readTextArray(a[1].Str(i)), out)
	}), byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error { // jsonb_delete
		var keys []textElement
		for _, k := range a[1:] {
			keys = append(keys, textElement{text: k.Str(i)})
		}
		return deleteKeys(trimJSON(a[0].Str(i)), keys, out)
	})))
}

func wrongSubscripts() error {
	return types.Errorf(codeArraySubscript, "wrong number of array subscripts")
}

func countElements(s []byte) int {
	n := 0
	elements(s, func([]byte) bool { n++; return true })
	return n
}

// filterJSON appends an object or array with those of its members or elements (name nil) that keep wants.
func filterJSON(dst, s []byte, keep func(name, value []byte) bool) []byte {
	w := jsonWriter{dst: dst}
	if jsonKind(s) == '{' {
		w.open('{')
		members(s, func(k, v []byte) bool {
			if keep(k, v) {
				w.member(k, v)
			}
			return true
		})
		return w.close('}')
	}
	w.open('[')
	elements(s, func(v []byte) bool {
		if keep(nil, v) {
			w.element(v)
		}
		return true
	})
	return w.close(']')
}

// jsonWriter puts members or elements into one object or array.
type jsonWriter struct {
	dst   []byte
	start int
}

func (w *jsonWriter) open(c byte) { w.dst = append(w.dst, c); w.start = len(w.dst) }

func (w *jsonWriter) comma() {
	if len(w.dst) > w.start {
		w.dst = append(w.dst, ", "...)
	}
}

func (w *jsonWriter) element(v []byte) { w.comma(); w.dst = append(w.dst, v...) }

func (w *jsonWriter) member(k, v []byte) {
	w.comma()
	w.dst = append(append(append(w.dst, k...), ": "...), v...)
}

func (w *jsonWriter) close(c byte) []byte { return append(w.dst, c) }

// jsonOp is what happens at the end of a path.
type jsonOp byte

const (
	jsonCreate       jsonOp = iota // replaces, or adds what is missing
	jsonReplace                    // replaces only
	jsonInsertBefore               // a new member, or an element before the one that is there
	jsonInsertAfter
	jsonDelete
)

func (op jsonOp) adds() bool { return op != jsonReplace && op != jsonDelete }

// changeJSON appends doc with what its path names changed.
func changeJSON(out *column.Vector, doc, path, value []byte, op jsonOp) error {
	if len(types.ArrayDims(path)) > 1 {
		return wrongSubscripts()
	}
	doc = types.AppendJSONB(nil, doc) // each name once
	if k := jsonKind(doc); k != '{' && k != '[' {
		what := "set"
		if op == jsonDelete {
			what = "delete"
		}
		return types.Errorf(types.CodeInvalidParameterValue, "cannot %s path in scalar", what)
	}
	c := jsonChange{path: readTextArray(path), value: value, op: op}
	if len(c.path) == 0 || len(doc) == 2 && !op.adds() {
		out.AppendBytes(doc)
		return nil
	}
	dst, err := c.walk(nil, doc, 0)
	if err != nil {
		return err
	}
	out.AppendFunc(func(into []byte) []byte { return types.AppendJSONB(into, dst) })
	return nil
}

// jsonChange changes one place of a document.
type jsonChange struct {
	path  []textElement
	value []byte
	op    jsonOp
}

// walk appends s, which stands at a level of the path, changed.
func (c *jsonChange) walk(dst, s []byte, level int) ([]byte, error) {
	if c.path[level].null {
		return dst, types.Errorf(codeNullNotAllowed, "path element at position %d is null", level+1)
	}
	switch jsonKind(s) {
	case '{':
		return c.object(dst, s, level)
	case '[':
		return c.array(dst, s, level)
	}
	return append(dst, s...), nil
}

func (c *jsonChange) object(dst, s []byte, level int) (_ []byte, err error) {
	key, last := c.path[level].text, level == len(c.path)-1
	w, found := jsonWriter{dst: dst}, false
	w.open('{')
	members(s, func(k, v []byte) bool {
		if found || !stringEquals(k, key) {
			w.member(k, v)
			return true
		}
		found = true
		switch {
		case !last:
			w.member(k, nil)
			w.dst, err = c.walk(w.dst, v, level+1)
		case c.op == jsonInsertBefore || c.op == jsonInsertAfter:
			err = types.Errorf(types.CodeInvalidParameterValue, "cannot replace existing key").
				WithHint("Try using the function jsonb_set to replace key value.")
		case c.op != jsonDelete:
			w.member(k, c.value)
		}
		return err == nil
	})
	if !found && last && c.op.adds() {
		w.member(types.AppendJSONString(nil, key), c.value)
	}
	return w.close('}'), err
}

func (c *jsonChange) array(dst, s []byte, level int) ([]byte, error) {
	last := level == len(c.path)-1
	text := string(c.path[level].text)
	index, err := strconv.ParseInt(string(bytes.TrimLeft([]byte(text), " \t\n\v\f\r")), 10, 32)
	if err != nil {
		return dst, types.Errorf(types.CodeInvalidTextRepresentation, "path element at position %d is not an integer: \"%s\"", level+1, text)
	}
	w, n, done := jsonWriter{dst: dst}, int64(countElements(s)), false
	w.open('[')
	if index < 0 {
		index += n
	}
	if last && c.op.adds() && (index < 0 || n == 0) {
		w.element(c.value)
		done = true
	}
	at := int64(0)
	elements(s, func(v []byte) bool {
		at++
		if at-1 != index {
			w.element(v)
			return true
		}
		done = true
		if !last {
			w.element(nil)
			w.dst, err = c.walk(w.dst, v, level+1)
			return err == nil
		}
		if c.op == jsonInsertBefore || c.op == jsonCreate {
			w.element(c.value)
		}
		if c.op == jsonInsertBefore || c.op == jsonInsertAfter {
			w.element(v)
		}
		if c.op == jsonInsertAfter || c.op == jsonReplace {
			w.element(c.value)
		}
		return true
	})
	if !done && last && c.op.adds() {
		w.element(c.value)
	}
	return w.close(']'), err
}

// jsonbSetLax is jsonb_set with a choice of what a new value that is NULL does.
func jsonbSetLax(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	create, treatment := true, "use_json_null"
	if len(a) > 3 {
		if a[3].Null(i) {
			out.AppendNull()
			return nil
		}
		create = a[3].Bool(i)
	}
	if a[0].Null(i) || a[1].Null(i) {
		out.AppendNull()
		return nil
	}
	if len(a) > 4 {
		treatment = ""
		if !a[4].Null(i) {
			treatment = string(a[4].Str(i))
		}
	}
	op := jsonReplace
	if create {
		op = jsonCreate
	}
	if !a[2].Null(i) {
		if treatment == "" {
			return badNullTreatment()
		}
		return changeJSON(out, a[0].Str(i), a[1].Str(i), trimJSON(a[2].Str(i)), op)
	}
	switch treatment {
	case "raise_exception":
		return types.Errorf(codeNullNotAllowed, "JSON value must not be null").
			WithDetail("Exception was raised because null_value_treatment is \"raise_exception\".").
			WithHint("To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.")
	case "use_json_null":
		return changeJSON(out, a[0].Str(i), a[1].Str(i), []byte("null"), op)
	case "delete_key":
		return changeJSON(out, a[0].Str(i), a[1].Str(i), nil, jsonDelete)
	case "return_target":
		out.AppendBytes(a[0].Str(i))
		return nil
	}
	return badNullTreatment()
}

func badNullTreatment() error {
	return types.Errorf(types.CodeInvalidParameterValue,
		"null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
}
