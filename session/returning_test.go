package session

import "testing"

// TestReturningShowsWhatWasWritten: RETURNING reads the events as a SELECT would that came after the commit, properties among them that no
// event had before.
func TestReturningShowsWhatWasWritten(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want("insert into stream (timestamp, message, Status, Ratio, Ok, Tags) values ('2024-01-01Z', 'first', 200, 1.5, true, '{\"a\": 1}'::jsonb) returning Status, status + 1, Ratio, Ok, Tags->'a', message, properties->>'Status'",
		"200|201|1.5|t|1|first|200\nINSERT 0 1")
	c.want("insert into stream (document) values ('{\"@t\":\"2024-01-02T00:00:00Z\",\"@mt\":\"Hello {Who}\",\"Who\":\"you\",\"Status\":404}') returning message, Status, document",
		"Hello you|404|{\"@t\":\"2024-01-02T00:00:00Z\",\"@mt\":\"Hello {Who}\",\"Status\":404,\"Who\":\"you\"}\nINSERT 0 1")
	c.want("select Status from stream order by timestamp", "200\n404\nSELECT 2")
	c.want("begin; insert into stream (n) select g from generate_series(1, 3) g returning n; rollback; select count(*) from stream", "BEGIN\n1\n2\n3\nINSERT 0 3\nROLLBACK\n2\nSELECT 1")
	c.want("delete from stream where Status = 404 returning timestamp, message, event_id is not null", "2024-01-02 00:00:00+00|Hello you|t\nDELETE 1")
	for sql, want := range map[string]string{
		"insert into stream (n) values (1) returning event_id":                     "0A000",
		"insert into stream (n) values (1) returning m":                            "42703",
		"insert into stream (n) values (1) on conflict (n) do nothing":             "42P10",
		"insert into stream (n) values (1) on conflict (n) do update set n = 2":    "42P10",
		"insert into stream (n) values (1) on conflict do update set n = 2":        "42601",
		"insert into stream (n) values (1) on conflict on constraint x do nothing": "42704",
		"create table t (id int); insert into t values (1) on conflict do nothing": "0A000",
		"begin read only; delete from stream returning Status":                     "25006",
		"begin read only; insert into stream (n) values (1) returning n":           "25006",
	} {
		if _, err := c.simple(sql); pgCode(err) != want {
			t.Errorf("%s: %v, want %s", sql, err, want)
		}
		c.simple("rollback")
	}
	c.want("select count(*) from stream", "1\nSELECT 1")
	c.want("insert into stream (n) values (1) on conflict do nothing returning n", "1\nINSERT 0 1")
}

// TestReturningWritesAllHoweverFewRowsAreRead: more rows than one batch holds, and than a tape keeps in memory, come in the order in which they were written.
func TestReturningWritesAllHoweverFewRowsAreRead(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want("prepare p as insert into stream (n, pad) select g, repeat('x', 1000) from generate_series(1, $1) g returning n, pad", "PREPARE")
	if _, err := c.simple("execute p (20000)"); err != nil {
		t.Fatal(err)
	}
	c.want("select count(*), sum(n) from stream", "20000|200010000\nSELECT 1")
}
