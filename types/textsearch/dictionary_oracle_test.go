package textsearch

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/jackc/pgx/v5"
)

var update = flag.Bool("update", false, "write the lists of stop words")

// stopWordsAgree: stop/ has the lists that PostgreSQL 15 is installed with; with -update they are written.
func stopWordsAgree(t *testing.T, _ *rand.Rand, c *pgx.Conn) {
	for language := range stemmers {
		var text string
		if err := c.QueryRow(context.Background(), `select coalesce(pg_read_file((select setting from pg_config where name = 'SHAREDIR') || '/tsearch_data/' || $1 || '.stop', 0, 1000000, true), '')`, language).Scan(&text); err != nil {
			t.Fatal(err)
		}
		file := "stop/" + language + ".txt"
		if *update && text != "" {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want := strings.Fields(text)
		got := stopWords(language)
		if len(got) == 0 && len(want) > 0 || slices.ContainsFunc(want, func(w string) bool { return !got[w] }) || len(got) > len(want) {
			t.Errorf("%s is not PostgreSQL's list", file)
		}
	}
}

func stemsAgree(t *testing.T, r *rand.Rand, c *pgx.Conn) {
	for language := range stemmers {
		var parts []string // stop words of the language, or some of its letters
		for w := range stopWords(language) {
			parts = append(parts, w)
		}
		slices.Sort(parts)
		switch language {
		case "arabic":
			parts = strings.Fields("ال بيت وت ات ون كتاب ين ها يكتب مدرسة")
		case "tamil":
			parts = strings.Fields("வீடு கள் ஓடு கிறது மரம் பட ம் இல்")
		case "irish":
			parts = strings.Fields("bh an each tithe aimsir óir eanna agus n-aois dúil")
		case "romanian":
			parts = strings.Fields("casă ele iune uri alergând ător esc frum os ilor")
		}
		words := list(400*rounds(t, 1), func() string {
			word := ""
			for range 1 + r.IntN(3) {
				p := []rune(parts[r.IntN(len(parts))])
				if from := r.IntN(len(p)); r.IntN(3) == 0 {
					p = p[from:]
				}
				word += string(p)
			}
			return word
		})
		if language == "english" {
			words = append(words, strings.Fields(`running ran runs runner easily fairly caresses flies dies mules denied died agreed owned humbled sized meeting stating siezing itemization
				sensational traditional reference colonizer plotted skies dying idly gently ugly early only singly sky news howe atlas cosmos bias andes inning outing proceed exceed succeed
				connection connections connected connecting failures retrying timeouts queries databases requests responded authentication unauthorized`)...)
		}
		d := DictionaryNamed(language + "_stem")
		check(t, d.Name, asks(t, c, "array_to_string(ts_lexize('"+d.Name+"', a), '|')", words), func(i int) string {
			lexeme, _ := d.Lexize(words[i])
			return lexeme
		}, words)
	}
}

// charactersAgree: letters, marks and others, as far as characters are assigned in both versions of Unicode.
func charactersAgree(t *testing.T, _ *rand.Rand, c *pgx.Conn) {
	rows, err := c.Query(context.Background(), `select c, (select tokid from ts_parse('default', chr(c)) limit 1), (select count(*) from ts_parse('default', 'z' || chr(c) || 'z'))
		from (select generate_series(128, 12287) union select generate_series(12288, 69000, 37)) s(c) where c not between 55296 and 57343`)
	if err != nil {
		t.Fatal(err)
	}
	newer := map[rune]bool{0xc04: true, 0xcf3: true, 0xece: true, 0xf82: true, 0xf83: true} // to Unicode 14 they are others
	for rows.Next() {
		var r rune
		var alone TokenType
		var tokens int
		if err := rows.Scan(&r, &alone, &tokens); err != nil {
			t.Fatal(err)
		}
		if newer[r] || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z) {
			continue
		}
		want := charClass(0)
		switch {
		case alone == Word:
			want = letter
		case tokens == 1:
			want = mark
		}
		if got := classOf(r) &^ space; got != want {
			t.Error(fmt.Sprintf("U+%04X is %d, not %d", r, got, want))
		}
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
}
