package types

import (
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/flare-pg/flare-pg/types/are"
)

// A value of type jsonpath lies in a Text vector as its output text, which is also how it is read again. JSONPath is what that text means.

// JSONPath is a path, lax unless it says strict.
type JSONPath struct {
	Strict bool
	Root   *PathItem
}

// PathKind is what an item of a path is.
type PathKind byte

// The kinds of items. Predicates are PathOr to PathExists.
const (
	PathNull PathKind = iota
	PathString
	PathNumber
	PathBool
	PathVariable
	PathRoot    // $
	PathCurrent // @
	PathLast
	PathKey        // .name
	PathAnyKey     // .*
	PathAnyArray   // [*]
	PathSubscripts // [1, 2 to last]
	PathAny        // .** with levels
	PathFilter     // ?(…)
	PathMethod     // .size()
	PathPlus       // unary
	PathMinus
	PathAdd
	PathSub
	PathMul
	PathDiv
	PathMod
	PathOr
	PathAnd
	PathNot
	PathIsUnknown
	PathEqual
	PathNotEqual
	PathLess
	PathLessEqual
	PathGreater
	PathGreaterEqual
	PathStartsWith
	PathLikeRegex
	PathExists
)

// PathLevels is the level of .** that stands for the last one.
const PathLevels = 1<<32 - 1

// PathItem is a step of a path or an operator, and what is done with each of its results.
type PathItem struct {
	Kind        PathKind
	Next        *PathItem
	Text        string // a name, a string, a method, a regular expression
	Flags       string // of the regular expression
	Number      string
	Bool        bool
	Left, Right *PathItem // operands; the only one is Left
	Subscripts  []PathSubscript
	First, Last uint32 // of PathAny
}

// PathSubscript is an index or, with To, a range of them.
type PathSubscript struct{ From, To *PathItem }

// predicate reports whether an item by itself is true or false.
func (i *PathItem) predicate() bool { return i.Kind >= PathOr && i.Next == nil }

var pathOperators = map[PathKind]string{PathAdd: "+", PathSub: "-", PathMul: "*", PathDiv: "/", PathMod: "%", PathPlus: "+", PathMinus: "-", PathOr: "||", PathAnd: "&&",
	PathEqual: "==", PathNotEqual: "!=", PathLess: "<", PathLessEqual: "<=", PathGreater: ">", PathGreaterEqual: ">=", PathStartsWith: "starts with"}

// Operator is the item's operator as paths spell it.
func (i *PathItem) Operator() string { return pathOperators[i.Kind] }

func (i *PathItem) priority() int {
	switch i.Kind {
	case PathOr:
		return 0
	case PathAnd:
		return 1
	case PathEqual, PathNotEqual, PathLess, PathLessEqual, PathGreater, PathGreaterEqual, PathStartsWith:
		return 2
	case PathAdd, PathSub:
		return 3
	case PathMul, PathDiv, PathMod:
		return 4
	case PathPlus, PathMinus:
		return 5
	}
	return 6
}

// AppendJSONPath appends a path's text as a vector holds it: read again it is the same path.
func AppendJSONPath(dst []byte, p *JSONPath) []byte { return p.append(dst, true) }

func (p *JSONPath) append(dst []byte, exact bool) []byte {
	if p.Strict {
		dst = append(dst, "strict "...)
	}
	return p.Root.append(dst, false, true, exact)
}

// appendJSONPathText is the text output of a path that a vector holds. PostgreSQL leaves parentheses out that mean something, as in (-$)[0] + 1.
func appendJSONPathText(dst, held []byte) []byte {
	path, err := ParseJSONPath(held)
	if err != nil {
		return append(dst, held...)
	}
	return path.append(dst, false)
}

