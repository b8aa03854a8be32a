package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/flare-pg/flare-pg/ingest/demo"
)

// lines is a pool of events made beforehand that is used round and round. Only what must be new each time is written into them: the time, and the
// first eight digits of the request's id. That costs the client next to nothing.
type lines struct {
	text []byte
	at   []int // where each begins, and the end of the last
	ids  []int // where the digits of each one's request begin
	n    int   // used so far
}

// timeLayout has as many bytes as the times that the generator writes.
const timeLayout = "2006-01-02T15:04:05.0000000Z"

func newLines(seed uint64, n int) (*lines, error) {
	from := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	g := demo.New(seed, from, from.Add(time.Hour)).Of(n)
	l := &lines{at: []int{0}}
	for range n {
		l.text = append(g.Next(l.text), '\n')
		begin := l.at[len(l.at)-1]
		line := l.text[begin:]
		id := bytes.Index(line, []byte(`"RequestId":"`))
		if id < 0 || !bytes.HasPrefix(line, []byte(timePrefix)) || line[len(timePrefix)+len(timeLayout)] != '"' {
			return nil, fmt.Errorf("an event is not made as was expected: %s", line)
		}
		l.at = append(l.at, len(l.text))
		l.ids = append(l.ids, begin+id+len(`"RequestId":"`))
	}
	return l, nil
}

// batch gives the next n events, the last of them at the time end, each step after the one before. It is good until the pool comes round. n is at
// most the size of the pool; a batch that would not fit before its end begins anew at its start.
func (l *lines) batch(n int, end time.Time, step time.Duration) []byte {
	size := len(l.ids)
	first := l.n % size
	if first+n > size {
		l.n += size - first
		first = 0
	}
	var buf [len(timeLayout) + 8]byte // AppendFormat writes more than it returns
	for i := first; i < first+n; i++ {
		at := end.Add(-time.Duration(first+n-1-i) * step).UTC()
		copy(l.text[l.at[i]+len(timePrefix):], at.AppendFormat(buf[:0], timeLayout))
		id := l.text[l.ids[i]:][:8]
		for j, v := len(id)-1, uint32(l.n); j >= 0; j, v = j-1, v>>4 {
			id[j] = "0123456789abcdef"[v&15]
		}
		l.n++
	}
	return l.text[l.at[first]:l.at[first+n]]
}
