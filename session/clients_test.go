package session

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// captured is a statement that a real client sent to PostgreSQL 15, and what that answered to Parse and Describe.
type captured struct {
	Client  string
	N       int
	SQL     string
	Params  []uint32
	Columns [][3]any
	Error   []string
}

func readCaptured() ([]captured, error) {
	f, err := os.Open("../../shared/clients/oracle.jsonl")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []captured
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c captured
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, lines.Err()
}

// TestCapturedStatements prepares what real clients send: it is described as PostgreSQL does it, or refused with an error that says what is
// missing, and soon; never with an internal error. The share that is described alike is logged.
func TestCapturedStatements(t *testing.T) {
	c := serve(t).connect()
	c.want(`insert into stream (n) values (1)`, "INSERT 0 1")
	statements, err := readCaptured()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the captured statements are not here:", err)
	} else if err != nil {
		t.Fatal(err)
	}
	alike, codes, messages := 0, map[string]int{}, map[string]int{}
	for _, k := range statements {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		began := time.Now()
		d, err := c.PgConn().Prepare(ctx, "", k.SQL, nil)
		cancel()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s %d took %v", k.Client, k.N, took)
		}
		e := (*pgconn.PgError)(nil)
		switch {
		case errors.As(err, &e):
			codes[e.Code]++
			if len(k.Error) == 2 && k.Error[0] == e.Code {
				alike++
				break
			}
			messages[e.Code+" "+e.Message]++
			if e.Code != "0A000" && !strings.HasPrefix(e.Code, "42") || e.Message == "" || e.Severity != "ERROR" {
				t.Errorf("%s %d: %s\n%s", k.Client, k.N, err, k.SQL)
			}
		case err != nil:
			t.Fatalf("%s %d: %v\n%s", k.Client, k.N, err, k.SQL)
		default:
			codes["described"]++
			if same := sameDescription(k, d); same == "" {
				alike++
			} else {
				messages[same]++
			}
		}
	}
	t.Logf("%d of %d statements are answered as PostgreSQL does; %v", alike, len(statements), codes)
	if testing.Verbose() {
		for _, m := range slices.SortedFunc(func(yield func(string) bool) {
			for m := range messages {
				if !yield(m) {
					return
				}
			}
		}, func(a, b string) int { return messages[b] - messages[a] }) {
			t.Logf("%4d %s", messages[m], m)
		}
	}
}

// sameDescription says what differs; "" nothing.
func sameDescription(k captured, d *pgconn.StatementDescription) string {
	if len(k.Error) > 0 {
		return "described, where PostgreSQL says " + strings.Join(k.Error, " ")
	}
	if !slices.Equal(k.Params, d.ParamOIDs) {
		return fmt.Sprintf("parameters %v, PostgreSQL %v", d.ParamOIDs, k.Params)
	}
	var ours [][3]any
	for _, f := range d.Fields {
		ours = append(ours, [3]any{f.Name, float64(f.DataTypeOID), float64(f.TypeModifier)})
	}
	if !slices.Equal(ours, k.Columns) {
		return fmt.Sprintf("columns %v, PostgreSQL %v", ours, k.Columns)
	}
	return ""
}
