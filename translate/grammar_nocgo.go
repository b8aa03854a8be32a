//go:build !cgo

package translate

import (
	"errors"

	pg "github.com/pganalyze/pg_query_go/v6"
	pure "github.com/wasilibs/go-pgquery"
	"github.com/wasilibs/go-pgquery/parser"
)

// Without cgo the same grammar runs as WebAssembly inside the process; it gives the same trees.

func grammarParse(sql string) (*pg.ParseResult, error) { return pure.Parse(sql) }

func grammarScan(sql string) (*pg.ScanResult, error) { return pure.Scan(sql) }

func grammarDeparse(tree *pg.ParseResult) (string, error) { return pure.Deparse(tree) }

// grammarError takes a parser's error apart: its message and its position, 1-based in characters (0: none).
func grammarError(err error) (message string, position int) {
	var e *parser.Error
	if errors.As(err, &e) {
		return e.Message, e.Cursorpos
	}
	return err.Error(), 0
}
