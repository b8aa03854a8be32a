package catalog

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/types"
)

// firstStreamOID is what a stream's id is added to; PostgreSQL's own objects lie below it.
const firstStreamOID types.OID = 16384

// firstPropertyAttr is added to a property's sequence number to make its attnum. Core columns lie below it, with room for more.
const firstPropertyAttr = 32

// Stream is a stream as a table.
type Stream struct {
	ID      engine.StreamID
	OID     types.OID
	Schema  string
	Name    string
	Table   *Table
	Columns []StreamColumn // those that * shows first; then the other core columns, then top-level properties, oldest first

	core   map[string]int   // index into Columns by name
	own    []int            // declared columns, as indexes into Columns
	exact  map[string]int   // properties by their spelling
	folded map[string][]int // properties by folded name, oldest first
	nested *member          // what lies in properties that are objects
	paths  int              // how many property paths are known, nested ones included
}

// Form is how a column's value is made of what the scan reads.
type Form uint8

const (
	AsRead Form = iota // it is the value
	Cast               // it is JSON with its nulls, of which types.ParseStored makes the value
	Unless             // it is the value, unless the event says null at Null
)

// StreamColumn is a core, declared or property column.
type StreamColumn struct {
	Name     string
	Type     types.OID
	Typmod   int32
	Attr     int16        // attnum, stable across restarts; 0: not in the catalogs, below: hidden
	Core     bool         // and not declared
	Declared *TableColumn // nil: not declared
	Star     bool         // part of SELECT *
	Form     Form
	Null     nql.Column // of Form Unless
	// Faithful: the column shows every number that its events hold, and numbers compare by their spelling just as the
	// column's values compare in SQL. Ingestion sees to it, by widening the types of undeclared properties.
	Faithful bool
	Read     nql.Column
}

// member is a member of an object, known from the events so far.
type member struct {
	name    string
	column  *StreamColumn // nil where only members of it are known
	members map[string]*member
	order   []*member // in order of first appearance
}

// coreColumns are the core columns in the order of sql.md's table; attnums count from 1.
var coreColumns = []struct {
	name string
	oid  types.OID
	root nql.Builtin
	star bool
}{
	{"timestamp", types.Timestamptz, nql.Timestamp, true},
	{"level", types.Text, nql.Level, true},
	{"message", types.Text, nql.Message, true},
	{"exception", types.Text, nql.Exception, true},
	{"properties", types.JSONB, nql.Properties, true},
	{"message_template", types.Text, nql.Template, false},
	{"event_type", types.Int8, nql.EventType, false},
	{"trace_id", types.Text, nql.TraceID, false},
	{"span_id", types.Text, nql.SpanID, false},
	{"document", types.JSON, nql.Document, false},
	{"event_id", types.Text, nql.ID, false},
}

// propertyKind is the physical form of a property's type.
func propertyKind(oid types.OID) column.Kind {
	switch oid {
	case types.Bool:
		return column.Bool
	case types.Int8:
		return column.Int64
	case types.Float8:
		return column.Float64
	case types.Numeric:
		return column.Decimal
	case types.JSONB, types.JSON:
		return column.JSON
	case types.Timestamptz:
		return column.Timestamp
	}
	return column.Text
}

// hiddenAttr is where the attnums of a declared table's hidden core columns begin; PostgreSQL's own hidden columns have -1 to -6.
const hiddenAttr = -32

func newStream(st *engine.StreamSchema, table *Table) *Stream {
	s := &Stream{
		ID: st.ID, OID: firstStreamOID + types.OID(st.ID), Schema: st.Schema, Name: st.Name, Table: table,
		core: map[string]int{}, exact: map[string]int{}, folded: map[string][]int{}, nested: &member{members: map[string]*member{}},
	}
	hidden := map[string]bool{}
	if table.Declared {
		for i := range table.Columns {
			c := &table.Columns[i]
			s.own = append(s.own, len(s.Columns))
			s.Columns = append(s.Columns, declaredColumn(c, c.Attr, true))
			hidden[c.Name] = true
		}
	}
	for i, c := range coreColumns {
		if hidden[c.name] {
			continue
		}
		attr := int16(i + 1)
		if table.Declared {
			attr = hiddenAttr - int16(i)
		}
		s.core[c.name] = len(s.Columns)
		s.Columns = append(s.Columns, StreamColumn{
			Name: c.name, Type: c.oid, Typmod: -1, Attr: attr, Core: true, Star: c.star && !table.Declared,
			Read: nql.Column{Path: &nql.Path{Root: c.root}, Kind: propertyKind(c.oid)},
		})
	}
	properties := append([]engine.Property(nil), st.Properties...)
	sort.SliceStable(properties, func(i, j int) bool { return properties[i].Seq < properties[j].Seq })
	for i := range properties {
		s.addProperty(&properties[i])
	}
	return s
}

