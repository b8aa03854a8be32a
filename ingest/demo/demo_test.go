package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/event"
)

var day = time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)

func generate(seed uint64, n int) [][]byte {
	g := New(seed, day, day.Add(24*time.Hour)).Of(n)
	var lines [][]byte
	for range n {
		lines = append(lines, g.Next(nil))
	}
	return lines
}

func TestSameSeedSameEvents(t *testing.T) {
	a, b, c := generate(1, 500), generate(1, 500), generate(2, 500)
	if !bytes.Equal(bytes.Join(a, nil), bytes.Join(b, nil)) {
		t.Error("one seed gave different events")
	}
	if bytes.Equal(bytes.Join(a, nil), bytes.Join(c, nil)) {
		t.Error("different seeds gave the same events")
	}
}

func TestEventsAreAsDescribed(t *testing.T) {
	const n = 5000
	d := event.NewDecoder(event.Options{})
	var s event.Summary
	var bytesAll, errors, exceptions int
	var hours [24]int
	requests := map[string]bool{}
	for i, line := range generate(7, n) {
		doc, ts, err := d.Decode(nil, line, &s)
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		hour := (ts - day.Unix()*1e7) / (3600 * 1e7)
		if hour < 0 || hour > 23 {
			t.Fatalf("event %d lies outside the day: %s", i, line)
		}
		hours[hour]++
		bytesAll += len(line)
		message, ok := event.AppendMessage(nil, doc)
		if !ok || !bytes.HasPrefix(message, []byte("HTTP ")) || bytes.ContainsAny(message, "{}") {
			t.Fatalf("message %q of %s", message, doc)
		}
		level, _ := event.AppendLevel(nil, doc)
		if string(level) == "Error" {
			errors++
		}
		if _, ok := event.AppendException(nil, doc); ok {
			exceptions++
		}
		_, id, _ := bytes.Cut(doc, []byte(`"RequestId":"`))
		requests[string(id[:36])] = true
	}
	if mean := bytesAll / n; mean < 700 || mean > 1300 {
		t.Errorf("an event has %d bytes on average, want about 1,000", mean)
	}
	if errors == 0 || errors != exceptions {
		t.Errorf("%d errors, %d exceptions", errors, exceptions)
	}
	if len(requests) != n {
		t.Errorf("%d request ids for %d events", len(requests), n)
	}
	for h, c := range hours {
		if c < n/48 {
			t.Errorf("hour %d has %d events", h, c)
		}
	}
	types := map[string]event.PropertyType{}
	for _, p := range s.Properties() {
		name := p.Path[0]
		for _, step := range p.Path[1:] {
			name += "." + step
		}
		types[name] = p.Type
		if p.Misfits > 0 {
			t.Errorf("%s has %d misfits", name, p.Misfits)
		}
	}
	for name, want := range map[string]event.PropertyType{
		"StatusCode": event.Bigint, "Elapsed": event.Double, "Method": event.Text, "IsAuthenticated": event.Boolean,
		"Items": event.JSONB, "Tags": event.JSONB, "Data": event.JSONB, "Data.checks.database.isOk": event.Boolean,
		"Data.checks.database.latencyMs": event.Bigint, "Sequence": event.Bigint, "UserId": event.Bigint,
	} {
		if types[name] != want {
			t.Errorf("%s is %s, want %s", name, types[name], want)
		}
	}
}

// What is few is all there, what is many is nearly all different.
func TestEventsAreAboutWhatIsDeclared(t *testing.T) {
	const n = 5000
	seen := map[string]map[string]bool{}
	note := func(name string, value any) {
		if seen[name] == nil {
			seen[name] = map[string]bool{}
		}
		seen[name][fmt.Sprint(value)] = true
	}
	for _, line := range generate(3, n) {
		var e struct {
			Application, Environment, MachineName, Path, RequestID string
			UserID                                                 *int
			Data                                                   struct {
				Checks struct{ Database struct{ LatencyMs *int } }
			}
			Tags []string
		}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		note("Application", e.Application)
		note("Environment", e.Environment)
		note("MachineName", e.MachineName)
		note("Path", e.Path)
		note("RequestId", e.RequestID)
		if e.UserID != nil {
			if *e.UserID < 0 || *e.UserID >= Users {
				t.Fatalf("user %d", *e.UserID)
			}
			note("UserId", *e.UserID)
		}
		if e.Data.Checks.Database.LatencyMs == nil {
			t.Fatalf("no latency in %s", line)
		}
		for _, tag := range e.Tags {
			note("Tags", tag)
		}
	}
	for name, want := range map[string]int{"Application": Applications, "Environment": Environments, "MachineName": Machines, "Path": URLs, "RequestId": n, "Tags": len(labels)} {
		if got := len(seen[name]); got != want {
			t.Errorf("%d different values of %s, want %d", got, name, want)
		}
	}
	if got := len(seen["UserId"]); got < 3700 || got > 4000 { // four fifths of the events, few of them by the same user
		t.Errorf("%d users", got)
	}
}

func BenchmarkNext(b *testing.B) {
	g := New(1, day, day.Add(24*time.Hour))
	var dst []byte
	for b.Loop() {
		dst = g.Next(dst[:0])
		b.SetBytes(int64(len(dst)))
	}
}

// Figures of different days are compared, so a change here is one that is meant.
func TestEventsStayTheSameForASeed(t *testing.T) {
	const want = "2f7ee276029bafd539bddbcb104be039421cb4318c8cf1020c19da5a8b2d3edd"
	sum := sha256.Sum256(bytes.Join(generate(1, 1000), []byte("\n")))
	if got := fmt.Sprintf("%x", sum); got != want {
		t.Errorf("the first 1,000 events of seed 1 have the SHA-256 %s, not %s", got, want)
	}
}
