// Package sparse reads a few wanted values out of a JSON document without building the rest of it.
//
// Documents are expected to have been validated and minified when they were written (package
// event). On any other bytes the reader returns nonsense at worst: it never reads outside its input and always ends.
//
// Today the package holds the plain reader: one pass, byte by byte. The vectorised one fills the same interface.
package sparse

// SEAM.

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

// Wanted is a set of paths compiled for reading; immutable.
//
//	func Compile(paths [][]Step) *Wanted
//	// Read fills out[i] for each path i of w (out has as many as paths).
//	func (w *Wanted) Read(doc []byte, out []Value)
//	// Unquote appends the characters of a String's Raw to dst.
//	func Unquote(dst, raw []byte) []byte
//	// Members and Elements iterate an object's or array's parts.
