package textsearch

import (
	"context"
	"fmt"
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

func connect(t *testing.T) *pgx.Conn {
	if dsn := os.Getenv("TEXTSEARCH_DSN"); dsn != "" {
		c, err := pgx.Connect(context.Background(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(context.Background()) })
		return c
	}
	return pgoracle.Start(t).Connect(t)
}

func TestTokensAreThoseOfPostgreSQL(t *testing.T) {
	r, c := seeded(t), connect(t)
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
