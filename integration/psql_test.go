package integration

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
	"github.com/jackc/pgx/v5"
)

var update = flag.Bool("update", false, "rewrite the golden files of TestPsql")

// pgDSN is a connection string for psql to one of the two servers.
type pgDSN string

// script runs a file of statements and meta-commands with the real psql, which echoes them, and gives everything that is printed.
func (d pgDSN) script(t testing.TB, file string) string {
	t.Helper()
	cmd := exec.Command(program(t, "psql"), "-X", "-a", "-q", "-f", filepath.Base(file), string(d))
	cmd.Dir = filepath.Dir(file) // messages name the file as it was given
	cmd.Env = append(os.Environ(), "PGTZ=UTC", "PGOPTIONS=", "LC_ALL=C.UTF-8", "PAGER=", "PGCLIENTENCODING=UTF8")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Logf("psql -f %s: %v", file, err)
	}
	return out.String()
}

// What differs from run to run, and what stands in its place.
var changing = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`Time: [0-9.]+ ms( \([0-9:.]+\))?`), "Time: (some) ms"},
	{regexp.MustCompile(`on host "127.0.0.1" at port "\d+"|on host "127.0.0.1" \(address "127.0.0.1"\) at port "\d+"`), `on host "127.0.0.1" at port "(some)"`},
	{regexp.MustCompile(`via socket in "[^"]+" at port "\d+"`), `on host "127.0.0.1" at port "(some)"`},
	{regexp.MustCompile(`(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (UTC )?\d{4}( UTC)?`), "(now)"},
}

func unchanging(s string) string {
	for _, c := range changing {
		s = c.pattern.ReplaceAllString(s, c.with)
	}
	return s
}

// psqlServer is a server with the objects of testdata/psql/setup.sql, as psql reaches it.
func psqlServer(t *testing.T) pgDSN {
	s := serve(t, filepath.Join(t.TempDir(), "data"))
	d := pgDSN("host=" + s.Host + " port=" + s.Port + " user=flare dbname=flare sslmode=disable")
	if out := d.script(t, "testdata/psql/setup.sql"); strings.Contains(out, "ERROR") {
		t.Errorf("setup.sql:\n%s", out)
	}
	return d
}

// oracleServer is a PostgreSQL with the same objects and names.
func oracleServer(t *testing.T) pgDSN {
	o := pgoracle.Start(t)
	c := o.Connect(t)
	for _, sql := range []string{"create role flare superuser login", "create database flare owner flare"} {
		if _, err := c.Exec(context.Background(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	d := pgDSN(strings.NewReplacer("user=postgres", "user=flare", "dbname=postgres", "dbname=flare").Replace(o.DSN))
	if out := d.script(t, "testdata/psql/setup.sql"); strings.Contains(out, "ERROR") {
		t.Fatalf("setup.sql:\n%s", out)
	}
	return d
}

// TestPsql runs scripts of meta-commands with the real psql and compares all that is printed with golden files: what is here only (streams,
// sizes, lists of all functions).
func TestPsql(t *testing.T) {
	d := psqlServer(t)
	scripts, _ := filepath.Glob("testdata/psql/*.sql")
	for _, file := range scripts {
		if filepath.Base(file) == "setup.sql" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			got := unchanging(d.script(t, file))
			golden := strings.TrimSuffix(file, ".sql") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s", unified(t, string(want), got))
			}
		})
	}
}

// TestPsqlSeesTheSame runs scripts with the real psql on both servers: what is printed is the same, byte for byte.
func TestPsqlSeesTheSame(t *testing.T) {
	ours, theirs := psqlServer(t), oracleServer(t)
	scripts, _ := filepath.Glob("testdata/psql/same/*.sql")
	if len(scripts) == 0 {
		t.Fatal("no scripts")
	}
	for _, file := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			want, got := unchanging(theirs.script(t, file)), unchanging(ours.script(t, file))
			if got != want {
				t.Errorf("- PostgreSQL, + flare-pg\n%s", unified(t, want, got))
			}
		})
	}
}

// unified is the difference of two texts as diff prints it.
func unified(t testing.TB, want, got string) string {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	out, _ := exec.Command("diff", "-U3", write("want", want), write("got", got)).Output() // exit code 1: they differ
	return cut(string(out))
}
