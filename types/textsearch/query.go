package textsearch

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/crc32"
	"math/bits"
)

// A Query is what a document is searched for (SQL's tsquery), in the form of PostgreSQL's binary protocol, all numbers big-endian: 4 bytes with the number of nodes,
// then the nodes of the tree, each before its operands, the right one before the left one:
//
//	┌───┬────────┬────────┬───────────┐        ┌───┬──────────┬──────────────────┐
//	│ 1 │ weights│ prefix │ text, NUL │   or   │ 2 │ operator │ distance, 2 bytes│ the last one of a phrase only
//	└───┴────────┴────────┴───────────┘        └───┴──────────┴──────────────────┘
//
// weights has a bit for each weight that is wanted, 1 for D to 8 for A; 0 means any. An empty Query has no node, and no document matches it.
type Query []byte

// Operator joins the operands of a node.
type Operator uint8

// The operators, with the numbers of the form; Operand is a node that is a lexeme.
const (
	Operand Operator = iota
	Not
	And
	Or
	Phrase
	stopWord // in the place of a word that is left out, while a query is made
)

// priority orders operators by how strongly they bind.
func (o Operator) priority() int { return [...]int{0, 4, 2, 1, 3, 0}[o] }

// Node is a node of a query's tree.
type Node struct {
	Op          Operator
	Text        []byte // of an Operand
	Weights     uint8
	Prefix      bool
	Distance    int   // of a Phrase: the right operand stands so many places behind the left one
	Left, Right *Node // Not has a Right one alone
	index       int   // of an Operand: its place among them, from the left end of the form
}

// Empty reports whether there is nothing to search for.
func (q Query) Empty() bool { return q.Len() == 0 }

// Len is the number of nodes.
func (q Query) Len() int {
	if len(q) < 4 { // what lies under a null
		return 0
	}
	return int(binary.BigEndian.Uint32(q))
}

// Tree reads a Query that is well formed; nil: it is empty. It shares the Query's memory.
func (q Query) Tree() *Node {
	if q.Empty() {
		return nil
	}
	r := reader{rest: q[4:]}
	return r.node()
}

type reader struct {
	rest     []byte
	operands int
}

func (r *reader) node() *Node {
	b := r.rest
	if b[0] == 1 {
		end := 3 + bytes.IndexByte(b[3:], 0)
		n := &Node{Weights: b[1], Prefix: b[2] != 0, Text: b[3:end:end], index: r.operands}
		r.rest = b[end+1:]
		r.operands++
		return n
	}
	n := &Node{Op: Operator(b[1])}
	if r.rest = b[2:]; n.Op == Phrase {
		n.Distance = int(binary.BigEndian.Uint16(r.rest))
		r.rest = r.rest[2:]
	}
	n.Right = r.node()
	if n.Op != Not {
		n.Left = r.node()
	}
	return n
}

// operands lists the lexemes of a tree in the order of the form.
func (n *Node) operands(dst []*Node) []*Node {
	switch {
	case n == nil:
		return dst
	case n.Op == Operand:
		return append(dst, n)
	}
	return n.Left.operands(n.Right.operands(dst))
}

func (n *Node) count() int {
	if n == nil {
		return 0
	}
	return 1 + n.Left.count() + n.Right.count()
}

// AppendQuery appends the Query of a tree; nil gives the empty one.
func AppendQuery(dst []byte, n *Node) []byte {
	return n.append(binary.BigEndian.AppendUint32(dst, uint32(n.count())))
}

func (n *Node) append(dst []byte) []byte {
	if n == nil {
		return dst
	}
	if n.Op == Operand {
		prefix := byte(0)
		if n.Prefix {
			prefix = 1
		}
		return append(append(append(dst, 1, n.Weights, prefix), n.Text...), 0)
	}
	if dst = append(dst, 2, byte(n.Op)); n.Op == Phrase {
		dst = binary.BigEndian.AppendUint16(dst, uint16(n.Distance))
	}
	return n.Left.append(n.Right.append(dst))
}

// checkQuery fails where a tree is deeper or larger than we, or PostgreSQL, keep.
func checkQuery(n *Node) error {
	nodes, bytes, depth := n.measure()
	switch {
	case depth > maxDepth:
		return errorf(tooComplex, "stack depth limit exceeded: the tsquery has more than %d levels", maxDepth)
	case bytes > maxLexemes || nodes > (1<<30-1-8-bytes)/12:
		return errorf(limitExceeded, "tsquery is too large")
	}
	return nil
}

// measure counts the nodes, the bytes of the texts with their ends, and the levels of a tree. It needs no stack: the tree may be of any depth.
func (n *Node) measure() (nodes, bytes, depth int) {
	type level struct {
		n     *Node
		depth int
	}
	todo := []level{{n, 1}}
	for len(todo) > 0 {
		l := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if l.n == nil {
			continue
		}
		nodes++
		depth = max(depth, l.depth)
		if l.n.Op == Operand {
			bytes += len(l.n.Text) + 1
			continue
		}
		todo = append(todo, level{l.n.Left, l.depth + 1}, level{l.n.Right, l.depth + 1})
	}
	return nodes, bytes, depth
}

