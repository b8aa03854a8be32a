package session

import (
	"bufio"
	"bytes"
	"io"
)

// untilMarker reads up to a line that is \. and no more, as COPY's text formats end in scripts: psql sends that
// line too. No line of JSON begins with a backslash, so nothing else can be meant. What follows the marker is read and ignored.
type untilMarker struct {
	r     *bufio.Reader
	rest  []byte // of what was read, still to be handed on
	begin bool   // the next byte begins a line
	err   error
}

func newUntilMarker(r io.Reader) *untilMarker {
	return &untilMarker{r: bufio.NewReaderSize(r, 64<<10), begin: true}
}

func (u *untilMarker) Read(p []byte) (int, error) {
	if len(u.rest) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		if u.begin && u.marker() {
			if _, u.err = io.Copy(io.Discard, u.r); u.err == nil {
				u.err = io.EOF
			}
			return 0, u.err
		}
		u.rest, u.err = u.r.ReadSlice('\n')
		if u.begin = u.err == nil; u.err == bufio.ErrBufferFull {
			u.err = nil
		}
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

func (u *untilMarker) marker() bool {
	b, _ := u.r.Peek(1)
	if len(b) == 0 || b[0] != '\\' {
		return false
	}
	b, _ = u.r.Peek(len("\\.\r\n"))
	b, ok := bytes.CutPrefix(b, []byte(`\.`))
	return ok && (len(b) == 0 || b[0] == '\n' || bytes.HasPrefix(b, []byte("\r\n")))
}
