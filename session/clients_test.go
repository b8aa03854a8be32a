package session

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
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

// wholeClients are those of whose statements 95 in 100 must be described alike, and each other one be listed in testdata/captured.tsv with its reason.
var wholeClients = []string{"psql", "pgx", "libpq-go", "node-postgres", "psycopg2", "psycopg3"}

// shape turns what a stream can't have into the nearest that it can.
var shape = strings.NewReplacer("sev severity", "sev text", "id bigserial", "id bigint", " CHECK (pct>0)", "")

// scratch makes the objects that the clients looked at, as far as a stream can have their shape, and says what could not be made.
func scratch(t *testing.T, c *conn) (refused []string) {
	text, err := os.ReadFile("../../shared/clients/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	for sql := range strings.SplitSeq(string(text), ";\n") {
		sql = strings.TrimSpace(sql)
		if i := strings.Index(sql, "\\c flare\n"); i >= 0 {
			sql = sql[i+len("\\c flare\n"):] // the database is there
		}
		sql = shape.Replace(sql)
		if sql == "" || strings.HasPrefix(sql, "CREATE DATABASE") {
			continue
		}
		if _, err := c.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
			refused = append(refused, fmt.Sprintf("%.60s…: %v", sql, err))
		}
	}
	return refused
}

// ownOIDs maps the OIDs that PostgreSQL gave the objects of the scratch database to ours.
func ownOIDs(t *testing.T, c *conn) map[string]string {
	text, err := os.ReadFile("../../shared/clients/oids.tsv")
	if err != nil {
		t.Fatal(err)
	}
	oids := map[string]string{}
	for line := range strings.Lines(string(text)) {
		theirs, what, _ := strings.Cut(strings.TrimSpace(line), "\t")
		words := strings.Fields(what)
		query, name := "select oid from pg_class where oid = to_regclass($1)", words[0]
		switch words[0] {
		case "database":
			query, name = "select oid from pg_database where datname = $1", words[1]
		case "schema":
			query, name = "select oid from pg_namespace where nspname = $1", words[1]
		case "type":
			query, name = "select oid from pg_type where typname = $1", words[1]
		case "proc":
			query, name = "select oid from pg_proc where proname = $1", words[1]
		}
		var oid uint32
		if err := c.QueryRow(context.Background(), query, name).Scan(&oid); err == nil && oid != 0 {
			oids[theirs] = fmt.Sprint(oid)
		}
	}
	return oids
}

var fiveDigits = regexp.MustCompile(`\b\d{5}\b`)

// exceptions reads testdata/captured.tsv: client, number of the statement, reason.
func exceptions(t *testing.T) map[string]string {
	text, err := os.ReadFile("testdata/captured.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if f := strings.SplitN(strings.TrimSpace(line), "\t", 3); len(f) == 3 {
			out[f[0]+" "+f[1]] = f[2]
		}
	}
	return out
}

// TestCapturedStatements prepares what real clients send: it is described as PostgreSQL does it, or refused with an error that says what is
// missing, and soon; never with an internal error. The share of each client that is described alike is logged.
func TestCapturedStatements(t *testing.T) {
	c := serve(t).connect()
	statements, err := readCaptured()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the captured statements are not here:", err)
	} else if err != nil {
		t.Fatal(err)
	}
	for _, r := range scratch(t, c) {
		t.Log("not made:", r)
	}
	oids, listed := ownOIDs(t, c), exceptions(t)
	alike, all, messages := map[string]int{}, map[string]int{}, map[string]int{}
	for _, k := range statements {
		sql := fiveDigits.ReplaceAllStringFunc(k.SQL, func(n string) string { return cmp.Or(oids[n], n) })
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		began := time.Now()
		d, err := c.PgConn().Prepare(ctx, "", sql, nil)
		cancel()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s %d took %v", k.Client, k.N, took)
		}
		differs, e := "", (*pgconn.PgError)(nil)
		switch {
		case errors.As(err, &e):
			if len(k.Error) != 2 || k.Error[0] != e.Code {
				differs = e.Code + " " + e.Message
				if e.Code != "0A000" && !strings.HasPrefix(e.Code, "42") && e.Code != "3F000" || e.Message == "" || e.Severity != "ERROR" {
					t.Errorf("%s %d: %s\n%s", k.Client, k.N, err, k.SQL)
				}
			}
		case err != nil:
			t.Fatalf("%s %d: %v\n%s", k.Client, k.N, err, k.SQL)
		default:
			differs = sameDescription(k, d, oids)
		}
		all[k.Client]++
		key := fmt.Sprintf("%s %d", k.Client, k.N)
		reason, excepted := listed[key]
		delete(listed, key)
		switch {
		case differs == "":
			alike[k.Client]++
			if excepted {
				t.Errorf("%s is described alike, and testdata/captured.tsv still lists it: %s", key, reason)
			}
		case slices.Contains(wholeClients, k.Client) && !excepted:
			t.Errorf("%s: %s\n%s", key, differs, sql)
			fallthrough
		default:
			messages[differs]++
		}
	}
	for key := range listed {
		t.Errorf("testdata/captured.tsv lists %s, which there isn't", key)
	}
	sum, of := 0, 0
	for _, client := range slices.Sorted(maps.Keys(all)) {
		t.Logf("%-15s %3d of %3d statements are described as PostgreSQL does (%.1f %%)", client, alike[client], all[client], 100*float64(alike[client])/float64(all[client]))
		sum, of = sum+alike[client], of+all[client]
		if slices.Contains(wholeClients, client) && alike[client]*100 < all[client]*95 {
			t.Errorf("%s: fewer than 95 in 100", client)
		}
	}
	t.Logf("%-15s %3d of %3d", "all", sum, of)
	if testing.Verbose() {
		for _, m := range slices.SortedFunc(maps.Keys(messages), func(a, b string) int { return messages[b] - messages[a] }) {
			t.Logf("%4d %s", messages[m], m)
		}
	}
}

// sameDescription says what differs; "" nothing.
func sameDescription(k captured, d *pgconn.StatementDescription, oids map[string]string) string {
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
	for i := range k.Columns {
		if own, ok := oids[fmt.Sprint(k.Columns[i][1])]; ok {
			n, _ := strconv.ParseFloat(own, 64)
			k.Columns[i][1] = n
		}
	}
	if !slices.Equal(ours, k.Columns) {
		return fmt.Sprintf("columns %v, PostgreSQL %v", ours, k.Columns)
	}
	return ""
}
