package textsearch

import (
	"bytes"
	"slices"
)

// Strip appends a document without places.
func (v Vector) Strip(dst []byte) []byte {
	lexemes := v.Lexemes(nil)
	for i := range lexemes {
		lexemes[i].places = nil
	}
	return AppendVector(dst, lexemes)
}

// SetWeight appends a document in which all places have a weight, or those of the lexemes for which only is true.
func (v Vector) SetWeight(dst []byte, weight int, only func(lexeme []byte) bool) []byte {
	lexemes := v.Lexemes(nil)
	for i := range lexemes {
		l := &lexemes[i]
		if only != nil && !only(l.Text) || l.Places() == 0 {
			continue
		}
		places := l.all()
		for k, p := range places {
			places[k] = placeAt(p.Number(), weight)
		}
		l.setPlaces(places)
	}
	return AppendVector(dst, lexemes)
}

// Without appends a document without some lexemes.
func (v Vector) Without(dst []byte, gone func(lexeme []byte) bool) []byte {
	return AppendVector(dst, slices.DeleteFunc(v.Lexemes(nil), func(l Lexeme) bool { return gone(l.Text) }))
}

// WithWeights appends a document of the places with some weights, a bit for each, and of the lexemes that have such.
func (v Vector) WithWeights(dst []byte, weights uint8) []byte {
	var kept []Lexeme
	for _, l := range v.Lexemes(nil) {
		places := slices.DeleteFunc(l.all(), func(p Place) bool { return weights>>p.Weight()&1 == 0 })
		if len(places) > 0 {
			l.setPlaces(places)
			kept = append(kept, l)
		}
	}
	return AppendVector(dst, kept)
}

// Concat appends a document with another behind it: places of the second count from the last one of the first.
func (v Vector) Concat(dst []byte, w Vector) ([]byte, error) {
	first, second := v.Lexemes(nil), w.Lexemes(nil)
	last := 0
	for i := range first {
		for _, p := range first[i].all() {
			last = max(last, p.Number())
		}
	}
	out := make([]Lexeme, 0, len(first)+len(second))
	for len(first) > 0 || len(second) > 0 {
		c := -1
		switch {
		case len(first) == 0:
			c = 1
		case len(second) > 0:
			c = compareLexemes(first[0], second[0])
		}
		var l Lexeme
		if c <= 0 {
			l, first = first[0], first[1:]
		}
		if c >= 0 {
			moved := second[0]
			second = second[1:]
			places := l.all()
			for _, p := range moved.all() {
				n := len(places)
				number := min(p.Number()+last, MaxPosition)
				if n > MaxPositions || n > 0 && places[n-1].Number() == MaxPosition {
					break
				}
				places = append(places, placeAt(number, p.Weight()))
			}
			l.Text = moved.Text
			l.setPlaces(places)
		}
		out = append(out, l)
	}
	if err := checkSize(out); err != nil {
		return dst, err
	}
	return AppendVector(dst, out), nil
}

// FromLexemes appends a document of lexemes without places.
func FromLexemes(dst []byte, texts [][]byte) ([]byte, error) {
	texts = slices.Clone(texts)
	slices.SortFunc(texts, bytes.Compare)
	texts = slices.CompactFunc(texts, bytes.Equal)
	lexemes := make([]Lexeme, len(texts))
	for i, t := range texts {
		if len(t) > MaxLexeme {
			return dst, errorf(limitExceeded, "word is too long (%d bytes, max %d bytes)", len(t), MaxLexeme)
		}
		lexemes[i].Text = t
	}
	if err := checkSize(lexemes); err != nil {
		return dst, err
	}
	return AppendVector(dst, lexemes), nil
}
