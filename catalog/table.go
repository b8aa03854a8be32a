package catalog

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/types"
)

// Kinds of catalog objects in the MANIFEST.
const (
	tableKind  = "table"  // by stream id, in decimal: a Table as JSON
	schemaKind = "schema" // by name: a schemaObject as JSON
)

// Table is what SQL says of a stream beyond its name and properties. It is an object of the MANIFEST; the engine knows nothing of it.
type Table struct {
	// Declared: the columns are what * shows. Else the stream takes whatever comes, and Columns declare some of its properties.
	Declared bool          `json:"declared,omitempty"`
	Columns  []TableColumn `json:"columns,omitempty"`
	Attrs    int16         `json:"attrs,omitempty"` // the highest attnum given so far
	Options  []TableOption `json:"options,omitempty"`
	// Dropped are the members of columns that are gone: events have them still, and no column shows them.
	Dropped []string `json:"dropped,omitempty"`
}

// TableColumn is a declared column.
type TableColumn struct {
	Name   string    `json:"name"`
	Attr   int16     `json:"attr"`
	Type   types.OID `json:"type"`
	Typmod int32     `json:"typmod"`
	// Core is the core column that it is; else Member is the event's member that holds its values, whatever the column's name is by now.
	Core    string `json:"core,omitempty"`
	Member  string `json:"member,omitempty"`
	NotNull bool   `json:"notnull,omitempty"`
	Default string `json:"default,omitempty"` // as SQL
	// Missing is what events have that were there before the column: as JSON text.
	Missing json.RawMessage `json:"missing,omitempty"`
}

// TableOption is a storage parameter as it was given.
type TableOption struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// schemaObject is what is kept of a schema.
type schemaObject struct {
	OID types.OID `json:"oid"`
}

func tableKey(id engine.StreamID) engine.ObjectKey {
	return engine.ObjectKey{Kind: tableKind, Name: strconv.FormatUint(uint64(id), 10)}
}

// tableOf reads what is known of a stream. What can't be read counts as nothing: the stream is there without.
func tableOf(s *engine.Schema, id engine.StreamID) *Table {
	t := new(Table)
	if text, ok := s.Objects[tableKey(id)]; ok && json.Unmarshal(text, t) != nil {
		return new(Table)
	}
	return t
}

// Clone copies a table, to be changed.
func (t *Table) Clone() *Table {
	c := *t
	c.Columns, c.Options, c.Dropped = slices.Clone(t.Columns), slices.Clone(t.Options), slices.Clone(t.Dropped)
	return &c
}

// Column finds a column by its exact name; -1: there is none.
func (t *Table) Column(name string) int {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// member tells whether a declared column keeps its values in an event's member, or one did that is gone.
func (t *Table) member(name string) bool {
	for i := range t.Columns {
		if t.Columns[i].Core == "" && t.Columns[i].Member == name {
			return true
		}
	}
	return slices.Contains(t.Dropped, name)
}

// DropColumn takes a column away; false: there is none of that name.
func (t *Table) DropColumn(name string) bool {
	i := t.Column(name)
	if i < 0 {
		return false
	}
	if c := &t.Columns[i]; c.Core == "" {
		t.Dropped = append(t.Dropped, c.Member)
	}
	t.Columns = slices.Delete(t.Columns, i, i+1)
	if t.Option("event_time") == name {
		t.SetOption("event_time", "")
	}
	return true
}

// ReadBy tells whether a predicate asks for a column.
func (c *TableColumn) ReadBy(where nql.Expr) bool {
	read := declaredColumn(c, c.Attr, true).Read.Path
	return slices.ContainsFunc(nql.Paths(where), func(p *nql.Path) bool {
		return p.Root == read.Root && (len(read.Steps) == 0 || len(p.Steps) > 0 && p.Steps[0] == read.Steps[0])
	})
}

// FreeMember gives the member for a new column: its name, unless another column has it, which was renamed since, or had it.
func (t *Table) FreeMember(name string) string {
	member := name
	for n := 2; t.member(member); n++ {
		member = name + "#" + strconv.Itoa(n)
	}
	return member
}

// Option gives a storage parameter as it was set; "" for none.
func (t *Table) Option(name string) string {
	for _, o := range t.Options {
		if o.Name == name {
			return o.Value
		}
	}
	return ""
}

// SetOption sets a storage parameter, or takes it away where the value is empty.
func (t *Table) SetOption(name, value string) {
	kept := make([]TableOption, 0, len(t.Options)+1)
	for _, o := range t.Options {
		if o.Name != name {
			kept = append(kept, o)
		}
	}
	if value != "" {
		kept = append(kept, TableOption{name, value})
	}
	t.Options = kept
}

// Retention gives how much is kept of a stream, as its storage parameters say; zero for everything.
func Retention(s *engine.Schema, id engine.StreamID) engine.Retention {
	t := tableOf(s, id)
	var r engine.Retention
	if v := t.Option("retention"); v != "" {
		r.Age, _ = ParseAge(v) // it was checked when it was set
	}
	if v := t.Option("retention_size"); v != "" {
		r.Bytes, _ = ParseSize(v)
	}
	return r
}

// Layout gives how the pages of a stream's spans are laid out, as its storage parameter says.
func Layout(s *engine.Schema, id engine.StreamID) engine.Layout {
	if l, err := ParseLayout(tableOf(s, id).Option("layout")); err == nil {
		return l
	}
	return engine.Columns
}

// maxAge is the longest that a retention can say: about 292 years.
const maxAge = time.Duration(1<<63 - 1)

// options shows the storage parameters as pg_class.reloptions does: an array of name=value.
func (t *Table) options() string {
	var out strings.Builder
	for i, o := range t.Options {
		if i > 0 {
			out.WriteByte(',')
		}
		text := o.Name + "=" + o.Value
		if strings.ContainsAny(text, " \t\",{}\\") {
			text = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
		}
		out.WriteString(text)
	}
	return "{" + out.String() + "}"
}
