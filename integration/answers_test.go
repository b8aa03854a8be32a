package integration

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

// difference says how two answers differ; "" where they don't.
func difference(ours, theirs answer, s *statement, binary bool) string {
	var out strings.Builder
	say := func(what, a, b string) { fmt.Fprintf(&out, "  %s\n    ours:   %s\n    theirs: %s\n", what, a, b) }
	if ours.err != nil || theirs.err != nil {
		if a, b := ours.showError(s), theirs.showError(s); a != b {
			say("error", a, b)
		}
		return out.String()
	}
	if a, b := ours.showFields(), theirs.showFields(); a != b {
		say("columns", a, b)
	}
	if ours.tag != theirs.tag {
		say("tag", ours.tag, theirs.tag)
	}
	if out.Len() > 0 {
		return out.String()
	}
	if len(ours.rows) != len(theirs.rows) {
		say("number of rows", strconv.Itoa(len(ours.rows)), strconv.Itoa(len(theirs.rows)))
		return out.String()
	}
	a, b := ours.rows, theirs.rows
	if s.unordered || !ordered(s.sql) {
		a, b = sorted(ours, binary), sorted(theirs, binary)
	}
	differing := 0
	for i := range a {
		if !equalRows(ours, a[i], b[i], binary) {
			if differing++; differing <= 3 {
				say(fmt.Sprintf("row %d of %d", i+1, len(a)), showRow(ours, a[i], binary), showRow(ours, b[i], binary))
			}
		}
	}
	if differing > 3 {
		fmt.Fprintf(&out, "  %d rows differ\n", differing)
	}
	return out.String()
}

// showError is what is compared of an error: SQLSTATE, message and, where both servers parse alike, the position.
func (a answer) showError(s *statement) string {
	switch {
	case a.err == nil:
		return "none, " + a.tag
	case s.codeOnly:
		return a.err.Code
	}
	return fmt.Sprintf("%s %s (at %d)", a.err.Code, a.err.Message, a.err.Position)
}

func (a answer) showFields() string {
	var out []string
	for _, f := range a.fields {
		out = append(out, fmt.Sprintf("%s %d(%d)", f.Name, f.DataTypeOID, f.TypeModifier))
	}
	return strings.Join(out, ", ")
}

// ordered reports whether a statement's outermost level has an ORDER BY.
func ordered(sql string) bool {
	low := strings.ToLower(sql)
	depth := 0
	for i := 0; i < len(low); i++ {
		switch low[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '\'':
			for i++; i < len(low) && low[i] != '\''; i++ {
			}
		case 'o':
			if depth == 0 && strings.HasPrefix(low[i:], "order by ") {
				return true
			}
		}
	}
	return false
}

// sorted puts rows in an order of their own, the same for rows that are equal but for the last bits of floats, mostly: columns
// that are no floats count first.
func sorted(a answer, bin bool) [][][]byte {
	out := slices.Clone(a.rows)
	slices.SortFunc(out, func(x, y [][]byte) int {
		for _, floats := range []bool{false, true} {
			for i := range x {
				if isFloat(a.fields[i].DataTypeOID) != floats {
					continue
				}
				if floats {
					fx, okx := floatOf(x[i], bin, a.fields[i].DataTypeOID)
					fy, oky := floatOf(y[i], bin, a.fields[i].DataTypeOID)
					if okx && oky {
						if closeFloats(fx, fy) {
							continue
						}
						return cmp.Compare(fx, fy)
					}
				}
				if (x[i] == nil) != (y[i] == nil) {
					if x[i] == nil {
						return -1
					}
					return 1
				}
				if c := bytes.Compare(x[i], y[i]); c != 0 {
					return c
				}
			}
		}
		return 0
	})
	return out
}

func isFloat(oid uint32) bool { return oid == pgtype.Float8OID || oid == pgtype.Float4OID }

func floatOf(v []byte, bin bool, oid uint32) (float64, bool) {
	switch {
	case v == nil:
		return 0, false
	case !bin:
		f, err := strconv.ParseFloat(string(v), 64)
		return f, err == nil
	case oid == pgtype.Float8OID && len(v) == 8:
		return math.Float64frombits(binary.BigEndian.Uint64(v)), true
	case oid == pgtype.Float4OID && len(v) == 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(v))), true
	}
	return 0, false
}

func closeFloats(a, b float64) bool {
	if a == b || math.IsNaN(a) && math.IsNaN(b) {
		return true
	}
	return math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b))
}

func equalRows(a answer, x, y [][]byte, bin bool) bool {
	for i := range x {
		if (x[i] == nil) != (y[i] == nil) {
			return false
		}
		if bytes.Equal(x[i], y[i]) {
			continue
		}
		if !isFloat(a.fields[i].DataTypeOID) {
			return false
		}
		fx, okx := floatOf(x[i], bin, a.fields[i].DataTypeOID)
		fy, oky := floatOf(y[i], bin, a.fields[i].DataTypeOID)
		if !okx || !oky || !closeFloats(fx, fy) {
			return false
		}
	}
	return true
}

func showRow(a answer, row [][]byte, bin bool) string {
	var out []string
	for i, v := range row {
		switch {
		case v == nil:
			out = append(out, "NULL")
		case bin && a.fields[i].DataTypeOID != pgtype.TextOID:
			out = append(out, fmt.Sprintf("%x", v))
		default:
			out = append(out, fmt.Sprintf("%q", v))
		}
	}
	return strings.Join(out, ", ")
}
