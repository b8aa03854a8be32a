package textsearch

import (
	"math/rand/v2"
	"strings"
)

// pieces are what random texts are made of: parts of what logs say, and characters that the parser looks at.
var pieces = strings.Fields(`a b x the The of disk full error ERROR running failed 0 1 7 42 1999 3.14 -5 +7 1e5 -2.5e-3 1.2.3 v1.2.3 10.0.0.1 foo_bar fooBar pg_class
	foo-bar a-b-c1 a-1 1-a -x x- user@example.com a.b-c@x.y.org http://example.com/a/b?c=d&e=f#g https://x.y:8080/ ftp:// www.a1.com/x_y example.com:80
	/usr/local/bin/x.sh ./run ../up ~/home /var/log/ C:\\x\\y file.txt a/b/c <b> </b> <br/> <a href="x">link</a> <!-- --> <?xml <script> </script> <style> </style> <!DOCTYPE
	&amp; &#33; &#x1F; &x & é über naïve ЖЕЛЕЗО 日本語 ١٢ e\u0301 İstanbul 👍 ª \u00a0 \u200d \u0903 ' " \\ : ; , . .. ... - -- _ __ / // @ # $ % ^ * ( ) [ ] { } = + | ~ < > ! ? 1_1 a_1 1a a1b2 0x1F 550e8400-e29b-41d4-a716-446655440000
	2026-11-27T20:39:39.123Z key=value "quoted" [::1]:80 jdbc:postgresql://h:5432/db a@ @b a@b a.b a.bc a.b. .a .b1 x.y.z x..y 1. .5 1.a a.1 e E 1e 1e+ -1. -1.2 -1.2.3 - <a <a\u0020b='c'> <x:y> <_ <1>`)

var separators = []string{" ", " ", " ", "", "", "\t", "\n", "-", "_", ".", ",", "/", ":", "@"}

func randomText(r *rand.Rand, most int) string {
	var b strings.Builder
	for range r.IntN(most) {
		p := pieces[r.IntN(len(pieces))]
		p = strings.NewReplacer(`\u0301`, "\u0301", `\u00a0`, "\u00a0", `\u200d`, "\u200d", `\u0903`, "\u0903", `\u0020`, " ", `\\`, `\`).Replace(p)
		if r.IntN(6) == 0 {
			rs := []rune(p)
			from := r.IntN(len(rs))
			p = string(rs[from : from+1+r.IntN(len(rs)-from)])
		}
		b.WriteString(p)
		b.WriteString(separators[r.IntN(len(separators))])
	}
	return b.String()
}
