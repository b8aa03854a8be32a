select from where;
selct 1;
select 1 +;
select (1;
select 'unterminated;
select "unterminated;
select 1 from stream where;
select k, from stream;
select k from stream order k;
select k from stream group method;
select * from stream where k = = 1;
select nosuch from stream;
-- differs: names after a column's are members of it
select k.x from stream;
select stream.nosuch from stream;
select other.k from stream;
select k from stream where nosuch = 1;
select k from stream group by nosuch;
select k from stream having nosuch > 1;
select upper(nosuch) from stream;
select lowerr('x');
select now(1);
select substring();
select date_trunc('hour');
select round('x');
select round(1, 2, 3);
select k from stream where k;
select k from stream where s;
select k from stream where k = 'abc';
select k from stream where timestamp > 'abc';
select k from stream where timestamp > 5;
select k from stream where f = 'abc';
select k from stream where b = 'abc';
select k from stream where s > 5;
select k from stream where s = 5;
select k from stream where s in (1, 2);
select k from stream where k in ('a', 'b');
select k from stream where k between 'a' and 'b';
select k from stream where k like '1%';
select k from stream where upper(s);
select k from stream where not s;
select k from stream where s and b;
select 1/0 from stream;
select 1 / (k - k) from stream;
select k from stream where 1 / (n - n) > 0;
select sqrt(-elapsed) from stream;
select s::int from stream where s = 'alpha';
select s::int from stream where s = '12';
select n::int from stream;
select n::smallint from stream where n = 99999;
select (n * 1000000000) from stream where n = 9223372036854775807;
select f::int from stream where f = 1e10;
select elapsed::date from stream;
select k::timestamptz from stream;
select b::float8 from stream;
select timestamp::int from stream;
select chr(-1);
select repeat('x', 2000000000);
select lpad('x', 2000000000);
select 'a' similar to;
select cast(1 as);
select 1::int::nosuch;
select interval '1 nosuch';
select date '2026-99-99';
select timestamp '10000000-01-01';
select date '9999999-01-01';
-- later
select to_timestamp('x', 'YYYY');
-- later
select to_date('2026-13-01', 'YYYY-MM-DD');
select make_date(2026, 2, 30);
select extract(foo from timestamp) from stream;
select timestamp at time zone 'Nosuch' from stream;
select 'x' at time zone 'UTC';
insert into stream (k) values (1, 2);
insert into stream (k, s) values (1);
insert into nosuch (a) values (1);
insert into stream (timestamp) values ('x');
insert into stream (k, k) values (1, 2);
set nosuch = 1;
show nosuch;
set work_mem = 'x';
-- code
set datestyle = 'nosuch';
rollback to x;
savepoint x;
release x;
execute nosuch;
deallocate nosuch;
-- later
fetch 1 from nosuch;
-- later
close nosuch;
select 1 as select;
select 1 as "a", 2 "b", 3 c;
select distinct on () k from stream;
select k from stream limit 1 limit 2;
select all distinct k from stream;
select case end;
select case when 1 = 1 then;
select count(*) over () from nosuch;
select * from stream join stream b;
select * from stream natural join;
select * from stream a left join stream b;
select x.* from stream;
-- later
drop table nosuch;
create table;
-- later
alter table nosuch add column x int;
-- later
delete from nosuch;
-- later
truncate nosuch;
-- code
copy nosuch from stdin;
-- code
copy stream (nosuch) to stdout;
explain select nosuch from stream;
prepare p as select nosuch;
prepare p as select $1::int + 1;
execute p(1);
execute p;
execute p(1, 2);
-- code
execute p('x');
prepare p as select 1;
deallocate p;
begin;
commit;
select 'ok' as still_alive;
