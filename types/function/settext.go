package function

import (
	"bytes"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerTextSets gives the functions that split texts their rows.
func registerTextSets(s *setFunctions) {
	s.define("regexp_matches(text,text)", regexpMatches)
	s.define("regexp_matches(text,text,text)", regexpMatches)
	s.define("regexp_split_to_table(text,text)", regexpSplit)
	s.define("regexp_split_to_table(text,text,text)", regexpSplit)
	s.define("string_to_table(text,text)", stringToTable)
	s.define("string_to_table(text,text,text)", stringToTable)
}

// setRegexp compiles the expression of a call.
func setRegexp(c *SetCall) (*pattern, bool, error) {
	var flags []byte
	if len(c.Args) > 2 {
		flags = c.Args[2].Str(0)
	}
	return compileRegexp(c.Args[1].Str(0), flags)
}

// matchRows yields the groups of each match as a text[], or the whole match where there are no groups.
type matchRows struct {
	s       []byte
	matches [][]int
}

func regexpMatches(c *SetCall) (Rows, error) {
	re, global, err := setRegexp(c)
	if err != nil {
		return nil, err
	}
	r := &matchRows{s: c.Args[0].Str(0)}
	r.matches, err = re.firstOrAll(r.s, 0, global)
	return r, err
}

func (r *matchRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && len(r.matches) > 0; max-- {
		m := r.matches[0]
		r.matches = r.matches[1:]
		if err := types.ParseText(out[0], nil, types.TextArray, -1, groupsText(r.s, m)); err != nil {
			return err
		}
	}
	return nil
}

// groupsText is a match's groups, or the match where there are none, as the text of an array.
func groupsText(s []byte, m []int) []byte {
	if len(m) > 2 {
		m = m[2:]
	}
	text := []byte{'{'}
	for i := 0; i < len(m); i += 2 {
		if i > 0 {
			text = append(text, ',')
		}
		if m[i] < 0 {
			text = append(text, "NULL"...)
		} else {
			text = appendQuotedElement(text, s[m[i]:m[i+1]])
		}
	}
	return append(text, '}')
}

// pieceRows yields pieces of a text; a nil piece is null.
type pieceRows struct {
	pieces [][]byte
}

func (r *pieceRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && len(r.pieces) > 0; max-- {
		if p := r.pieces[0]; p == nil {
			out[0].AppendNull()
		} else {
			out[0].AppendBytes(p)
		}
		r.pieces = r.pieces[1:]
	}
	return nil
}

func regexpSplit(c *SetCall) (Rows, error) {
	re, global, err := setRegexp(c)
	if err != nil {
		return nil, err
	}
	if global {
		return nil, types.Errorf(types.CodeInvalidParameterValue, "regexp_split_to_table() does not support the \"global\" option")
	}
	s := c.Args[0].Str(0)
	if s == nil {
		s = []byte{} // an empty text, not none
	}
	pieces, err := splitPieces(re, s)
	return &pieceRows{pieces: pieces}, err
}

// splitPieces cuts a text at all matches but empty ones at its ends and right behind another match.
func splitPieces(re *pattern, s []byte) ([][]byte, error) {
	pieces := [][]byte{}
	all, err := re.all(s, 0)
	from, end := 0, 0
	for _, m := range all {
		if m[0] < len(s) && m[1] > end {
			pieces = append(pieces, s[from:m[0]:m[0]])
			from = m[1]
		}
		end = m[1]
	}
	return append(pieces, s[from:len(s):len(s)]), err
}

// stringToTable splits at a separator: at none where that is empty, between all characters where it is null.
func stringToTable(c *SetCall) (Rows, error) {
	r := &pieceRows{}
	if c.Args[0].Null(0) {
		return r, nil
	}
	s := c.Args[0].Str(0)
	switch {
	case len(s) == 0:
	case c.Args[1].Null(0):
		for len(s) > 0 {
			_, w := utf8.DecodeRune(s)
			r.pieces = append(r.pieces, s[:w:w])
			s = s[w:]
		}
	case len(c.Args[1].Str(0)) == 0:
		r.pieces = [][]byte{s}
	default:
		r.pieces = bytes.Split(s, c.Args[1].Str(0))
		for i, p := range r.pieces {
			if p == nil {
				r.pieces[i] = []byte{}
			}
		}
	}
	if len(c.Args) > 2 && !c.Args[2].Null(0) {
		for i, p := range r.pieces {
			if bytes.Equal(p, c.Args[2].Str(0)) {
				r.pieces[i] = nil
			}
		}
	}
	return r, nil
}
