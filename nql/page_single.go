package nql

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
)

// OnlyMember gives the one member that a predicate (nil: all events) and columns read; ok is false where they read several, none, or anything else. Of events with the same value there
// all is the same: the predicate, and the columns.
func OnlyMember(where Expr, columns []Column) (m PageMember, ok bool) {
	var only *Path
	paths := Paths(where)
	for i := range columns {
		if columns[i].Path != nil {
			paths = append(paths, columns[i].Path)
		} else {
			paths = append(paths, Paths(columns[i].Expr)...)
		}
	}
	for _, p := range paths {
		if only == nil {
			only = p
		}
		if !only.Equal(p) {
			return PageMember{}, false
		}
	}
	if only == nil {
		return PageMember{}, false
	}
	how, m := howRead(Column{Path: only, Kind: kindOfMember(only)})
	return m, how == readMember
}

// kindOfMember is a kind that a path can be read as.
func kindOfMember(p *Path) column.Kind {
	if p.Root.isText() {
		return column.Text
	}
	return column.JSON
}

// AppendDocument appends an event that has a value, as it stands in JSON, at the member and nothing else; nil: not even that. A program that reads only the member sees no
// difference between it and any other event with the value.
func (m PageMember) AppendDocument(dst, value []byte) []byte {
	if value == nil {
		return append(dst, "{}"...)
	}
	names := m.Names
	if m.Core != NoBuiltin {
		names = []string{m.Core.String()}
	}
	for _, name := range names {
		dst = append(event.AppendString(append(dst, '{'), []byte(name)), ':')
	}
	dst = append(dst, value...)
	for range names {
		dst = append(dst, '}')
	}
	return dst
}
