// Package sparse reads a few wanted values out of a JSON document without building the rest of it.
//
// Documents are expected to have been validated and minified when they were written (package
// event). On any other bytes the reader returns nonsense at worst: it never reads outside its input and always ends.
//
// A pass over the bytes, 64 at a time, finds quotes, escapes and structure as bit masks and leaves a tape of offsets, which is read ahead of
// the reader by some hundred bytes. The reader goes from colon to comma by it, compares names by their first eight bytes, and
// stops once everything wanted has been found. Index gives such a tape to others, Specials what matters within strings, and Find looks for a text in raw bytes.
//
// These passes are there three times: in assembly for AVX-512 and for AVX2, which the module in asm writes, and in Go for every other machine; which
// one is used is found out at the start. All give the same results, on any bytes, and none reads outside its input.
//
// Nothing here recurses into a document deeper than the wanted paths do.
package sparse

import "math"

// Kind is the JSON type of a value, told by its first byte.
type Kind uint8

const (
	Missing Kind = iota
	Null
	False
	True
	Number
	String // Raw includes the quotes, escapes not undone
	Object
	Array
)

// Value is a value as it stands in the document.
type Value struct {
	Kind Kind
	Raw  []byte // a part of the document, not a copy
}

// Step is a member name or, with Name == "" and Element set, an array index.
type Step struct {
	Name    string
	Fold    bool // the name in any case (Unicode simple folding); the first such member counts
	Element bool
	Index   int // negative: from the end
}

// Of returns the value that raw, a JSON text without white space around it, is.
func Of(raw []byte) Value {
	if len(raw) == 0 {
		return Value{}
	}
	return Value{kindOf[raw[0]], raw}
}

// kindOf tells a value's kind by its first byte; bytes that begin no value are Missing.
var kindOf = [256]Kind{
	'n': Null, 'f': False, 't': True, '"': String, '{': Object, '[': Array, '-': Number,
	'0': Number, '1': Number, '2': Number, '3': Number, '4': Number,
	'5': Number, '6': Number, '7': Number, '8': Number, '9': Number,
}

// Wanted is a set of paths compiled for reading; immutable, so goroutines may share it.
type Wanted struct {
	root  node
	paths int
	wide  bool // some object has more wanted members than a reader keeps count of: no early end

	sorted bool // read documents whose members are sorted
	head   head
}

// Compile prepares reading of the given paths. An empty path means the whole document.
func Compile(paths [][]Step) *Wanted {
	w := &Wanted{paths: len(paths)}
	for i, p := range paths {
		w.root.add(p, i)
	}
	w.root.prepare()
	w.wide = w.root.wide()
	return w
}

// Len is the number of paths, and the length that Read wants of out.
func (w *Wanted) Len() int { return w.paths }

// Read fills out[i] for each path i of w (out has as many as paths). Of members with equal names the
// first counts; a stored document has no such members.
func (w *Wanted) Read(doc []byte, out []Value) {
	var r Reader
	r.out = out
	r.read(w, doc)
}

// Read is Wanted.Read.
func (r *Reader) Read(w *Wanted, doc []byte, out []Value) {
	r.out = out
	r.read(w, doc)
	r.out = nil
}

func (r *Reader) read(w *Wanted, doc []byte) {
	r.out = r.out[:w.paths]
	clear(r.out)
	if w.paths == 0 {
		return
	}
	r.open, r.inOrder = w.root.wants, w.sorted
	if w.wide {
		r.open = math.MaxInt
	}
	i := skipSpace(doc, 0)
	r.c.restart(i)
	end := 0
	if w.sorted && len(w.root.members) > 0 && i < len(doc) && doc[i] == '{' {
		r.c.next(doc)
		end = r.sorted(doc, &w.root, i, w.head)
	} else {
		end = r.value(doc, &w.root, i)
	}
	if w.root.leaf() {
		r.set(doc, &w.root, i, end)
	}
}

// Get reads one path. It is for single values; many paths of one document are quicker through Compile.
func Get(doc []byte, path []Step) Value {
	i := skipSpace(doc, 0)
	v := Value{}
	if i < len(doc) {
		v = Value{kindOf[doc[i]], doc[i:skipValue(doc, i)]}
	}
	for _, s := range path {
		v = step(v, s)
		if v.Kind == Missing {
			return Value{}
		}
	}
	return v
}

func step(v Value, s Step) Value {
	switch {
	case s.Element && v.Kind == Array:
		index := s.Index
		if index < 0 {
			for it := Elements(v.Raw); ; index++ {
				if _, ok := it.Next(); !ok {
					break
				}
			}
			if index < 0 {
				return Value{}
			}
		}
		for it := Elements(v.Raw); ; index-- {
			e, ok := it.Next()
			if !ok || index == 0 {
				return e
			}
		}
	case !s.Element && v.Kind == Object:
		for it := Members(v.Raw); ; {
			key, m, ok := it.Next()
			if !ok {
				return Value{}
			}
			if KeyIs(key, s.Name, s.Fold) {
				return m
			}
		}
	}
	return Value{}
}
