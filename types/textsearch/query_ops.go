package textsearch

import (
	"bytes"
	"slices"
)

// Join appends the query that two others make with an operator. An empty one is left out.
func Join(dst []byte, op Operator, distance int, a, b Query) ([]byte, error) {
	if op == Phrase && (distance < 0 || distance > MaxDistance) {
		return dst, errorf(invalidParameter, "distance in phrase operator must be an integer value between zero and %d inclusive", MaxDistance)
	}
	switch {
	case a.Empty():
		return append(dst, b...), nil
	case b.Empty():
		return append(dst, a...), nil
	}
	n := &Node{Op: op, Left: a.Tree(), Right: b.Tree(), Distance: distance}
	if err := checkQuery(n); err != nil {
		return dst, err
	}
	return AppendQuery(dst, n), nil
}

// Negate appends the query that matches where another does not. The empty one stays empty.
func Negate(dst []byte, q Query) ([]byte, error) {
	if q.Empty() {
		return append(dst, q...), nil
	}
	n := &Node{Op: Not, Right: q.Tree()}
	if err := checkQuery(n); err != nil {
		return dst, err
	}
	return AppendQuery(dst, n), nil
}

// Contains reports whether all lexemes of another query are in a query.
func Contains(q, other Query) bool {
	has := q.texts()
	for _, t := range other.texts() {
		if _, ok := slices.BinarySearchFunc(has, t, bytes.Compare); !ok {
			return false
		}
	}
	return true
}

func (q Query) texts() [][]byte {
	var texts [][]byte
	for _, o := range q.Tree().operands(nil) {
		texts = append(texts, o.Text)
	}
	slices.SortFunc(texts, bytes.Compare)
	return slices.CompactFunc(texts, bytes.Equal)
}

// Indexable appends the text of what each document that matches must have; T where that is nothing.
func (q Query) Indexable(dst []byte) []byte {
	n := q.Tree()
	if n == nil {
		return dst
	}
	if n = withoutNots(n); n == nil {
		return append(dst, 'T')
	}
	return n.appendText(dst, -1, false)
}