// nullable are the core columns that something else stands in for where an event lacks them, with the members that they are.
var nullable = map[string]string{"level": "@l", "message": "@m", "exception": "@x", "trace_id": "@tr", "span_id": "@sp"}

// declaredColumn says how a declared column is read.
func declaredColumn(c *TableColumn, attr int16, star bool) StreamColumn {
	out := StreamColumn{Name: c.Name, Type: c.Type, Typmod: c.Typmod, Attr: attr, Declared: c, Star: star}
	if c.Core != "" {
		for _, core := range coreColumns {
			if core.name == c.Core {
				out.Read = nql.Column{Path: &nql.Path{Root: core.root}, Kind: propertyKind(core.oid)}
			}
		}
		if m := nullable[c.Core]; m != "" && !c.NotNull {
			out.Form, out.Null = Unless, jsonMember(m)
		}
		return out
	}
	out.Read = jsonMember(c.Member)
	switch {
	case c.Missing != nil || c.Typmod >= 0:
		out.Form = Cast
	case c.Type == types.Bool, c.Type == types.Int8, c.Type == types.Text, c.Type == types.Varchar:
		out.Read.Kind, out.Read.KeepNull = propertyKind(c.Type), false
	case c.Type == types.JSONB: // a null in it is a value
	default:
		out.Form = Cast
	}
	return out
}

// jsonMember reads a member as JSON with its nulls.
func jsonMember(name string) nql.Column {
	return nql.Column{Path: &nql.Path{Steps: []nql.Step{{Kind: nql.Member, Name: name}}}, Kind: column.JSON, KeepNull: true}
}

func (s *Stream) addProperty(p *engine.Property) {
	if len(p.Path) == 0 || slices.Contains(s.Table.Dropped, p.Path[0]) {
		return
	}
	oid := types.OID(p.Type)
	if oid == 0 { // only nulls so far: shown as text, as PostgreSQL shows an untyped null
		oid = types.Text
	}
	path := &nql.Path{}
	for _, name := range p.Path {
		path.Steps = append(path.Steps, nql.Step{Kind: nql.Member, Name: name})
	}
	c := StreamColumn{
		Name: p.Path[len(p.Path)-1], Type: oid, Typmod: -1,
		Attr: int16(min(firstPropertyAttr+int64(p.Seq), 1<<15-1)),
		Read: nql.Column{Path: path, Kind: propertyKind(oid)},
	}
	if s.Table.Declared {
		c.Attr = 0
	}
	listed := true
	if len(p.Path) == 1 {
		for i := range s.Table.Columns {
			if t := &s.Table.Columns[i]; t.Core == "" && t.Member == p.Path[0] {
				listed = !s.Table.Declared // else it is there already
				c = declaredColumn(t, c.Attr, false)
				if s.Table.Declared {
					c.Attr = t.Attr
				}
			}
		}
	}
	switch oid {
	case types.Int8, types.Numeric:
		c.Faithful = !p.Declared
	case types.Float8:
		c.Faithful = !p.Declared && !p.Long
	}
	at := s.nested
	for _, name := range p.Path {
		next := at.members[name]
		if next == nil {
			next = &member{name: name, members: map[string]*member{}}
			at.members[name] = next
			at.order = append(at.order, next)
		}
		at = next
	}
	if at.column != nil {
		return // the same path twice: the older stands
	}
	at.column = &c
	s.paths++
	if len(p.Path) > 1 || !listed {
		return
	}
	if c.Declared != nil {
		s.own = append(s.own, len(s.Columns))
		s.Columns = append(s.Columns, c)
		return
	}
	s.exact[c.Name] = len(s.Columns)
	fold := strings.ToLower(c.Name)
	s.folded[fold] = append(s.folded[fold], len(s.Columns))
	s.Columns = append(s.Columns, c)
}

