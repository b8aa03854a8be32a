package catalog

import (
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// viewKind is the kind of a view's object in the MANIFEST: by id, in decimal, a View as JSON. Views and streams share one sequence of ids.
const viewKind = "view"

// View is a query with a name. Its columns are those that it had when it was made, whatever the streams below have become.
type View struct {
	ID      engine.StreamID `json:"-"`
	OID     types.OID       `json:"-"`
	Schema  string          `json:"schema"`
	Name    string          `json:"name"`
	Columns []ViewColumn    `json:"columns"`
	Query   []ViewPart      `json:"query"`
	Options []TableOption   `json:"options,omitempty"` // security_barrier, security_invoker
}

// ViewColumn is a column of a view; its attnum is its place, from 1.
type ViewColumn struct {
	Name   string    `json:"name"`
	Type   types.OID `json:"type"`
	Typmod int32     `json:"typmod"`
}

// ViewPart is a piece of a view's query: text as it stands, or a stream or view, which may have another name by now.
type ViewPart struct {
	Text     string    `json:"text,omitempty"`
	Relation types.OID `json:"relation,omitempty"`
	// Alias is what columns are qualified with where the query gives the relation no alias: the name that it had.
	Alias string `json:"alias,omitempty"`
}

// Option gives an option of a view as it was set; "" for none.
func (v *View) Option(name string) string { return (&Table{Options: v.Options}).Option(name) }

// Clone copies a view, to be changed.
func (v *View) Clone() *View {
	c := *v
	c.Columns, c.Query, c.Options = slices.Clone(v.Columns), slices.Clone(v.Query), slices.Clone(v.Options)
	return &c
}

// dependsOn reports whether a view's query reads a relation itself.
func (v *View) dependsOn(oid types.OID) bool {
	return slices.ContainsFunc(v.Query, func(p ViewPart) bool { return p.Relation == oid })
}

func viewKey(id engine.StreamID) engine.ObjectKey {
	return engine.ObjectKey{Kind: viewKind, Name: strconv.FormatUint(uint64(id), 10)}
}

// viewsOf reads the views of a schema, in order of OID. One that can't be read was written by a program that knew more: it is left out.
func viewsOf(s *engine.Schema) []*View {
	var out []*View
	for key, text := range s.Objects {
		if key.Kind != viewKind {
			continue
		}
		id, err := strconv.ParseUint(key.Name, 10, 64)
		v := new(View)
		if err != nil || json.Unmarshal(text, v) != nil {
			continue
		}
		v.ID, v.OID = engine.StreamID(id), firstStreamOID+types.OID(id)
		out = append(out, v)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].OID < out[j].OID })
	return out
}

// Views lists the views in order of their OIDs. The slice is not to be changed.
func (s *Snapshot) Views() []*View { return s.views }

// ViewsOn lists the views whose queries read a relation themselves, in order of OID.
func (s *Snapshot) ViewsOn(oid types.OID) []*View { return viewsOn(s.views, oid) }

func viewsOn(all []*View, oid types.OID) []*View {
	var out []*View
	for _, v := range all {
		if v.dependsOn(oid) {
			out = append(out, v)
		}
	}
	return out
}

// ViewQuery gives a view's query with every relation named by its schema, as it is bound.
func (s *Snapshot) ViewQuery(v *View) string { return s.viewText(v, nil) }

// ViewDefinition gives a view's query as pg_get_viewdef shows it: relations that the search path finds stand without their schema.
func (s *Snapshot) ViewDefinition(v *View, path []string) string {
	return s.viewText(v, func(r Relation) bool {
		found, ok := s.Find(path, r.Name)
		return ok && found.OID == r.OID
	}) + ";"
}

func (s *Snapshot) viewText(v *View, visible func(Relation) bool) string {
	var out strings.Builder
	for _, p := range v.Query {
		out.WriteString(p.Text)
		if p.Relation == 0 {
			continue
		}
		r, ok := s.RelationByOID(p.Relation)
		if !ok { // it can't be: what a view reads is dropped with it
			out.WriteString(`"???"`)
			continue
		}
		if visible == nil || !visible(r) {
			out.WriteString(function.QuoteIdent(r.Schema) + ".")
		}
		out.WriteString(function.QuoteIdent(r.Name))
		if p.Alias != "" && p.Alias != r.Name {
			out.WriteString(" " + function.QuoteIdent(p.Alias))
		}
	}
	return out.String()
}

// searchPath is the search path of an environment.
func searchPath(env *types.Env) []string {
	if env == nil || env.Names == nil {
		return []string{PublicSchema}
	}
	return env.Names.SearchPath()
}
