package nql

import "testing"

func TestTimeBoundsTakeOutWhatTheyCover(t *testing.T) {
	e := mustExpr(t, "a = 1 and @t >= DateTime('2020-01-01') and DateTime('2020-01-02') > @t and (b = 2 or @t = DateTime('2020-01-01'))")
	from, to, rest := TimeBounds(e)
	if to-from != 864_000_000_000 {
		t.Errorf("%d to %d", from, to)
	}
	if got := Print(rest); got != "a = 1 and (b = 2 or @t = DateTime('2020-01-01T00:00:00Z'))" {
		t.Error(got)
	}
	if _, _, rest := TimeBounds(mustExpr(t, "@t < DateTime('2020-01-01')")); rest != nil {
		t.Errorf("left over: %s", Print(rest))
	}
}

func TestPathsAreListedOnce(t *testing.T) {
	list := Paths(mustExpr(t, "a.b = 1 and (Items[?].x in [a.b, @t] or not has(c)) and @d.c like 'x' and "+
		"some(d, i => i.e = @p.i and (if f then g = /x/ else h in k)) and split(l, 'x')[0] in [..m, { ..n, o: p }]"))
	var got []string
	for _, p := range list {
		got = append(got, Print(p))
	}
	want := []string{"a.b", "Items[?].x", "@t", "c", "d", "i", "f", "g", "h", "k", "l", "m", "n", "p"}
	if len(got) != len(want) {
		t.Fatal(got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Error(got)
		}
	}
}
