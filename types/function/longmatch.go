package function

import (
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/types"
)

// longMatch is from how many bytes on a text is matched by Go's regexp as it is read, so that the search ends with the statement: some 50 ns a byte.
const longMatch = 4 << 20

// runes reads a text. It ends with the statement.
type runes struct {
	env  *types.Env
	s    []byte
	at   int
	look int // from where it is looked again whether the statement has ended
}

// ReadRune implements io.RuneReader.
func (r *runes) ReadRune() (rune, int, error) {
	if r.at >= r.look {
		if r.look = r.at + pieceBytes/8; r.env.Over() {
			r.at = len(r.s)
		}
	}
	if r.at >= len(r.s) {
		return 0, 0, io.EOF
	}
	c, w := utf8.DecodeRune(r.s[r.at:])
	r.at += w
	return c, w, nil
}

// fastIndex is the first match of Go's expression in s, nil where there is none.
func (m *matches) fastIndex(s []byte) ([]int, error) {
	if len(s) < longMatch || m.env == nil {
		return m.fast.FindIndex(s), nil
	}
	return m.indexAsRead(s)
}

// indexAsRead is the same for any text, and ends with the statement.
func (m *matches) indexAsRead(s []byte) ([]int, error) {
	// Each match begins with the prefix, which is found fast where it is rare; ^ may stand before it.
	if prefix, _ := m.fast.LiteralPrefix(); prefix != "" && !bytes.Contains(s, []byte(prefix)) {
		return nil, nil
	}
	at := m.fast.FindReaderIndex(&runes{env: m.env, s: s})
	if err := envEnded(m.env); err != nil {
		return nil, err
	}
	return at, nil
}
