package session

import (
	"bufio"
	"bytes"
	"io"

	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// copyLines cuts COPY's text and csv formats into lines, each a row's: a line end within quotes, or behind a backslash, belongs to a value.
type copyLines struct {
	in  *bufio.Reader
	b   *translate.Copy
	csv bool

	line  int64 // the number of the line at hand, from 1; what PostgreSQL's context of an error calls so
	raw   []byte
	whole bool    // raw is all of a line
	end   lineEnd // as the lines so far
	ended bool    // by \.
}

// lineEnd is what ends lines: the first one decides for all.
type lineEnd uint8

const (
	anyEnd lineEnd = iota
	endLF
	endCRLF
	endCR
)

// maxCopyLine bounds a row in bytes: one line of the input, line ends in quotes included.
const maxCopyLine = 64 << 20

// readLine reads a line into raw, without its end; false where there is none.
func (r *copyLines) readLine() (bool, error) {
	r.raw, r.whole = r.raw[:0], false
	if r.ended {
		return false, nil
	}
	r.line++
	more, err := r.cut()
	if err != nil || !more {
		r.whole = err == nil
		return false, err
	}
	if err := function.CheckUTF8(r.raw); err != nil {
		return false, err
	}
	r.whole = true
	return true, nil
}

// cut is readLine before the line's characters are checked.
func (r *copyLines) cut() (bool, error) {
	quoted, escaped := false, false
	for {
		if _, err := r.in.Peek(1); err == io.EOF {
			return len(r.raw) > 0, nil
		} else if err != nil {
			return false, err
		}
		buf, _ := r.in.Peek(r.in.Buffered())
		if !quoted && r.plain(buf) {
			return true, nil
		}
		n := 0 // of buf, taken
	scan:
		for n < len(buf) {
			c := buf[n]
			if r.csv {
				if r.b.Escape != r.b.Quote && c == r.b.Escape {
					escaped = quoted && !escaped
				} else {
					if c == r.b.Quote && !escaped {
						quoted = !quoted
					}
					escaped = false
				}
				if quoted {
					if c == '\n' && r.end == endLF || c == '\r' && r.end != endLF {
						r.line++
					}
					n++
					continue
				}
			}
			switch {
			case c == '\n' || c == '\r':
				if err := r.take(buf[:n], 1); err != nil {
					return false, err
				}
				return true, r.ends(c)
			case c == '\\' && (!r.csv || len(r.raw)+n == 0):
				break scan
			}
			n++
		}
		behind := n < len(buf) // a backslash comes
		if err := r.take(buf[:n], 0); err != nil {
			return false, err
		}
		if behind {
			if ended, err := r.backslash(); err != nil || ended {
				return len(r.raw) > 0, err
			}
		}
	}
}

// plain takes a line that needs no closer look, if one lies in buf.
func (r *copyLines) plain(buf []byte) bool {
	if r.end > endLF {
		return false
	}
	n := bytes.IndexByte(buf, '\n')
	if n < 0 || bytes.IndexByte(buf[:n], '\r') >= 0 {
		return false
	}
	if !r.csv && bytes.IndexByte(buf[:n], '\\') >= 0 || r.csv && (bytes.IndexByte(buf[:n], r.b.Quote) >= 0 || len(r.raw) == 0 && n > 0 && buf[0] == '\\') {
		return false
	}
	r.end = endLF
	return r.take(buf[:n], 1) == nil
}

// take appends what lies ahead to raw, and passes over more bytes behind it.
func (r *copyLines) take(p []byte, more int) error {
	if len(r.raw)+len(p) > maxCopyLine {
		return types.Errorf(types.CodeProgramLimitExceeded, "a row is longer than %d bytes", maxCopyLine)
	}
	r.raw = append(r.raw, p...)
	r.in.Discard(len(p) + more) //nolint:errcheck // they lie in the buffer
	return nil
}

// ends goes on behind the c that ends a line.
func (r *copyLines) ends(c byte) error {
	if c == '\n' {
		if r.end > endLF {
			return r.otherEnd("newline", `\n`)
		}
		r.end = endLF
		return nil
	}
	if r.end == endLF && !r.csv {
		return r.otherEnd("carriage return", `\r`)
	}
	next, err := r.in.Peek(1)
	switch {
	case err != nil && err != io.EOF:
		return err
	case r.end == endLF:
		return r.otherEnd("carriage return", `\r`)
	case r.end == endCR:
	case err == nil && next[0] == '\n':
		r.end = endCRLF
		r.in.Discard(1) //nolint:errcheck // it lies in the buffer
	case r.end == endCRLF:
		return r.otherEnd("carriage return", `\r`)
	default:
		r.end = endCR
	}
	return nil
}

// otherEnd is the error for a line end that the other lines don't have.
func (r *copyLines) otherEnd(what, escape string) error {
	if r.csv {
		return types.Errorf("22P04", "unquoted %s found in data", what).WithHint("Use quoted CSV field to represent %s.", what)
	}
	return types.Errorf("22P04", "literal %s found in data", what).WithHint("Use \"%s\" to represent %s.", escape, what)
}

// backslash takes a backslash and what belongs to it: the character behind it, or the mark \. that ends the data. In the format csv it may be no more
// than a character of the value.
func (r *copyLines) backslash() (ended bool, err error) {
	ahead, err := r.in.Peek(2)
	if err != nil && err != io.EOF {
		return false, err
	}
	if len(ahead) < 2 || ahead[1] != '.' {
		n := len(ahead)
		if r.csv {
			n = 1
		}
		return false, r.take(ahead[:n], 0)
	}
	corrupt := types.Errorf("22P04", "end-of-copy marker corrupt")
	mismatch := types.Errorf("22P04", "end-of-copy marker does not match previous newline style")
	var c byte
	for size := 3; size <= 4; size++ {
		if ahead, err = r.in.Peek(size); err != nil && err != io.EOF {
			return false, err
		}
		if len(ahead) < size { // the data end before the mark does
			return false, r.take(ahead, 0)
		}
		c = ahead[size-1]
		if r.end != endCRLF || size == 4 {
			break
		}
		switch {
		case r.csv && c != '\r':
			return false, r.take(ahead[:1], 0)
		case c == '\n':
			return false, mismatch
		case c != '\r':
			return false, corrupt
		}
	}
	switch {
	case c != '\r' && c != '\n' && r.csv:
		return false, r.take(ahead[:1], 0)
	case c != '\r' && c != '\n':
		return false, corrupt
	case r.end == endCR && c != '\r', (r.end == endLF || r.end == endCRLF) && c != '\n':
		return false, mismatch
	}
	r.ended = true
	// What follows the end mark is read and forgotten, as the protocol wants.
	_, err = io.Copy(io.Discard, r.in)
	return true, err
}
