package session

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestFirstAndLastTimesAreThoseOfAllEvents: what is read at the ends of a stream, wherever its events are (staged, in memory, in files, deleted), is what
// reading all of it gives.
func TestFirstAndLastTimesAreThoseOfAllEvents(t *testing.T) {
	l := serve(t)
	c := l.connect()
	for run := range 12 {
		r := rand.New(rand.NewPCG(1, uint64(run)))
		do := func(sql string) string {
			out, err := c.simple(sql)
			if err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			return out
		}
		table := fmt.Sprintf("ends%d", run)
		do("create table " + table + " (timestamp timestamptz not null, n bigint)")
		compare := func() {
			where := pick(r, "", " where timestamp > '2024-01-02'", " where timestamp < '2024-01-02'", " where timestamp between '2024-01-01 12:00' and '2024-01-02 12:00'", " where timestamp > '2100-01-01'")
			for _, what := range []string{"min(%s), max(%s)", "max(%s), max(%s)", "min(%s), min(%s)"} {
				ends := fmt.Sprintf("select "+what+" from %s%s", "timestamp", "timestamp", table, where)
				all := fmt.Sprintf("select "+what+" from %s%s", "timestamp + interval '0'", "timestamp + interval '0'", table, where)
				if got, want := do(ends), do(all); got != want {
					t.Fatalf("%s: %s, reading all %s", ends, got, want)
				}
			}
		}
		compare()
		for range 1 + r.IntN(6) {
			switch r.IntN(5) {
			case 0, 1:
				do(fmt.Sprintf("insert into %s select timestamptz '2024-01-01' + interval '1 second' * (x * %d %% 200000), x from generate_series(1, %d) x",
					table, pick(r, 1, 997, 100_003), (1 + r.IntN(300))))
			case 2:
				do("vacuum " + table)
			case 3:
				do("begin")
				do(fmt.Sprintf("insert into %s values ('2024-01-0%d', 1), ('2023-12-31 23:59:59.999999', 2)", table, (1 + r.IntN(9))))
				do(fmt.Sprintf("delete from %s where n = 2 or n %% 3 = %d", table, r.IntN(3)))
				compare()
				do(pick(r, "commit", "rollback"))
			case 4:
				do(fmt.Sprintf("delete from %s where timestamp < '2024-01-0%d'", table, (1 + r.IntN(3))))
			}
			compare()
		}
	}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }
