package main

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func normalText(s string) string { return cellText(normalCell(&s)) }

func TestTimesOfAllSystemsAreOne(t *testing.T) {
	const want = "2024-05-01 00:05:00.123456"
	for _, s := range []string{
		"2024-05-01 00:05:00.123456+00", "2024-05-01 00:05:00.123456", "2024-05-01 00:05:00.1234569", "2024-05-01T00:05:00.1234569Z", "2024-05-01T00:05:00.123456+00:00",
	} {
		if got := normalText(s); got != want {
			t.Errorf("%s is %s", s, got)
		}
	}
	if got := normalText("2024-05-01 00:05:00+00"); got != "2024-05-01 00:05:00.000000" {
		t.Error(got)
	}
	for _, s := range []string{"2024-05-01", "2024-13-01 00:00:00", "at 2024-05-01 00:05:00", "1", ""} {
		if got := normalText(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
	if normalCell(nil) != nil {
		t.Error("null became something")
	}
}

func TestDocumentsOfAllSystemsAreOne(t *testing.T) {
	const event = `{"@t":"2024-05-01T00:00:00.1234567Z","UserId":null,"Elapsed":20.5530,"Ok":true,"Data":{"n":9008245214157294},"Tags":[],"Items":[{"Price":1.50},{"Price":2}]}`
	for how, s := range map[string]string{
		"typed columns":    `{"@t":"2024-05-01 00:00:00.123456","@l":"Information","@x":null,"Elapsed":20.553,"Ok":true,"Data":{"n":9008245214157294},"Tags":[],"Items":[{"Price":1.5},{"Price":2}]}`,
		"another order":    `{"Items":[{"Price":1.5},{"Price":2}],"Data":{"n":9008245214157294},"Ok":true,"Elapsed":2.0553e1}`,
		"fields of text":   `{"Elapsed":"20.5530","Ok":"true","Data.n":"9008245214157294","Items":"[{\"Price\":1.50},{\"Price\":2}]","message":"m"}`,
		"empty array text": `{"Elapsed":"20.5530","Ok":"true","Data.n":"9008245214157294","Tags":"[]","Items":"[{\"Price\":1.50},{\"Price\":2}]"}`,
	} {
		if a, b := normalText(event), normalText(s); a != b {
			t.Errorf("%s:\n%s\n%s", how, a, b)
		}
	}
	for how, s := range map[string]string{
		"another number": strings.Replace(event, "20.5530", "20.5531", 1), "a large integer": strings.Replace(event, "7294", "7295", 1),
		"a level": strings.Replace(event, `"Ok"`, `"@l":"Error","Ok"`, 1), "a tag": strings.Replace(event, `[]`, `["a"]`, 1),
		"another order of an array": strings.Replace(event, `{"Price":1.50},{"Price":2}`, `{"Price":2},{"Price":1.50}`, 1),
		"a member less":             strings.Replace(event, `"Ok":true,`, ``, 1),
	} {
		if normalText(event) == normalText(s) {
			t.Errorf("%s makes no difference", how)
		}
	}
}

func TestNumbersWithinDocumentsMayDifferInTheLastDigits(t *testing.T) {
	q := query{Ordered: true}
	for text, same := range map[string]bool{`{"n":"0.009000000000000001","s":"a"}`: true, `{"n":"0.009001","s":"a"}`: false, `{"n":"0.009","s":"b"}`: false, `{"n":"0.009"}`: false} {
		a, b := normal(rows(`{"n":0.009,"s":"a"}`)), normal(rows(text))
		if d := q.differ(a, b); (d == "") != same {
			t.Errorf("%s: %q", text, d)
		}
	}
}

// Members that are null, and the order of members, are nothing that a document says.
func TestNormalDocumentsKeepWhatIsSaid(t *testing.T) {
	value := rapid.OneOf(rapid.Map(rapid.Int64(), func(n int64) any { return n }), rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.StringMatching(`[a-z ]{0,6}`), func(s string) any { return s }))
	rapid.Check(t, func(t *rapid.T) {
		members := rapid.MapOfN(rapid.StringMatching(`[a-z]{1,3}`), value, 0, 6).Draw(t, "members")
		a, _ := json.Marshal(members)
		with := maps.Clone(members)
		with["NULL"], with["EMPTY"] = nil, []any{}
		b, _ := json.Marshal(with)
		if x, y := normalText(string(a)), normalText(string(b)); x != y {
			t.Fatalf("%s\n%s", x, y)
		}
		for name := range members {
			less := maps.Clone(members)
			delete(less, name)
			c, _ := json.Marshal(less)
			if normalText(string(a)) == normalText(string(c)) {
				t.Fatalf("%s is not missed in %s", name, a)
			}
		}
	})
}

func FuzzNormal(f *testing.F) {
	for _, s := range []string{"", "{", `{"a":[1,{"b":null}]}`, `{"a":"[1,"}`, `{"a":1e999}`, "2024-05-01 00:00:00.1+00", "[]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, b := normalText(s), normalText(s); a != b {
			t.Errorf("%q has two forms", s)
		}
	})
}

func TestCellsOfVictoriaLogs(t *testing.T) {
	const lines = `{"_time":"2024-05-01T00:00:00Z","_msg":"m","_stream":"{}","Path":"/a"}` + "\n" + `{"_time":"2024-05-01T00:00:01Z"}` + "\n"
	a, err := cells([]byte(lines), []string{"_time", "Path", ""})
	if err != nil {
		t.Fatal(err)
	}
	if len(a) != 2 || cellText(a[0][1]) != "/a" || cellText(a[0][2]) != `{"Path":"/a"}` || a[1][1] != nil || cellText(a[1][0]) != "2024-05-01T00:00:01Z" {
		t.Errorf("%s", sideBySide(a, nil))
	}
	if _, err := cells([]byte("oops\n"), nil); err == nil {
		t.Error("what is no JSON is taken")
	}
}

func TestMessagesAreAddedAndNothingElse(t *testing.T) {
	d := dataset{Events: 50, Seed: rand.Uint64(), PerDay: 1_000_000}
	from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
	if _, err := writeFile(t.Context(), from, d); err != nil {
		t.Fatal(err)
	}
	if err := addMessages(to, from); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(from)
	after, _ := os.ReadFile(to)
	a, b := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
	if len(a) != len(b) {
		t.Fatalf("%d lines became %d", len(a), len(b))
	}
	for i := range a {
		if a[i] == "" {
			continue
		}
		if normalText(a[i]) != normalText(b[i]) {
			t.Errorf("seed %d: %s became %s", d.Seed, a[i], b[i])
		}
		var e struct{ Message, Path string }
		if err := json.Unmarshal([]byte(b[i]), &e); err != nil || !strings.Contains(e.Message, " "+e.Path+" responded ") || strings.Contains(e.Message, "{") {
			t.Errorf("seed %d: message %q, %v", d.Seed, e.Message, err)
		}
	}
}

func TestForgettingLeavesFilesAsTheyAre(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(time.Now().String()), 0o644); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if err := forget(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("%q became %q, %v", before, after, err)
	}
}
