select StatusCode from stream where Method = 'GET' and Elapsed > 100 and timestamp >= '2024-01-01' and timestamp < '2024-01-02'
select EventID, count(*) from stream where Method like 'WORKSTATION%' group by EventID order by 1
select * from stream order by timestamp desc limit 10
select level, message from stream where level in ('Error','Fatal') and not (StatusCode = 200 or Method = 'X')
select statuscod from stream
select s.statuscod from stream s
select Data.checks.database.isOk, properties->>'Foo', Data->'checks'->>'x', Data['checks'] from stream where properties->>'Foo' = 'abc' and Data.checks.database.isOk
select User from stream
select StatusCode, count(*) from stream
select $1, $2::int + 1
select $1::text, $2 + 1, StatusCode = $3 from stream where timestamp > $4
select 1, 'a', null, 1.5, 12345678901, true, now(), current_date, current_timestamp
select date_trunc('hour', timestamp) as h, avg(Elapsed), max(Elapsed), min(StatusCode), sum(StatusCode) from stream group by h having count(*) > 5 order by h desc limit 5
insert into stream (timestamp, level, Foo, StatusCode) values (default, 'x', 5, '7'), (now(), 'y', 1.5, $1)
copy stream from stdin (format json)
copy stream (timestamp, Foo) to stdout csv header
update stream set x = 1
select extract(epoch from timestamp), substring('abc' from 2), trim(' a '), position('a' in 'b'), timestamp at time zone 'UTC' from stream
select case when Elapsed > 1 then 'a' else 'b' end, coalesce(Method, 'x'), nullif(StatusCode, 200), greatest(1,2.5,StatusCode), StatusCode::text from stream
values (1,'a'),(2,null)
select a.n, b.m from (values (1),(2)) a(n) left join (values (1,2)) b(k,m) on a.n = b.k where a.n > 1
select c.relname, n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' order by 1
select distinct Method from stream order by Method
select distinct on (Method) Method, StatusCode from stream order by Method, timestamp desc
with x as (select StatusCode s from stream) select s, count(*) from x group by s
select 1 union all select 2.5 union select '3'
select interval '1 hour', timestamptz '2024-01-01 00:00Z', '5'::numeric(5,2), 'abc'::varchar(2)
select EventID from stream where timestamp between now() - interval '1 hour' and now() and Cost > 1.5 and EventID > 4.5
select eventid from stream
set timezone to 'Europe/Paris'
set time zone interval '2 hours'
begin isolation level repeatable read read only
show all
prepare p (int) as select $1 + 1
execute p(1)
deallocate all
select * from nosuch
select nosuch(1)
select 1 +
select "@t", "@l", message_template, event_type, trace_id, span_id, document, event_id from stream
select event_id, properties->>'event_id' from stream
select Method from stream where Method <> 'GET' or Method in ('5', 'x') or not (Method = 'a')
select Method from stream where StatusCode in (200, 404) and Ok and not Ok and Ok is true and Ok = false
select Method from stream where Method is null and StatusCode is not null and Data is null
select Method from stream where Method like '%x' and Method not like 'A%' and Method ilike 'a%' and Method ~ '^a'
select Method from stream where Elapsed > $1 and StatusCode = $2 and Method = $3
select Method from stream where lower(Method) = 'get' and random() < 0.5
select Method from stream where timestamp = '2024-01-01' or Method = 'x'
select Method from stream where timestamp > date '2024-01-01' and timestamp <= current_date
select Method from stream order by timestamp
select Method from stream where Elapsed + 1 > 2 order by timestamp desc limit 5 offset 2
select Method, timestamp from stream order by Method, timestamp limit 3
select count(*) from stream
select count(*), count(distinct Method), sum(StatusCode) filter (where Ok), string_agg(Method, ',' order by timestamp desc) from stream
select count(*) + 1 as n, upper(Method) from stream group by upper(Method) having min(StatusCode) > 1 order by n
select date_trunc('hour', timestamp) as hour, count(*) from stream group by hour order by 1
select s.Method, a.Code from stream s join audit a on s.Method = a.Method and a.Code > 5 where s.StatusCode = 200
select s.Method, a.Code from stream s left join audit a on s.Method = a.Method and a.Code > 5 where a.Code is null
select * from stream, audit where stream.Method = audit.Method
select x.y from (select StatusCode + 1 as y from stream) x where x.y > 5
select EventID from (select EventID from stream) s where eventid = 3
select table_name from information_schema.tables where table_schema = 'public'
insert into stream values (now(), 'Error', 'boom')
insert into stream (document) values ('{"a":1}')
insert into stream (timestamp, "New One", Elapsed) select now(), Method, 5 from audit
insert into audit default values
copy stream from stdin
copy stream (timestamp, level, NewProp) from stdin with (format csv, header true, null 'NULL')
copy (select StatusCode from stream) to stdout
explain select Method from stream where Elapsed > 100
set search_path to public, "Odd"
set transaction isolation level serializable
set session characteristics as transaction read only
commit and chain
savepoint a
rollback to a
discard all
checkpoint
unlisten *
close all
reset all
reset timezone
delete from stream
create temp view x as select 1
create function f() returns int language sql as 'select 1'
listen x
select Data[0].Sku, Data['checks'].DATABASE, data.checks['database']."isOk", (Data)[-1]['x'].y from stream
select Data['1'], Data['checks'][Method], Data[1::bigint] from stream
select Data['1'], Data['checks'][Method], Data['checks'][-1][0], Data[StatusCode::int].a from stream where Data['checks'] is not null
select Data[1:2] from stream
select ('{"a":1}'::jsonb).a
delete from stream
delete from stream where timestamp < '2024-01-01' and timestamp >= '2023-01-01'
delete from stream s where s.StatusCode = 200 and s.timestamp < now() - interval '30 days'
delete from stream where timestamp < $1 and Method = $2
delete from stream where lower(Method) = 'get'
delete from stream using audit where true
delete from stream returning *
truncate stream, audit
explain delete from stream where StatusCode = 200
select Method, event_id from stream order by timestamp desc, event_id desc limit 100
select Method from stream order by timestamp, event_id limit 100 offset 50
select Method from stream order by timestamp desc, event_id limit 100
select Method from stream order by event_id desc limit 10
select Method, timestamp from stream order by event_id, Method limit 10
select Method from stream order by timestamp desc, timestamp desc limit 10
select Method from stream where Elapsed + 1 > 2 order by timestamp desc, event_id desc limit 5
vacuum (verbose, analyze) stream
analyze stream
create index errors on stream (timestamp) where StatusCode >= 500 and Method in ('GET', 'POST')
create index concurrently if not exists on stream (timestamp) where Data.checks.database.isOk
create index errors on stream (timestamp) where StatusCode >= 500 and lower(Method) = 'get'
drop index if exists errors, public.other
select Method from audit a where exists (select 1 from stream b where b.Method = a.Method and b.Elapsed > 10)
select StatusCode from stream a where not exists (select 1 from stream b where b.Elapsed > a.Elapsed)
select Method, (select max(b.Elapsed) from stream b where b.timestamp between a.timestamp - interval '1 hour' and a.timestamp) from audit a
select Method from stream where timestamp > (select max(timestamp) from audit) and Method in (select Method from audit)
select a.Method, x.c from stream a left join lateral (select count(*) as c from audit b where b.Method = a.Method) x on true where x.c > 1
with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select * from t where n in (select n from t)
select Method from stream except select Method from audit
select a.Method from stream a, audit c, stream b where a.StatusCode = b.StatusCode and b.Method = c.Method
# The first and the last time are read at the ends
select min(timestamp), max(timestamp) from stream
select max(timestamp) - interval '1 hour' from stream where timestamp >= '2024-01-01'
select min(timestamp), count(*) from stream
select min(timestamp) from stream where level = 'Error'
select min(timestamp) filter (where true) from stream
select Method, row_number() over (partition by Method order by timestamp desc), sum(Elapsed) over (order by timestamp rows between 2 preceding and current row exclude ties) from stream
select Method, count(*), rank() over (order by count(*) desc) from stream group by Method
select Method, StatusCode, count(*), grouping(Method) from stream group by rollup (Method, StatusCode)
select * from (select Method, StatusCode, row_number() over (partition by Method order by timestamp desc) as n from stream) x where Method = 'GET' and n <= 3
# A range of time is a scan's bounds
select count(*) from stream where timestamp <@ tstzrange('2024-01-01', '2024-01-02', '(]')
select Method from stream where '[2024-01-01,)'::tstzrange @> timestamp and Method = 'GET'
select count(*) from stream where timestamp <@ tstzrange(now() - interval '1 hour', now())
select count(*) from stream where timestamp <@ '{[2024-01-01,2024-01-02),[2024-03-01,2024-04-01)}'::tstzmultirange
