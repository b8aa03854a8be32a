package nql

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Places and lengths in texts are counted in characters, from 0.

var textFunctions = []function{
	{name: "length", least: 1, most: 1, gives: Number, one: length},
	{name: "lower", least: 1, most: 1, gives: String, one: ofText(func(st *state, s []byte) val { return val{kind: String, s: st.lower(s)} })},
	{name: "upper", least: 1, most: 1, gives: String, one: ofText(func(st *state, s []byte) val { return val{kind: String, s: st.upper(s)} })},
	{name: "trim", least: 1, most: 1, gives: String, one: ofText(func(_ *state, s []byte) val { return val{kind: String, s: bytes.TrimSpace(s)} })},
	{name: "trimstart", least: 1, most: 1, gives: String, one: ofText(func(_ *state, s []byte) val {
		return val{kind: String, s: bytes.TrimLeftFunc(s, unicode.IsSpace)}
	})},
	{name: "trimend", least: 1, most: 1, gives: String, one: ofText(func(_ *state, s []byte) val {
		return val{kind: String, s: bytes.TrimRightFunc(s, unicode.IsSpace)}
	})},
	{name: "startswith", least: 2, most: 2, gives: Boolean, truth: textTest(bytes.HasPrefix)},
	{name: "endswith", least: 2, most: 2, gives: Boolean, truth: textTest(bytes.HasSuffix)},
	{name: "contains", least: 2, most: 2, gives: Boolean, truth: textTest(bytes.Contains)},
	{name: "indexof", least: 2, most: 2, gives: Number, many: textIndex(bytes.Index)},
	{name: "lastindexof", least: 2, most: 2, gives: Number, many: textIndex(bytes.LastIndex)},
	{name: "substring", least: 2, most: 3, gives: String, many: substring},
	{name: "replace", least: 3, most: 3, gives: String, many: replace},
	{name: "concat", least: 1, gives: String, many: concat},
	{name: "split", least: 2, most: 2, gives: ArrayValue, many: split},
	{name: "join", least: 2, most: 2, gives: String, many: join},
	{name: "padleft", least: 2, most: 3, gives: String, many: padding(true)},
	{name: "padright", least: 2, most: 3, gives: String, many: padding(false)},
}

func ofText(f func(st *state, s []byte) val) func(st *state, v val) val {
	return func(st *state, v val) val {
		if v.kind != String {
			return null
		}
		return f(st, v.s)
	}
}

// allTexts reports whether values are strings.
func allTexts(a ...val) bool {
	for i := range a {
		if a[i].kind != String {
			return false
		}
	}
	return true
}

func length(_ *state, v val) val {
	switch v.kind {
	case String:
		return val{kind: Integer, i: int64(utf8.RuneCount(v.s))}
	case ArrayValue:
		return val{kind: Integer, i: elementCount(v.s)}
	}
	return null
}

func elementCount(array []byte) (n int64) {
	for it := sparse.Elements(array); ; n++ {
		if _, ok := it.Next(); !ok {
			return n
		}
	}
}

// textTest compiles a test of two texts; of anything else it is unknown.
func textTest(test func(s, t []byte) bool) func(c *compiler, e *Call) (truthFunc, bool, error) {
	return func(c *compiler, e *Call) (truthFunc, bool, error) {
		args, err := c.arguments(e)
		if err != nil {
			return nil, false, err
		}
		x, y := args[0], args[1]
		return func(st *state) tri {
			a, b := x.eval(st), y.eval(st)
			if a.kind != String || b.kind != String {
				return unknown
			}
			return triOf(test(a.s, b.s))
		}, x.constant && y.constant, nil
	}
}

// textIndex counts the characters before the place that find gives; -1 where there is none.
func textIndex(find func(s, t []byte) int) func(st *state, a []val) val {
	return func(_ *state, a []val) val {
		if !allTexts(a[:2]...) {
			return null
		}
		i := find(a[0].s, a[1].s)
		if i > 0 {
			i = utf8.RuneCount(a[0].s[:i])
		}
		return val{kind: Integer, i: int64(i)}
	}
}

// runes gives the offset of character n, or the length where there are not so many.
func runes(s []byte, n int64) int {
	at := 0
	for ; n > 0 && at < len(s); n-- {
		_, size := utf8.DecodeRune(s[at:])
		at += size
	}
	return at
}

