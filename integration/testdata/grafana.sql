-- # What Grafana's PostgreSQL data source asks besides dashboards: probes, the query builder, completion, alerting, and every macro.
SELECT current_setting('server_version_num')::int/100 as version;
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb';
select extname from pg_extension where extname='timescaledb';
select version();
select quote_ident(table_name) as "table" from information_schema.tables
    where quote_ident(table_schema) not in ('information_schema', 'pg_catalog', '_timescaledb_cache', '_timescaledb_catalog', '_timescaledb_internal',
      '_timescaledb_config', 'timescaledb_information', 'timescaledb_experimental')
      and quote_ident(table_schema) IN (
          SELECT
            CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
          FROM
            generate_series(
              array_lower(string_to_array(current_setting('search_path'),','),1),
              array_upper(string_to_array(current_setting('search_path'),','),1)
            ) as i,
            string_to_array(current_setting('search_path'),',') s
          );
select quote_ident(column_name) as "column", data_type as "type" from information_schema.columns where quote_ident(table_name) = 'stream';
SELECT quote_ident(column_name) as "column", data_type as "type"
    FROM information_schema.columns
    WHERE
      CASE WHEN array_length(parse_ident('stream'),1) = 2
        THEN quote_ident(table_schema) = (parse_ident('stream'))[1]
          AND quote_ident(table_name) = (parse_ident('stream'))[2]
        ELSE quote_ident(table_name) = (parse_ident('stream'))[1]
          AND quote_ident(table_schema) IN (
          SELECT
            CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
          FROM
            generate_series(
              array_lower(string_to_array(current_setting('search_path'),','),1),
              array_upper(string_to_array(current_setting('search_path'),','),1)
            ) as i,
            string_to_array(current_setting('search_path'),',') s
          )
      END;
SELECT
	quote_ident(table_name) as table_name,
    ( SELECT
	    quote_ident(column_name) as column_name
      FROM information_schema.columns c
      WHERE
        c.table_schema = t.table_schema AND
        c.table_name = t.table_name AND
        udt_name IN ('timestamptz','timestamp')
      ORDER BY ordinal_position LIMIT 1
    ) AS time_column,
    ( SELECT
        quote_ident(column_name) AS column_name
      FROM information_schema.columns c
      WHERE
        c.table_schema = t.table_schema AND
        c.table_name = t.table_name AND
        udt_name='float8'
      ORDER BY ordinal_position LIMIT 1
    ) AS value_column
  FROM information_schema.tables t
  WHERE
    quote_ident(table_schema) IN (
          SELECT
            CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
          FROM
            generate_series(
              array_lower(string_to_array(current_setting('search_path'),','),1),
              array_upper(string_to_array(current_setting('search_path'),','),1)
            ) as i,
            string_to_array(current_setting('search_path'),',') s
          ) AND
    EXISTS
	( SELECT 1
      FROM information_schema.columns c
      WHERE
        c.table_schema = t.table_schema AND
        c.table_name = t.table_name AND
        udt_name IN ('timestamptz','timestamp')
	) AND
    EXISTS
    ( SELECT 1
      FROM information_schema.columns c
      WHERE
        c.table_schema = t.table_schema AND
        c.table_name = t.table_name AND
        udt_name='float8'
    )
  LIMIT 1;
SELECT DISTINCT quote_literal("Application") FROM stream WHERE $__timeFilter("timestamp") ORDER BY 1;
SELECT $__time("timestamp"), "Elapsed" FROM stream WHERE $__timeFilter("timestamp") ORDER BY 1 LIMIT 50;
SELECT $__timeEpoch("timestamp"), "Elapsed" AS value FROM stream WHERE $__timeFilter("timestamp") ORDER BY 1 LIMIT 50;
SELECT $__timeGroup("timestamp", '5m') AS time, avg("Elapsed") AS value FROM stream WHERE $__timeFilter("timestamp") GROUP BY 1 ORDER BY 1;
SELECT $__timeGroup("timestamp", $__interval, NULL) AS time, "Application" AS metric, max("Elapsed") AS "slowest" FROM stream
  WHERE $__timeFilter("timestamp") GROUP BY time, metric ORDER BY time;
