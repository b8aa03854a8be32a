package engine

import (
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/nql"
)

// Schema is what a generation says of streams and catalog objects. Immutable.
type Schema struct {
	// Version grows with every change.
	Version uint64
	Streams []*StreamSchema // by ID
	Signals []*Signal       // by ID
	Objects map[ObjectKey][]byte
}

// StreamSchema describes one stream. Immutable.
type StreamSchema struct {
	ID           StreamID
	Schema, Name string
	Properties   []Property // in order of Seq, the order of first appearance

	index map[string]int // pathKey to index of Properties
}

// Property is a property path of a stream with the type that SQL gives it.
type Property struct {
	Path []string
	Type uint32 // type OID; 0: only nulls so far
	Seq  uint32 // of first appearance in the stream, from 1
	// Declared: the type was declared and does not widen.
	Declared bool
	// Big: an integer beyond 2^53 was seen (event.Property.Big).
	Big bool
	// Long: a fraction was seen that a double may not hold (event.Property.Long).
	Long bool
}

// SignalID identifies a signal for ever; names change.
type SignalID uint64

// Signal is a predicate whose matches are noted in a page bitmap beside each span. A scan whose predicate has the signal's
// conjuncts among its own reads only the pages that may match. Immutable.
type Signal struct {
	ID         SignalID
	Stream     StreamID
	Name       string
	Where      nql.Expr // no parameters; not nil
	Definition string   // as the user gave it; the catalog's business

	conjuncts []string // of Where, printed: what scans compare
}

// StreamSignals lists the signals of a stream.
func (s *Schema) StreamSignals(id StreamID) []*Signal {
	var out []*Signal
	for _, g := range s.Signals {
		if g.Stream == id {
			out = append(out, g)
		}
	}
	return out
}

// ObjectKey names a catalog object; kinds are the catalog's business.
type ObjectKey struct{ Kind, Name string }

// Object is a catalog object to be put; nil Data deletes it.
type Object struct {
	ObjectKey
	Data []byte
}

// Stream finds a stream by its id.
func (s *Schema) Stream(id StreamID) *StreamSchema {
	i, ok := slices.BinarySearchFunc(s.Streams, id, func(t *StreamSchema, id StreamID) int {
		switch {
		case t.ID < id:
			return -1
		case t.ID > id:
			return 1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return s.Streams[i]
}

// Lookup finds a stream by its name, exactly as spelled.
func (s *Schema) Lookup(schema, name string) *StreamSchema {
	for _, t := range s.Streams {
		if t.Schema == schema && t.Name == name {
			return t
		}
	}
	return nil
}

// Property finds a property by its exact path; nil when the stream has none.
func (s *StreamSchema) Property(path ...string) *Property {
	if i, ok := s.index[pathKey(path)]; ok {
		return &s.Properties[i]
	}
	return nil
}

// pathKey joins a path with a byte that no name contains.
func pathKey(path []string) string { return strings.Join(path, "\x00") }