// substring(x, start [, count]) cuts at the text's ends; a negative start counts from the end.
func substring(_ *state, a []val) val {
	start, ok := a[1].asInteger()
	if a[0].kind != String || !ok {
		return null
	}
	s := a[0].s
	if start < 0 {
		start = max(0, start+int64(utf8.RuneCount(s)))
	}
	s = s[runes(s, start):]
	if len(a) > 2 {
		count, ok := a[2].asInteger()
		if !ok || count < 0 {
			return null
		}
		s = s[:runes(s, count)]
	}
	return val{kind: String, s: s}
}

// replace(x, y, z) puts z in the place of each y in x; in the place of no empty y.
func replace(st *state, a []val) val {
	if !allTexts(a[:3]...) {
		return null
	}
	s, old, with := a[0].s, a[1].s, a[2].s
	if len(old) == 0 {
		return a[0]
	}
	start := len(st.arena)
	for len(st.arena)-start <= maxMade {
		i := bytes.Index(s, old)
		if i < 0 {
			break
		}
		st.arena = append(append(st.arena, s[:i]...), with...)
		s = s[i+len(old):]
	}
	st.arena = append(st.arena, s...)
	return st.finish(String, start)
}

// appendShown appends a value as concat and join show it: a scalar's text, JSON of arrays and objects, nothing of null.
func (st *state) appendShown(v *val) {
	switch v.kind {
	case Undefined, Null:
	case String:
		st.arena = append(st.arena, v.s...)
	case Instant:
		st.arena = appendInstant(st.arena, v.i)
	case Duration:
		st.arena = appendDuration(st.arena, v.i)
	default:
		st.arena = appendJSON(st.arena, v)
	}
}

func concat(st *state, a []val) val {
	start := len(st.arena)
	for i := 0; i < len(a) && len(st.arena)-start <= maxMade; i++ {
		st.appendShown(&a[i])
	}
	return st.finish(String, start)
}

// split(x, separator) gives what stands between the separators; the characters where the separator is empty.
func split(st *state, a []val) val {
	if !allTexts(a[:2]...) {
		return null
	}
	s, sep := a[0].s, a[1].s
	start := len(st.arena)
	st.arena = append(st.arena, '[')
	for more := len(sep) > 0 || len(s) > 0; more; {
		var part []byte
		if len(sep) == 0 {
			n := runes(s, 1)
			part, s = s[:n], s[n:]
			more = len(s) > 0
		} else {
			part, s, more = bytes.Cut(s, sep)
		}
		if len(st.arena) > start+1 {
			st.arena = append(st.arena, ',')
		}
		st.arena = event.AppendString(st.arena, part)
	}
	st.arena = append(st.arena, ']')
	return st.finish(ArrayValue, start)
}

// join(array, separator) leaves null elements out.
func join(st *state, a []val) val {
	if a[0].kind != ArrayValue || a[1].kind != String {
		return null
	}
	start := len(st.arena)
	first := true
	for it := sparse.Elements(a[0].s); len(st.arena)-start <= maxMade; {
		e, ok := it.Next()
		if !ok {
			break
		}
		if e.Kind == sparse.Null {
			continue
		}
		if !first {
			st.arena = append(st.arena, a[1].s...)
		}
		first = false
		if e.Kind == sparse.String {
			st.arena = sparse.Unquote(st.arena, e.Raw)
		} else {
			st.arena = append(st.arena, e.Raw...)
		}
	}
	return st.finish(String, start)
}

// maxPadding limits how long padleft and padright make a text.
const maxPadding = 10_000

// padding compiles padleft and padright (x, n [, fill]): fill, a blank if not given, before or behind x until it has n characters.
func padding(left bool) func(st *state, a []val) val {
	return func(st *state, a []val) val {
		fill := []byte{' '}
		if len(a) > 2 {
			if fill = a[2].s; a[2].kind != String || utf8.RuneCount(fill) != 1 {
				return null
			}
		}
		n, ok := a[1].asInteger()
		if a[0].kind != String || !ok || n > maxPadding {
			return null
		}
		has := int64(utf8.RuneCount(a[0].s))
		if n <= has {
			return a[0]
		}
		start := len(st.arena)
		if !left {
			st.arena = append(st.arena, a[0].s...)
		}
		for ; has < n; has++ {
			st.arena = append(st.arena, fill...)
		}
		if left {
			st.arena = append(st.arena, a[0].s...)
		}
		return st.finish(String, start)
	}
}
