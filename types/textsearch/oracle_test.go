package textsearch

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

// rounds is how many batches of random inputs a comparison takes; TEXTSEARCH_ROUNDS sets another number.
func rounds(t *testing.T, usual int) int {
	if s := os.Getenv("TEXTSEARCH_ROUNDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return usual
}

func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("TEXTSEARCH_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("TEXTSEARCH_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// TestAnswersAreThoseOfPostgreSQL compares with a running server, TEXTSEARCH_DSN where that is set.
func TestAnswersAreThoseOfPostgreSQL(t *testing.T) {
	var c *pgx.Conn
	if dsn := os.Getenv("TEXTSEARCH_DSN"); dsn != "" {
		var err error
		if c, err = pgx.Connect(context.Background(), dsn); err != nil {
			t.Fatal(err)
		}
		defer c.Close(context.Background())
	} else {
		c = pgoracle.Start(t).Connect(t)
	}
	for name, f := range map[string]func(*testing.T, *rand.Rand, *pgx.Conn){
		"tokens": tokensAgree, "documents": documentsAgree, "queries": queriesAgree, "matches": matchesAgree, "headlines": headlinesAgree,
		"stop words": stopWordsAgree, "stems": stemsAgree, "characters": charactersAgree,
	} {
		t.Run(name, func(t *testing.T) { f(t, seeded(t), c) })
	}
}

func tokensAgree(t *testing.T, r *rand.Rand, c *pgx.Conn) {
	for range rounds(t, 2) {
		var texts []string
		for range 1000 {
			texts = append(texts, randomText(r, 9))
		}
		rows, err := c.Query(context.Background(), `select coalesce((select string_agg(tokid || ':' || token, '|') from ts_parse('default', t)), '') from unnest($1::text[]) t`, texts)
		if err != nil {
			t.Fatal(err)
		}
		want, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		bad := 0
		for i, text := range texts {
			if got := tokensOf(text); got != want[i] {
				if bad++; bad < 10 {
					t.Errorf("%q\n got %s\nwant %s", text, got, want[i])
				}
			}
		}
		if bad > 0 {
			t.Fatalf("%d of %d texts differ", bad, len(texts))
		}
	}
}

func tokensOf(text string) string {
	var out []string
	p := NewParser([]byte(text))
	for {
		kind, token, ok := p.Next()
		if !ok {
			return strings.Join(out, "|")
		}
		out = append(out, fmt.Sprintf("%d:%s", kind, token))
	}
}

// asks PostgreSQL an expression over arrays of texts, of which it takes one of each at a time as $1, $2, … in an expression; null stands for an error.
func asks(t *testing.T, c *pgx.Conn, expression string, columns ...[]string) []*string {
	t.Helper()
	names := []string{"a", "b", "c", "d"}[:len(columns)]
	args := make([]any, len(columns))
	arrays := make([]string, len(columns))
	for i, column := range columns {
		args[i], arrays[i] = column, fmt.Sprintf("$%d::text[]", i+1)
	}
	_, err := c.Exec(context.Background(), fmt.Sprintf(`create or replace function pg_temp.asked(%s) returns text language plpgsql as $f$ begin return (%s)::text; exception when others then return sqlstate || ' ' || sqlerrm; end $f$`,
		strings.Join(names, " text, ")+" text", expression))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := c.Query(context.Background(), fmt.Sprintf(`select pg_temp.asked(%s) from unnest(%s) with ordinality u(%s, n) order by n`,
		strings.Join(names, ","), strings.Join(arrays, ","), strings.Join(names, ",")), args...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[*string])
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// shown is a result, or an error as asks gives it.
func shown(s string, err error) string {
	if e, ok := err.(*Error); ok {
		return e.Code + " " + e.Message
	}
	return s
}

// check compares answers; inputs say what they are about.
func check(t *testing.T, what string, want []*string, got func(i int) string, inputs ...[]string) {
	t.Helper()
	bad := 0
	for i := range want {
		w := "NULL"
		if want[i] != nil {
			w = *want[i]
		}
		if g := got(i); g != w {
			if bad++; bad < 6 {
				in := ""
				for _, column := range inputs {
					in += fmt.Sprintf("%q ", column[i])
				}
				t.Errorf("%s of %s\n got %s\nwant %s", what, in, g, w)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%s: %d of %d differ", what, bad, len(want))
	}
}

func randomQuery(r *rand.Rand, depth int) string {
	words := []string{"a", "b", "running", "disk", "the", "full", "'x y'", "error", "foo-bar", `'it''s'`, "über", "a.bc", "pg_class", "1.5", "fail:*", "dis:*A", "b:cd", "of"}
	if depth == 0 || r.IntN(4) == 0 {
		return words[r.IntN(len(words))]
	}
	sub := func() string {
		s := randomQuery(r, depth-1)
		if r.IntN(3) == 0 {
			s = "(" + s + ")"
		}
		return s
	}
	switch r.IntN(6) {
	case 0:
		return "!" + sub()
	case 1, 2:
		return sub() + " & " + sub()
	case 3:
		return sub() + "|" + sub()
	case 4:
		return sub() + " <-> " + sub()
	}
	return sub() + fmt.Sprintf(" <%d> ", r.IntN(4)) + sub()
}

func mangled(r *rand.Rand, s string) string {
	if len(s) == 0 || r.IntN(3) > 0 {
		return s
	}
	rs := []rune(s)
	i := r.IntN(len(rs))
	marks := []rune(`'"\!&|()<>-:*A1,  x`)
	switch r.IntN(3) {
	case 0:
		return string(rs[:i]) + string(rs[i+1:])
	case 1:
		return string(rs[:i]) + string(marks[r.IntN(len(marks))]) + string(rs[i:])
	}
	return string(rs[:i])
}

func randomVector(r *rand.Rand) string {
	words := []string{"a", "b", "run", "disk", "full", "error", "'x y'", `'it''s'`, "fail", "failed", "failing", "über", "x", "dis", "foo-bar", "foo", "bar"}
	var b strings.Builder
	for range r.IntN(9) {
		b.WriteString(words[r.IntN(len(words))])
		for k := range r.IntN(4) {
			if k == 0 {
				b.WriteByte(':')
			} else {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Itoa(1 + r.IntN(12)))
			b.WriteString([]string{"", "", "A", "b", "C", "d"}[r.IntN(6)])
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func list(n int, f func() string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = f()
	}
	return out
}

func vectorText(b []byte, err error) string {
	if err != nil {
		return shown("", err)
	}
	return string(Vector(b).AppendText(nil))
}

func queryText(b []byte, err error) string {
	if err != nil {
		return shown("", err)
	}
	return string(Query(b).AppendText(nil))
}

func documentsAgree(t *testing.T, r *rand.Rand, c *pgx.Conn) {
	for range rounds(t, 1) {
		for _, config := range []string{"english", "simple", "russian", "german", "turkish"} {
			texts := list(300, func() string { return randomText(r, 14) })
			check(t, "to_tsvector "+config, asks(t, c, "to_tsvector('"+config+"', a)", texts), func(i int) string {
				b := NewBuilder(ConfigNamed(config))
				defer b.Close()
				if err := b.Add([]byte(texts[i])); err != nil {
					return err.Error()
				}
				return vectorText(b.Append(nil))
			}, texts)
		}
		vectors := list(800, func() string { return mangled(r, randomVector(r)) })
		check(t, "tsvector", asks(t, c, "a::tsvector", vectors), func(i int) string { return vectorText(ParseVector(nil, []byte(vectors[i]))) }, vectors)
		binary := func(s string) Vector { b, _ := ParseVector(nil, []byte(s)); return b }
		one, two := list(600, func() string { return randomVector(r) }), list(600, func() string { return randomVector(r) })
		check(t, "||", asks(t, c, "a::tsvector || b::tsvector", one, two), func(i int) string { return vectorText(binary(one[i]).Concat(nil, binary(two[i]))) }, one, two)
		for i := range two[:300] {
			if two[i] = one[i]; r.IntN(2) == 0 {
				two[i] = strings.Replace(one[i], "1", "2", 1)
			}
		}
		check(t, "tsvector_cmp", asks(t, c, "sign(tsvector_cmp(a::tsvector, b::tsvector))::int", one, two), func(i int) string {
			return strconv.Itoa(sign(CompareVectors(binary(one[i]), binary(two[i]))))
		}, one, two)
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

func queriesAgree(t *testing.T, r *rand.Rand, c *pgx.Conn) {
	for range rounds(t, 1) {
		queries := list(1200, func() string { return mangled(r, randomQuery(r, 3)) })
		check(t, "tsquery", asks(t, c, "a::tsquery", queries), func(i int) string {
			q, _, err := ParseQuery(nil, []byte(queries[i]))
			return queryText(q, err)
		}, queries)
		texts := list(600, func() string { return mangled(r, randomText(r, 6)) })
		texts = append(texts, list(300, func() string { return mangled(r, `"the disk full" or foo-bar -"a b" OR -x`) })...)
		for name, style := range map[string]Style{"to_tsquery": Operators, "plainto_tsquery": Plain, "phraseto_tsquery": Phrases, "websearch_to_tsquery": Web} {
			in := texts
			if style == Operators {
				in = append(queries[:600:600], texts[:300]...)
			}
			check(t, name, asks(t, c, name+"('english', a)", in), func(i int) string {
				q, _, err := ConfigNamed("english").ToQuery(nil, []byte(in[i]), style)
				return queryText(q, err)
			}, in)
		}
		binary := func(s string) Query { q, _, _ := ParseQuery(nil, []byte(s)); return q }
		one, two, three := list(600, func() string { return randomQuery(r, 3) }), list(600, func() string { return randomQuery(r, 1) }), list(600, func() string { return randomQuery(r, 1) })
		check(t, "ts_rewrite", asks(t, c, "ts_rewrite(a::tsquery, b::tsquery, c::tsquery)", one, two, three), func(i int) string {
			return queryText(Rewrite(nil, binary(one[i]), binary(two[i]), binary(three[i])))
		}, one, two, three)
		check(t, "querytree", asks(t, c, "querytree(a::tsquery)", one), func(i int) string { return string(binary(one[i]).Indexable(nil)) }, one)
		copy(two[:100], one[:100])
		check(t, "tsquery_cmp", asks(t, c, "sign(tsquery_cmp(a::tsquery, b::tsquery))::int", one, two), func(i int) string {
			return strconv.Itoa(sign(CompareQueries(binary(one[i]), binary(two[i]))))
		}, one, two)
		check(t, "@>", asks(t, c, "a::tsquery @> b::tsquery", one, two), func(i int) string { return strconv.FormatBool(Contains(binary(one[i]), binary(two[i]))) }, one, two)
	}
}

func matchesAgree(t *testing.T, r *rand.Rand, c *pgx.Conn) {
	for range rounds(t, 1) {
		vectors, queries := list(2000, func() string { return randomVector(r) }), list(2000, func() string {
			return strings.NewReplacer("running", "run", "'x y'", "x", "pg_class", "disk", "über", "foo").Replace(randomQuery(r, 3)) // no lexeme with and without :*, of which a rank takes either
		})
		v := func(i int) Vector { b, _ := ParseVector(nil, []byte(vectors[i])); return b }
		q := func(i int) Query { b, _, _ := ParseQuery(nil, []byte(queries[i])); return b }
		check(t, "@@", asks(t, c, "a::tsvector @@ b::tsquery", vectors, queries), func(i int) string { return strconv.FormatBool(NewMatcher(q(i)).Matches(v(i))) }, vectors, queries)
		method := r.IntN(64)
		check(t, fmt.Sprint("ts_rank ", method), asks(t, c, fmt.Sprintf("encode(float4send(ts_rank(a::tsvector, b::tsquery, %d)), 'hex')", method), vectors, queries), func(i int) string {
			return single(Rank(DefaultWeights, v(i), q(i), method))
		}, vectors, queries)
		check(t, fmt.Sprint("ts_rank_cd ", method), asks(t, c, fmt.Sprintf("encode(float4send(ts_rank_cd(a::tsvector, b::tsquery, %d)), 'hex')", method), vectors, queries), func(i int) string {
			x, err := RankCovers(DefaultWeights, v(i), q(i), method, nil)
			return shown(single(x), err)
		}, vectors, queries)
	}
}

// single is the bytes of a float4.
func single(x float32) string { return fmt.Sprintf("%08x", math.Float32bits(x)) }

func headlinesAgree(t *testing.T, r *rand.Rand, c *pgx.Conn) {
	options := []string{"", "MaxWords=8, MinWords=3", "MaxFragments=2, MaxWords=6, MinWords=2", "MaxFragments=3,FragmentDelimiter=' # ', MaxWords=10, MinWords=4, ShortWord=5", "HighlightAll=true", "HighlightAll=on, StartSel=[, StopSel=]",
		`StartSel="<i x=""1"">", StopSel='</i>', MaxWords=5, MinWords=1, ShortWord=0`, "MaxFragments=1, MaxWords=4, MinWords=1", "MinWords=9, MaxWords=3", "x=1", "MaxWords", "MaxWords=a", "StartSel='", `"MaxWords" = 20 , MinWords=E'5'`, "MaxWords==3"}
	for range rounds(t, 1) {
		texts, queries := list(1000, func() string { return randomText(r, 40) }), list(1000, func() string { return randomQuery(r, 2) })
		opts := list(1000, func() string { return options[r.IntN(len(options))] })
		check(t, "ts_headline", asks(t, c, "ts_headline('english', a, to_tsquery('english', b), c)", texts, queries, opts), func(i int) string {
			config := ConfigNamed("english")
			q, _, err := config.ToQuery(nil, []byte(queries[i]), Operators)
			if err != nil {
				return shown("", err)
			}
			set, err := Options(opts[i])
			if err != nil {
				return shown("", err)
			}
			o, err := NewHeadlineOptions(set)
			if err != nil {
				return shown("", err)
			}
			h, err := NewHeadliner(config, q, o).AppendHeadline(nil, []byte(texts[i]))
			return shown(string(h), err)
		}, texts, queries, opts)
	}
}
