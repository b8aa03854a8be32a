package catalog

import (
	"maps"
	"slices"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// shared tells the classes whose comments are in pg_shdescription.
func shared(class types.OID) bool { return class == ClassRole || class == ClassDatabase }

// knownDescriptions lists comments: those of COMMENT ON, and for core columns that have none what they are, and those of functions that PostgreSQL does not have.
func knownDescriptions(s *Snapshot, w *Rows) {
	for _, c := range s.Comments() {
		if !shared(c.Class) {
			describe(w, c)
		}
	}
	for _, st := range s.streams {
		for i := range st.Columns {
			c := &st.Columns[i]
			_, own := s.schema.Objects[commentKey(ClassRelation, st.OID, int32(c.Attr))]
			if text, ok := coreComments[c.Name]; ok && c.Core && !own {
				describe(w, Comment{ClassRelation, st.OID, int32(c.Attr), text})
			}
		}
	}
	own := function.OwnComments()
	for _, oid := range slices.Sorted(maps.Keys(own)) {
		describe(w, Comment{classFunction, oid, 0, own[oid]})
	}
}

func describe(w *Rows, c Comment) {
	w.Begin()
	w.OID("objoid", c.Object)
	w.OID("classoid", c.Class)
	w.Int("objsubid", int64(c.Sub))
	w.Text("description", c.Text)
	w.End()
}

func knownSharedDescriptions(s *Snapshot, w *Rows) {
	for _, c := range s.Comments() {
		if !shared(c.Class) {
			continue
		}
		w.Begin()
		w.OID("objoid", c.Object)
		w.OID("classoid", c.Class)
		w.Text("description", c.Text)
		w.End()
	}
}

// coreComment says what a core column of a stream is.
func (s *Snapshot) coreComment(relation types.OID, attr int32) (string, bool) {
	r, ok := s.RelationByOID(relation)
	if !ok || r.Stream == nil || attr == 0 {
		return "", false
	}
	for i := range r.Stream.Columns {
		if c := &r.Stream.Columns[i]; c.Core && int32(c.Attr) == attr {
			text, ok := coreComments[c.Name]
			return text, ok
		}
	}
	return "", false
}

var coreComments = map[string]string{
	"timestamp":        "when the event happened (@t)",
	"level":            "severity (@l, else a property level or severity)",
	"message":          "the rendered message (@m, else @mt rendered, else a property message or msg)",
	"exception":        "exception with its stack trace (@x)",
	"properties":       "every property that is not built in",
	"message_template": "message template (@mt)",
	"event_type":       "number of the event type (@i)",
	"trace_id":         "trace (@tr)",
	"span_id":          "span (@sp)",
	"document":         "the whole event as stored",
	"event_id":         "stable and unique, ordered within equal timestamps",
}
