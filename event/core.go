package event

import (
	"bytes"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// builtinOrder is the order in which the built-in members stand at the head of a document (see builtinRank).
var builtinOrder = []string{"@t", "@mt", "@m", "@l", "@x", "@i", "@r", "@tr", "@sp"}

// Wanted compiles reading of paths from documents as Decode makes them. It relies on their order: members of other documents may
// be missed.
func Wanted(paths [][]sparse.Step) *sparse.Wanted { return sparse.CompileSorted(builtinOrder, paths) }

// The core columns, read from a normalised event. Each is a scalar's text: a string's characters, a
// number's spelling, true or false; null, an object or an array counts as absent. Where the built-in member is
// absent, a property of an ordinary name in any case (Unicode simple folding) stands in: the first such
// in the document's order, one name after the other. Each function appends the text to dst and reports whether there is one.

// Information is the level of events that have @mt or @m but no level, as CLEF says.
const Information = "Information"

// AppendLevel appends @l; else the property level; else severity; else Information if there is @mt or @m.
func AppendLevel(dst, doc []byte) ([]byte, bool) {
	dst, ok, clef := appendCore(dst, doc, `"@l"`, "level", "severity", levelNames)
	if !ok && clef {
		return append(dst, Information...), true
	}
	return dst, ok
}

// AppendMessage appends @m; else @mt rendered with the event's properties (and @r); else the property message; else msg.
func AppendMessage(dst, doc []byte) ([]byte, bool) {
	it := sparse.Members(doc)
	for {
		key, v, ok := it.Next()
		if !ok || len(key) < 2 || key[1] != '@' {
			break // the built-in members come first
		}
		if string(key) == `"@m"` && scalar(v) {
			return appendScalar(dst, v), true
		}
		if string(key) == `"@mt"` && v.Kind == sparse.String {
			// @m comes behind @mt and counts before it.
			if key, m, ok := it.Next(); ok && string(key) == `"@m"` && scalar(m) {
				return appendScalar(dst, m), true
			}
			return renderDocument(dst, doc, v.Raw), true
		}
	}
	dst, ok, _ := appendCore(dst, doc, `"@m"`, "message", "msg", nil)
	return dst, ok
}

// AppendException appends @x; else the property exception.
func AppendException(dst, doc []byte) ([]byte, bool) {
	dst, ok, _ := appendCore(dst, doc, `"@x"`, "exception", "", exceptionNames)
	return dst, ok
}

// AppendTraceID appends @tr; else the property trace_id; else traceId.
func AppendTraceID(dst, doc []byte) ([]byte, bool) {
	dst, ok, _ := appendCore(dst, doc, `"@tr"`, "trace_id", "traceId", traceNames)
	return dst, ok
}

// AppendSpanID appends @sp; else the property span_id; else spanId.
func AppendSpanID(dst, doc []byte) ([]byte, bool) {
	dst, ok, _ := appendCore(dst, doc, `"@sp"`, "span_id", "spanId", spanNames)
	return dst, ok
}

// The ends of the ordinary names, in any case, one of which stands in an event that has such a property: most have none, and one search tells so
// sooner than a look at each member. The letters k and s, which others than ASCII's fold to, are left out.
var (
	levelNames     = []*sparse.Needle{sparse.NewNeedle([]byte(`level"`), true), sparse.NewNeedle([]byte(`everity"`), true)}
	exceptionNames = []*sparse.Needle{sparse.NewNeedle([]byte(`exception"`), true)}
	traceNames     = []*sparse.Needle{sparse.NewNeedle([]byte(`trace_id"`), true), sparse.NewNeedle([]byte(`traceid"`), true)}
	spanNames      = []*sparse.Needle{sparse.NewNeedle([]byte(`pan_id"`), true), sparse.NewNeedle([]byte(`panid"`), true)}
)

// mentions reports whether one of the ends stands anywhere in doc.
func mentions(doc []byte, ends []*sparse.Needle) bool {
	for _, n := range ends {
		if n.Find(doc) >= 0 {
			return true
		}
	}
	return false
}

// appendCore appends the built-in member (its name in quotes), else the property first, else second; ends are those of both names, or nil. clef
// tells whether the event has @mt or @m; it is meaningful where ok is false.
func appendCore(dst, doc []byte, builtin, first, second string, ends []*sparse.Needle) (out []byte, ok, clef bool) {
	var a, b sparse.Value // of the first properties with these names
	builtins := true      // they come first: none is behind a member that can be a property
	for it := sparse.Members(doc); ; {
		key, v, more := it.Next()
		if !more {
			break
		}
		if len(key) < 2 {
			continue
		}
		name := key[1 : len(key)-1]
		if builtins {
			switch {
			case string(key) == builtin:
				if scalar(v) {
					return appendScalar(dst, v), true, false
				}
				continue
			case string(name) == "@mt" || string(name) == "@m":
				clef = clef || v.Kind != sparse.Null
				continue
			}
			builtins = len(name) > 0 && name[0] == '@'
			if !builtins && ends != nil && !mentions(doc, ends) {
				return dst, false, clef
			}
		}
		switch {
		case a.Kind == sparse.Missing && foldsTo(name, first):
			if a = v; scalar(a) {
				return appendScalar(dst, a), true, clef
			}
		case b.Kind == sparse.Missing && second != "" && foldsTo(name, second):
			b = v
		}
	}
	if scalar(b) {
		return appendScalar(dst, b), true, clef
	}
	return dst, false, clef
}

// foldsTo reports whether name equals the ASCII name want in any case.
func foldsTo(name []byte, want string) bool {
	if len(name) == 0 || name[0] < 0x80 && name[0]|0x20 != want[0]|0x20 {
		return false
	}
	return bytes.EqualFold(name, []byte(want))
}

func scalar(v sparse.Value) bool {
	switch v.Kind {
	case sparse.String, sparse.Number, sparse.True, sparse.False:
		return true
	}
	return false
}

// appendScalar appends a scalar's text.
func appendScalar(dst []byte, v sparse.Value) []byte {
	if v.Kind == sparse.String {
		return sparse.Unquote(dst, v.Raw)
	}
	return append(dst, v.Raw...)
}

// AppendProperties appends an object of every member that is not built in, in the document's order.
func AppendProperties(dst, doc []byte) []byte {
	dst = append(dst, '{')
	it := sparse.Members(doc)
	for first := true; ; {
		key, v, ok := it.Next()
		if !ok {
			return append(dst, '}')
		}
		if len(key) >= 3 && key[1] == '@' && IsBuiltin(string(key[1:len(key)-1])) {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(append(append(dst, key...), ':'), v.Raw...)
	}
}
