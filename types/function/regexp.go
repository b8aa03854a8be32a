package function

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerRegexp(r *registry) {
	for _, t := range []string{"text", "name", "bpchar"} {
		r.op(t+" ~ text", regexpKernel("", true))
		r.op(t+" !~ text", regexpKernel("", false))
		r.op(t+" ~* text", regexpKernel("i", true))
		r.op(t+" !~* text", regexpKernel("i", false))
	}
	r.fn("regexp_like(text,text)", regexpKernel("", true))
	r.fn("regexp_like(text,text,text)", withRegexp(regexpCall{flags: flagsAt(2), once: "regexp_like"},
		func(re *matches, _ bool, a []*column.Vector, i int, out *column.Vector) error {
			return appendBool(out)(re.matchesAnywhere(a[0].Str(i)))
		}))
	r.fn("regexp_replace(text,text,text)", withRegexp(regexpCall{}, regexpReplace))
	r.fn("regexp_replace(text,text,text,text)", withRegexp(regexpCall{flags: flagsAt(3)}, regexpReplace))
	for _, more := range []string{"int4", "int4,int4", "int4,int4,text"} {
		r.fn("regexp_replace(text,text,text,"+more+")", withRegexp(regexpCall{flags: flagsAt(5), check: checkReplaceFrom}, regexpReplaceFrom))
	}
	r.fn("substring(text,text)", withRegexp(regexpCall{}, func(re *matches, _ bool, a []*column.Vector, i int, out *column.Vector) error {
		s := a[0].Str(i)
		m, err := re.find(s, 0)
		if err != nil {
			return err
		}
		if len(m) > 2 { // the first group, where there is one
			m = m[2:4]
		}
		appendMatch(out, s, m)
		return nil
	}))
}

func appendMatch(out *column.Vector, s []byte, m []int) {
	if m == nil || m[0] < 0 {
		out.AppendNull()
		return
	}
	out.AppendBytes(s[m[0]:m[1]])
}

// regexpCall is what there is of a call beside its text and its expression.
type regexpCall struct {
	check func(a []*column.Vector, i int) error  // of other arguments, which comes first; may be nil
	flags func(a []*column.Vector, i int) []byte // may be nil
	once  string                                 // the name of a function that flag g makes no sense to
}

// regexpKernel tells whether the text has a match anywhere.
func regexpKernel(flags string, want bool) Kernel {
	return withRegexp(regexpCall{flags: func([]*column.Vector, int) []byte { return []byte(flags) }},
		func(re *matches, _ bool, a []*column.Vector, i int, out *column.Vector) error {
			is, err := re.matchesAnywhere(a[0].Str(i))
			out.AppendBool(is == want)
			return err
		})
}

// withRegexp calls f with the expression in args[1], which is compiled when it or its flags change from row to row.
func withRegexp(call regexpCall, f func(re *matches, global bool, a []*column.Vector, i int, out *column.Vector) error) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		re := &matches{env: c.Env}
		var global bool
		var pattern, options []byte
		return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			if call.check != nil {
				if err := call.check(a, i); err != nil {
					return err
				}
			}
			p, o := a[1].Str(i), []byte(nil)
			if call.flags != nil {
				o = call.flags(a, i)
			}
			if re.pattern == nil || !bytes.Equal(p, pattern) || !bytes.Equal(o, options) {
				if err := checkFlags(o, call.once); err != nil {
					return err
				}
				var err error
				if re.pattern, global, err = compileRegexp(p, o); err != nil {
					return err
				}
				pattern, options = append(pattern[:0], p...), append(options[:0], o...)
			}
			return f(re, global, a, i, out)
		})
	}
}

// regexpReplace is regexp_replace: the first match, or all with flag g, by a text in which \1 … \9 and \& stand for what matched.
func regexpReplace(re *matches, global bool, a []*column.Vector, i int, out *column.Vector) error {
	number := int64(1)
	if global {
		number = 0
	}
	re.begin(a[0].Str(i), 0)
	return re.replace(out, a[2].Str(i), number)
}

// regexpReplaceFrom is regexp_replace with a place to start at and the number of the match to replace, 0 for all.
func regexpReplaceFrom(re *matches, global bool, a []*column.Vector, i int, out *column.Vector) error {
	s := a[0].Str(i)
	start, err := startOf(a, i, 3, s)
	if err != nil {
		return err
	}
	number := int64(1)
	if len(a) > 4 {
		number = a[4].Int(i)
	}
	if start < 0 {
		out.AppendBytes(s)
		return nil
	}
	re.begin(s, start)
	return re.replace(out, a[2].Str(i), number)
}

