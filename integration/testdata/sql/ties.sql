select * from (values (1),(2),(2),(3)) v(x) order by x fetch first 2 rows with ties;
select * from (values (1),(2),(2),(3)) v(x) order by x fetch first 3 rows with ties;
select * from (values (1),(2),(2),(3)) v(x) order by x offset 1 fetch first row with ties;
select * from (values (1),(2),(2),(3)) v(x) order by x desc fetch first 10 rows with ties;
select * from (values (1),(null),(null)) v(x) order by x nulls first fetch first row with ties;
select * from (values (1),(2)) v(x) order by x fetch first 0 rows with ties;
select * from (values (1),(2)) v(x) fetch first 1 row with ties;
select * from (values (1),(2)) v(x) order by x fetch first (null) rows with ties;
select method, count(*) from stream group by method order by count(*) desc, method fetch first 2 rows with ties;
select status from stream order by status fetch first 20 rows with ties;
-- unordered
select k % 5 as m, k from stream order by k % 5 fetch first 7 rows with ties;
select k from (select k, n from stream order by n fetch first 10 rows with ties) s order by k;
select 1 as x union all select 1 union all select 2 order by x fetch first row with ties;
-- unordered
select date_trunc('day', timestamp) as d, k from stream order by date_trunc('day', timestamp) desc fetch first row with ties;
select max(x), min(x) from (values (array[1,2]),(array[1,3]),(null)) v(x);
select method, max(array[n, k]), min(array[s, method]) from stream group by method order by method;
