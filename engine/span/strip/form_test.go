package strip

import (
	"bytes"
	"encoding/base64"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/column"
)

// The events of manyForms are stored in the forms that they are meant for.
func TestEachFormIsUsed(t *testing.T) {
	all := manyForms(t, 2000)
	var r Reader
	must(t, openBody(&r, page(t, NewBuilder(), all), len(all), size(all)))
	at := func(path ...string) *strip {
		p := r.Find(path...)
		for _, s := range r.dir.nodes[p.node()].strips {
			if s >= 0 && r.strips[s].typ > Bool {
				opened, err := r.open(int(s))
				must(t, err)
				return opened
			}
		}
		t.Fatalf("%q has no strip", path)
		return nil
	}
	for name, form := range map[string]uint8{"@t": textEventTime, "always": textConstant, "id": textHex, "word": textDictionary, "words": textTemplate, "port": textTemplate,
		"plain": textPlain, "local": textTime, "list": textTemplate} {
		if s := at(name); s.text.form != form {
			t.Errorf("%s is in form %d, not %d", name, s.text.form, form)
		}
	}
	for name, form := range map[string]uint8{"steady": intsDelta, "runs": intsRuns, "codes": intsCoded, "skewed": intsBytes, "wide": intsPacked, "scaled": intsPacked} {
		if s := at(name); s.number.values.form != form {
			t.Errorf("%s is in form %d, not %d", name, s.number.values.form, form)
		}
	}
	if s := at("scaled"); s.number.digits != 2 || s.number.fewer.form != intsConstant {
		t.Errorf("%d digits", s.number.digits)
	}
	if s := at("mixed"); s.number.odd.n == 0 {
		t.Error("mixed has no exceptions")
	}
	if r.dir.rest == 0 {
		t.Error("nothing is in the rest")
	}
}

var update = flag.Bool("update", false, "write testdata/page.txt anew")

// testdata/page.txt holds a page as it was written once: base64, an empty line, and its documents. What was written stays readable, whatever is written today.
func TestAPageWrittenOnceIsRead(t *testing.T) {
	const file = "testdata/page.txt"
	if *update {
		all := manyForms(t, 150)
		text := base64.StdEncoding.EncodeToString(page(t, NewBuilder(), all)) + "\n\n"
		for _, e := range all {
			text += string(e.doc) + "\n"
		}
		must(t, os.WriteFile(file, []byte(text), 0o644))
	}
	text, err := os.ReadFile(file)
	must(t, err)
	encoded, docs, _ := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n\n")
	body, err := base64.StdEncoding.DecodeString(encoded)
	must(t, err)
	lines := bytes.Split(bytes.TrimSuffix([]byte(docs), []byte("\n")), []byte("\n"))
	var r Reader
	must(t, openBody(&r, body, len(lines), len(docs)-len(lines)))
	must(t, r.Each(func(row int, doc []byte) bool {
		if !bytes.Equal(doc, lines[row]) {
			t.Fatalf("row %d: %s, was %s", row, doc, lines[row])
		}
		return true
	}))
}

func TestAReaderUsesItsMemoryAgain(t *testing.T) {
	if raceDetector {
		t.Skip("allocations can't be counted under the race detector")
	}
	all := generated(t, 4096)
	body, docs := page(t, NewBuilder(), all), size(all)
	front, err := ParseFront(body, len(body), len(all), docs)
	must(t, err)
	from := bytes.NewReader(body)
	var r Reader
	out := column.New(column.Float64)
	read := func() {
		r.Open(front, from, "page", 0)
		_, err := r.Column(out, r.Find("Elapsed"), column.Float64, nil, false)
		must(t, err)
	}
	read()
	if n := testing.AllocsPerRun(50, read); n > 12 {
		t.Errorf("%.1f allocations a page", n)
	}
}
