package function

import (
	"bytes"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

const codeInvalidEscape = "22025"

func registerLike(r *registry) {
	for _, t := range []string{"text", "name", "bpchar", "bytea"} {
		right := "text"
		if t == "bytea" {
			right = t
		}
		r.op(t+" ~~ "+right, likeKernel(false, true))
		r.op(t+" !~~ "+right, likeKernel(false, false))
		if t != "bytea" {
			r.op(t+" ~~* text", likeKernel(true, true))
			r.op(t+" !~~* text", likeKernel(true, false))
		}
	}
	r.fn("like(text,text)", likeKernel(false, true))
	r.fn("notlike(text,text)", likeKernel(false, false))
	r.fn("like_escape(text,text)", byRow(likeEscape))
	r.totalOp("text ^@ text", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(bytes.HasPrefix(a[0].Str(i), a[1].Str(i)))
		return nil
	}))
}

// likeKernel matches with the pattern prepared once where it is constant.
func likeKernel(fold, want bool) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		s, p := args[0], args[1]
		var buf []byte
		if p.Form == column.Constant || n == 1 {
			m := parseLike(p.Str(0), fold)
			if m.broken {
				return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
					return m.fail(a[0].Str(i), fold, want, out)
				})
			}
			return predicate(n, sel, out, func(i int) bool {
				x := s.Str(i)
				if fold {
					buf = appendLower(buf[:0], x)
					x = buf
				}
				return m.match(x) == want
			})
		}
		return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			m := parseLike(a[1].Str(i), fold)
			if m.broken {
				return m.fail(a[0].Str(i), fold, want, out)
			}
			x := a[0].Str(i)
			if fold {
				buf = appendLower(buf[:0], x)
				x = buf
			}
			out.AppendBool(m.match(x) == want)
			return nil
		})
	}
}

// like is a LIKE pattern cut at its % signs. The first piece is found at the text's start, the last at its end, those
// between one after the other, each as early as possible: if any way matches, that one does.
type like struct {
	pieces []piece // at least one; with one there is no %
	broken bool    // the pattern ends with a lone backslash, for which pieces has _%
}

// piece matches a run of characters: literal bytes where any is nil, else literal is cut at its _ signs into any.
type piece struct {
	literal []byte
	any     [][]byte // the literals before, between and behind the _ signs
}

func parseLike(p []byte, fold bool) *like {
	if fold {
		p = appendLower(nil, p)
	}
	m := &like{}
	var cur piece
	end := func() {
		if cur.any != nil {
			cur.any = append(cur.any, cur.literal)
			cur.literal = nil
		}
		m.pieces = append(m.pieces, cur)
		cur = piece{}
	}
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '%':
			end()
		case '_':
			cur.any = append(cur.any, cur.literal)
			cur.literal = nil
		case '\\':
			if i++; i == len(p) {
				m.broken = true
				cur.any = append(cur.any, cur.literal)
				cur.literal = nil
				end()
				break
			}
			cur.literal = append(cur.literal, p[i])
		default:
			cur.literal = append(cur.literal, p[i])
		}
	}
	end()
	return m
}

// fail answers for a broken pattern: nothing matches it, and it is an error once a text leads as far as the backslash.
func (m *like) fail(s []byte, fold, want bool, out *column.Vector) error {
	if fold {
		s = appendLower(nil, s)
	}
	if m.match(s) {
		return types.Errorf(codeInvalidEscape, "LIKE pattern must not end with escape character")
	}
	out.AppendBool(!want)
	return nil
}

func (m *like) match(s []byte) bool {
	first, last := &m.pieces[0], &m.pieces[len(m.pieces)-1]
	n, ok := first.prefix(s)
	if !ok {
		return false
	}
	if len(m.pieces) == 1 {
		return n == len(s)
	}
	s = s[n:]
	for i := 1; i < len(m.pieces)-1; i++ {
		to, ok := m.pieces[i].find(s)
		if !ok {
			return false
		}
		s = s[to:]
	}
	return last.suffix(s)
}

// prefix says how many bytes at the start of s the piece takes.
func (p *piece) prefix(s []byte) (int, bool) {
	if p.any == nil {
		return len(p.literal), bytes.HasPrefix(s, p.literal)
	}
	at := 0
	for i, l := range p.any {
		if i > 0 {
			if at == len(s) {
				return 0, false
			}
			_, w := utf8.DecodeRune(s[at:])
			at += w
		}
		if !bytes.HasPrefix(s[at:], l) {
			return 0, false
		}
		at += len(l)
	}
	return at, true
}

// find gives the end of the piece's first occurrence.
func (p *piece) find(s []byte) (int, bool) {
	if p.any == nil {
		at := bytes.Index(s, p.literal)
		return at + len(p.literal), at >= 0
	}
	for at := 0; ; {
		if first := p.any[0]; len(first) > 0 {
			skip := bytes.Index(s[at:], first)
			if skip < 0 {
				return 0, false
			}
			at += skip
		}
		if n, ok := p.prefix(s[at:]); ok {
			return at + n, true
		}
		if at == len(s) {
			return 0, false
		}
		_, w := utf8.DecodeRune(s[at:])
		at += w
	}
}

// suffix says whether s ends with the piece.
func (p *piece) suffix(s []byte) bool {
	if p.any == nil {
		return bytes.HasSuffix(s, p.literal)
	}
	at := len(s)
	for i := len(p.any) - 1; i >= 0; i-- {
		if !bytes.HasSuffix(s[:at], p.any[i]) {
			return false
		}
		at -= len(p.any[i])
		if i > 0 {
			if at == 0 {
				return false
			}
			_, w := utf8.DecodeLastRune(s[:at])
			at -= w
		}
	}
	return true
}

// likeEscape rewrites a pattern with another escape character to one with a backslash.
func likeEscape(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	p, esc := a[0].Str(i), a[1].Str(i)
	if utf8.RuneCount(esc) > 1 {
		return types.Errorf(codeInvalidEscape, "invalid escape string").WithHint("Escape string must be empty or one character.")
	}
	var dst []byte
	for len(p) > 0 {
		_, w := utf8.DecodeRune(p)
		switch {
		case len(esc) > 0 && bytes.HasPrefix(p, esc):
			dst, p = append(dst, '\\'), p[w:]
			_, w = utf8.DecodeRune(p)
			dst = append(dst, p[:w]...)
		case p[0] == '\\':
			dst = append(dst, `\\`...)
		default:
			dst = append(dst, p[:w]...)
		}
		p = p[w:]
	}
	out.AppendBytes(dst)
	return nil
}
