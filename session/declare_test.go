package session

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestCursors: what FETCH and MOVE answer, and how long a cursor lives.
func TestCursors(t *testing.T) {
	c := serve(t).connect()
	c.want("insert into stream (n) values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)", "INSERT 0 10")
	c.want("declare c cursor for select 1", "!25P01")
	c.want("fetch c", "!34000")
	c.want("close c", "!34000")
	c.want("move c", "!34000")
	c.want("declare c cursor for values (1), (2); fetch c; fetch all c", "DECLARE CURSOR\n1\nFETCH 1\n2\nFETCH 1")
	c.want("fetch c", "!34000")
	c.want("begin; declare c no scroll cursor for select n from stream order by n; fetch 3 from c; move 2 in c; fetch c", "BEGIN\nDECLARE CURSOR\n1\n2\n3\nFETCH 3\nMOVE 2\n6\nFETCH 1")
	c.want("fetch forward all from c; fetch c; savepoint s; fetch prior from c", "7\n8\n9\n10\nFETCH 4\nFETCH 0\nSAVEPOINT\n!55000")
	c.want("rollback to s; fetch absolute 5 from c", "ROLLBACK\n!55000")
	c.want("rollback to s; close c; commit", "ROLLBACK\nCLOSE CURSOR\nCOMMIT")
	// It sees what there was when it was declared.
	c.want("begin; insert into stream (n) values (11); declare c cursor for select n from stream where n = 10 union all select n from stream where n > 10", "BEGIN\nINSERT 0 1\nDECLARE CURSOR")
	c.want("insert into stream (n) values (12); delete from stream where n = 11; fetch all c; rollback", "INSERT 0 1\nDELETE 1\n10\n11\nFETCH 2\nROLLBACK")
	// Savepoints.
	c.want("begin; declare a cursor for values (1), (2); savepoint s; declare b cursor for values (3); savepoint t; select 1/0", "BEGIN\nDECLARE CURSOR\nSAVEPOINT\nDECLARE CURSOR\nSAVEPOINT\n!22012")
	c.want("rollback to t; fetch b; release t; rollback to s; fetch a", "ROLLBACK\n3\nFETCH 1\nRELEASE\nROLLBACK\n1\nFETCH 1")
	c.want("savepoint u; fetch b", "SAVEPOINT\n!34000")
	c.want("rollback to u; fetch a; commit", "ROLLBACK\n2\nFETCH 1\nCOMMIT")
	// A cursor whose query fails can't be used any more.
	c.want("begin; declare a cursor for select 1 / (n - 2) from stream where n < 4 order by n; savepoint s; fetch all a", "BEGIN\nDECLARE CURSOR\nSAVEPOINT\n!22012")
	c.want("rollback to s; fetch a", "ROLLBACK\n!55000")
	c.want("rollback", "ROLLBACK")
	// WITH HOLD.
	c.want("begin; declare h scroll cursor with hold for select n from stream order by n; fetch 2 h; commit", "BEGIN\nDECLARE CURSOR\n1\n2\nFETCH 2\nCOMMIT")
	c.want("delete from stream where n > 5", "DELETE 5")
	c.want("fetch 2 h; fetch prior h; fetch last h; fetch first h; begin; fetch h; rollback; fetch absolute -2 h", "3\n4\nFETCH 2\n3\nFETCH 1\n10\nFETCH 1\n1\nFETCH 1\nBEGIN\n2\nFETCH 1\nROLLBACK\n9\nFETCH 1")
	c.want("declare h cursor for select 1; select 1", "!42P03")
	c.want("declare i no scroll cursor with hold for select n from stream order by n", "DECLARE CURSOR")
	c.want("fetch 2 i; fetch all i; fetch i; close all; fetch h", "1\n2\nFETCH 2\n3\n4\n5\nFETCH 3\nFETCH 0\nCLOSE CURSOR ALL\n!34000")
	c.want("begin; declare h cursor with hold for select 1; rollback; fetch h", "BEGIN\nDECLARE CURSOR\nROLLBACK\n!34000")
	c.want("begin; declare h cursor with hold for select 1 / (n - 3) from stream; commit", "BEGIN\nDECLARE CURSOR\n!22012")
	c.want("fetch h", "!34000")
	c.want("declare h cursor with hold for select 1; discard all; ", "DECLARE CURSOR\n!25001")
	c.want("declare h cursor with hold for select 1", "DECLARE CURSOR")
	c.want("discard all", "DISCARD ALL")
	c.want("fetch h", "!34000")
	c.want("explain declare c cursor for select 1", c.plan("explain select 1"))
}

// plan is what a statement answers.
func (c *conn) plan(sql string) string {
	out, err := c.simple(sql)
	if err != nil {
		c.t.Error(err)
	}
	return out
}

// TestCursorThroughExtendedProtocol: DECLARE with parameters, then FETCH, as postgres_fdw does; and Execute of a cursor.
func TestCursorThroughExtendedProtocol(t *testing.T) {
	c := serve(t).connect()
	ctx := context.Background()
	c.want("insert into stream (n) values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)", "INSERT 0 10")
	c.want("start transaction isolation level repeatable read", "START TRANSACTION")
	if _, err := c.Exec(ctx, "declare c1 cursor for select n from stream where n > $1 order by n", pgx.QueryExecModeDescribeExec, 7); err != nil {
		t.Fatal(err)
	}
	c.want("fetch 2 from c1", "8\n9\nFETCH 2")
	c.want("savepoint s; fetch all c1; move prior c1", "SAVEPOINT\n10\nFETCH 1\nMOVE 1")
	for _, k := range [][2]string{{"fetch next c1", ""}, {"fetch backward all from c1", "10 9 8"}, {"fetch first from c1", "8"}, {"fetch relative 0 from c1", "8"}} {
		rows, err := c.Query(ctx, k[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if shown := strings.Trim(fmt.Sprint(got), "[]"); err != nil || shown != k[1] {
			t.Errorf("%s: %s, %v; want %s", k[0], shown, err, k[1])
		}
	}
	c.want("commit", "COMMIT")
}