// Core finds a core column by its folded name.
func (s *Stream) Core(name string) (*StreamColumn, bool) {
	i, ok := s.core[name]
	if !ok {
		return nil, false
	}
	return &s.Columns[i], true
}

// Own lists the declared columns.
func (s *Stream) Own() []*StreamColumn {
	out := make([]*StreamColumn, len(s.own))
	for i, at := range s.own {
		out[i] = &s.Columns[at]
	}
	return out
}

// Property finds a top-level property that is not declared by its exact spelling, else, where folded isn't empty, the oldest one of that name in any
// case; others says how many other spellings there were to choose from then.
func (s *Stream) Property(exact, folded string) (col *StreamColumn, others int, ok bool) {
	if i, ok := s.exact[exact]; ok {
		return &s.Columns[i], 0, true
	}
	if folded == "" {
		return nil, 0, false
	}
	found := s.folded[strings.ToLower(folded)]
	if len(found) == 0 {
		return nil, 0, false
	}
	return &s.Columns[found[0]], len(found) - 1, true
}

// Nested gives the column of a path of members, known from the events so far.
func (s *Stream) Nested(path *nql.Path) (*StreamColumn, bool) {
	if path.Root != nql.NoBuiltin {
		return nil, false
	}
	at := s.nested
	for _, step := range path.Steps {
		if step.Kind != nql.Member || at.members[step.Name] == nil {
			return nil, false
		}
		at = at.members[step.Name]
	}
	return at.column, at.column != nil
}

// Member finds a member of the object at a path: by its exact spelling, else, where folded isn't empty, the oldest of that name in any case.
func (s *Stream) Member(path []nql.Step, exact, folded string) (name string, ok bool) {
	at := s.nested
	for _, step := range path {
		if step.Kind != nql.Member || at.members[step.Name] == nil {
			return "", false
		}
		at = at.members[step.Name]
	}
	if _, ok := at.members[exact]; ok {
		return exact, true
	}
	if folded != "" {
		for _, m := range at.order {
			if strings.EqualFold(m.name, folded) {
				return m.name, true
			}
		}
	}
	return "", false
}

// NearestMember finds what a path that leads to no known member was probably meant to be: the part of it that is known, as it is spelled, and the member there whose
// name is nearest to the next; "" where none is near.
func (s *Stream) NearestMember(path []string) (known []string, near string) {
	at := s.nested
steps:
	for _, name := range path {
		for _, m := range at.order {
			if strings.EqualFold(m.name, name) {
				known, at = append(known, m.name), m
				continue steps
			}
		}
		var names []string
		for _, m := range at.order {
			names = append(names, m.name)
		}
		return known, types.Nearest(name, names)
	}
	return known, ""
}

// Observed reports whether every member of objects at a path is known, once seen: the path and their number are within the limits.
func (s *Stream) Observed(path []nql.Step) bool {
	return len(path) < event.MaxLevels && s.paths < event.MaxPaths
}

// NumberedMember reports whether an object at a path is known to have a member whose name reads as an integer.
func (s *Stream) NumberedMember(path []nql.Step) bool {
	at := s.nested
	for _, step := range path {
		if step.Kind != nql.Member || at.members[step.Name] == nil {
			return false
		}
		at = at.members[step.Name]
	}
	for name := range at.members {
		if _, err := strconv.Atoi(name); err == nil {
			return true
		}
	}
	return false
}

// Nearest gives the name of the column whose spelling is nearest to a name that doesn't exist, for the hint of error 42703; "" where
// none is near.
func (s *Stream) Nearest(name string) string {
	names := make([]string, len(s.Columns))
	for i := range s.Columns {
		names[i] = s.Columns[i].Name
	}
	return types.Nearest(name, names)
}