// ParseQueryBinary checks the form as a client sends it, and appends it.
func ParseQueryBinary(dst, b []byte) ([]byte, error) {
	if len(b) < 4 {
		return dst, errShort
	}
	nodes := int(binary.BigEndian.Uint32(b))
	if nodes > (1<<30-1)/12 {
		return dst, errorf(internal, "invalid size of tsquery")
	}
	rest := b[4:]
	total := 0
	open := []int{} // of the operators around, how many operands each still needs
	for i := range nodes {
		if i > 0 && len(open) == 0 {
			return dst, errorf(internal, "malformed tsquery: extra nodes")
		}
		if len(rest) < 2 {
			return dst, errShort
		}
		if len(open) > 0 {
			open[len(open)-1]--
		}
		switch rest[0] {
		case 1:
			if len(rest) < 3 {
				return dst, errShort
			}
			end := bytes.IndexByte(rest[3:], 0)
			switch {
			case end < 0:
				return dst, errorf("08P01", "invalid string in message")
			case !validText(rest[3 : 3+end]):
				return dst, errorf("22021", "invalid byte sequence for encoding \"UTF8\"")
			case rest[1] > 15:
				return dst, errorf(internal, "invalid tsquery: invalid weight bitmap")
			case end > MaxLexeme+1:
				return dst, errorf(internal, "invalid tsquery: operand too long")
			case total > maxLexemes:
				return dst, errorf(internal, "invalid tsquery: total operand length exceeded")
			}
			total += end + 1
			rest = rest[3+end+1:]
		case 2:
			op := Operator(rest[1])
			if op < Not || op > Phrase {
				return dst, errorf(internal, "invalid tsquery: unrecognized operator type %d", int8(op))
			}
			if i == nodes-1 {
				return dst, errorf(internal, "invalid pointer to right operand")
			}
			rest = rest[2:]
			if op == Phrase {
				if len(rest) < 2 {
					return dst, errShort
				}
				if d := binary.BigEndian.Uint16(rest); d > MaxDistance { // PostgreSQL keeps it, and shows what it can't read
					return dst, errorf(invalidParameter, "distance in phrase operator must be an integer value between zero and %d inclusive", MaxDistance)
				}
				rest = rest[2:]
			}
			operands := 2
			if op == Not {
				operands = 1
			}
			if open = append(open, operands); len(open) >= maxDepth {
				return dst, errorf(tooComplex, "stack depth limit exceeded: the tsquery has more than %d levels", maxDepth)
			}
			continue
		default:
			return dst, errorf(internal, "unrecognized tsquery node type: %d", int8(rest[0]))
		}
		for len(open) > 0 && open[len(open)-1] == 0 {
			open = open[:len(open)-1]
		}
	}
	switch {
	case len(open) > 0:
		return dst, errorf(internal, "malformed tsquery: operand not found")
	case len(rest) > 0:
		return dst, errorf(invalidBinary, "incorrect binary data format for type tsquery")
	}
	return append(dst, b...), nil
}

// CompareQueries is the order of queries: by their nodes' number, by their size in PostgreSQL's memory, then node by node, where greater operators and check sums come first.
// It looks at no weight and no prefix, so queries that differ in these alone are equal.
func CompareQueries(a, b Query) int {
	x, y := a.Tree(), b.Tree()
	nodes, bytes, _ := x.measure()
	n, m, _ := y.measure()
	if c := cmp.Or(cmp.Compare(nodes, n), cmp.Compare(bytes, m)); c != 0 || nodes == 0 {
		return c
	}
	return compareNodes(x, y)
}

// AppendQueryKey appends bytes that are the same for queries that are equal.
func AppendQueryKey(dst []byte, q Query) []byte {
	n := q.Tree()
	for _, o := range n.operands(nil) {
		o.Weights, o.Prefix = 0, false
	}
	return AppendQuery(dst, n)
}

func compareNodes(a, b *Node) int {
	if (a.Op == Operand) != (b.Op == Operand) {
		if a.Op == Operand { // the form's type 1
			return 1
		}
		return -1
	}
	if a.Op == Operand {
		return cmp.Or(cmp.Compare(checkSum(b.Text), checkSum(a.Text)), bytes.Compare(a.Text, b.Text))
	}
	if a.Op != b.Op {
		return cmp.Compare(b.Op, a.Op)
	}
	if c := compareNodes(a.Right, b.Right); c != 0 {
		return c
	}
	if a.Op != Not {
		if c := compareNodes(a.Left, b.Left); c != 0 {
			return c
		}
	}
	return cmp.Compare(b.Distance, a.Distance)
}

// checkSum is the one by which PostgreSQL orders operands: CRC-32's table, gone through as if bits were not reflected.
func checkSum(s []byte) int32 {
	sum := ^uint32(0)
	for _, c := range s {
		sum = crc32.IEEETable[byte(sum>>24)^c] ^ sum<<8
	}
	return int32(^sum)
}

// signature has a bit for each operand's check sum: a part of a query has no bit that the whole has not.
func signature(s []byte) uint32 { return bits.RotateLeft32(1, int(uint32(checkSum(s))%32)) }
