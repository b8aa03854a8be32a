package textsearch

import (
	"bytes"
	"math"
	"slices"
)

// Weights are what places of the weights D, C, B and A count in a rank.
type Weights [4]float32

// DefaultWeights are PostgreSQL's.
var DefaultWeights = Weights{0.1, 0.2, 0.4, 1}

// Normalisations of a rank by a document's length, bits of the last argument of ts_rank.
const (
	byLogLength = 1 << iota
	byLength
	byDistance // of covers alone
	byUnique
	byLogUnique
	byItself
)

// Valid replaces negative weights by the usual ones. A weight above 1 is an error.
func (w Weights) Valid() (Weights, error) {
	for i, x := range w {
		if !(x >= 0) {
			w[i] = DefaultWeights[i]
		}
		if w[i] > 1 {
			return w, errorf(invalidParameter, "weight out of range")
		}
	}
	return w, nil
}

// length is how many words a document seems to have.
func length(lexemes []Lexeme) int {
	n := 0
	for i := range lexemes {
		n += max(1, lexemes[i].Places())
	}
	return n
}

// noPlaces stand for those of a lexeme that has none.
var noPlaces = []Place{0}

func (l *Lexeme) rankPlaces() []Place {
	if l.Places() == 0 {
		return noPlaces
	}
	return l.all()
}

// matching is the lexemes that have an operand's text.
func matching(lexemes []Lexeme, o *Node) []Lexeme {
	i, ok := findLexeme(lexemes, o.Text)
	switch {
	case o.Prefix:
		n := i
		for n < len(lexemes) && bytes.HasPrefix(lexemes[n].Text, o.Text) {
			n++
		}
		return lexemes[i:n]
	case ok:
		return lexemes[i : i+1]
	}
	return nil
}

// operandsOnce is the operands of a query in order, one of those with the same text.
func operandsOnce(tree *Node) []*Node {
	operands := tree.operands(nil)
	slices.SortStableFunc(operands, func(a, b *Node) int { return bytes.Compare(a.Text, b.Text) })
	return slices.CompactFunc(operands, func(a, b *Node) bool { return bytes.Equal(a.Text, b.Text) })
}

// Rank says how well a document fits a query, by how often its lexemes are there and how near to each other (SQL's ts_rank).
func Rank(w Weights, v Vector, q Query, method int) float32 {
	tree := q.Tree()
	if tree == nil || v.Len() == 0 {
		return 0
	}
	lexemes := v.Lexemes(nil)
	var rank float32
	operands := operandsOnce(tree)
	if (tree.Op == And || tree.Op == Phrase) && len(operands) > 1 {
		rank = rankAll(w, lexemes, operands)
	} else {
		rank = rankAny(w, lexemes, operands)
	}
	if rank < 0 {
		rank = 1e-20
	}
	if method&byLogLength != 0 {
		rank = float32(float64(rank) / (math.Log(float64(length(lexemes)+1)) / math.Log(2)))
	}
	if method&byLength != 0 {
		rank /= float32(length(lexemes))
	}
	if method&byUnique != 0 {
		rank /= float32(len(lexemes))
	}
	if method&byLogUnique != 0 {
		rank = float32(float64(rank) / (math.Log(float64(len(lexemes)+1)) / math.Log(2)))
	}
	if method&byItself != 0 {
		rank /= rank + 1
	}
	return rank
}

// rankAny adds up what each operand's places count, less for each further one.
func rankAny(w Weights, lexemes []Lexeme, operands []*Node) float32 {
	var rank float32
	for _, o := range operands {
		found := matching(lexemes, o)
		for k := range found {
			var sum float32
			best, at := float32(-1), 0
			for j, p := range found[k].rankPlaces() {
				x := w[p.Weight()]
				sum += x / float32((j+1)*(j+1))
				if x > best {
					best, at = x, j
				}
			}
			// the limit of the sum of 1/i² is π²/6
			rank = float32(float64(rank) + float64(best+sum-best/float32((at+1)*(at+1)))/1.64493406685)
		}
	}
	return rank / float32(len(operands))
}

// rankAll goes by how near to each other the places of each two operands are; -1: there are no two.
func rankAll(w Weights, lexemes []Lexeme, operands []*Node) float32 {
	rank := float32(-1)
	type position struct {
		places []Place
		none   bool
	}
	before := make([]position, len(operands)) // of each operand: of its last lexeme
	for i, o := range operands {
		found := matching(lexemes, o)
		for k := range found {
			before[i] = position{found[k].rankPlaces(), found[k].Places() == 0}
			for j := range i {
				if before[j].places == nil {
					continue
				}
				for _, p := range before[i].places {
					for _, q := range before[j].places {
						a, b := p.Number(), q.Number()
						if before[i].none {
							a = MaxPosition
						}
						if before[j].none {
							b = MaxPosition
						}
						distance := max(a-b, b-a)
						if distance == 0 {
							if !before[i].none && !before[j].none {
								continue
							}
							distance = MaxDistance
						}
						x := float32(math.Sqrt(float64(w[p.Weight()] * w[q.Weight()] * nearness(distance))))
						if rank < 0 {
							rank = x
						} else {
							rank = float32(1 - (1-float64(rank))*(1-float64(x)))
						}
					}
				}
			}
		}
	}
	return rank
}

// nearness is what two places count together.
func nearness(distance int) float32 {
	if distance > 100 {
		return 1e-30
	}
	return float32(1 / (1.005 + 0.05*math.Exp(float64(float32(distance))/1.5-2)))
}
