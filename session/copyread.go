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
	in    *bufio.Reader
	b     *translate.Copy
	csv   bool
	force []bool // of each column: FORCE_NOT_NULL
	null  []bool // of each column: FORCE_NULL

	line   int64 // of the row at hand, from 1
	lines  int64 // read so far
	ended  bool  // by \.
	raw    []byte
	fields []copyField // of the row at hand; valid until the next
	text   []byte      // their characters
}

type copyField struct {
	bytes    []byte
	null     bool
	from, to int // in copyReader.text while the row is being read
	quoted   bool
}

// maxCopyLine bounds a row in bytes: one line of the input, line ends in quotes included.
const maxCopyLine = 64 << 20

func newCopyReader(in io.Reader, b *translate.Copy) *copyReader {
	r := &copyReader{in: bufio.NewReaderSize(in, 64<<10), b: b, csv: b.Format == "csv"}
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
	if r.ended {
		return false, nil
	}
	r.line = r.lines + 1
	r.raw = r.raw[:0]
	more, err := r.readLine()
	if err != nil || !more {
		return false, err
	}
	// A line end within quotes, or behind a backslash, belongs to the value.
	open, seen := r.continues(0, false)
	for open {
		r.raw = append(r.raw, '\n')
		more, err := r.readLine()
		if err != nil {
			return false, err
		}
		if !more && r.csv {
			return false, types.Errorf("22P04", "unterminated CSV quoted field")
		} else if !more {
			break
		}
		open, seen = r.continues(seen, open)
	}
	if string(r.raw) == `\.` {
		r.ended = true
		// What follows the end mark is read and forgotten, as the protocol wants.
		_, err := io.Copy(io.Discard, r.in)
		return false, err
	}
	r.fields, r.text = r.fields[:0], r.text[:0]
	if r.csv {
		err = r.splitCSV()
	} else {
		err = r.splitText()
	}
	return err == nil, err
}

// readLine appends a line to raw, without its end; false where there is none.
func (r *copyReader) readLine() (bool, error) {
	from := len(r.raw)
	for {
		part, err := r.in.ReadSlice('\n')
		r.raw = append(r.raw, part...)
		if len(r.raw) > maxCopyLine {
			return false, types.Errorf(types.CodeProgramLimitExceeded, "a row is longer than %d bytes", maxCopyLine)
		}
		switch err {
		case nil:
			r.raw = r.raw[:len(r.raw)-1]
			if n := len(r.raw); n > from && r.raw[n-1] == '\r' && (r.csv || !escaped(r.raw[from:n-1])) {
				r.raw = r.raw[:n-1]
			}
		case bufio.ErrBufferFull:
			continue
		case io.EOF:
			if len(r.raw) == from {
				return false, nil
			}
		default:
			return false, err
		}
		r.lines++
		return true, nil
	}
}

// continues reports whether the row goes on after the line that ends raw. It looks at raw from seen on, where
// it was within quotes if open says so, and gives where to go on looking.
func (r *copyReader) continues(seen int, open bool) (bool, int) {
	if !r.csv {
		return escaped(r.raw), 0
	}
	for i := seen; i < len(r.raw); i++ {
		switch c := r.raw[i]; {
		case open && c == r.b.Escape && i+1 < len(r.raw) && (r.raw[i+1] == r.b.Quote || r.raw[i+1] == r.b.Escape):
			i++
		case c == r.b.Quote:
			open = !open
		}
	}
	return open, len(r.raw)
}

// escaped reports whether a backslash makes the character after b a part of the value.
func escaped(b []byte) bool {
	n := len(b)
	for n > 0 && b[n-1] == '\\' {
		n--
	}
	return (len(b)-n)%2 == 1
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
			r.text = unescape(r.text, piece)
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

// unescape appends a piece with its escapes undone: \b \f \n \r \t \v, octal \123, hexadecimal \xab, and any other character for itself.
func unescape(dst, p []byte) []byte {
	for i := 0; i < len(p); i++ {
		if p[i] != '\\' || i+1 == len(p) {
			dst = append(dst, p[i])
			continue
		}
		i++
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
			dst = append(dst, byte(v))
		case c == 'x' && i+1 < len(p) && hexDigit(p[i+1]) >= 0:
			v := 0
			for n := 0; n < 2 && i+1 < len(p) && hexDigit(p[i+1]) >= 0; n++ {
				i++
				v = v<<4 | hexDigit(p[i])
			}
			dst = append(dst, byte(v))
		default:
			dst = append(dst, c)
		}
	}
	return dst
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
