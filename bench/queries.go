package main

// query is one question, in the two dialects.
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

// What is not a member of the document, for PostgreSQL.
const (
	// As far as the status the message is its members, put together.
	pgMessage = `'HTTP '||(d->>'Method')||' '||(d->>'Path')||' responded '||(d->>'StatusCode')`
	// CLEF leaves the level Information out, or not.
	pgLevel   = `coalesce(d->>'@l','Information')`
	pgElapsed = `(d->>'Elapsed')::float8`
)

// questions are asked about a certain dataset: they name a request and times that are in it. PostgreSQL has a table events (t timestamptz,
// d jsonb).
func questions(d dataset) ([]query, error) {
	s, err := d.subject()
	if err != nil {
		return nil, err
	}
	return questionsAbout(s), nil
}

func questionsAbout(s subject) []query {
	day := func(column string) string { return between(column, s.DayFrom, s.DayTo, instant) }
	hour := func(column string) string { return between(column, s.HourFrom, s.HourTo, instant) }
	request, rare := s.Request, s.Rare
	return []query{
		{ID: "Q1", What: "count all", Flare: "select count(*) from stream", Postgres: "select count(*) from events"},
		{
			ID: "Q2", What: "count by level", Flare: "select level, count(*) from stream group by 1 order by 1",
			Postgres: "select " + pgLevel + ", count(*) from events group by 1 order by 1", Ordered: true,
		},
		{
			ID: "Q3", What: "one property of many rows of a day",
			Flare:    "select StatusCode from stream where Method = 'GET' and Elapsed > 100 and Environment = 'Production' and " + day("timestamp"),
			Postgres: "select (d->>'StatusCode')::bigint from events where d->>'Method' = 'GET' and " + pgElapsed + " > 100 and d->>'Environment' = 'Production' and " + day("t"),
		},
		{
			ID: "Q4", What: "one request, all fields", Flare: "select timestamp, document from stream where RequestId = '" + request + "'",
			Postgres: "select t, d from events where d->>'RequestId' = '" + request + "'",
		},
		{
			ID: "Q5", What: "a rare substring",
			Flare:    "select timestamp, RequestId, message from stream where message like '%" + rare + "%' or exception like '%" + rare + "%'",
			Postgres: "select t, d->>'RequestId' from events where " + pgMessage + " like '%" + rare + "%' or d->>'@x' like '%" + rare + "%'", Compare: 2,
		},
		{
			ID: "Q6", What: "count, avg by 5 minutes and application",
			Flare:    "select date_bin('5 minutes', timestamp, timestamptz '2000-01-01 00:00Z'), Application, count(*), avg(Elapsed) from stream group by 1, 2 order by 1, 2",
			Postgres: "select date_bin('5 minutes', t, timestamptz '2000-01-01 00:00Z'), d->>'Application', count(*), avg(" + pgElapsed + ") from events group by 1, 2 order by 1, 2", Ordered: true,
		},
		{
			ID: "Q7", What: "p95 by application",
			Flare:    "select Application, percentile_cont(0.95) within group (order by Elapsed) from stream group by 1 order by 1",
			Postgres: "select d->>'Application', percentile_cont(0.95) within group (order by " + pgElapsed + ") from events group by 1 order by 1", Ordered: true,
		},
		{
			ID: "Q8", What: "the newest 100 errors in production",
			Flare:    "select timestamp, level, RequestId, message from stream where Environment = 'Production' and level = 'Error' order by timestamp desc limit 100",
			Postgres: "select t, d->>'@l', d->>'RequestId', " + pgMessage + " from events where d->>'Environment' = 'Production' and d->>'@l' = 'Error' order by t desc limit 100",
			Ordered:  true, Compare: 3,
		},
		{
			ID: "Q9", What: "distinct users", Flare: "select count(distinct UserId) from stream",
			Postgres: "select count(distinct (d->>'UserId')::bigint) from events",
		},
		{
			ID: "Q10", What: "one hour by status",
			Flare:    "select StatusCode, count(*) from stream where " + hour("timestamp") + " group by 1 order by 1",
			Postgres: "select (d->>'StatusCode')::bigint, count(*) from events where " + hour("t") + " group by 1 order by 1", Ordered: true,
		},
		{
			ID: "Q11", What: "avg of a nested number by machine",
			Flare:    "select MachineName, avg(Data.checks.database.latencyMs) from stream group by 1 order by 1",
			Postgres: "select d->>'MachineName', avg((d->'Data'->'checks'->'database'->>'latencyMs')::bigint) from events group by 1 order by 1", Ordered: true,
		},
	}
}
