package integration

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// lockedDoor is a server that other machines could reach: TLS with its own certificate, and superuser ada with the password "ada's".
func lockedDoor(t testing.TB, args ...string) *server {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	t.Setenv("FLARE_PG_PASSWORD", "ada's")
	t.Setenv("FLARE_PG_USER", "ada")
	t.Setenv("FLARE_PG_TLS_SELF_SIGNED", "true")
	return start(t, append([]string{"serve", "--data", data, "--listen", "0.0.0.0:0"}, args...)...)
}

// as runs psql as a role, through TLS whose certificate it checks and binds its proof to.
func (s *server) as(role, password, sql string) (stdout, stderr string, code int) {
	s.t.Helper()
	dsn := fmt.Sprintf("host=localhost port=%s dbname=flare user=%s sslmode=verify-full sslrootcert=%s channel_binding=require", s.Port, role, filepath.Join(s.Data, "server.crt"))
	cmd := exec.Command(program(s.t, "psql"), "-X", "-A", "-t", "-v", "VERBOSITY=verbose", dsn)
	cmd.Stdin = strings.NewReader(sql)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+password, "PGOPTIONS=")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// pgxAs connects with pgx through TLS.
func (s *server) pgxAs(role, password string) (*pgx.Conn, error) {
	c, err := pgx.ParseConfig(fmt.Sprintf("host=localhost port=%s dbname=flare user=%s sslmode=verify-full sslrootcert=%s", s.Port, role, filepath.Join(s.Data, "server.crt")))
	if err != nil {
		s.t.Fatal(err)
	}
	c.Password = password
	return pgx.ConnectConfig(context.Background(), c)
}

// TestPsqlThroughTLS: psql with a checked certificate and channel binding is let in, and its \password makes a verifier that works.
func TestPsqlThroughTLS(t *testing.T) {
	s := lockedDoor(t)
	out, errs, code := s.as("ada", "ada's", "select current_user, count(*) from stream;\ncreate role bob login;\nalter role bob password 'Ahoy';\n")
	if code != 0 || !strings.Contains(out, "ada|0") {
		t.Fatalf("%s%s", out, errs)
	}
	if st, err := os.Stat(filepath.Join(s.Data, "server.key")); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", st.Mode(), err)
	}
	if out, errs, code := s.as("bob", "Ahoy", "select session_user"); code != 0 || out != "bob\n" {
		t.Errorf("%s%s", out, errs)
	}
	// As psql's \password does, which asks for it on a terminal.
	c, err := s.pgxAs("ada", "ada's")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(context.Background(), "alter user bob password 'md5a3556571e93b0d20722ba62be61e8c2d'"); err == nil || !strings.Contains(err.Error(), "0A000") {
		t.Errorf("an MD5 password: %v", err)
	}
	var verifier string
	if err := c.QueryRow(context.Background(), "select rolpassword from pg_authid where rolname = 'bob'").Scan(&verifier); err != nil || !strings.HasPrefix(verifier, "SCRAM-SHA-256$4096:") {
		t.Fatal(verifier, err)
	}
	if _, err := c.Exec(context.Background(), "create user carol password '"+verifier+"'"); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := s.as("carol", "Ahoy", "select session_user"); code != 0 || out != "carol\n" {
		t.Errorf("a verifier that was brought: %s%s", out, errs)
	}
	if strings.Contains(s.stderr.String(), "Ahoy") || strings.Contains(s.stderr.String(), "ada's") {
		t.Errorf("a password is in the log:\n%s", s.stderr)
	}
}

