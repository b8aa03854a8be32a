package session

import (
	"context"
	"strings"
	"testing"
	"time"
)

// hours fills a stream with n events, an hour apart from 2024-01-01 on; odd ones have level Error.
func hours(c *conn, n int) {
	c.t.Helper()
	for i := range n {
		level := "Information"
		if i%2 == 1 {
			level = "Error"
		}
		if _, err := c.Exec(context.Background(), "insert into stream (timestamp, level, n) values ('2024-01-01 00:00Z'::timestamptz + $1::int * interval '1 hour', $2::text, $1::int)", i, level); err != nil {
			c.t.Fatal(err)
		}
	}
}

func TestDeleteIsSeenByItsTransactionAtOnceAndByOthersAtCommit(t *testing.T) {
	l := serve(t)
	c, other := l.connect(), l.connect()
	hours(c, 10)
	c.want("begin; delete from stream where level = 'Error'; select count(*) from stream", "BEGIN\nDELETE 5\n5\nSELECT 1")
	other.want("select count(*) from stream", "10\nSELECT 1")
	c.want("delete from stream as s where s.n < 3; select n from stream order by 1", "DELETE 2\n4\n6\n8\nSELECT 3")
	c.want("rollback; select count(*) from stream", "ROLLBACK\n10\nSELECT 1")
	c.want("begin; delete from stream where level = 'Error'; commit", "BEGIN\nDELETE 5\nCOMMIT")
	other.want("select n from stream order by 1", "0\n2\n4\n6\n8\nSELECT 5")
	c.want("delete from stream where level = 'Error'", "DELETE 0")
}

func TestDeleteByTimeAlone(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 10)
	c.want("delete from stream where timestamp < '2024-01-01 03:00Z'", "DELETE 3")
	c.want("delete from stream where timestamp >= '2024-01-01 08:00Z' and timestamp <= '2024-01-01 08:00Z'", "DELETE 1")
	c.want("delete from stream where timestamp = '2024-01-01 09:00Z' and timestamp > null", "DELETE 0")
	c.want("select n from stream order by 1", "3\n4\n5\n6\n7\n9\nSELECT 6")
	c.want("delete from stream; select count(*) from stream", "DELETE 6\n0\nSELECT 1")
	c.want("delete from stream", "DELETE 0")
}

func TestDeleteOfStagedRowsAndSavepoints(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 4)
	c.want(`begin;
		insert into stream (timestamp, n) values ('2024-01-01 00:30Z', 100), ('2024-01-01 01:30Z', 101);
		savepoint a;
		delete from stream where n = 100 or n = 0;
		select n from stream order by 1`, "BEGIN\nINSERT 0 2\nSAVEPOINT\nDELETE 2\n1\n2\n3\n101\nSELECT 4")
	c.want("savepoint b; delete from stream where timestamp < '2024-01-01 02:00Z'; select n from stream order by 1", "SAVEPOINT\nDELETE 2\n2\n3\nSELECT 2")
	c.want("rollback to b; select n from stream order by 1", "ROLLBACK\n1\n2\n3\n101\nSELECT 4")
	c.want("insert into stream (timestamp, n) values ('2024-01-01 00:30Z', 102); rollback to a; select n from stream order by 1",
		"INSERT 0 1\nROLLBACK\n0\n1\n2\n3\n100\n101\nSELECT 6")
	c.want("delete from stream where n in (1, 101); commit; select n from stream order by 1", "DELETE 2\nCOMMIT\n0\n2\n3\n100\nSELECT 4")
	// A savepoint before anything was staged.
	c.want("begin; savepoint a; delete from stream; rollback to a; select count(*) from stream; commit", "BEGIN\nSAVEPOINT\nDELETE 4\nROLLBACK\n4\nSELECT 1\nCOMMIT")
	// What is inserted behind a deletion of everything stays.
	c.want("begin; delete from stream; insert into stream (timestamp, n) values ('2024-01-01 00:30Z', 7); commit; select n from stream",
		"BEGIN\nDELETE 4\nINSERT 0 1\nCOMMIT\n7\nSELECT 1")
}

