package main

import "strings"

// ClickHouse keeps a MergeTree in order of time, in its own default compression.

// clickhouseMembers are the events' members with the types that somebody would declare who knows the events; the file is read by them, too.
const clickhouseMembers = "`@t` DateTime64(7, 'UTC'), `@mt` LowCardinality(String), `@l` LowCardinality(String), `@x` Nullable(String), `@tr` String, `@sp` String, " +
	"Application LowCardinality(String), Environment LowCardinality(String), MachineName LowCardinality(String), Method LowCardinality(String), " +
	"Path LowCardinality(String), StatusCode UInt16, Elapsed Float64, SourceContext LowCardinality(String), Protocol LowCardinality(String), " +
	"ContentType LowCardinality(String), RequestId UUID, Sequence Int64, UserId Nullable(UInt32), UserName Nullable(String), IsAuthenticated Bool, " +
	"UserAgent LowCardinality(String), ClientIp IPv4, " +
	"Data Tuple(checks Tuple(database Tuple(isOk Bool, latencyMs UInt32), cache Tuple(isOk Bool, hitRatio Float64)), region LowCardinality(String), retries UInt8), " +
	"Tags Array(LowCardinality(String)), Items Array(Tuple(Sku String, Price Float64, Quantity UInt8))"

const clickhouseBytes = "select sum(bytes_on_disk) from system.parts where active and database = 'bench'"

// clickhouseTyped is a column for each member; the level that CLEF leaves out is filled in.
var clickhouseTyped = way{
	kind: "clickhouse", files: "clickhouse", bytes: clickhouseBytes,
	load: func(path string) []string {
		return []string{
			"create database bench engine = Atomic",
			"create table bench.events (" + clickhouseMembers + ") engine = MergeTree order by `@t`",
			"insert into bench.events select * replace (if(`@l` = '', 'Information', `@l`) as `@l`) from file('" + path + "', 'JSONEachRow', '" +
				strings.ReplaceAll(clickhouseMembers, "'", `\'`) + "') settings date_time_input_format = 'best_effort'",
			"optimize table bench.events final",
		}
	},
	statements: func(s subject) map[string]statement {
		return clickhouseStatements(s, strings.NewReplacer("[t]", "`@t`", "[l]", "`@l`", "[level]", "`@l`", "[x]", "`@x`",
			"[document]", "formatRowNoNewline('JSONEachRow', *)", "[latency]", "Data.checks.database.latencyMs").Replace)
	},
}

// clickhouseJSON is the time and the document in the type JSON, which keeps each path as a column of its own by itself.
var clickhouseJSON = way{
	kind: "clickhouse", files: "clickhouse", bytes: clickhouseBytes,
	load: func(path string) []string {
		return []string{
			"create database bench engine = Atomic",
			"create table bench.events (t DateTime64(7, 'UTC'), d JSON) engine = MergeTree order by t",
			"insert into bench.events select cast(d.`@t` as DateTime64(7, 'UTC')), d from file('" + path + "', 'JSONAsObject', 'd JSON') settings date_time_input_format = 'best_effort'",
			"optimize table bench.events final",
		}
	},
	statements: func(s subject) map[string]statement {
		pairs := []string{"[t]", "t", "[l]", "coalesce(d.`@l`.:String, 'Information')", "[level]", "d.`@l`.:String", "[x]", "d.`@x`.:String", "[document]", "toJSONString(d)", "[latency]", "d.Data.checks.database.latencyMs.:Int64"}
		for name, kind := range map[string]string{
			"Method": "String", "Path": "String", "Environment": "String", "Application": "String", "MachineName": "String", "RequestId": "String",
			"StatusCode": "Int64", "Elapsed": "Float64", "UserId": "Int64",
		} {
			pairs = append(pairs, name, "d."+name+".:"+kind)
		}
		return clickhouseStatements(s, strings.NewReplacer(pairs...).Replace)
	},
}

// clickhouseStatements are the queries; in says how what they are about is written.
func clickhouseStatements(s subject, in func(string) string) map[string]statement {
	message := "concat('HTTP ', Method, ' ', Path, ' responded ', toString(StatusCode))"
	return exactly(map[string]string{
		"Q1":  "select count(*) from bench.events",
		"Q2":  in("select [l], count(*) from bench.events group by 1 order by 1"),
		"Q3":  in("select StatusCode from bench.events where Method = 'GET' and Elapsed > 100 and Environment = 'Production' and " + between("[t]", s.DayFrom, s.DayTo, withoutZone)),
		"Q4":  in("select [t], [document] from bench.events where RequestId = '" + s.Request + "'"),
		"Q5":  in("select [t], RequestId from bench.events where position("+message+", '") + s.Rare + in("') > 0 or position([x], '") + s.Rare + "') > 0",
		"Q6":  in("select toStartOfInterval([t], interval 5 minute), Application, count(*), avg(Elapsed) from bench.events group by 1, 2 order by 1, 2"),
		"Q7":  in("select Application, quantileExactInclusive(0.95)(Elapsed) from bench.events group by 1 order by 1"),
		"Q8":  in("select [t], [l], RequestId, " + message + " from bench.events where Environment = 'Production' and [level] = 'Error' order by 1 desc limit 100"),
		"Q9":  in("select count(distinct UserId) from bench.events"),
		"Q10": in("select StatusCode, count(*) from bench.events where " + between("[t]", s.HourFrom, s.HourTo, withoutZone) + " group by 1 order by 1"),
		"Q11": in("select MachineName, avg([latency]) from bench.events group by 1 order by 1"),
	})
}
