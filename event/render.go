package event

import (
	"strings"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Render appends the message template with its holes filled (https://messagetemplates.org): {Name}, {@Name} and
// {$Name} stand for a property, {0} for one named 0; {Name,10} pads on the left to 10 characters, {Name,-10}
// on the right; {Name:format} formats numbers (see appendFormatted); {{ and }} stand for braces. property gives a property's JSON. A
// string shows its characters, anything else its JSON. A hole whose property is absent, and what is no
// valid hole, stays as it is written.
func Render(dst []byte, template string, property func(name string) (raw []byte, ok bool)) []byte {
	return render(dst, template, nil, property)
}

// hole is a parsed {…} of a template.
type hole struct {
	name      string
	format    string
	formatted bool // has a format
	align     int  // characters; negative: text first
}

// render is Render with the values of @r, which stand for the holes with a format, one after the other.
func render(dst []byte, template string, rendered []byte, property func(name string) (raw []byte, ok bool)) []byte {
	renderings := sparse.Elements(rendered)
	for {
		i := strings.IndexAny(template, "{}")
		if i < 0 {
			return append(dst, template...)
		}
		dst = append(dst, template[:i]...)
		rest := template[i:]
		if len(rest) > 1 && rest[1] == rest[0] { // {{ or }}
			dst = append(dst, rest[0])
			template = rest[2:]
			continue
		}
		h, n, ok := parseHole(rest)
		if !ok {
			dst = append(dst, rest[0])
			template = rest[1:]
			continue
		}
		var pre sparse.Value
		if h.formatted {
			pre, _ = renderings.Next()
		}
		from := len(dst)
		if pre.Kind == sparse.String {
			dst = sparse.Unquote(dst, pre.Raw)
		} else if raw, ok := property(h.name); ok {
			dst = pad(appendHole(dst, raw, h), from, h.align)
		} else {
			dst = append(dst, rest[:n]...)
		}
		template = rest[n:]
	}
}

// appendHole appends a property's JSON as a hole shows it.
func appendHole(dst, raw []byte, h hole) []byte {
	if len(raw) == 0 {
		return dst
	}
	switch c := raw[0]; {
	case c == '"':
		return sparse.Unquote(dst, raw)
	case h.formatted && (c == '-' || c-'0' <= 9):
		return appendFormatted(dst, raw, h.format)
	}
	return append(dst, raw...)
}

// maxAlign bounds what a template can make of a hole.
const maxAlign = 1000

// pad fills dst[from:] with spaces to the width.
func pad(dst []byte, from, width int) []byte {
	if width == 0 {
		return dst
	}
	spaces := max(width, -width) - utf8.RuneCount(dst[from:])
	if spaces <= 0 {
		return dst
	}
	end := len(dst)
	for range spaces {
		dst = append(dst, ' ')
	}
	if width > 0 {
		copy(dst[from+spaces:], dst[from:end])
		for i := range spaces {
			dst[from+i] = ' '
		}
	}
	return dst
}

// parseHole reads the hole that s begins with, and gives its length: { [@$] name [,align] [:format] }.
func parseHole(s string) (h hole, n int, ok bool) {
	end := strings.IndexByte(s, '}')
	if s[0] != '{' || end < 0 {
		return h, 0, false
	}
	inner := s[1:end]
	inner, h.format, h.formatted = strings.Cut(inner, ":")
	inner, align, aligned := strings.Cut(inner, ",")
	if inner != "" && (inner[0] == '@' || inner[0] == '$') {
		inner = inner[1:]
	}
	h.name = inner
	if h.name == "" || strings.ContainsAny(h.name, "{ \t\r\n\"@$") || strings.IndexByte(h.format, '{') >= 0 {
		return h, 0, false
	}
	if aligned {
		if h.align, ok = parseAlign(align); !ok {
			return h, 0, false
		}
	}
	return h, end + 1, true
}

func parseAlign(s string) (n int, ok bool) {
	s = strings.TrimSpace(s)
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > 6 {
		return 0, false
	}
	for _, c := range []byte(digits) {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	n = min(n, maxAlign)
	if len(digits) < len(s) {
		n = -n
	}
	return n, n != 0
}

// renderDocument renders a template (a JSON string) with the properties of doc.
func renderDocument(dst, doc, template []byte) []byte {
	chars, ok := sparse.Plain(template)
	if !ok {
		chars = sparse.Unquote(nil, template)
	}
	text := string(chars)
	if !strings.ContainsAny(text, "{}") {
		return append(dst, text...)
	}
	type member struct{ key, raw []byte }
	var room [48]member
	members, renderings := room[:0], []byte(nil)
	it := sparse.Members(doc)
	for {
		key, v, ok := it.Next()
		if !ok {
			break
		}
		if string(key) == `"@r"` && v.Kind == sparse.Array {
			renderings = v.Raw
		}
		members = append(members, member{key, v.Raw})
	}
	return render(dst, text, renderings, func(name string) ([]byte, bool) {
		for _, m := range members {
			if len(m.key) == len(name)+2 && string(m.key[1:len(m.key)-1]) == name {
				return m.raw, !IsBuiltin(name)
			}
		}
		return nil, false
	})
}
