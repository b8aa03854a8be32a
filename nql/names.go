package nql

import "github.com/flare-pg/flare-pg/event"

// builtinNames are the short and the long names of the built-in properties, without the @.
var builtinNames = [...][2]string{
	Timestamp: {"t", "Timestamp"}, Template: {"mt", "MessageTemplate"}, Message: {"m", "Message"},
	Level: {"l", "Level"}, Exception: {"x", "Exception"}, EventType: {"i", "EventType"},
	Renderings: {"r", "Renderings"}, TraceID: {"tr", "TraceId"}, SpanID: {"sp", "SpanId"},
	Properties: {"p", "Properties"}, Document: {"d", "Document"}, ID: {"id", "Id"},
}

// String gives the short name, "@t".
func (b Builtin) String() string {
	if b == NoBuiltin || int(b) >= len(builtinNames) {
		return ""
	}
	return "@" + builtinNames[b][0]
}

// LookupBuiltin finds a built-in property by its short or long name, without the @.
func LookupBuiltin(name string) (Builtin, bool) {
	for b := Timestamp; int(b) < len(builtinNames); b++ {
		if name == builtinNames[b][0] || name == builtinNames[b][1] {
			return b, true
		}
	}
	return NoBuiltin, false
}

// PropertyPath makes the path of a property: PropertyPath("Data", "checks") is Data.checks.
func PropertyPath(names ...string) *Path {
	p := &Path{Steps: make([]Step, len(names))}
	for i, n := range names {
		p.Steps[i] = Step{Kind: Member, Name: n}
	}
	return p
}

// canonical gives the one form of a path that can be written in several ways: @d.x is x, and so is @p.x
// unless x is built in.
func (p *Path) canonical() *Path {
	if len(p.Steps) == 0 || p.Steps[0].Kind != Member {
		return p
	}
	if p.Root == Document || p.Root == Properties && !event.IsBuiltin(p.Steps[0].Name) {
		return &Path{Steps: p.Steps}
	}
	return p
}

// itemName makes the name of a select item that has none: of a path its last name, else the expression's text.
func itemName(e Expr) string {
	p, ok := e.(*Path)
	if !ok {
		return Print(e)
	}
	for i := len(p.Steps) - 1; i >= 0; i-- {
		if p.Steps[i].Kind == Member {
			return p.Steps[i].Name
		}
	}
	return Print(e)
}
