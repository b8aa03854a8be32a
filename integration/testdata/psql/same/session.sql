\conninfo
\encoding
\encoding UTF8
\encoding
select 1 as a, 'x' as b \gdesc
select ts, level, duration_ms, tags, properties from events \gdesc
select from events limit 0 \gdesc
insert into logs.nginx(ts) values (now()) \gdesc
select 1 as one \gset
\echo :one
select count(*) from events \g
\x on
select id, level, message, tags from events where id = 'e17';
\x off
\pset null '(null)'
select level, bytes, path from logs.nginx order by ts;
\pset format csv
select id, level, tags from events order by ts limit 2;
\pset format html
select id from events order by ts limit 1;
\pset format aligned
\pset border 2
select id, status from events order by ts limit 2;
\timing on
select 1;
\timing off
select 'select ' || n from generate_series(1,2) n \gexec
select id, level, status from events where status < 203 and id < 'e11' order by 1 \crosstabview id level status
\errverbose
select 1/0;
select nope from (select 1) as events;
frobnicate 1;
select * from nothing;
\set VERBOSITY sqlstate
select 'a'::int;
\set VERBOSITY default
select 1; select 2; select 3;
select 1 \; select 2 \; select 3;
\set SHOW_ALL_RESULTS off
select 1 \; select 2;
prepare p(int) as select $1 + 1 as n;
execute p(41);
deallocate p;
execute p(1);
\bind 1
show search_path;
show timezone;
set timezone to 'Asia/Tokyo';
select ts from events order by ts limit 1;
reset timezone;
set nothing to 1;
show nothing;
discard all;
values (1, 'one'), (2, 'two');
table logs.nginx;
\d :
\if true
select 'yes' as answer;
\else
select 'no' as answer;
\endif
