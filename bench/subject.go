package main

import (
	"bytes"
	"encoding/json"
	"time"
)

// subject is what the questions name of the data that they are asked about.
type subject struct {
	Request          string   // the id of one request
	Requests         []string // those of at most a thousand, all over the data
	User             int64    // the last who is known
	Rare             string   // a substring of few messages
	DayFrom, DayTo   time.Time
	HourFrom, HourTo time.Time
}

func (d dataset) subject() (s subject, err error) {
	// A path and a status together are in some 20 of a million messages.
	s.Rare = "/api/customers/42 responded 503"
	s.DayFrom, s.DayTo = d.middle(24 * time.Hour)
	s.HourFrom, s.HourTo = d.middle(time.Hour)
	return s, d.look(&s)
}

// look goes through the events for what they alone can tell.
func (d dataset) look(s *subject) error {
	const ids = 1000
	g := d.generator()
	var line []byte
	step := max(1, d.Events/ids)
	for i := range d.Events {
		line = g.Next(line[:0])
		if i%step != 0 && i != d.Events*6/10 {
			continue
		}
		var e struct {
			RequestId string
			UserId    *int64
		}
		if err := json.NewDecoder(bytes.NewReader(line)).Decode(&e); err != nil {
			return err
		}
		if i == d.Events*6/10 {
			s.Request = e.RequestId
		}
		if i%step == 0 {
			s.Requests = append(s.Requests, e.RequestId)
		}
		if e.UserId != nil {
			s.User = *e.UserId
		}
	}
	return nil
}

// between is a range of time as SQL; layout is how the dialect writes a time.
func between(column string, from, to time.Time, layout string) string {
	return column + " >= '" + from.Format(layout) + "' and " + column + " < '" + to.Format(layout) + "'"
}
