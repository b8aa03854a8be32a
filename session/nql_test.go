package session

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestNQLInSQL: flare.nql reads a stream with an NQL query, and SQL goes on from there.
func TestNQLInSQL(t *testing.T) {
	c := serve(t).connect()
	c.want(someEvents, "INSERT 0 3")
	c.want(`select * from flare.nql('select StatusCode, Path as p from stream where @l = ''Error'' order by @t desc')`, "503|/c\n500|/a\nSELECT 2")
	c.want(`select * from flare.nql('select * from stream where StatusCode = 200')`, "2024-01-01 11:00:00+00|Information|<null>|<null>|{\"Path\": \"/b\", \"StatusCode\": 200}\nSELECT 1")
	c.want(`select code / 2, pg_typeof(code), pg_typeof(twice), twice from flare.nql('select StatusCode as code, StatusCode * 2 as twice from stream') q where code > 500`,
		"251|bigint|numeric|1006\nSELECT 1")
	c.want(`select pg_typeof(a), pg_typeof(b), pg_typeof(c), pg_typeof(d), pg_typeof(e), d, e from flare.nql('
		select @t as a, has(X) as b, upper(Path) as c, @t - DateTime(''2024-01-01'') as d, { p: Path } as e from stream order by @t limit 1')`,
		"timestamp with time zone|boolean|text|interval|jsonb|10:00:00|{\"p\": \"/a\"}\nSELECT 1")
	c.want(`select q."@t", q.x from flare.nql('select @t, StatusCode as x, StatusCode as x from stream limit 1') as q(a)`, "!42703")
	c.want(`select q.a, q.x, q.x_2 from flare.nql('select @t, StatusCode as x, StatusCode as x from stream order by @t limit 1') as q(a)`,
		"2024-01-01 10:00:00+00|500|500\nSELECT 1")
	c.want(`select s.path, n.n from stream s join flare.nql('select Path as p, StatusCode % 100 as n from stream') n on n.p = s.path order by 1`,
		"/a|0\n/b|0\n/c|3\nSELECT 3")
	c.want(`select count(*) from flare.nql('select 1 as one from stream where @t >= DateTime(''2024-01-02'')')`, "1\nSELECT 1")
	c.want(`select count(*), min(StatusCode) from flare.nql('select StatusCode from stream order by @t desc limit 2')`, "2|200\nSELECT 1")
	c.want(`select pg_typeof(s), pg_typeof(bad), * from flare.nql('
		select split(Path, ''/'')[1] as s, if StatusCode >= 500 then 1 else 0 as bad, map([StatusCode], i => i + 1) as m -- quite a lot
		from stream where Path = /^.[AB]$/ ci and some([StatusCode], i => i > 200)')`, "jsonb|numeric|\"a\"|1|[501]\nSELECT 1")
	// What the transaction has staged is there too, and a view may stand on it.
	c.want("begin", "BEGIN")
	c.want(`insert into stream (timestamp, "StatusCode") values ('2024-02-01Z', 1)`, "INSERT 0 1")
	c.want(`select * from flare.nql('select StatusCode from stream where StatusCode < 100')`, "1\nSELECT 1")
	c.want("rollback", "ROLLBACK")
	c.want(`create view v as select * from flare.nql('select StatusCode as code from stream where @l = ''Error''')`, "CREATE VIEW")
	c.want("alter table stream rename to events", "ALTER TABLE")
	c.want("select sum(code) from v", "1003\nSELECT 1")
	c.want(`create or replace view v as select * from flare.nql('select StatusCode as code from stream where has(StatusCode)', events) where code < 503`, "CREATE VIEW")
	c.want("select sum(code) from v", "700\nSELECT 1")
	c.want("drop table events", "!2BP01")
}

// TestNQLErrors: what is wrong with the query is said with the place in the statement where it stands.
func TestNQLErrors(t *testing.T) {
	c := serve(t).connect()
	c.want(someEvents, "INSERT 0 3")
	for sql, code := range map[string]string{
		`select * from flare.nql('select from stream')`:                                    "!42601",
		`select * from flare.nql('select StatusCode from nothing')`:                        "!42P01",
		`select * from flare.nql('select StatusCode from pg_class')`:                       "!42809",
		`select * from flare.nql('select StatusCode from stream where a = $1')`:            "!42P02",
		`select * from flare.nql('select StatusCode from ' || 'stream')`:                   "!0A000",
		`select * from flare.nql('select StatusCode from stream', 1)`:                      "!22023",
		`select flare.nql('select StatusCode from stream')`:                                "!0A000",
		`select * from rows from (flare.nql('select 1 as a from stream')) with ordinality`: "!0A000",
		`select * from nql('select StatusCode from stream')`:                               "!42883",
	} {
		c.want(sql, code)
	}
	sql := `select * from flare.nql('select a from stream where b = ''x'' and = 1')`
	_, err := c.simple(sql)
	var e *pgconn.PgError
	if !errors.As(err, &e) || int(e.Position) != strings.Index(sql, "= 1")+1 {
		t.Errorf("%v", err)
	}
}
