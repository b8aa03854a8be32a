package function

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
	"github.com/flare-pg/flare-pg/types"
	"github.com/jackc/pgx/v5/pgconn"
)

var update = flag.Bool("update", false, "ask PostgreSQL and rewrite the files that record its answers")

// corpora are the files of expressions: what is general, and one for each subject that has many.
func corpora(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/expressions*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no expressions: %v", err)
	}
	return files
}

// recorded is one line of the corpus, "expression\tanswer", the answer PostgreSQL's.
type recorded struct{ expr, answer string }

func readCorpus(t *testing.T, file string) (lines []recorded) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			lines = append(lines, recorded{expr: line})
			continue
		}
		expr, answer, _ := strings.Cut(line, "\t")
		lines = append(lines, recorded{expr, answer})
	}
	return lines
}

func everyExpression(t *testing.T) (lines []recorded) {
	for _, file := range corpora(t) {
		lines = append(lines, readCorpus(t, file)...)
	}
	return lines
}

func escaped(s string) string {
	return strings.NewReplacer("\\", `\\`, "\n", `\n`, "\t", `\t`).Replace(s)
}

// sameFloat lets the C library and Go's differ in the last bits of a logarithm, a root or an angle.
func sameFloat(a, b string) bool {
	const name = "double precision "
	x, errX := strconv.ParseFloat(strings.TrimPrefix(a, name), 64)
	y, errY := strconv.ParseFloat(strings.TrimPrefix(b, name), 64)
	return errX == nil && errY == nil && strings.HasPrefix(a, name) && math.Abs(x-y) <= 4e-16*math.Abs(y)
}

// TestExpressionsAnswerAsPostgreSQL evaluates the corpus and compares type, text or error with what PostgreSQL answered.
func TestExpressionsAnswerAsPostgreSQL(t *testing.T) {
	env := newTestEnv()
	n := 0
	for _, l := range everyExpression(t) {
		if l.answer == "" {
			continue
		}
		n++
		got := func() (s string) {
			defer func() {
				if p := recover(); p != nil {
					s = fmt.Sprint("panic: ", p)
				}
			}()
			return escaped(evaluate(env, l.expr))
		}()
		if got != l.answer && !sameFloat(got, l.answer) {
			t.Errorf("%s\n     got  %s\n     want %s", l.expr, got, l.answer)
		}
	}
	if n < 300 {
		t.Errorf("the corpus has only %d expressions", n)
	}
}

// TestRecordedAnswersArePostgreSQLs asks a running server for every expression of the corpus.
func TestRecordedAnswersArePostgreSQLs(t *testing.T) {
	c := pgoracle.Start(t).Connect(t).PgConn()
	ctx := context.Background()
	ask := func(sql string) string {
		rs, err := c.Exec(ctx, sql).ReadAll()
		var pe *pgconn.PgError
		switch {
		case errors.As(err, &pe):
			return "!" + pe.Code + " " + pe.Message
		case err != nil:
			t.Fatalf("%s: %v", sql, err)
		case len(rs) != 1 || len(rs[0].Rows) != 1:
			return ""
		}
		ty, ok := types.Lookup(rs[0].FieldDescriptions[0].DataTypeOID)
		if !ok {
			return "!a type that we do not have"
		}
		if rs[0].Rows[0][0] == nil {
			return ty.SQL + " NULL"
		}
		return ty.SQL + " " + string(rs[0].Rows[0][0])
	}
	ask("set timezone = 'America/New_York'")
	for _, name := range corpora(t) {
		var file bytes.Buffer
		for _, l := range readCorpus(t, name) {
			if l.expr == "" || l.expr[0] == '#' {
				fmt.Fprintln(&file, l.expr)
				continue
			}
			answer := escaped(ask("select " + l.expr))
			fmt.Fprintf(&file, "%s\t%s\n", l.expr, answer)
			if !*update && answer != l.answer {
				t.Errorf("%s\nrecorded %s\nserver   %s", l.expr, l.answer, answer)
			}
		}
		if *update {
			if err := os.WriteFile(name, file.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestKeywordsAgreeWithPostgreSQL compares pg15keywords.txt with what a running server's pg_get_keywords says.
func TestKeywordsAgreeWithPostgreSQL(t *testing.T) {
	agrees(t, "testdata/pg15keywords.sql", "pg15keywords.txt", pg15Keywords)
}

// TestTableAgreesWithPostgreSQL compares pg15.txt with the catalogs of a running server.
func TestTableAgreesWithPostgreSQL(t *testing.T) { agrees(t, "testdata/pg15.sql", "pg15.txt", pg15) }

// TestSetTableAgreesWithPostgreSQL does so with pg15sets.txt.
func TestSetTableAgreesWithPostgreSQL(t *testing.T) {
	agrees(t, "testdata/pg15sets.sql", "pg15sets.txt", pg15Sets)
}

// agrees compares a list with what the query that it answers gives.
func agrees(t *testing.T, queryFile, file, have string) {
	query, err := os.ReadFile(queryFile)
	if err != nil {
		t.Fatal(err)
	}
	c := pgoracle.Start(t).Connect(t).PgConn()
	rs, err := c.Exec(context.Background(), string(query)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, r := range rs {
		for _, row := range r.Rows {
			table.Write(row[0])
			table.WriteByte('\n')
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table.String() != have {
		t.Errorf("%s is not what the server's catalogs say; run with -update and look at the difference", file)
	}
}
