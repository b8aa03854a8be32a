package session

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
)

// TestSamplesKeepTheirShare: about so many of the events as were asked for, the same ones for the same number, others for another.
func TestSamplesKeepTheirShare(t *testing.T) {
	l := serve(t)
	c := l.connect()
	const events = 40_000
	c.want(fmt.Sprintf("insert into stream (timestamp, n) select '2024-01-01Z'::timestamptz + g * interval '1 second', g from generate_series(1, %d) g", events), fmt.Sprintf("INSERT 0 %d", events))
	count := func(sql string) int {
		out, err := c.simple(sql)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		n, _, _ := strings.Cut(out, "\n")
		x, err := strconv.Atoi(n)
		if err != nil {
			t.Fatalf("%s: %q", sql, out)
		}
		return x
	}
	for seed := range 5 {
		for _, percent := range []float64{0.5, 10, 50, 90} {
			p := percent / 100
			n := count(fmt.Sprintf("select count(*) from stream tablesample bernoulli (%g) repeatable (%d)", percent, seed))
			if most := 5 * math.Sqrt(events*p*(1-p)); math.Abs(float64(n)-events*p) > most {
				t.Errorf("%g %% are %d of %d", percent, n, events)
			}
		}
	}
	sample := func(method string, seed int) string {
		return fmt.Sprintf("select n from stream tablesample %s (30) repeatable (%d)", method, seed)
	}
	for _, method := range []string{"bernoulli", "system"} {
		if n := count(fmt.Sprintf("select count(*) from ((%s) except (%s)) x", sample(method, 1), sample(method, 1))); n != 0 {
			t.Errorf("%s: the same sample twice differs in %d events", method, n)
		}
		if n := count(fmt.Sprintf("select count(*) from ((%s) except (%s)) x", sample(method, 1), sample(method, 2))); n == 0 {
			t.Errorf("%s: samples by different numbers are the same", method)
		}
	}
	// Of SYSTEM, events that arrived together come together.
	if n := count("select count(distinct n / 1024) from stream tablesample system (30) repeatable (1)"); n > 35 {
		t.Errorf("SYSTEM takes events of %d blocks of 40", n)
	}
}
