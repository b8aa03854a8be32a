package nql

import "testing"

func TestExplainShowsThePlan(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"select StatusCode from stream where Method = 'GET' and Elapsed > 100 and @t >= DateTime('2020-01-02') - 1h", `
stream:     stream
time:       2020-01-01T23:00:00Z <= @t
where:      Method = 'GET' and Elapsed > 100
reads:      Method, Elapsed
then reads: StatusCode
pre-filter: '"Method":"GET"' and '"Elapsed":' (Elapsed > 100)
`},
		{"select * from stream where not (a <> 'xyz' and b not in ['uvw', 'rst']) order by @t desc limit 5", `
stream:     stream
where:      a = 'xyz' or b in ['uvw', 'rst']
reads:      a, b
then reads: @d
pre-filter: '"a":"xyz"' or '"b":"uvw"' or '"b":"rst"'
order:      @t desc
limit:      5
`},
		{"select * from stream where @t in [DateTime('2020-01-02'), DateTime('2020-01-03')] and (@l = 'Error' or @x like '%Time\\_out%')", `
stream:     stream
time:       2020-01-02T00:00:00Z <= @t < 2020-01-03T00:00:00.0000001Z
where:      @t in [DateTime('2020-01-02T00:00:00Z'), DateTime('2020-01-03T00:00:00Z')] and (@l = 'Error' or @x like '%Time\_out%')
reads:      @t, @l, @x
then reads: @d
pre-filter: ':"Error"' or 'Time_out'
`},
		{"select a from stream where 1 + 1 = 3 and a = 'x'", `
stream:     stream
where:      false: no event can match
`},
		{"select a from stream", `
stream:     stream
then reads: a
`},
	} {
		q, err := Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Explain(q, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got != c.want[1:] {
			t.Errorf("%s\n%s", c.text, got)
		}
	}
}

func TestPrefiltersDemandWhatTheyShould(t *testing.T) {
	for _, c := range []struct{ where, want string }{
		{"a = 'xyz'", `'"a":"xyz"'`},
		{"a = 'x' ci", `'"a":' (a = 'x' ci)`},
		{"a = 'x-4711-Yu' ci", `'x-4711-yu' ci and '"a":' (a = 'x-4711-Yu' ci)`},
		{"a = 'Tired of ski' ci", `'red of ' ci and '"a":' (a = 'Tired of ski' ci)`},
		{"a like '%Denver%' ci", `'denver' ci and '"a":' (a like '%Denver%' ci)`},
		{"a = /ab+cde(fghij|klm)/", `'cde' and '"a":' (a = /ab+cde(fghij|klm)/)`},
		{"a = /ab+cde.(fghij|klmn).*/", `('fghij' or 'klmn') and '"a":' (a = /ab+cde.(fghij|klmn).*/)`},
		{"a = /^GET .orders.[0-9]+$/", `'orders' and '"a":' (a = /^GET .orders.[0-9]+$/)`},
		{"a = /Denver/ ci", `'denver' ci and '"a":' (a = /Denver/ ci)`},
		{"'xyz' in Tags", `'"xyz"' and '"Tags":'`},
		{"'quo\"te' = Data['it''s']", `'"it''s":"quo\"te"' and '"Data":'`},
		{"text(a) = '404'", `'"a":"404"' or '"a":404'`},
		{"Flag", `'"Flag":true'`},
		{"not Flag", `'"Flag":false'`},
		{"boolean(Flag) = false", `'"Flag":false'`},
		{"a > 5", `'"a":' (a > 5)`},
		{"a + b > 5", `'"a":' and '"b":'`},
		{"has(Data.checks)", `'"Data":' and '"checks":'`},
		{"a is not null", `'"a":' (a is not null)`},
		{"a is null", ``},
		{"not has(a)", ``},
		{"a = 1 or a > 5", `'"a":' (a = 1 or a > 5)`},
		{"a = 1 or b > 5", `'"a":' (a = 1) or '"b":' (b > 5)`},
		{"a = 'xyz' or b is null", ``},
		{"a like 'start%the middle of it%end'", `'the middle of it' and '"a":"start' and 'end"'`},
		{"a not like '%xyz%'", `'"a":' (a not like '%xyz%')`},
		{"startswith(a, 'xyz')", `'"a":"xyz'`},
		{"@l = 'Information'", ``},
		{"@l = 'information' ci", ``},
		{"@l like '%or%'", ``},
		{"@l like '%rro%'", `'rro'`},
		{"@l in ['Error', 'Fatal']", `':"Error"' or ':"Fatal"'`},
		{"@m like '%failed%'", ``},
		{"@mt like '%failed%'", `'failed' and '"@mt":' (@mt like '%failed%')`},
		{"Items[?].Sku = 'A-1'", `'"Sku":"A-1"' and '"Items":'`},
		{"Items[*].Sku = 'A-1'", `'"Items":'`},
		{"not Items[?].Sku = 'A-1'", `'"Items":'`},
		{"Tags[?] = 'red'", `'"red"' and '"Tags":'`},
		{"Tags[0] = 'red'", `'"red"' and '"Tags":'`},
		{"coalesce(a, 1) = 2", `'"a":' (coalesce(a, 1) = 2)`},
		{"coalesce(a, 2) = 2", ``},
		{"a in [1, 'xyz']", `'"a":' (a in [1, 'xyz'])`},
		{"a = null", ``},
	} {
		if got := prefilterOf(Simplify(mustExpr(t, c.where))).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.where, got, c.want)
		}
	}
}
