package function

import (
	"bytes"
	"hash"
	"slices"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
)

// pieceBytes is how much of a long text is gone through before it is looked at whether the statement has ended.
const pieceBytes = 1 << 20

// inPieces gives f a text, a piece at a time, cut between characters, as long as the statement goes on.
func inPieces(c *Call, s []byte, f func(piece []byte)) error {
	for len(s) > pieceBytes {
		n := pieceBytes
		for n > pieceBytes-utf8.UTFMax && !utf8.RuneStart(s[n]) {
			n--
		}
		f(s[:n])
		if s = s[n:]; c.ended() != nil {
			return c.ended()
		}
	}
	f(s)
	return nil
}

// textPieces is a text of a text that comes of its pieces, one after the other: begin gives the function that appends what one comes to.
func textPieces(begin func() func(dst, s []byte) []byte) Kernel {
	return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) (err error) {
		s, f := a[0].Str(i), begin()
		out.AppendFunc(func(dst []byte) []byte {
			dst, err = appendPieces(c, dst, s, f)
			return dst
		})
		return err
	})
}

// appendPieces appends what f makes of a text, a piece at a time.
func appendPieces(c *Call, dst, s []byte, f func(dst, s []byte) []byte) ([]byte, error) {
	if len(s) <= pieceBytes {
		return f(dst, s), nil
	}
	dst = slices.Grow(dst, len(s))
	err := inPieces(c, s, func(p []byte) { dst = f(dst, p) })
	return dst, err
}

// always is begin for what doesn't depend on the pieces before.
func always(f func(dst, s []byte) []byte) func() func(dst, s []byte) []byte {
	return func() func(dst, s []byte) []byte { return f }
}

// textHash is a hash of bytes: short appends that of a text which does not take long, and show the sum of another.
func textHash(short func(dst, s []byte) []byte, begin func() hash.Hash, show func(dst, sum []byte) []byte) Kernel {
	return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		s := a[0].Str(i)
		if len(s) <= pieceBytes {
			out.AppendFunc(func(dst []byte) []byte { return short(dst, s) })
			return nil
		}
		h := begin()
		if err := inPieces(c, s, func(p []byte) { h.Write(p) }); err != nil {
			return err
		}
		out.AppendFunc(func(dst []byte) []byte { return show(dst, h.Sum(nil)) })
		return nil
	})
}

// watch looks now and then, as a text is gone through, whether the statement has ended.
type watch struct {
	call *Call
	next int // how much is left to be gone through when it looks again
}

// ended is why the statement has ended, where so many bytes are left to be gone through.
func (w *watch) ended(left int) error {
	if left > w.next && w.next > 0 {
		return nil
	}
	if w.next = left - pieceBytes; w.next <= 0 {
		w.next = 1
	}
	return w.call.ended()
}

// replaceAll appends s with each from, which is not empty, replaced.
func replaceAll(c *Call, dst, s, from, to []byte) ([]byte, error) {
	looked := 0
	for {
		at := bytes.Index(s, from)
		if at < 0 {
			return append(dst, s...), nil
		}
		dst = append(append(dst, s[:at]...), to...)
		s = s[at+len(from):]
		if looked += at + len(from) + len(to); looked >= pieceBytes {
			if looked = 0; c.ended() != nil {
				return dst, c.ended()
			}
		}
	}
}

// field gives the part of s between separators, which are not empty, with a number from 1, or from -1 back from the last one; nil where there is none.
func field(c *Call, s, sep []byte, n int64) ([]byte, error) {
	if n < 0 { // separators are those that are found from the left
		total := int64(0)
		_, err := fields(c, s, sep, func([]byte) bool {
			total++
			return true
		})
		if n += total + 1; err != nil || n < 1 {
			return nil, err
		}
	}
	return fields(c, s, sep, func([]byte) bool {
		n--
		return n > 0
	})
}

// fields gives f the parts of s between separators until it has enough, and returns that one; nil where it has never enough.
func fields(c *Call, s, sep []byte, f func(part []byte) (more bool)) ([]byte, error) {
	looked := 0
	for found := true; found; {
		var part []byte
		if part, s, found = bytes.Cut(s, sep); !f(part) {
			return part, nil
		}
		if looked += len(part) + len(sep); looked >= pieceBytes {
			if looked = 0; c.ended() != nil {
				return nil, c.ended()
			}
		}
	}
	return nil, nil
}
