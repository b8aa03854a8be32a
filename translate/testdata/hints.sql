# Statements as people type them, with what the error says to type instead: a line each. TestHintsAreAsShown writes hints.golden.
select * from steam
selct * from stream
select * form stream
select * from stream wher level = 'a'
select level from stream gruop by level
select level from stream order level
select level, from stream
select (level from stream
select level from stream where level = 'a')
select top 10 * from stream
select * from stream limit 10,20
select level from stream limit 1 order by level
select count(*) from stream group by level where level = 'a'
select distinct on level level from stream
select * from stream a join audit b
describe stream
use flare
insert stream (level) values ('x')
insert into stream set level = 'a'
delete stream where level = 'x'
drop stream
create table x
create table x (a int auto_increment)
update stream set level = 'x'
select `level` from stream
select [level] from stream
select level from stream # all
select level from stream // all
select $.Data from stream
select level from stream as of now()
select level from stream where level = 'Error
select level from stream where level = "Error
select * from stream where level == 'Error'
select * from stream where level = "Error"
select * from stream where level = Error
select * from stream where message like "%a%"
select * from stream where message like %a%
select * from stream where message contains 'a'
select * from stream where message rlike 'a'
select * from stream where message =~ 'a'
select * from stream where message similar 'a'
select * from stream where level is 'Error'
select * from stream where level in 'Error'
select * from stream where level in ()
select * from stream where level not = 'Error'
select * from stream where level <> 'a' && message <> ''
select * from stream where (level <> 'a') && (message <> '')
select * from stream where Ok || Ok
select * from stream where !Ok
select * from stream where Ok = 1
select * from stream where Ok = 'maybe'
select * from stream where StatusCode = 'abc'
select * from stream where StatusCode like '5%'
select * from stream where level > 3
select * from stream where properties->'Method' = 'GET'
select * from stream where properties->>'Elapsed' > 100
select * from stream where properties->'Elapsed' > 100
select properties->>'Data'->'region' from stream
select level + message from stream
select * from stream where timestamp > now() - 1h
select * from stream where timestamp > now() - 1 hour
select * from stream where timestamp > now() - '1h'
select * from stream where timestamp > '1 hour'
select * from stream where timestamp > now() - interval 1 hour
select * from stream where timestamp > now() - 3600
select * from stream where timestamp > interval '1 hour'
select * from stream where timestamp > 2024-05-01
select * from stream where timestamp > 'last week'
select * from stream where timestamp between '2024-05-01'
select extract('hour', timestamp) from stream
select date_trunc(timestamp, 'hour') from stream
select date_trunc(day, timestamp) from stream
select dateadd('hour', -1, now())
select ifnull(level, 'a') from stream
select cuont(*) from stream
select lenght(message) from stream
select avrage(Elapsed) from stream
select count(distinct level, message) from stream
select percentile_cont(0.95) from stream
select percentile_cont(0.95, Elapsed) from stream
select percentile(Elapsed, 0.95) from stream
select round(Elapsed, 2) from stream
select to_char(timestamp) from stream
select lag() over () from stream
select generate_series(1)
select mesage from stream
select Data.chekcs from stream
select Data.checks.databse.isOk from stream
select document.Data from stream
select @t from stream
select level l from stream where l = 'Error'
select level, count(*) c from stream group by level having c > 1
select level from stream, stream
select '1'::string
select '1'::integr
select '1'::strng
# The words of a hint are looked for outside of quotes and comments, and in the statement that is wrong.
select 'a `b` && c' 'x' -- ` &&
select 1 in 'a'; select 2 x y
select ' between ' x y