// append appends an item: inside tells whether it follows another, brackets whether an operator needs parentheses; exact gives it some also where something
// follows it.
func (i *PathItem) append(dst []byte, inside, brackets, exact bool) []byte {
	brackets = brackets || exact && i.Next != nil
	open := func() {
		if brackets {
			dst = append(dst, '(')
		}
	}
	closing := func() {
		if brackets {
			dst = append(dst, ')')
		}
	}
	operand := func(o *PathItem) { dst = o.append(dst, false, o.priority() <= i.priority(), exact) }
	switch i.Kind {
	case PathNull:
		dst = append(dst, "null"...)
	case PathString:
		dst = AppendJSONString(dst, []byte(i.Text))
	case PathNumber:
		if i.Next != nil {
			dst = append(append(append(dst, '('), i.Number...), ')')
		} else {
			dst = append(dst, i.Number...)
		}
	case PathBool:
		dst = strconv.AppendBool(dst, i.Bool)
	case PathVariable:
		dst = AppendJSONString(append(dst, '$'), []byte(i.Text))
	case PathRoot:
		dst = append(dst, '$')
	case PathCurrent:
		dst = append(dst, '@')
	case PathLast:
		dst = append(dst, "last"...)
	case PathKey:
		dst = AppendJSONString(append(dst, '.'), []byte(i.Text))
	case PathAnyKey:
		dst = append(dst, ".*"...)
	case PathAnyArray:
		dst = append(dst, "[*]"...)
	case PathSubscripts:
		dst = append(dst, '[')
		for k, s := range i.Subscripts {
			if k > 0 {
				dst = append(dst, ',')
			}
			dst = s.From.append(dst, false, false, exact)
			if s.To != nil {
				dst = s.To.append(append(dst, " to "...), false, false, exact)
			}
		}
		dst = append(dst, ']')
	case PathAny:
		dst = i.appendAny(dst)
	case PathFilter:
		dst = append(i.Left.append(append(dst, "?("...), false, false, exact), ')')
	case PathMethod:
		dst = append(append(append(dst, '.'), i.Text...), '(')
		if i.Left != nil {
			dst = i.Left.append(dst, false, false, exact)
		}
		dst = append(dst, ')')
	case PathPlus, PathMinus:
		open()
		dst = append(dst, i.Operator()...)
		operand(i.Left)
		closing()
	case PathNot:
		dst = append(i.Left.append(append(dst, "!("...), false, false, exact), ')')
	case PathIsUnknown:
		dst = append(i.Left.append(append(dst, '('), false, false, exact), ") is unknown"...)
	case PathExists:
		dst = append(i.Left.append(append(dst, "exists ("...), false, false, exact), ')')
	case PathLikeRegex:
		open()
		operand(i.Left)
		dst = AppendJSONString(append(dst, " like_regex "...), []byte(i.Text))
		if i.Flags != "" {
			dst = append(append(append(dst, " flag \""...), i.Flags...), '"')
		}
		closing()
	default:
		open()
		operand(i.Left)
		dst = append(append(append(dst, ' '), i.Operator()...), ' ')
		operand(i.Right)
		closing()
	}
	if i.Next != nil {
		dst = i.Next.append(dst, true, true, exact)
	}
	return dst
}

func (i *PathItem) appendAny(dst []byte) []byte {
	level := func(n uint32) {
		if n == PathLevels {
			dst = append(dst, "last"...)
		} else {
			dst = strconv.AppendUint(dst, uint64(n), 10)
		}
	}
	dst = append(dst, ".**"...)
	if i.First == 0 && i.Last == PathLevels {
		return dst
	}
	dst = append(dst, '{')
	level(i.First)
	if i.First != i.Last {
		dst = append(dst, " to "...)
		level(i.Last)
	}
	return append(dst, '}')
}

// signed folds a sign into a number that nothing else is done with.
func (i *PathItem) signed(kind PathKind) *PathItem {
	if i.Kind == PathNumber && i.Next == nil {
		if kind == PathMinus {
			var d apd.Decimal
			LoadNumeric(&d, []byte(i.Number))
			d.Negative = !d.Negative && !d.IsZero()
			i.Number = string(AppendNumeric(nil, &d))
		}
		return i
	}
	return &PathItem{Kind: kind, Left: i}
}

// RegexFlags are the flags of a like_regex as those of PostgreSQL's expressions. They are XQuery's: without s a dot matches no newline, with
// m ^ and $ match at lines.
func (i *PathItem) RegexFlags() are.Flags {
	has := func(c string) bool { return strings.Contains(i.Flags, c) }
	f := are.Flags{Fold: has("i"), Literal: has("q")}
	if !f.Literal {
		f.NewlineStop, f.NewlineAnchors = !has("s"), has("m")
	}
	return f
}
