\copy (select id, level, tags from events order by ts limit 3) to stdout
\copy (select id, level, tags from events order by ts limit 3) to stdout csv header
\copy (select n, null, 'a,"b"', E'x\ty' from generate_series(1,2) n) to stdout with (format csv, null 'NIL', delimiter ';', force_quote *)
copy (select id, duration_ms from events order by ts limit 2) to stdout;
create table copied (ts timestamptz, a text, b int, c text[]);
\copy copied from stdin
2026-01-01 00:00:00+00	one\ttab	1	{x,"y z"}
2026-01-02 00:00:00+00	\N	\N	\N
\.
\copy copied (ts, a, b) from stdin csv
2026-01-03Z,"quoted, ""text""",3
2026-01-04Z,,
2026-01-05Z,"",5
\.
select ts, a, a is null as "null", b, c from copied order by ts;
\copy copied to '/tmp/flare-pg-psql-copy.bin' binary
delete from copied;
\copy copied from '/tmp/flare-pg-psql-copy.bin' binary
select ts, a, b, c from copied order by ts;
\! rm -f /tmp/flare-pg-psql-copy.bin
\copy copied from stdin
x	y
\.
\copy copied from stdin
2026-01-01Z	y	notanumber	{}
\.
\copy errors to stdout
\copy (select count(*) from copied) to stdout
drop table copied;
