// Package textsearch is PostgreSQL 15's full text search: texts are cut into tokens (parser.go, rules.go), tokens become lexemes by a
// configuration's dictionaries (config.go, dictionary.go), lexemes with their places are a document (vector*.go), and a query
// (query*.go) is asked of documents (match.go), ranks them (rank*.go) and marks what it finds in a text (headline*.go).
//
// Documents and queries have one form each, that of PostgreSQL's binary protocol, which vectors of columns hold too. Texts are UTF-8; their
// characters are told apart as a database with LC_CTYPE C.UTF-8 does. It knows neither SQL nor types.
package textsearch

import "fmt"

// Error is what is wrong with an input, with its SQLSTATE, in PostgreSQL's words.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Message }

// SQLSTATEs of errors.
const (
	syntaxError      = "42601"
	limitExceeded    = "54000"
	tooComplex       = "54001"
	invalidParameter = "22023"
	invalidBinary    = "22P03"
	internal         = "XX000"
)

func errorf(code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Limits of documents and queries, PostgreSQL's.
const (
	MaxLexeme    = 1<<11 - 2 // bytes of a lexeme
	MaxPosition  = 1<<14 - 1 // places beyond are this one
	MaxPositions = 255       // places of a lexeme that are kept
	MaxDistance  = 1 << 14   // between the operands of a phrase
	maxLexemes   = 1<<20 - 1 // bytes of all lexemes and places
	maxDepth     = 1 << 15   // of a query's tree
)
