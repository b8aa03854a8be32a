package function

import (
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerRegexpFind: the functions that tell where an expression matches, and which of its matches.
func registerRegexpFind(r *registry) {
	for n := 2; n <= 7; n++ {
		signature := "(text,text" + [...]string{"", ",int4", ",int4,int4", ",int4,int4,int4", ",int4,int4,int4,text", ",int4,int4,int4,text,int4"}[n-2] + ")"
		r.fn("regexp_instr"+signature, findKernel("regexp_instr", finding{flags: 5, start: 2, number: 3, end: 4, group: 6}, func(s []byte, m *match, out *column.Vector) {
			if m == nil {
				out.AppendInt(0)
				return
			}
			at := m.from
			if m.end {
				at = m.to
			}
			out.AppendInt(int64(utf8.RuneCount(s[:at])) + 1)
		}))
	}
	for n := 2; n <= 6; n++ {
		signature := "(text,text" + [...]string{"", ",int4", ",int4,int4", ",int4,int4,text", ",int4,int4,text,int4"}[n-2] + ")"
		r.fn("regexp_substr"+signature, findKernel("regexp_substr", finding{flags: 4, start: 2, number: 3, group: 5}, func(s []byte, m *match, out *column.Vector) {
			if m == nil {
				out.AppendNull()
				return
			}
			out.AppendBytes(s[m.from:m.to])
		}))
	}
	for _, signature := range []string{"(text,text)", "(text,text,int4)", "(text,text,int4,text)"} {
		r.fn("regexp_count"+signature, withRegexp(regexpCall{check: checkStart, flags: flagsAt(3), once: "regexp_count"}, func(re *matches, _ bool, a []*column.Vector, i int, out *column.Vector) error {
			s := a[0].Str(i)
			start, err := startOf(a, i, 2, s)
			if err != nil || start < 0 {
				return appendInt(out)(0, err)
			}
			re.begin(s, start)
			n := int64(0)
			for {
				m, err := re.next()
				if m == nil || err != nil {
					return appendInt(out)(n, err)
				}
				n++
			}
		}))
	}
	for _, signature := range []string{"(text,text)", "(text,text,text)"} {
		r.fn("regexp_match"+signature, withRegexp(regexpCall{flags: flagsAt(2), once: "regexp_match"}, func(re *matches, _ bool, a []*column.Vector, i int, out *column.Vector) error {
			s := a[0].Str(i)
			m, err := re.find(s, 0)
			if err != nil {
				return err
			}
			if m == nil {
				out.AppendNull()
				return nil
			}
			return types.ParseText(out, nil, types.TextArray, -1, groupsText(s, m))
		}))
		r.fn("regexp_split_to_array"+signature, withRegexp(regexpCall{flags: flagsAt(2), once: "regexp_split_to_array"}, func(re *matches, _ bool, a []*column.Vector, i int, out *column.Vector) error {
			cut := pieces{matches: re}
			re.begin(a[0].Str(i), 0)
			var all []string
			for {
				p, ok, err := cut.next()
				if err != nil {
					return err
				}
				if !ok {
					break
				}
				if all = append(all, string(p)); len(all) > types.MaxArrayElements/16 {
					return tooLong() // what comes of them takes more than a text may
				}
			}
			out.AppendFunc(func(dst []byte) []byte { return types.AppendTexts(dst, all...) })
			return nil
		}))
	}
}

// flagsAt takes the flags from an argument, where the call has it.
func flagsAt(at int) func(a []*column.Vector, i int) []byte {
	return func(a []*column.Vector, i int) []byte {
		if at >= len(a) {
			return nil
		}
		return a[at].Str(i)
	}
}

// checkFlags refuses flags that are none, and g where a function, once, has no use for it.
func checkFlags(options []byte, once string) error {
	_, global, err := regexpFlags(options)
	if err != nil || !global || once == "" {
		return err
	}
	e := types.Errorf(types.CodeInvalidParameterValue, "%s() does not support the \"global\" option", once)
	if once == "regexp_match" {
		e = e.WithHint("Use the regexp_matches function instead.")
	}
	return e
}

func checkStart(a []*column.Vector, i int) error {
	_, err := startOf(a, i, 2, a[0].Str(i))
	return err
}

func invalidParameter(name string, x int64) error {
	return types.Errorf(types.CodeInvalidParameterValue, "invalid value for parameter \"%s\": %d", name, x)
}

// startOf is the byte at which to start, from the character that an argument names; -1 where that is behind the end.
func startOf(a []*column.Vector, i, at int, s []byte) (int, error) {
	if at >= len(a) {
		return 0, nil
	}
	n := a[at].Int(i)
	if n <= 0 {
		return 0, invalidParameter("start", n)
	}
	start := 0
	for ; n > 1; n-- {
		if start == len(s) {
			return -1, nil
		}
		_, w := utf8.DecodeRune(s[start:])
		start += w
	}
	return start, nil
}

// finding says which arguments tell how to search, 0 none.
type finding struct{ flags, start, number, end, group int }

// match is what was looked for: of a match, or of one of its groups.
type match struct {
	from, to int
	end      bool
}

// findKernel finds the match, and the group of it, that the arguments ask for; m is nil where there is none.
func findKernel(name string, f finding, put func(s []byte, m *match, out *column.Vector)) Kernel {
	option := func(a []*column.Vector, i, at int, otherwise int64) int64 {
		if at == 0 || at >= len(a) {
			return otherwise
		}
		return a[at].Int(i)
	}
	check := func(a []*column.Vector, i int) error {
		if _, err := startOf(a, i, f.start, a[0].Str(i)); err != nil {
			return err
		}
		number, end, group := option(a, i, f.number, 1), option(a, i, f.end, 0), option(a, i, f.group, 0)
		switch {
		case number <= 0:
			return invalidParameter("n", number)
		case end != 0 && end != 1:
			return invalidParameter("endoption", end)
		case group < 0:
			return invalidParameter("subexpr", group)
		}
		return nil
	}
	return withRegexp(regexpCall{check: check, flags: flagsAt(f.flags), once: name}, func(re *matches, _ bool, a []*column.Vector, i int, out *column.Vector) error {
		s := a[0].Str(i)
		start, err := startOf(a, i, f.start, s)
		if err != nil {
			return err
		}
		number, end, group := option(a, i, f.number, 1), option(a, i, f.end, 0), option(a, i, f.group, 0)
		if group == 1 && re.exact.Groups() == 0 {
			group = 0 // without groups the first is all of it
		}
		if start < 0 || group > int64(re.exact.Groups()) {
			put(s, nil, out)
			return nil
		}
		re.begin(s, start)
		m, err := re.nth(number)
		if err != nil {
			return err
		}
		if m == nil || m[2*group] < 0 {
			put(s, nil, out)
			return nil
		}
		put(s, &match{from: m[2*group], to: m[2*group+1], end: end == 1}, out)
		return nil
	})
}
