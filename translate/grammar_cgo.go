//go:build cgo

package translate

import (
	"errors"

	pg "github.com/pganalyze/pg_query_go/v6"
	"github.com/pganalyze/pg_query_go/v6/parser"
)

// With a C compiler PostgreSQL's grammar runs natively; grammar_nocgo.go is its twin.

func grammarParse(sql string) (*pg.ParseResult, error) { return pg.Parse(sql) }

func grammarScan(sql string) (*pg.ScanResult, error) { return pg.Scan(sql) }

func grammarDeparse(tree *pg.ParseResult) (string, error) { return pg.Deparse(tree) }

// grammarError takes a parser's error apart: its message and its position, 1-based in characters (0: none).
func grammarError(err error) (message string, position int) {
	var e *parser.Error
	if errors.As(err, &e) {
		return e.Message, e.Cursorpos
	}
	return err.Error(), 0
}
