package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// dialect is how systems differ whose SQL is otherwise the same. The table is called stream, and its columns as flare-pg calls them.
type dialect struct {
	at         func(time.Time) string               // a constant
	fiveMin    func(column string) string           // the start of a time's five minutes
	percentile func(p string, column string) string // interpolated, of a group
	region     string                               // members of the nested object
	hitRatio   string
}

var postgresDialect = dialect{
	at: func(t time.Time) string { return "timestamptz '" + t.Format(instant) + "'" },
	fiveMin: func(column string) string {
		return "date_bin('5 minutes', " + column + ", timestamptz '2000-01-01 00:00Z')"
	},
	percentile: func(p, column string) string {
		return "percentile_cont(" + p + ") within group (order by " + column + ")"
	},
	region:   "properties->'Data'->>'region'",
	hitRatio: "(properties->'Data'->'checks'->'cache'->>'hitRatio')::float8",
}

var duckdbDialect = dialect{
	at:         func(t time.Time) string { return "timestamp '" + t.Format(withoutZone) + "'" },
	fiveMin:    func(column string) string { return "time_bucket(interval '5 minutes', " + column + ")" },
	percentile: func(p, column string) string { return "quantile_cont(" + column + ", " + p + ")" },
	region:     "Data.region",
	hitRatio:   "Data.checks.cache.hitRatio",
}

// sqlQuestions are what users of a log store ask besides the eleven: joins, windows, sub-queries and the like.
func sqlQuestions(s subject) []query {
	texts := sqlTexts(s, postgresDialect)
	all := []query{
		{ID: "S1", What: "errors with the request of their trace (self join by text)"},
		{ID: "S2", What: "what users did in the ten minutes after a 503 (self join, range)"},
		{ID: "S3", What: "join with a list of VALUES, by team and method"},
		{ID: "S4", What: "users with errors and no 404 (anti join)"},
		{ID: "S5", What: "newest three errors of each application (LATERAL)"},
		{ID: "S6", What: "longest silence of each application and machine (lag)"},
		{ID: "S7", What: "slowest three requests of each path (row_number)"},
		{ID: "S8", What: "moving average over five-minute buckets"},
		{ID: "S9", What: "distinct users and paths by application and environment"},
		{ID: "S10", What: "p95 by path and hour"},
		{ID: "S11", What: "the twenty busiest users (group by many texts)"},
		{ID: "S12", What: "the errors of a user, one after the other (string_agg)"},
		{ID: "S13", What: "503s by minute, gaps filled (generate_series, left join)"},
		{ID: "S14", What: "messages without their numbers, counted (regexp_replace)"},
		{ID: "S15", What: "count where the message is like, regardless of case (ILIKE)"},
		{ID: "S16", What: "nested members by jsonb paths"},
		{ID: "S17", What: "a histogram (CASE)"},
		{ID: "S18", What: "hours above twice the error rate (chain of CTEs)"},
		{ID: "S19", What: "errors and slow requests of an hour in one list (UNION ALL)"},
		{ID: "S20", What: "the hundred slowest (ORDER BY a property)"},
		{ID: "S21", What: "all requests, sorted, to the client"},
		{ID: "S22", What: "newest event of each user (DISTINCT ON)"},
		{ID: "S23", What: "a thousand requests by their ids (IN)"},
		{ID: "S24", What: "back through a user's last events (recursive CTE)"},
		{ID: "S25", What: "sums and subtotals (ROLLUP)"},
	}
	for i := range all {
		all[i].Flare, all[i].Postgres = texts[all[i].ID], texts[all[i].ID]
		all[i].Ordered = true // each sorts by all that tells its rows apart
	}
	return all
}