// TestRefusalsAreAlike: a wrong password, a name that doesn't exist, one without a password and one whose password has ended are told the same. The times are printed, since a
// machine with other work can't be asked to keep to a bound.
func TestRefusalsAreAlike(t *testing.T) {
	s := lockedDoor(t)
	if out, errs, code := s.as("ada", "ada's", "create role bob login password 'b';\ncreate role mute login;\ncreate role late login password 'l' valid until '2001-01-01';\ncreate role group1 password 'g';\n"); code != 0 || errs != "" {
		t.Fatalf("%s%s", out, errs)
	}
	medians := map[string]time.Duration{}
	for role, password := range map[string]string{"bob": "wrong", "nobody": "wrong", "mute": "", "late": "l", "group1": "wrong"} {
		var times []time.Duration
		for range 25 {
			began := time.Now()
			_, err := s.pgxAs(role, password+"?")
			times = append(times, time.Since(began))
			var e *pgconn.PgError
			if !errors.As(err, &e) || e.Code != "28P01" || e.Message != fmt.Sprintf("password authentication failed for user %q", role) || e.Detail != "" || e.Hint != "" || e.Severity != "FATAL" {
				t.Fatalf("%s: %v", role, err)
			}
		}
		slices.Sort(times)
		medians[role] = times[len(times)/2]
	}
	t.Logf("medians of a refusal: %v", medians)
	if _, errs, _ := s.as("group1", "g", "select 1"); !strings.Contains(errs, `role "group1" is not permitted to log in`) {
		t.Error(errs)
	}
	if !strings.Contains(s.stderr.String(), "role=nobody") || !strings.Contains(s.stderr.String(), "remote=127.0.0.1:") {
		t.Errorf("the log doesn't say who tried, and from where:\n%s", s.stderr)
	}
}

