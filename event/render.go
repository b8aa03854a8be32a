package event

import (
	"bytes"
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
	var room [templatePieces]piece
	pieces := appendPieces(room[:0], template)
	return renderPieces(dst, pieces, nil, valuesOf(pieces, property))
}

// hole is a parsed {…} of a template.
type hole struct {
	name      string
	format    string
	formatted bool // has a format
	align     int  // characters; negative: text first
}

// valuesOf asks for the value of every hole.
func valuesOf(pieces []piece, property func(name string) (raw []byte, ok bool)) []sparse.Value {
	var values []sparse.Value
	for i := range pieces {
		if name := pieces[i].hole.name; name != "" {
			var v sparse.Value
			if raw, ok := property(name); ok {
				v = sparse.Of(raw)
			}
			values = append(values, v)
		}
	}
	return values
}

// maxRendered is how long a message may become, in bytes, that holes are filled in: a document of a few MiB could ask for terabytes.
const maxRendered = 16 << 20

// renderPieces renders a template taken apart; past maxRendered holes stay as they are written. Values are those of its holes, by slot. rendered has the values of @r, which stand for the holes with a format, one after the other.
func renderPieces(dst []byte, pieces []piece, rendered []byte, values []sparse.Value) []byte {
	renderings := sparse.Elements(rendered)
	start := len(dst)
	for i := range pieces {
		p := &pieces[i]
		dst = append(dst, p.text...)
		if p.brace != 0 {
			dst = append(dst, p.brace)
		}
		h := &p.hole
		if h.name == "" {
			continue
		}
		var pre sparse.Value
		if h.formatted {
			pre, _ = renderings.Next()
		}
		from := len(dst)
		if pre.Kind == sparse.String {
			dst = sparse.Unquote(dst, pre.Raw)
		} else if p.slot >= 0 && values[p.slot].Kind != sparse.Missing && len(dst)-start <= maxRendered {
			dst = pad(appendHole(dst, values[p.slot].Raw, h), from, h.align)
		} else {
			dst = append(dst, p.spelled...)
		}
	}
	return dst
}

// appendHole appends a property's JSON as a hole shows it.
func appendHole(dst, raw []byte, h *hole) []byte {
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
func renderDocument(dst, doc, source []byte) []byte {
	if t := prepared(source); t != nil {
		return t.render(dst, doc)
	}
	chars, ok := sparse.Plain(source)
	if !ok {
		chars = sparse.Unquote(nil, source)
	}
	if bytes.IndexByte(chars, '{') < 0 && bytes.IndexByte(chars, '}') < 0 {
		return append(dst, chars...)
	}
	var room [templatePieces]piece
	pieces := appendPieces(room[:0], string(chars))
	var rendered []byte
	for it := sparse.Members(doc); ; {
		key, v, ok := it.Next()
		if !ok || len(key) < 2 || key[1] != '@' {
			break // the built-in members come first
		}
		if string(key) == `"@r"` {
			if v.Kind == sparse.Array {
				rendered = v.Raw
			}
			break
		}
	}
	return renderPieces(dst, pieces, rendered, valuesOf(pieces, func(name string) ([]byte, bool) {
		if IsBuiltin(name) {
			return nil, false
		}
		v := sparse.Get(doc, []sparse.Step{{Name: name}})
		return v.Raw, v.Kind != sparse.Missing
	}))
}