func TestTruncate(t *testing.T) {
	l := serve(t)
	if _, err := l.store.CreateStream("public", "audit"); err != nil {
		t.Fatal(err)
	}
	c := l.connect()
	hours(c, 3)
	c.want("insert into audit (n) values (1)", "INSERT 0 1")
	c.want("begin; truncate stream, audit; select count(*) from stream; select count(*) from audit; rollback", "BEGIN\nTRUNCATE TABLE\n0\nSELECT 1\n0\nSELECT 1\nROLLBACK")
	c.want("select count(*) from stream; select count(*) from audit", "3\nSELECT 1\n1\nSELECT 1")
	c.want("truncate table audit", "TRUNCATE TABLE")
	c.want("select count(*) from stream; select count(*) from audit", "3\nSELECT 1\n0\nSELECT 1")
	c.want("truncate stream, audit; select count(*) from stream", "TRUNCATE TABLE\n0\nSELECT 1")
	c.want("truncate stream", "TRUNCATE TABLE")
}

func TestDeleteRefusals(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 2)
	for sql, want := range map[string]string{
		"delete from stream returning nosuch":                 "42703",
		"delete from nosuch":                                  "42P01",
		"truncate nosuch":                                     "42P01",
		"delete from pg_class":                                "42501",
		"truncate pg_class":                                   "42501",
		"delete from stream where nosuch = 1":                 "42703",
		"delete from stream where count(*) > 1":               "42803",
		"delete from stream where n":                          "42804",
		"begin read only; delete from stream":                 "25006",
		"begin read only; truncate stream":                    "25006",
		"begin read only; explain analyze delete from stream": "25006",
		"set flare.unknown_columns = 'null'; delete from stream where nosuch is null": "42703",
	} {
		if _, err := c.simple(sql); pgCode(err) != want {
			t.Errorf("%s: %v, want %s", sql, err, want)
		}
		c.simple("rollback")
	}
	c.want("select count(*) from stream", "2\nSELECT 1")
}

func TestDeletePrepared(t *testing.T) {
	ctx := context.Background()
	l := serve(t)
	c := l.connect()
	hours(c, 10)
	c.want("prepare d (text, int) as delete from stream where level = $1 and n < $2", "PREPARE")
	c.want("execute d('Error', 4)", "DELETE 2")
	tag, err := c.Exec(ctx, "delete from stream where timestamp < $1::timestamptz and n >= $2", "2024-01-01 06:00Z", 2)
	if err != nil || tag.String() != "DELETE 3" {
		t.Error(tag, err)
	}
	tag, err = c.Exec(ctx, "delete from stream where timestamp < $1::timestamptz", "2024-01-01 06:00Z")
	if err != nil || tag.String() != "DELETE 1" {
		t.Error(tag, err)
	}
	c.want("set synchronous_commit = off; delete from stream where n = 6; select n from stream order by 1", "SET\nDELETE 1\n7\n8\n9\nSELECT 3")
}

func TestExplainDelete(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 4)
	got, err := c.simple("explain delete from stream where timestamp < '2024-01-01 02:00Z'")
	if err != nil || !strings.HasPrefix(got, "Delete on stream\n  By time alone: ") || !strings.Contains(got, "->  Scan on stream") {
		t.Errorf("%s\n%v", got, err)
	}
	got, err = c.simple("explain delete from stream where n = 1")
	if err != nil || !strings.HasPrefix(got, "Delete on stream\n  ->  Project\n") {
		t.Errorf("%s\n%v", got, err)
	}
	c.want("select count(*) from stream", "4\nSELECT 1")
	got, err = c.simple("explain analyze delete from stream where n = 1")
	if err != nil || !strings.HasPrefix(got, "Delete on stream (actual rows=1") {
		t.Errorf("%s\n%v", got, err)
	}
	c.want("select n from stream order by 1", "0\n2\n3\nSELECT 3")
}

func TestDeleteEndsWithItsTimeout(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 3)
	began := time.Now()
	if _, err := c.simple("set statement_timeout = '50ms'; delete from stream where pg_sleep(10) is not null"); pgCode(err) != "57014" {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	other := l.connect()
	if _, err := other.Exec(ctx, "delete from stream where pg_sleep(10) is not null"); err == nil {
		t.Error("a cancelled DELETE succeeded")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	l.connect().want("select count(*) from stream", "3\nSELECT 1")
}