// TestNoRoadRoundSelect: a role without SELECT on a stream can't read it by any road, and can after it was granted; rights that are taken away
// stop statements that were prepared before.
func TestNoRoadRoundSelect(t *testing.T) {
	s := lockedDoor(t)
	setup := `create table secrets (at timestamptz, a bigint, b text);
insert into secrets values ('2026-01-01', 42, 'hush');
create index on secrets (timestamp) where b = 'hush';
create view owned as select a from secrets;
create view invoked with (security_invoker = true) as select a from secrets;
create role eve login password 'e';
create role writer login password 'w';
grant insert on secrets to writer;
grant usage, create on schema public to eve;
`
	if out, errs, code := s.as("ada", "ada's", setup); code != 0 || strings.Contains(errs, "ERROR") {
		t.Fatalf("%s%s", out, errs)
	}
	roads := []string{
		"select * from secrets", "select 1 from secrets", "select count(*) from secrets", "table secrets", "select (select a from secrets)", "select exists (select from secrets)",
		"select * from (select * from secrets) x", "with x as (select * from secrets) select * from x", "select * from stream s, secrets", "select 1 union select a from secrets",
		"select * from owned", "select * from invoked", "copy secrets to stdout", "copy (select * from secrets) to stdout", "copy secrets (a) to stdout",
		"explain select * from secrets", "explain analyze select * from secrets", "explain analyze select * from owned",
		"begin; declare c cursor for select * from secrets", "declare c cursor with hold for select * from secrets",
		"prepare p as select * from secrets; execute p", "create table copied as select * from secrets", "insert into stream (message) select b from secrets",
		"select * from flare.nql('select b from secrets')", "select count(*) from flare.nql('select * from secrets')", "select * from flare.nql('select 1 as one from secrets limit 1')",
		"explain analyze select * from flare.nql('select b from secrets')", "prepare p as select * from flare.nql('select b from secrets'); execute p",
		"copy (select * from flare.nql('select @d from secrets')) to stdout", "create view mine as select * from flare.nql('select b from secrets'); select * from mine",
		"select lateral_.a from stream, lateral (select a from secrets) lateral_",
		"select 1 where 42 in (select a from secrets)", "select * from stream where exists (select from secrets)", "select array(select a from secrets)",
		"with recursive r as (select a from secrets union all select a from r where a < 0) select * from r", "select 1 intersect select a from secrets", "select count(*) from stream join secrets on true",
		"delete from stream where exists (select from secrets)", "insert into stream (message) values ((select b from secrets))", "explain (analyze, format json) select * from secrets",
		"copy secrets to stdout (format json)", "copy (select * from owned) to stdout (format csv)", "copy (select * from secrets) to stdout (format binary)",
		"select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ada'",
		"delete from secrets", "delete from secrets where a = 42", "truncate secrets", "insert into secrets values (now(), 1, 'x')", "copy secrets from stdin",
		"drop table secrets", "alter table secrets add column c text", "alter table secrets rename to x", "alter table secrets set (retention = '1 day')", "drop index secrets_timestamp_idx",
		"create index on secrets (timestamp) where b = 'x'", "alter table secrets owner to eve", "grant select on secrets to eve", "comment on table secrets is 'x'",
		"create view mine as select a from secrets; select * from mine", "drop view owned", "alter role eve superuser", "create role x", "grant pg_read_all_data to eve", "set role ada",
		"set session authorization ada", "select * from pg_authid", "select passwd from pg_shadow", "select * from pg_hba_file_rules", "drop role writer", "checkpoint",
		"alter default privileges for role ada grant select on tables to eve", "reassign owned by ada to eve", "alter role ada password 'x'", "create schema s",
	}
	// Somebody whom eve might cancel or end.
	victim, err := s.pgxAs("ada", "ada's")
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close(context.Background())
	roads = append(roads, "select pg_cancel_backend(pid) from pg_stat_activity where usename = 'ada'")
	for _, sql := range roads {
		out, errs, _ := s.as("eve", "e", sql+";\n")
		if strings.Contains(out, "42") || strings.Contains(out, "hush") {
			t.Errorf("%s: it was read:\n%s", sql, out)
		}
		built := strings.Contains(sql, "flare.nql") // what isn't built yet is no road either
		if !strings.Contains(errs, "ERROR:  42501") && (built || !strings.Contains(errs, "ERROR:  0A000") && !strings.Contains(errs, "ERROR:  42883")) {
			t.Errorf("%s: %s%s", sql, out, errs)
		}
	}
	for _, quiet := range []string{
		"select * from flare.files where stream like '%secrets'", "select * from flare.columns where stream like '%secrets'", "select * from pg_stats where tablename = 'secrets'",
		"select query from pg_stat_activity where usename = 'ada' and query not like '<%'", "select has_table_privilege('secrets', 'select') where has_table_privilege('secrets', 'select')",
	} {
		if out, errs, _ := s.as("eve", "e", quiet+";\n"); out != "" || errs != "" {
			t.Errorf("%s: %s%s", quiet, out, errs)
		}
	}
	if out, errs, _ := s.as("writer", "w", "insert into secrets values ('2026-01-02', 7, 'x'); select * from secrets;\n"); !strings.Contains(errs, "42501") || !strings.Contains(out, "INSERT 0 1") {
		t.Errorf("INSERT alone: %s%s", out, errs)
	}

	// Views read as their owners.
	if out, errs, _ := s.as("ada", "ada's", "grant select on owned, invoked to eve;\n"); errs != "" {
		t.Fatal(out, errs)
	}
	if out, errs, _ := s.as("eve", "e", "select count(*) from owned; select * from invoked;\n"); !strings.HasPrefix(out, "2\n") || !strings.Contains(errs, "permission denied for table secrets") {
		t.Errorf("views: %s%s", out, errs)
	}

	// What was prepared before is checked when it is executed.
	if out, errs, _ := s.as("ada", "ada's", "grant select on secrets to eve;\n"); errs != "" {
		t.Fatal(out, errs)
	}
	ctx := context.Background()
	if err := victim.Ping(ctx); err != nil {
		t.Errorf("eve has ended ada's session: %v", err)
	}
	c, err := s.pgxAs("eve", "e")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Prepare(ctx, "p", "select count(*) from secrets"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := c.QueryRow(ctx, "p").Scan(&n); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if out, errs, _ := s.as("ada", "ada's", "revoke select on secrets from eve;\n"); errs != "" {
		t.Fatal(out, errs)
	}
	var e *pgconn.PgError
	if err := c.QueryRow(ctx, "p").Scan(&n); !errors.As(err, &e) || e.Code != "42501" {
		t.Errorf("a statement prepared before REVOKE: %v", err)
	}
	// A dropped role's session ends.
	if out, errs, _ := s.as("ada", "ada's", "revoke all on owned, invoked from eve; revoke all on schema public from eve; drop owned by eve; drop role eve;\n"); errs != "" {
		t.Fatal(out, errs)
	}
	if _, err := c.Exec(ctx, "select 1"); !errors.As(err, &e) || e.Code != "28000" {
		t.Errorf("the session of a dropped role: %v", err)
	}
}

// TestStrangersOnThePort: HTTP, TLS that isn't ours, and plain text behind an SSLRequest get nothing.
func TestStrangersOnThePort(t *testing.T) {
	s := lockedDoor(t)
	address := "localhost:" + s.Port
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for _, url := range []string{"http://", "https://"} {
		if r, err := client.Get(url + address); err == nil {
			t.Errorf("%s was answered: %s", url, r.Status)
		}
	}
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	startup := "\x00\x00\x00\x17\x00\x03\x00\x00user\x00ada\x00\x00\x00\x00"
	c.Write([]byte("\x00\x00\x00\x08\x04\xd2\x16\x2f" + startup))
	b, _ := io.ReadAll(c)
	if !bytes.Contains(b, []byte("received unencrypted data")) || bytes.Contains(b, []byte("SCRAM")) {
		t.Errorf("%q", b)
	}
}

// TestRulesFile: the first line that fits counts, a wrong line stops the start and is passed over at SIGHUP, and pg_hba_file_rules shows it all.
func TestRulesFile(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "rules")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store := filepath.Join(data, "d")
	write("host all all 127.0.0.1/32 magic\n")
	if _, errs, code := flarePG(t, "", "serve", "--data", store, "--listen", "127.0.0.1:0", "--auth-rules", file); code != 1 || !strings.Contains(errs, "rules, line 1: method \"magic\" is not known") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	write("# who\nhost all nobody 127.0.0.1/32 reject\nhost flare all 127.0.0.1/32 trust\n")
	s := serve(t, store, "--auth-rules", file)
	if got := s.Psql("select line_number, type, database, user_name, address, netmask, auth_method from pg_hba_file_rules", "-t"); got != "2|host|{all}|{nobody}|127.0.0.1|255.255.255.255|reject\n3|host|{flare}|{all}|127.0.0.1|255.255.255.255|trust\n" {
		t.Error(got)
	}
	try := func(user, database string) string {
		c, err := pgx.Connect(context.Background(), fmt.Sprintf("postgres://%s@127.0.0.1:%s/%s?sslmode=disable", user, s.Port, database))
		if err != nil {
			var e *pgconn.PgError
			if errors.As(err, &e) {
				return e.Code + " " + e.Message
			}
			return err.Error()
		}
		c.Close(context.Background())
		return ""
	}
	for _, c := range [][3]string{
		{"x", "flare", ""}, {"nobody", "flare", `28000 pg_hba.conf rejects connection for host "127.0.0.1", user "nobody", database "flare", no encryption`},
		{"x", "postgres", `28000 no pg_hba.conf entry for host "127.0.0.1", user "x", database "postgres", no encryption`},
	} {
		if got := try(c[0], c[1]); got != c[2] {
			t.Errorf("%s: %s, want %s", c[0], got, c[2])
		}
	}
	hangup := func(text, said string) {
		before := strings.Count(s.stderr.String(), said)
		write(text)
		s.cmd.Process.Signal(syscall.SIGHUP)
		for until := time.Now().Add(10 * time.Second); strings.Count(s.stderr.String(), said) == before; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(until) {
				t.Fatalf("no %q after SIGHUP:\n%s", said, s.stderr)
			}
		}
	}
	hangup("host all all nonsense\n", "rules, line 1: ")
	if got := try("x", "flare"); got != "" {
		t.Errorf("after a reading that failed: %s", got)
	}
	hangup("host all all all reject\n", "rules read")
	if got := try("x", "flare"); !strings.HasPrefix(got, "28000 pg_hba.conf rejects") {
		t.Errorf("after another reading: %s", got)
	}
}

