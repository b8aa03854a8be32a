package session

import (
	"bufio"
	"bytes"
	"io"

	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// copyReader splits COPY's text and csv formats into rows of fields.
type copyReader struct {
	copyLines
	force []bool // of each column: FORCE_NOT_NULL
	null  []bool // of each column: FORCE_NULL

	fields []copyField // of the row at hand; valid until the next
	text   []byte      // their characters
	high   bool        // an escape made a byte that is not ASCII
}

type copyField struct {
	bytes    []byte
	null     bool
	from, to int // in copyReader.text while the row is being read
	quoted   bool
}

func newCopyReader(in io.Reader, b *translate.Copy) *copyReader {
	r := &copyReader{copyLines: copyLines{in: bufio.NewReaderSize(in, 64<<10), b: b, csv: b.Format == "csv"}}
	r.force, r.null = make([]bool, len(b.Targets)), make([]bool, len(b.Targets))
	mark := func(names []string, marks []bool) {
		for _, n := range names {
			for i, t := range b.Targets {
				if n == "*" || t.Name == n {
					marks[i] = true
				}
			}
		}
	}
	mark(b.ForceNotNull, r.force)
	mark(b.ForceNull, r.null)
	return r
}

// next reads a row; false at the end.
func (r *copyReader) next() (bool, error) {
	if more, err := r.readLine(); err != nil || !more {
		return false, err
	}
	return true, r.split()
}

// split splits the line at hand into fields.
func (r *copyReader) split() error {
	r.fields, r.text, r.high = r.fields[:0], r.text[:0], false
	if r.csv {
		return r.splitCSV()
	}
	return r.splitText()
}

func (r *copyReader) field(from int, quoted, null bool) {
	r.fields = append(r.fields, copyField{from: from, to: len(r.text), quoted: quoted, null: null})
}

// settle gives the fields their bytes, once the text can't move any more.
func (r *copyReader) settle() {
	for i := range r.fields {
		f := &r.fields[i]
		f.bytes = r.text[f.from:f.to:f.to]
	}
}

// splitCSV splits raw.
func (r *copyReader) splitCSV() error {
	open, quoted, from := false, false, 0
	end := func() {
		null := !quoted && string(r.text[from:]) == r.b.Null
		if i := len(r.fields); i < len(r.force) {
			null = null && !r.force[i] || r.null[i] && string(r.text[from:]) == r.b.Null
		}
		r.field(from, quoted, null)
		quoted, from = false, len(r.text)
	}
	for i := 0; i < len(r.raw); i++ {
		switch c := r.raw[i]; {
		case open && c == r.b.Escape && i+1 < len(r.raw) && (r.raw[i+1] == r.b.Quote || r.raw[i+1] == r.b.Escape):
			i++
			r.text = append(r.text, r.raw[i])
		case c == r.b.Quote:
			open, quoted = !open, true
		case c == r.b.Delimiter && !open:
			end()
		default:
			r.text = append(r.text, c)
		}
	}
	if open {
		return types.Errorf("22P04", "unterminated CSV quoted field")
	}
	end()
	r.settle()
	return nil
}

// splitText splits raw, undoing backslash escapes.
func (r *copyReader) splitText() error {
	raw := r.raw
	for {
		piece, rest, more := cutUnescaped(raw, r.b.Delimiter)
		from := len(r.text)
		if string(piece) == r.b.Null { // compared before escapes are undone: \N
			r.field(from, false, true)
		} else {
			r.text, r.high = unescape(r.text, piece, r.high)
			r.field(from, false, false)
		}
		if !more {
			break
		}
		raw = rest
	}
	r.settle()
	return nil
}

// cutUnescaped cuts at the first delimiter that no backslash stands before.
func cutUnescaped(b []byte, delimiter byte) (piece, rest []byte, more bool) {
	for i := 0; i < len(b); i++ {
		j := bytes.IndexByte(b[i:], delimiter)
		if j < 0 {
			return b, nil, false
		}
		k := bytes.IndexByte(b[i:i+j], '\\')
		if k < 0 {
			return b[:i+j], b[i+j+1:], true
		}
		i += k + 1 // behind the escaped character
	}
	return b, nil, false
}

// unescape appends a piece with its escapes undone: \b \f \n \r \t \v, octal \123, hexadecimal \xab, and any other character for itself; a backslash
// at the end is nothing. high is set where an escape made a byte that is not ASCII.
func unescape(dst, p []byte, high bool) (_ []byte, _ bool) {
	for i := 0; i < len(p); i++ {
		if p[i] != '\\' {
			dst = append(dst, p[i])
			continue
		}
		if i++; i == len(p) {
			break
		}
		switch c := p[i]; {
		case c == 'b':
			dst = append(dst, '\b')
		case c == 'f':
			dst = append(dst, '\f')
		case c == 'n':
			dst = append(dst, '\n')
		case c == 'r':
			dst = append(dst, '\r')
		case c == 't':
			dst = append(dst, '\t')
		case c == 'v':
			dst = append(dst, '\v')
		case c >= '0' && c <= '7':
			v := 0
			for n := 0; n < 3 && i < len(p) && p[i] >= '0' && p[i] <= '7'; n++ {
				v = v<<3 | int(p[i]-'0')
				i++
			}
			i--
			high = high || v&0x80 != 0
			dst = append(dst, byte(v))
		case c == 'x' && i+1 < len(p) && hexDigit(p[i+1]) >= 0:
			v := 0
			for n := 0; n < 2 && i+1 < len(p) && hexDigit(p[i+1]) >= 0; n++ {
				i++
				v = v<<4 | hexDigit(p[i])
			}
			high = high || v&0x80 != 0
			dst = append(dst, byte(v))
		default:
			dst = append(dst, c)
		}
	}
	return dst, high
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
