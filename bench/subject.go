package main

import "time"

// subject is what the eleven questions name of the data that they are asked about.
type subject struct {
	Request          string // the id of one request
	Rare             string // a substring of few messages
	DayFrom, DayTo   time.Time
	HourFrom, HourTo time.Time
}

func (d dataset) subject() (s subject, err error) {
	// A path and a status together are in some 20 of a million messages.
	s.Rare = "/api/customers/42 responded 503"
	s.DayFrom, s.DayTo = d.middle(24 * time.Hour)
	s.HourFrom, s.HourTo = d.middle(time.Hour)
	s.Request, err = d.member(d.Events*6/10, "RequestId")
	return s, err
}

// between is a range of time as SQL; layout is how the dialect writes a time.
func between(column string, from, to time.Time, layout string) string {
	return column + " >= '" + from.Format(layout) + "' and " + column + " < '" + to.Format(layout) + "'"
}