// TestClientCertificates: method cert lets in who shows a certificate of the authority with his name; others not, and clientcert wants one besides a password.
func TestClientCertificates(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	put := func(name string, blocks ...*pem.Block) {
		var b bytes.Buffer
		for _, x := range blocks {
			pem.Encode(&b, x)
		}
		if err := os.WriteFile(file(name), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	authority := func() (*x509.Certificate, *ecdsa.PrivateKey) {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
		der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		c.Raw = der
		return c, key
	}
	issue := func(name string, ca *x509.Certificate, caKey *ecdsa.PrivateKey, as string) {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: as}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
		der, err := x509.CreateCertificate(rand.Reader, c, ca, &key.PublicKey, caKey)
		if err != nil {
			t.Fatal(err)
		}
		secret, _ := x509.MarshalPKCS8PrivateKey(key)
		put(name+".crt", &pem.Block{Type: "CERTIFICATE", Bytes: der})
		put(name+".key", &pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	}
	ca, key := authority()
	put("ca.crt", &pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})
	issue("grace", ca, key, "grace")
	foreign, foreignKey := authority()
	issue("forged", foreign, foreignKey, "grace")
	if err := os.WriteFile(file("rules"), []byte("hostssl all grace,alan all cert\nhostssl all ada all scram-sha-256\nhostssl all hedy all scram-sha-256 clientcert=verify-ca\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := lockedDoor(t, "--tls-client-ca", file("ca.crt"), "--auth-rules", file("rules"))
	if _, errs, _ := s.as("ada", "ada's", "create role grace login; create role alan login; create role hedy login password 'h';\n"); errs != "" {
		t.Fatal(errs)
	}
	for _, c := range []struct{ role, cert, want string }{
		{"grace", "grace", ""}, {"alan", "grace", `28000 certificate authentication failed for user "alan"`}, {"grace", "", "28000 connection requires a valid client certificate"},
		{"grace", "forged", "tls"}, {"hedy", "", "28000 connection requires a valid client certificate"}, {"hedy", "grace", ""}, {"nobody", "grace", "28000 no pg_hba.conf entry"},
	} {
		dsn := fmt.Sprintf("host=localhost port=%s dbname=flare user=%s password=h sslmode=verify-full sslrootcert=%s", s.Port, c.role, filepath.Join(s.Data, "server.crt"))
		if c.cert != "" {
			dsn += fmt.Sprintf(" sslcert=%s sslkey=%s", file(c.cert+".crt"), file(c.cert+".key"))
		}
		conn, err := pgx.Connect(context.Background(), dsn)
		got := ""
		var e *pgconn.PgError
		switch {
		case errors.As(err, &e):
			got = e.Code + " " + e.Message
		case err != nil:
			got = "tls: " + err.Error()
		default:
			conn.Close(context.Background())
		}
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s with the certificate %q: %s, want %s", c.role, c.cert, got, c.want)
		}
	}
}

// TestConnectionLimits: a role's own limit, and those kept for superusers.
func TestConnectionLimits(t *testing.T) {
	s := lockedDoor(t, "--max-connections", "4", "--reserved-connections", "1")
	if _, errs, _ := s.as("ada", "ada's", "create role bob login password 'b' connection limit 1; create role eve login password 'e';\n"); errs != "" {
		t.Fatal(errs)
	}
	join := func(role, password string) string {
		c, err := s.pgxAs(role, password)
		var e *pgconn.PgError
		if errors.As(err, &e) {
			return e.Code + " " + e.Message
		}
		if err != nil {
			return err.Error()
		}
		t.Cleanup(func() { c.Close(context.Background()) })
		return ""
	}
	for _, c := range [][3]string{
		{"bob", "b", ""}, {"bob", "b", `53300 too many connections for role "bob"`}, {"eve", "e", ""}, {"eve", "e", ""},
		{"eve", "e", "53300 remaining connection slots are reserved for non-replication superuser connections"}, {"ada", "ada's", ""}, {"ada", "ada's", "53300 sorry, too many clients already"},
	} {
		got := join(c[0], c[1])
		for n := 0; got != c[2] && n < 50; n++ { // the one before may not have left yet
			time.Sleep(20 * time.Millisecond)
			got = join(c[0], c[1])
		}
		if got != c[2] {
			t.Errorf("%s: %s, want %s", c[0], got, c[2])
		}
	}
}

// TestRolesSurvive: roles and rights are there after a restart and after a kill, and transactions take them back.
func TestRolesSurvive(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	s := serve(t, data)
	s.Psql("create role flare superuser login; create role reader login; grant select on stream to reader; alter role reader set work_mem = '1MB'")
	s.Psql("begin; create role gone; grant gone to reader; rollback")
	s.Kill()
	s = serve(t, data)
	if got := s.Psql(`select rolname, rolcanlogin, rolconfig from pg_roles where oid >= 16384; select relacl from pg_class where relname = 'stream'; select count(*) from pg_auth_members where member >= 16384`, "-t"); got != "reader|t|{work_mem=1MB}\n{flare=arwdDxt/flare,reader=r/flare}\n0\n" {
		t.Error(got)
	}
	s.Stop()
	if out := mustFlarePG(t, "user", "list", "--data", data); !strings.Contains(out, "reader") {
		t.Error(out)
	}
}
