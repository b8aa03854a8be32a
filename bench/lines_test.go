package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

func TestPooledEventsAreJSONWithNewTimesAndRequests(t *testing.T) {
	l, err := newLines(1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2026, 11, 26, 21, 0, 0, 123_456_700, time.UTC)
	requests := map[string]bool{}
	for round := range 5 { // 300 do not divide 1000: the pool comes round early
		batch := l.batch(300, end, time.Millisecond)
		at := end.Add(-299 * time.Millisecond)
		for line := range bytes.Lines(batch) {
			var e struct {
				T         time.Time `json:"@t"`
				RequestId string
			}
			if err := json.Unmarshal(line, &e); err != nil {
				t.Fatalf("round %d: %v in %s", round, err, line)
			}
			if !e.T.Equal(at) {
				t.Fatalf("round %d: time %s, want %s", round, e.T, at)
			}
			requests[e.RequestId] = true
			at = at.Add(time.Millisecond)
		}
	}
	if len(requests) != 1500 {
		t.Errorf("%d requests in 1500 events", len(requests))
	}
}
