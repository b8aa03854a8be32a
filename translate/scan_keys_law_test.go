package translate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
)

// keyedStore has events whose members have any of the values where SQL's rules and the store's differ, some in spans, some behind them.
func keyedStore(t *testing.T) *engine.Store {
	t.Helper()
	s, err := engine.Open("data", engine.Options{FS: vfs.NewMem(), Create: true, PageBytes: 2 << 10})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 8))
	d := event.NewDecoder(event.Options{Now: new(int64)})
	const base = 17040672000000000
	at := int64(0)
	for part := range 2 {
		st := s.NewStage()
		for range 150 {
			text := fmt.Sprintf(`{"@mt":"m","key":%d`, at)
			for _, name := range []string{"i", "n", "s"} {
				if r.IntN(8) > 0 {
					text += fmt.Sprintf(`,%q:%s`, name, values[r.IntN(len(values))])
				}
			}
			text += fmt.Sprintf(`,"o":{"i":%d,"s":"v%d"}}`, r.IntN(200), r.IntN(200))
			doc, _, err := d.Decode(nil, []byte(text), nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := st.Append(1, base+at*1_000_000, doc); err != nil {
				t.Fatal(err)
			}
			at++
		}
		if err := s.Commit(context.Background(), st, engine.Sync); err != nil {
			t.Fatal(err)
		}
		for done := part == 1; !done; {
			if _, done, err = s.Maintain(context.Background(), engine.MaintainOptions{Force: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// TestKeysHandedToScansLeaveOutNothingThatIsWanted: statements whose scans are told of values answer as they do where nothing goes down.
func TestKeysHandedToScansLeaveOutNothingThatIsWanted(t *testing.T) {
	s := keyedStore(t)
	defer s.Close()
	tx := s.Read()
	defer tx.Close()
	told, statements := int64(0), 0
	rapid.Check(t, func(t *rapid.T) {
		sql := drawKeyed(t)
		want, _, _ := answerOver(t, tx, sql, true)
		got, _, keys := answerOver(t, tx, sql, false)
		if got != want {
			t.Fatalf("%s:\n%s\nwant\n%s", sql, got, want)
		}
		statements++
		if keys > 0 {
			told++
		}
	})
	if told < int64(statements)/4 {
		t.Errorf("of %d statements %d told a scan of values", statements, told)
	}
}

// drawKeyed makes a query that compares a column of one side with the values of another.
func drawKeyed(t *rapid.T) string {
	pick := func(list ...string) string { return rapid.SampledFrom(list).Draw(t, "pick") }
	column := pick("i", "n", "s", "oi", "os", "key", "message")
	const all, mine = "select key, i, n, s, o.i as oi, o.s as os, message from stream", "key, i, n, s, oi, os, message"
	// Some rows of the stream, and what they have there; sometimes none, or a null, or values from elsewhere.
	few := func(of string) string {
		switch pick("rows", "rows", "rows", "none", "values") {
		case "none":
			return "select " + of + " from (" + all + ") q where key < 0"
		case "values":
			switch of {
			case "s", "os", "message":
				return "select * from (values ('100'), ('a'), (null), ('true'), ('m'), ('v7'), ('1e2')) v(x)"
			case "n":
				return "select x::numeric from (values (100), (null), (2.50), (1e400)) v(x)"
			}
			return "select x::" + pick("bigint", "int") + " from (values (100), (null), (1)) v(x)"
		}
		read := of
		if of[0] == 'o' {
			read = "o." + of[1:]
		}
		from := rapid.IntRange(0, 290).Draw(t, "from")
		return fmt.Sprintf("select %s from stream where key between %d and %d", read, from, from+rapid.IntRange(0, 12).Draw(t, "rows"))
	}
	side := pick("stream", "stream", "("+all+") stream", "(select distinct "+mine+" from ("+all+") q) stream", "("+all+" order by key) stream",
		"("+all+" where key % 2 = 0 union all "+all+" where key % 3 = 0) stream",
		"(select l.key, i, n, s, oi, os, message from (select key from stream where key % 5 <> 0) l left join ("+all+") r on l.key = r.key) stream")
	if side == "stream" {
		column = pick("i", "n", "s", "key", "message")
	}
	switch pick("any", "in", "exists", "join", "two", "group", "right", "limit") {
	case "any":
		return fmt.Sprintf("select key from %s where %s = any (array(%s))", side, column, few(column))
	case "in":
		return fmt.Sprintf("select key from %s where %s in (%s) and key %% 7 <> 0", side, column, few(column))
	case "exists":
		return fmt.Sprintf("select key from %s where exists (select from (%s) f(x) where f.x = stream.%s)", side, few(column), column)
	case "join":
		return fmt.Sprintf("select stream.key, x from %s join (%s) f(x) on x = stream.%s", side, few(column), column)
	case "right":
		return fmt.Sprintf("select stream.key, x from %s right join (%s) f(x) on x = stream.%s and stream.key %% 2 = 0", side, few(column), column)
	case "two":
		other := pick("i", "n", "s")
		return fmt.Sprintf("select key from %s where (%s, %s) in (select * from (%s) a(x), (%s) b(y))", side, column, other, few(column), few(other))
	case "group":
		// Which of equal values stands for a group, as 1.0 and 1, is nobody's promise.
		return fmt.Sprintf("select n, least from (select %s as g, count(*) as n, min(key) as least from %s group by 1) q where g in (%s)", column, side, few(column))
	}
	return fmt.Sprintf("select key from (%s order by key limit 120) stream where %s in (%s)", all, column, few(column))
}