func checkReplaceFrom(a []*column.Vector, i int) error {
	if _, err := startOf(a, i, 3, a[0].Str(i)); err != nil {
		return err
	}
	if len(a) > 4 && a[4].Int(i) < 0 {
		return invalidParameter("n", a[4].Int(i))
	}
	return nil
}

// replace appends the text with the match of a number replaced, or with all for 0.
func (m *matches) replace(out *column.Vector, by []byte, number int64) (err error) {
	out.AppendFunc(func(dst []byte) []byte {
		at, limit := 0, len(dst)+maxText
		for {
			var found []int
			if found, err = m.nth(max(number, 1)); err != nil {
				return dst
			}
			if found == nil {
				break
			}
			dst = append(dst, m.s[at:found[0]]...)
			if dst, err = appendReplacement(dst, m.s, by, found, limit); err != nil {
				return dst
			}
			if at = found[1]; number > 0 {
				break
			}
		}
		return append(dst, m.s[at:]...)
	})
	return err
}

// appendReplacement appends what stands for a match m of s, unless dst becomes longer than limit.
func appendReplacement(dst, s, by []byte, m []int, limit int) ([]byte, error) {
	for j := 0; j < len(by); j++ {
		if by[j] != '\\' || j+1 == len(by) {
			dst = append(dst, by[j])
			continue
		}
		j++
		switch c := by[j]; {
		case c >= '1' && c <= '9':
			if g := 2 * int(c-'0'); g < len(m) && m[g] >= 0 {
				dst = append(dst, s[m[g]:m[g+1]]...)
			}
		case c == '&':
			dst = append(dst, s[m[0]:m[1]]...)
		case c == '\\':
			dst = append(dst, '\\')
		default:
			dst = append(dst, '\\', c)
		}
		if len(dst) > limit {
			return dst, tooLong()
		}
	}
	if len(dst) > limit {
		return dst, tooLong()
	}
	return dst, nil
}

func unsupportedRegexp(construct string) error {
	return types.Errorf(types.CodeFeatureNotSupported, "regular expression construct %s is not supported yet", construct)
}

// translator rewrites PostgreSQL's advanced regular expressions to RE2's syntax.
type translator struct {
	src, dst                         []byte
	at                               int
	newline                          bool // newline-sensitive
	fold, lazy, greedy, alternatives bool
}

// classes are what class names and escapes stand for inside brackets, in a UTF-8 locale.
var classes = map[string]string{
	"alpha": `\p{L}`, "digit": `0-9`, "alnum": `\p{L}\p{Nd}`, "upper": `\p{Lu}`, "lower": `\p{Ll}`, "space": ` \t\n\v\f\r\x{85}\p{Z}`,
	"punct": `!-/:-@\[-\x60{-~\p{P}\p{S}`, "xdigit": `0-9A-Fa-f`, "cntrl": `\x00-\x1f\x7f-\x{9f}`, "blank": ` \t`, "word": `\p{L}\p{Nd}_`,
}

func (t *translator) run() error {
	switch {
	case bytes.HasPrefix(t.src, []byte("***")):
		return unsupportedRegexp(`"***"`)
	case bytes.HasPrefix(t.src, []byte("(?i)")):
		t.fold, t.at = true, 4
	}
	for t.at < len(t.src) {
		switch c := t.src[t.at]; c {
		case '\\':
			if err := t.escape(false); err != nil {
				return err
			}
			continue
		case '[':
			if err := t.bracket(); err != nil {
				return err
			}
			continue
		case '(':
			if t.next(1) == '?' {
				if t.next(2) != ':' {
					return unsupportedRegexp(string(t.src[t.at:min(len(t.src), t.at+4)]))
				}
				t.dst, t.at = append(t.dst, "(?:"...), t.at+3
				continue
			}
		case '|':
			t.alternatives = true
		case '*', '+', '?':
			t.quantified(1)
			continue
		case '{':
			if d := t.next(1); d >= '0' && d <= '9' {
				end := bytes.IndexByte(t.src[t.at:], '}')
				if end < 0 {
					return types.Errorf(codeInvalidRegexp, "invalid regular expression: braces {} not balanced")
				}
				for _, m := range bytes.Split(t.src[t.at+1:t.at+end], []byte(",")) {
					if n, err := strconv.Atoi(string(m)); len(m) > 0 && (err != nil || n > 255) {
						return types.Errorf(codeInvalidRegexp, "invalid regular expression: invalid repetition count(s)")
					}
				}
				t.quantified(end + 1)
				continue
			}
			t.dst, t.at = append(t.dst, '\\', '{'), t.at+1
			continue
		}
		_, w := utf8.DecodeRune(t.src[t.at:])
		t.dst, t.at = append(t.dst, t.src[t.at:t.at+w]...), t.at+w
	}
	return nil
}