func sqlTexts(s subject, d dialect) map[string]string {
	hour := "timestamp >= " + d.at(s.HourFrom) + " and timestamp < " + d.at(s.HourTo)
	return map[string]string{
		"S1": `select e.timestamp, e.trace_id, r.Method, r.Path, r.StatusCode from stream e join stream r on r.trace_id = e.trace_id where e.level = 'Error' order by 1, 2`,
		"S2": `select r.Application, count(*), avg(r.Elapsed) from stream e join stream r on r.UserId = e.UserId and r.timestamp > e.timestamp and r.timestamp < e.timestamp + interval '10 minutes'
			where e.StatusCode = 503 group by 1 order by 1`,
		"S3": `select team, Method, count(*), avg(Elapsed), max(Elapsed) from stream join (values ('Shop', 'sales'), ('Checkout', 'sales'), ('Payments', 'money'), ('Accounts', 'money'), ('Gateway', 'platform')) as teams (application_name, team)
			on application_name = Application group by 1, 2 order by 1, 2`,
		"S4": `select count(distinct UserId) from stream e where level = 'Error' and not exists (select 1 from stream o where o.UserId = e.UserId and o.StatusCode = 404)`,
		"S5": `select a.name, e.timestamp, e.Path, e.RequestId from (select distinct Application as name from stream) a
			cross join lateral (select timestamp, Path, RequestId from stream where Application = a.name and level = 'Error' order by timestamp desc limit 3) e order by 1, 2 desc`,
		"S6": `select Application, MachineName, max(gap) from (select Application, MachineName, extract(epoch from timestamp - lag(timestamp) over (partition by Application, MachineName order by timestamp)) as gap from stream) as gaps group by 1, 2 order by 1, 2`,
		"S7": `select Path, Elapsed, RequestId from (select Path, Elapsed, RequestId, row_number() over (partition by Path order by Elapsed desc, RequestId) as place from stream) as places where place <= 3 order by 1, 2 desc, 3`,
		"S8": `select bucket, Application, n, avg(n) over (partition by Application order by bucket rows between 5 preceding and current row), sum(n) over (partition by Application order by bucket)
			from (select ` + d.fiveMin("timestamp") + ` as bucket, Application, count(*) as n from stream group by 1, 2) as counts order by 1, 2`,
		"S9":  `select Application, Environment, count(distinct UserId), count(distinct Path) from stream group by 1, 2 order by 1, 2`,
		"S10": `select Path, date_trunc('hour', timestamp), ` + d.percentile("0.95", "Elapsed") + ` from stream group by 1, 2 order by 1, 2`,
		"S11": `select UserName, count(*), sum(Elapsed) from stream where UserName is not null group by 1 order by 2 desc, 1 limit 20`,
		"S12": `select UserId, string_agg(Path, ' > ' order by timestamp) from stream where level = 'Error' and UserId is not null group by 1 having count(*) > 1 order by 1`,
		"S13": `select minute, coalesce(n, 0) from generate_series(` + d.at(s.DayFrom) + `, ` + d.at(s.DayTo) + `, interval '1 minute') as minutes (minute)
			left join (select date_trunc('minute', timestamp) as m, count(*) as n from stream where StatusCode = 503 group by 1) as counts on m = minute order by 1`,
		"S14": `select regexp_replace(message, ' in .*|[0-9]+', '#', 'g'), count(*) from stream where Environment = 'Staging' group by 1 order by 2 desc, 1 limit 20`,
		"S15": `select Application, count(*) from stream where message ilike '%post /API/orders/%' or exception ilike '%TOO MANY clients%' group by 1 order by 1`,
		"S16": `select ` + d.region + `, count(*), avg(` + d.hitRatio + `) from stream where ` + d.hitRatio + ` < 0.5 group by 1 order by 1`,
		"S17": `select case when Elapsed < 10 then 'a' when Elapsed < 50 then 'b' when Elapsed < 100 then 'c' when Elapsed < 500 then 'd' else 'e' end, count(*), avg(Elapsed) from stream group by 1 order by 1`,
		"S18": `with hours as (select Application, date_trunc('hour', timestamp) as hour, count(*) as n, count(*) filter (where StatusCode >= 500) as failed from stream group by 1, 2),
			rates as (select Application, hour, failed * 1.0 / n as rate from hours), usual as (select Application, avg(rate) as rate from rates group by 1)
			select rates.Application, rates.hour, rates.rate, usual.rate from rates join usual on usual.Application = rates.Application where rates.rate > 1.2 * usual.rate order by 1, 2`,
		"S19": `select timestamp, 'error' as kind, Path, RequestId from stream where level = 'Error' and ` + hour + ` union all select timestamp, 'slow', Path, RequestId from stream where Elapsed > 300 and ` + hour + ` order by 1 desc, 2, 4 limit 200`,
		"S20": `select timestamp, Path, Elapsed, RequestId from stream order by Elapsed desc, RequestId limit 100`,
		"S21": `select Elapsed, RequestId from stream order by Elapsed, RequestId`,
		"S22": `select distinct on (UserId) UserId, timestamp, StatusCode, RequestId from stream where UserId < 5000 order by UserId, timestamp desc, RequestId`,
		"S23": `select timestamp, RequestId, StatusCode from stream where RequestId in ('` + strings.Join(s.Requests, "', '") + `') order by 1, 2`,
		"S24": fmt.Sprintf(`with recursive back (n, t) as (select 1, max(timestamp) from stream where UserId = %d
			union all select n + 1, (select max(timestamp) from stream where UserId = %d and timestamp < back.t) from back where back.t is not null and n < 10) select n, t from back order by 1`, s.User, s.User),
		"S25": `select Environment, Application, StatusCode, count(*), sum(Elapsed) from stream group by rollup (Environment, Application, StatusCode) order by 1 nulls last, 2 nulls last, 3 nulls last`,
	}
}

var secondSet = questionSet{title: "The rest of SQL", name: "sql", entrants: sqlEntrants, systems: []string{"flare-pg", "duckdb"}, questions: sqlQuestions}

func sqlCommand() *cobra.Command {
	c := contest{set: secondSet}
	cmd := &cobra.Command{
		Use:   "sql",
		Short: "Joins, windows, sub-queries and the like on flare-pg, DuckDB and PostgreSQL",
		Long: `As 'peers' does it, with a second set of questions: what users of a log store ask besides the eleven. The systems understand the same texts but for few words.
DuckDB and PostgreSQL have typed columns by flare-pg's names; PostgreSQL has indexes on time, trace, request and user besides, and takes most of the time.`,
		Example: `  go run ./bench sql --events 1M --results ./results
  go run ./bench sql --events 1M --systems flare-pg,duckdb,postgresql-typed --runs 3`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	c.flags(cmd)
	return cmd
}
