package main

import (
	"fmt"
	"time"
)

// query is one of the eleven questions, in the two dialects.
type query struct {
	ID       string
	Flare    string
	Postgres string
	What     string
	// Ordered: the order of the rows is part of the answer.
	Ordered bool
	// Compare is how many of the first columns are part of the answer; 0: all. What follows is formatted differently for good reasons.
	Compare int
}

const instant = "2006-01-02T15:04:05Z"

// questions are asked about a certain dataset: they name a request and times that are in it. PostgreSQL has a table events (t timestamptz,
// d jsonb).
func questions(d dataset) ([]query, error) {
	request, err := d.member(d.Events*6/10, "RequestId")
	if err != nil {
		return nil, err
	}
	dayFrom, dayTo := d.middle(24 * time.Hour)
	hourFrom, hourTo := d.middle(time.Hour)
	between := func(column string, from, to time.Time) string {
		return fmt.Sprintf("%s >= '%s' and %s < '%s'", column, from.Format(instant), column, to.Format(instant))
	}
	// A path and a status together are in some 20 of a million messages.
	const rare = "/api/customers/42 responded 503"
	// As far as the status the message is its members, put together.
	const message = `'HTTP '||(d->>'Method')||' '||(d->>'Path')||' responded '||(d->>'StatusCode')`
	// CLEF leaves the level Information out, or not.
	const level = `coalesce(d->>'@l','Information')`
	const elapsed = `(d->>'Elapsed')::float8`
	return []query{
		{ID: "Q1", What: "count all", Flare: "select count(*) from stream", Postgres: "select count(*) from events"},
		{
			ID: "Q2", What: "count by level", Flare: "select level, count(*) from stream group by 1 order by 1",
			Postgres: "select " + level + ", count(*) from events group by 1 order by 1", Ordered: true,
		},
		{
			ID: "Q3", What: "one property of many rows of a day",
			Flare:    "select StatusCode from stream where Method = 'GET' and Elapsed > 100 and Environment = 'Production' and " + between("timestamp", dayFrom, dayTo),
			Postgres: "select (d->>'StatusCode')::bigint from events where d->>'Method' = 'GET' and " + elapsed + " > 100 and d->>'Environment' = 'Production' and " + between("t", dayFrom, dayTo),
		},
		{
			ID: "Q4", What: "one request, all fields", Flare: "select timestamp, document from stream where RequestId = '" + request + "'",
			Postgres: "select t, d from events where d->>'RequestId' = '" + request + "'",
		},
		{
			ID: "Q5", What: "a rare substring",
			Flare:    "select timestamp, RequestId, message from stream where message like '%" + rare + "%' or exception like '%" + rare + "%'",
			Postgres: "select t, d->>'RequestId' from events where " + message + " like '%" + rare + "%' or d->>'@x' like '%" + rare + "%'", Compare: 2,
		},
		{
			ID: "Q6", What: "count, avg by 5 minutes and application",
			Flare:    "select date_bin('5 minutes', timestamp, timestamptz '2000-01-01 00:00Z'), Application, count(*), avg(Elapsed) from stream group by 1, 2 order by 1, 2",
			Postgres: "select date_bin('5 minutes', t, timestamptz '2000-01-01 00:00Z'), d->>'Application', count(*), avg(" + elapsed + ") from events group by 1, 2 order by 1, 2", Ordered: true,
		},
		{
			ID: "Q7", What: "p95 by application",
			Flare:    "select Application, percentile_cont(0.95) within group (order by Elapsed) from stream group by 1 order by 1",
			Postgres: "select d->>'Application', percentile_cont(0.95) within group (order by " + elapsed + ") from events group by 1 order by 1", Ordered: true,
		},
		{
			ID: "Q8", What: "the newest 100 errors in production",
			Flare:    "select timestamp, level, RequestId, message from stream where Environment = 'Production' and level = 'Error' order by timestamp desc limit 100",
			Postgres: "select t, d->>'@l', d->>'RequestId', " + message + " from events where d->>'Environment' = 'Production' and d->>'@l' = 'Error' order by t desc limit 100",
			Ordered:  true, Compare: 3,
		},
		{
			ID: "Q9", What: "distinct users", Flare: "select count(distinct UserId) from stream",
			Postgres: "select count(distinct (d->>'UserId')::bigint) from events",
		},
		{
			ID: "Q10", What: "one hour by status",
			Flare:    "select StatusCode, count(*) from stream where " + between("timestamp", hourFrom, hourTo) + " group by 1 order by 1",
			Postgres: "select (d->>'StatusCode')::bigint, count(*) from events where " + between("t", hourFrom, hourTo) + " group by 1 order by 1", Ordered: true,
		},
		{
			ID: "Q11", What: "avg of a nested number by machine",
			Flare:    "select MachineName, avg(Data.checks.database.latencyMs) from stream group by 1 order by 1",
			Postgres: "select d->>'MachineName', avg((d->'Data'->'checks'->'database'->>'latencyMs')::bigint) from events group by 1 order by 1", Ordered: true,
		},
	}, nil
}
