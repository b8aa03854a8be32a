package main

import (
	"strings"
	"testing"
)

// rows reads cells apart by spaces; "null" is null.
func rows(lines ...string) answer {
	var a answer
	for _, l := range lines {
		var row []*string
		for _, c := range strings.Fields(l) {
			if c == "null" {
				row = append(row, nil)
				continue
			}
			row = append(row, &c)
		}
		a = append(a, row)
	}
	return a
}

func TestAnswersAgreeButForOrderAndLastDigits(t *testing.T) {
	ordered, first := query{Ordered: true}, query{Compare: 1}
	for name, c := range map[string]struct {
		q    query
		a, b answer
		same bool
	}{
		"equal":                   {ordered, rows("a 1", "b null"), rows("a 1", "b null"), true},
		"any order":               {query{}, rows("b 2", "a 1"), rows("a 1", "b 2"), true},
		"an order":                {ordered, rows("b 2", "a 1"), rows("a 1", "b 2"), false},
		"last digits":             {ordered, rows("60.123456789012"), rows("60.123456789013"), true},
		"numeric zeros":           {ordered, rows("7.50"), rows("7.5000000"), true},
		"other numbers":           {ordered, rows("60.1234"), rows("60.1235"), false},
		"large integers":          {ordered, rows("9008245214157294"), rows("9008245214157295"), false},
		"null is not text":        {ordered, rows("null"), rows("0"), false},
		"fewer rows":              {query{}, rows("a"), rows("a", "a"), false},
		"how often":               {query{}, rows("a", "a", "b"), rows("a", "b", "b"), false},
		"fewer columns":           {ordered, rows("a b"), rows("a"), false},
		"columns not compared":    {first, rows("a b"), rows("a c"), true},
		"columns only one has":    {first, rows("a b"), rows("a"), true},
		"JSON in another order":   {ordered, rows(`{"a":1,"b":[1,2]}`), rows(`{"b":[1,2],"a":1}`), true},
		"JSON with other numbers": {ordered, rows(`{"a":9008245214157294}`), rows(`{"a":9008245214157295}`), false},
	} {
		if d := c.q.differ(c.a, c.b); (d == "") != c.same {
			t.Errorf("%s: %q", name, d)
		}
		if d := c.q.differ(c.b, c.a); (d == "") != c.same {
			t.Errorf("%s, the other way round: %q", name, d)
		}
	}
}

func TestComparingLeavesAnswersAsTheyAre(t *testing.T) {
	a := rows("b 2", "a 1")
	query{Compare: 1}.differ(a, rows("a", "b"))
	if *a[0][0] != "b" || len(a[0]) != 2 {
		t.Error("an answer was sorted or cut")
	}
}

func TestQuestionsAskAboutTheirData(t *testing.T) {
	d := dataset{Events: 2000, Seed: 1, PerDay: 1_000_000}
	qs, err := questions(d)
	if err != nil {
		t.Fatal(err)
	}
	if len(qs) != 11 {
		t.Errorf("%d questions", len(qs))
	}
	s, err := d.subject()
	if err != nil || len(s.Request) != 36 || !strings.Contains(qs[3].Flare, s.Request) {
		t.Errorf("request %q, %v; %s", s.Request, err, qs[3].Flare)
	}
	if len(s.Requests) != 1000 || s.Requests[600] != s.Request || s.User == 0 {
		t.Errorf("%d requests, with %s; user %d", len(s.Requests), s.Requests[600], s.User)
	}
}
