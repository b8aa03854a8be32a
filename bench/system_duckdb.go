package main

import (
	"maps"
	"strings"
)

// DuckDB keeps its database in one file. Times have no zone there: all are UTC.

const withoutZone = "2006-01-02 15:04:05"

// duckdbTyped is a column for each member, as somebody would declare them who knows the events; the level that CLEF leaves out is filled in.
var duckdbTyped = way{
	kind: "duckdb", files: "events.duckdb",
	load: func(path string) []string {
		return []string{
			`create table events as select * replace (coalesce("@l", 'Information') as "@l") from read_ndjson('` + path + `', auto_detect = false, columns = {
				"@t": 'TIMESTAMP', "@mt": 'VARCHAR', "@l": 'VARCHAR', "@x": 'VARCHAR', "@tr": 'VARCHAR', "@sp": 'VARCHAR', Application: 'VARCHAR',
				Environment: 'VARCHAR', MachineName: 'VARCHAR', Method: 'VARCHAR', Path: 'VARCHAR', StatusCode: 'INTEGER', Elapsed: 'DOUBLE',
				SourceContext: 'VARCHAR', Protocol: 'VARCHAR', ContentType: 'VARCHAR', RequestId: 'UUID', Sequence: 'BIGINT', UserId: 'INTEGER',
				UserName: 'VARCHAR', IsAuthenticated: 'BOOLEAN', UserAgent: 'VARCHAR', ClientIp: 'VARCHAR',
				Data: 'STRUCT(checks STRUCT("database" STRUCT(isOk BOOLEAN, latencyMs INTEGER), cache STRUCT(isOk BOOLEAN, hitRatio DOUBLE)), region VARCHAR, retries INTEGER)',
				Tags: 'VARCHAR[]', Items: 'STRUCT(Sku VARCHAR, Price DOUBLE, Quantity INTEGER)[]'})`,
			// What the second set asks: the same columns by flare-pg's names.
			`create view stream as select "@t" as "timestamp", "@l" as level, "@tr" as trace_id, "@x" as exception,
				'HTTP ' || Method || ' ' || Path || ' responded ' || StatusCode || ' in ' || Elapsed || ' ms' as message, * from events`,
			"checkpoint",
		}
	},
	statements: func(s subject) map[string]statement {
		all := exactly(sqlTexts(s, duckdbDialect))
		maps.Copy(all, duckdbStatements(s, strings.NewReplacer("[t]", `"@t"`, "[l]", `"@l"`, "[level]", `"@l"`, "[x]", `"@x"`, "[document]", "to_json(events)", "[latency]", "Data.checks.database.latencyMs").Replace))
		return all
	},
}

// duckdbJSON is the time and the document.
var duckdbJSON = way{
	kind: "duckdb", files: "events.duckdb",
	load: func(path string) []string {
		return []string{
			`create table events as select cast(json->>'$."@t"' as timestamp) as t, json as d from read_ndjson_objects('` + path + `')`,
			"checkpoint",
		}
	},
	statements: func(s subject) map[string]statement {
		member := func(name string) string { return "(d->>'" + name + "')" }
		pairs := []string{"[t]", "t", "[l]", "coalesce(d->>'@l', 'Information')", "[level]", member("@l"), "[x]", member("@x"), "[document]", "d", "[latency]", "cast(d->>'$.Data.checks.database.latencyMs' as bigint)"}
		for _, name := range []string{"Method", "Path", "Environment", "Application", "MachineName", "RequestId"} {
			pairs = append(pairs, name, member(name))
		}
		for name, kind := range map[string]string{"StatusCode": "bigint", "Elapsed": "double", "UserId": "bigint"} {
			pairs = append(pairs, name, "cast(d->>'"+name+"' as "+kind+")")
		}
		r := strings.NewReplacer(pairs...)
		return duckdbStatements(s, r.Replace)
	},
}

// duckdbStatements are the queries; in says how what they are about is written.
func duckdbStatements(s subject, in func(string) string) map[string]statement {
	message := "('HTTP ' || Method || ' ' || Path || ' responded ' || StatusCode)"
	return exactly(map[string]string{
		"Q1":  "select count(*) from events",
		"Q2":  in("select [l], count(*) from events group by 1 order by 1"),
		"Q3":  in("select StatusCode from events where Method = 'GET' and Elapsed > 100 and Environment = 'Production' and " + between("[t]", s.DayFrom, s.DayTo, withoutZone)),
		"Q4":  in("select [t], [document] from events where RequestId = '" + s.Request + "'"),
		"Q5":  in("select [t], RequestId from events where contains("+message+", '") + s.Rare + in("') or contains([x], '") + s.Rare + "')",
		"Q6":  in("select time_bucket(interval '5 minutes', [t]), Application, count(*), avg(Elapsed) from events group by 1, 2 order by 1, 2"),
		"Q7":  in("select Application, quantile_cont(Elapsed, 0.95) from events group by 1 order by 1"),
		"Q8":  in("select [t], [l], RequestId, " + message + " from events where Environment = 'Production' and [level] = 'Error' order by 1 desc limit 100"),
		"Q9":  in("select count(distinct UserId) from events"),
		"Q10": in("select StatusCode, count(*) from events where " + between("[t]", s.HourFrom, s.HourTo, withoutZone) + " group by 1 order by 1"),
		"Q11": in("select MachineName, avg([latency]) from events group by 1 order by 1"),
	})
}