// next is the byte n places on, 0 past the end.
func (t *translator) next(n int) byte {
	if t.at+n < len(t.src) {
		return t.src[t.at+n]
	}
	return 0
}

// quantified copies a quantifier of n bytes, and the ? behind it that makes it non-greedy.
func (t *translator) quantified(n int) {
	if t.next(n) == '?' {
		t.lazy = true
		n++
	} else {
		t.greedy = true
	}
	t.dst, t.at = append(t.dst, t.src[t.at:t.at+n]...), t.at+n
}

// escape translates a backslash escape, inside brackets or outside.
func (t *translator) escape(inside bool) error {
	c := t.next(1)
	if t.at+1 == len(t.src) {
		return types.Errorf(codeInvalidRegexp, "invalid regular expression: invalid escape \\ sequence")
	}
	put := func(s string, n int) error { t.dst, t.at = append(t.dst, s...), t.at+n; return nil }
	class := func(name string, negated bool) error {
		switch {
		case inside && negated:
			return unsupportedRegexp(`\` + string(c) + " in brackets")
		case inside:
			return put(classes[name], 2)
		case negated:
			return put("[^"+classes[name]+"]", 2)
		}
		return put("["+classes[name]+"]", 2)
	}
	switch c {
	case 'd':
		return class("digit", false)
	case 'w':
		return class("word", false)
	case 's':
		return class("space", false)
	case 'D':
		return class("digit", true)
	case 'W':
		return class("word", true)
	case 'S':
		return class("space", true)
	case 'n', 't', 'r', 'f', 'v', 'a':
		return put(`\`+string(c), 2)
	case 'e':
		return put(`\x1b`, 2)
	case 'b':
		return put(`\x08`, 2)
	case 'B':
		return put(`\\`, 2)
	case 'u', 'U':
		n := 4
		if c == 'U' {
			n = 8
		}
		if t.at+2+n <= len(t.src) {
			return put(`\x{`+string(t.src[t.at+2:t.at+2+n])+`}`, 2+n)
		}
	case 'A':
		if !inside {
			return put(`\A`, 2)
		}
	case 'Z':
		if !inside {
			return put(`\z`, 2)
		}
	}
	if c < 0x80 && (c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z') {
		return unsupportedRegexp(`\` + string(c))
	}
	if c < 0x80 {
		return put(`\`+string(c), 2)
	}
	_, w := utf8.DecodeRune(t.src[t.at+1:])
	return put(string(t.src[t.at+1:t.at+1+w]), 1+w)
}

// bracket translates a bracket expression.
func (t *translator) bracket() error {
	if bytes.HasPrefix(t.src[t.at:], []byte("[[:<:]]")) || bytes.HasPrefix(t.src[t.at:], []byte("[[:>:]]")) {
		return unsupportedRegexp(string(t.src[t.at : t.at+7]))
	}
	t.dst, t.at = append(t.dst, '['), t.at+1
	if t.next(0) == '^' {
		t.dst, t.at = append(t.dst, '^'), t.at+1
		if t.newline {
			t.dst = append(t.dst, '\\', 'n')
		}
	}
	for first := true; t.at < len(t.src); first = false {
		switch c := t.src[t.at]; {
		case c == ']' && !first:
			t.dst, t.at = append(t.dst, ']'), t.at+1
			return nil
		case c == '[' && (t.next(1) == '.' || t.next(1) == '='):
			return unsupportedRegexp(string(t.src[t.at : t.at+2]))
		case c == '[' && t.next(1) == ':':
			end := bytes.Index(t.src[t.at:], []byte(":]"))
			if end < 2 {
				return types.Errorf(codeInvalidRegexp, "invalid regular expression: brackets [] not balanced")
			}
			name := string(t.src[t.at+2 : t.at+end])
			if t.fold && (name == "upper" || name == "lower") {
				name = "alpha" // letters without case, too
			}
			set, ok := classes[name]
			if !ok {
				return types.Errorf(codeInvalidRegexp, "invalid regular expression: invalid character class")
			}
			t.dst, t.at = append(t.dst, set...), t.at+end+2
		case c == '\\':
			if err := t.escape(true); err != nil {
				return err
			}
		case c == '[' || c == ']' || c == '&' || c == '~':
			t.dst, t.at = append(t.dst, '\\', c), t.at+1
		default:
			_, w := utf8.DecodeRune(t.src[t.at:])
			t.dst, t.at = append(t.dst, t.src[t.at:t.at+w]...), t.at+w
		}
	}
	return types.Errorf(codeInvalidRegexp, "invalid regular expression: brackets [] not balanced")
}
