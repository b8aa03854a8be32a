package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestFirstRowsOfAnOrderAreThoseOfTheWholeOrder: a scan that leaves out what can't be among the first rows any more leaves out nothing else. The events lie in
// many pages, in memory, and in the transaction's own stage.
func TestFirstRowsOfAnOrderAreThoseOfTheWholeOrder(t *testing.T) {
	l := serve(t)
	c := l.connect()
	do := func(sql string) string {
		out, err := c.simple(sql)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return out
	}
	insert := func(from, to int) {
		do(fmt.Sprintf(`insert into stream (timestamp, k, f, s, n)
			select timestamptz '2024-01-01' + x * interval '1 second', case when x %% 11 <> 0 then (x * 7919) %% 10007 end, (x * 31 %% 977) / 8.0, 's' || (x * 17 %% 5003), x
			from generate_series(%d, %d) x`, from, to))
	}
	insert(1, 30000)
	do("vacuum")
	insert(30001, 31000)
	do("begin")
	insert(31001, 32000)
	for _, order := range []string{"k desc, n", "k, n desc", "k desc nulls last, n", "k nulls first, n", "f desc, n", "f, k, n", "s, n", "s desc, n"} {
		for _, where := range []string{"", " where n % 3 = 1", " where k > 5000 and s like 's1%'"} {
			whole := strings.Split(do("select k, f, s, n from stream"+where+" order by "+order), "\n")
			for _, limit := range []int{1, 10, 700} {
				first := strings.Split(do(fmt.Sprintf("select k, f, s, n from stream%s order by %s limit %d", where, order, limit)), "\n")
				if n := len(first) - 1; n != limit || !slices.Equal(first[:n], whole[:n]) {
					t.Fatalf("first %d rows by %s%s: %v, of the whole %v", limit, order, where, first[:min(n, 10)], whole[:min(limit, 10)])
				}
			}
		}
	}
	do("rollback")
}
