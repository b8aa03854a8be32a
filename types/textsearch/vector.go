package textsearch

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// A Vector is a document (SQL's tsvector): lexemes in the order of their bytes, each with the places where it stands, or none. It is kept in the
// form of PostgreSQL's binary protocol, all numbers big-endian:
//
//	┌──────────┬─────────────────────────────────────────────────────────────────┐
//	│ lexemes  │ lexemes × (text, NUL; places: 2 bytes; places × 2 bytes)        │
//	│ 4 bytes  │ a place: 2 bits weight (0 D … 3 A), 14 bits number, from 1 on   │
//	└──────────┴─────────────────────────────────────────────────────────────────┘
//
// Places of a lexeme ascend. A Vector of a column is always well formed; what comes from outside is checked by ParseVectorBinary.
type Vector []byte

// Place is where a lexeme stands, with its weight.
type Place uint16

// Number is the place's number, 1 to MaxPosition.
func (p Place) Number() int { return int(p & MaxPosition) }

// Weight is 3 for A to 0 for D.
func (p Place) Weight() int { return int(p >> 14) }

func placeAt(number, weight int) Place {
	return Place(min(number, MaxPosition)&MaxPosition | weight<<14)
}

// Lexeme is a lexeme of a document with its places.
type Lexeme struct {
	Text   []byte
	places []byte // as in the form
}

// Places is how many places there are.
func (l *Lexeme) Places() int { return len(l.places) / 2 }

// Place gives a place.
func (l *Lexeme) Place(i int) Place { return Place(binary.BigEndian.Uint16(l.places[2*i:])) }

func (l *Lexeme) setPlaces(places []Place) {
	l.places = make([]byte, 0, 2*len(places))
	for _, p := range places {
		l.places = binary.BigEndian.AppendUint16(l.places, uint16(p))
	}
}

func (l *Lexeme) all() []Place {
	places := make([]Place, l.Places())
	for i := range places {
		places[i] = l.Place(i)
	}
	return places
}

// Len is the number of lexemes.
func (v Vector) Len() int {
	if len(v) < 4 { // what lies under a null
		return 0
	}
	return int(binary.BigEndian.Uint32(v))
}

// Lexemes appends the lexemes to dst; they share the Vector's memory.
func (v Vector) Lexemes(dst []Lexeme) []Lexeme {
	n := v.Len()
	if n == 0 {
		return dst
	}
	dst = slices.Grow(dst, n)
	rest := v[4:]
	for range n {
		end := bytes.IndexByte(rest, 0)
		places := 2 * int(binary.BigEndian.Uint16(rest[end+1:]))
		dst = append(dst, Lexeme{rest[:end:end], rest[end+3 : end+3+places : end+3+places]})
		rest = rest[end+3+places:]
	}
	return dst
}

// AppendVector appends a document of lexemes that are in order.
func AppendVector(dst []byte, lexemes []Lexeme) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(lexemes)))
	for _, l := range lexemes {
		dst = append(append(dst, l.Text...), 0)
		dst = binary.BigEndian.AppendUint16(dst, uint16(l.Places()))
		dst = append(dst, l.places...)
	}
	return dst
}

// size is what PostgreSQL counts of lexemes against its limit: a text, and the places behind it at an even offset.
func size(lexemes []Lexeme) int {
	n := 0
	for _, l := range lexemes {
		n += len(l.Text)
		if len(l.places) > 0 {
			n += n&1 + 2 + len(l.places)
		}
	}
	return n
}

func checkSize(lexemes []Lexeme) error {
	if n := size(lexemes); n > maxLexemes {
		return errorf(limitExceeded, "string is too long for tsvector (%d bytes, max %d bytes)", n, maxLexemes)
	}
	return nil
}

func compareLexemes(a, b Lexeme) int { return bytes.Compare(a.Text, b.Text) }

// merged orders lexemes and makes one of equal ones, with the places of both.
func merged(lexemes []Lexeme) []Lexeme {
	slices.SortStableFunc(lexemes, compareLexemes)
	out := lexemes[:0]
	for i := 0; i < len(lexemes); {
		l := lexemes[i]
		var places []Place
		n := i
		for ; n < len(lexemes) && bytes.Equal(lexemes[n].Text, l.Text); n++ {
			places = append(places, lexemes[n].all()...)
		}
		if len(places) > 1 {
			l.setPlaces(uniquePlaces(places))
		} else if len(places) == 1 {
			l.setPlaces(places)
		}
		out = append(out, l)
		i = n
	}
	return out
}

// uniquePlaces orders places; of equal numbers the greatest weight stays, and no more than are kept.
func uniquePlaces(places []Place) []Place {
	slices.SortStableFunc(places, func(a, b Place) int { return a.Number() - b.Number() })
	out := places[:1]
	for _, p := range places[1:] {
		last := &out[len(out)-1]
		if p.Number() != last.Number() {
			out = append(out, p)
			if len(out) > MaxPositions || p.Number() == MaxPosition {
				break
			}
		} else if p.Weight() > last.Weight() {
			*last = p
		}
	}
	return out
}

// CompareVectors is the order of documents: by their size in PostgreSQL's memory, by the number of lexemes, then lexeme by lexeme, in which one with places
// comes before one without, and more and later places come first.
func CompareVectors(a, b Vector) int {
	x, y := a.Lexemes(nil), b.Lexemes(nil)
	switch n, m := size(x)+4*len(x), size(y)+4*len(y); {
	case n != m:
		return n - m
	case len(x) != len(y):
		return len(x) - len(y)
	}
	for i := range x {
		n, m := x[i].Places(), y[i].Places()
		if n == 0 != (m == 0) {
			return m - n
		}
		if c := compareLexemes(x[i], y[i]); c != 0 {
			return c
		}
		if n != m {
			return m - n
		}
		for k := range n {
			p, q := x[i].Place(k), y[i].Place(k)
			if c := q.Number() - p.Number(); c != 0 {
				return c
			}
			if c := q.Weight() - p.Weight(); c != 0 {
				return c
			}
		}
	}
	return 0
}

// ParseVectorBinary checks the form as a client sends it, and appends it with its lexemes in order.
func ParseVectorBinary(dst, b []byte) ([]byte, error) {
	if len(b) < 4 {
		return dst, errShort
	}
	n := int(int32(binary.BigEndian.Uint32(b)))
	if n < 0 || n > (1<<30-1)/4 {
		return dst, errorf(internal, "invalid size of tsvector")
	}
	rest := b[4:]
	var lexemes []Lexeme
	total := 0
	for range n {
		end := bytes.IndexByte(rest, 0)
		if end < 0 {
			return dst, errorf("08P01", "invalid string in message")
		}
		l := Lexeme{Text: rest[:end]}
		if !validText(l.Text) {
			return dst, errorf("22021", "invalid byte sequence for encoding \"UTF8\"")
		}
		if len(rest) < end+3 {
			return dst, errShort
		}
		places := int(binary.BigEndian.Uint16(rest[end+1:]))
		switch {
		case len(l.Text) > MaxLexeme+1:
			return dst, errorf(internal, "invalid tsvector: lexeme too long")
		case total > maxLexemes:
			return dst, errorf(internal, "invalid tsvector: maximum total lexeme length exceeded")
		case places > MaxPositions+1:
			return dst, errorf(internal, "unexpected number of tsvector positions")
		case len(rest) < end+3+2*places:
			return dst, errShort
		}
		l.places = rest[end+3 : end+3+2*places]
		for i := 1; i < places; i++ {
			if l.Place(i).Number() <= l.Place(i-1).Number() {
				return dst, errorf(internal, "position information is misordered")
			}
		}
		total += len(l.Text) + 2 + 2*places
		lexemes = append(lexemes, l)
		rest = rest[end+3+2*places:]
	}
	if len(rest) > 0 {
		return dst, errorf(invalidBinary, "incorrect binary data format for type tsvector")
	}
	slices.SortStableFunc(lexemes, compareLexemes)
	return AppendVector(dst, lexemes), nil
}

var errShort = errorf("08P01", "insufficient data left in message")