SELECT $__timeGroupAlias("timestamp", '1h', previous), count(*) AS "value" FROM stream
  WHERE "timestamp" >= $__timeFrom() AND "timestamp" < $__timeTo() GROUP BY 1 ORDER BY 1;
SELECT $__timeGroupAlias("timestamp",$__interval), level AS metric, count(level) AS "value" FROM stream WHERE $__timeFilter("timestamp") GROUP BY 1, level ORDER BY 1, 2;
SELECT $__unixEpochGroupAlias(at,'10m'), avg(ms) AS value
  FROM (SELECT extract(epoch FROM timestamp)::bigint AS at, Elapsed AS ms FROM stream) events WHERE $__unixEpochFilter(at) GROUP BY 1 ORDER BY 1;
SELECT $__unixEpochGroup(at,'10m') AS time, count(*)
  FROM (SELECT (extract(epoch FROM timestamp) * 1000000000)::bigint / 1000000000 AS at FROM stream) events WHERE at >= $__unixEpochFrom() AND at <= $__unixEpochTo() GROUP BY 1 ORDER BY 1;
SELECT count(*) AS value FROM (SELECT (extract(epoch FROM timestamp) * 1000000000)::bigint AS ns FROM stream) events
  WHERE $__unixEpochNanoFilter(ns) AND ns >= $__unixEpochNanoFrom() AND ns <= $__unixEpochNanoTo();
SELECT timestamp AS time, message AS text, level AS tags FROM stream WHERE $__timeFilter(timestamp) AND level = '$level' ORDER BY timestamp LIMIT 100;
SELECT $__timeGroupAlias(timestamp, '5m'), percentile_cont(0.95) WITHIN GROUP (ORDER BY Elapsed) AS p95 FROM stream
  WHERE $__timeFilter(timestamp) AND Application IN ($app) GROUP BY 1 ORDER BY 1;
SELECT date_bin('5 minutes', timestamp, timestamptz '2000-01-01 00:00Z') AS time, count(*) FROM stream WHERE $__timeFilter(timestamp)
  AND Application IN (${app:sqlstring}) AND Application = ANY (string_to_array('${app:csv}', ',')) AND Application ~ '^${app:regex}$' GROUP BY 1 ORDER BY 1;
SELECT date_trunc('hour', timestamp) AS time, sum(CASE WHEN StatusCode >= 500 THEN 1 ELSE 0 END)::float8 / count(*) AS "error rate" FROM stream
  WHERE $__timeFilter(timestamp) GROUP BY 1 ORDER BY 1;
SELECT count(*)::float8 AS errors FROM stream WHERE $__timeFilter(timestamp) AND level IN ('Error', 'Fatal') AND Elapsed > $min;
SELECT Application AS application, count(*)::float8 AS value FROM stream WHERE $__timeFilter(timestamp) AND StatusCode >= 500 GROUP BY 1;
SELECT to_timestamp(floor(extract(epoch from timestamp) / ($__interval_ms / 1000)) * ($__interval_ms / 1000)) AS time, count(*) FROM stream
  WHERE $__timeFilter(timestamp) GROUP BY 1 ORDER BY 1;
WITH busy AS (SELECT Application, count(*) AS n FROM stream WHERE $__timeFilter(timestamp) GROUP BY 1 ORDER BY 2 DESC LIMIT 3)
  SELECT $__timeGroupAlias(s.timestamp, '15m'), s.Application AS metric, count(*) FROM stream s JOIN busy b ON b.Application = s.Application
  WHERE $__timeFilter(s.timestamp) GROUP BY 1, 2 ORDER BY 1;
