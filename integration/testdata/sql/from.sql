values (1, 'a'), (2, 'b');
values (1, 'a'), (2.5, null), (null, 'c');
values (1), (2), (3) order by 1 desc limit 2;
values (1), ('x');
values (1, 2), (3);
values (null), (1);
values (null), ('a');
select * from (values (1, 'a'), (2, 'b')) v;
select * from (values (1, 'a'), (2, 'b')) v(x, y) where x > 1;
select v.* from (values (1, 'a'), (2, 'b')) as v(x, y);
select column1 + 1, column2 from (values (1, 'a'), (2, 'b')) v;
select v.column2 from (values (1, 'a')) v(x);
select x, y from (values (1, 2)) v(x, y, z);
select * from (select k, n from stream where k < 5) x order by k;
select x.k, y from (select k, n + 1 as y from stream where n < 100) x where y > 3 order by k;
select k from (select * from (select k, n from stream) a where n = 1) b order by k;
select a.k from (select k from stream order by k limit 3) a order by k desc;
select count(*) from (select k from stream limit 10) x;
select avg(c) from (select count(*) as c from stream group by method) x;
select m, c from (select method as m, count(*) as c from stream group by method) x where c > 20 order by m;
select * from (select 1 as a, 2 as b) x, (select 3 as c) y;
select x.a, y.a from (select 1 as a) x, (select 2 as a) y;
select a from (select 1 as a) x, (select 2 as a) y;
select * from (select 1 as a) x, (select 2 as a) x;
select * from (select 1) x;
select "?column?" from (select 1) x;
select 1 from (select 1 as a) x where x.b = 1;
-- differs: version 17's grammar, in which the alias may be absent
select * from (select 1);
select stream.k, s.k from stream, stream s where stream.k = s.k and s.k < 3 order by 1;
select a.k, b.k from stream a join stream b on a.k = b.k + 1 where a.k < 10 order by a.k;
select a.k, b.k from stream a left join stream b on a.k = b.n where a.k < 20 order by a.k, b.k;
select a.k, b.k from stream a right join stream b on a.n = b.k where b.k < 20 order by b.k, a.k;
select v.x, w.y from (values (1), (2), (null)) v(x) full join (values (2), (3), (null)) w(y) on v.x = w.y order by 1, 2;
select v.x, w.y from (values (1), (2)) v(x) cross join (values ('a'), ('b')) w(y) order by 1, 2;
select v.x, w.y from (values (1), (2)) v(x) inner join (values (1), (1), (3)) w(y) on v.x = w.y;
select v.x, w.y from (values (1), (2)) v(x) left join (values (1), (3)) w(y) on v.x = w.y and w.y > 1 order by 1;
select v.x, w.y from (values (1), (2)) v(x) left join (values (1), (3)) w(y) on v.x < w.y order by 1, 2;
select v.x, w.y from (values (1), (2)) v(x) left join (values (1), (3)) w(y) on true order by 1, 2;
-- later
select * from (values (1, 'a'), (2, 'b')) v(id, x) join (values (1, 'c'), (3, 'd')) w(id, y) using (id) order by 1;
-- later
select * from (values (1, 'a'), (2, 'b')) v(id, x) natural join (values (1, 'c'), (3, 'd')) w(id, y);
-- later
select id, v.id, w.id from (values (1, 'a'), (2, 'b')) v(id, x) left join (values (1, 'c'), (3, 'd')) w(id, y) using (id) order by 1;
-- later
select id from (values (1, 'a'), (2, 'b')) v(id, x) full join (values (1, 'c'), (3, 'd')) w(id, y) using (id) order by 1;
select s.level, v.rank, count(*) from stream s join (values ('Error', 1), ('Warning', 2)) v(level, rank) on s.level = v.level group by s.level, v.rank order by v.rank;
select s.k, v.name from stream s left join (values (200, 'OK'), (404, 'Not Found')) v(code, name) on s.status = v.code where s.k < 20 order by s.k;
select v.x, w.y from (values (1), (2)) v(x) join (values (1.0), (2.5)) w(y) on v.x = w.y;
select v.x, w.y, u.z from (values (1), (2)) v(x) join (values (1), (2)) w(y) on v.x = w.y join (values (2), (3)) u(z) on u.z = w.y;
select v.x from (values (1)) v(x) join (values (1)) w(x) on x = 1;
select nosuch.x from (values (1)) v(x);
select v.nosuch from (values (1)) v(x);
select * from nosuch;
select * from public.nosuch;
select * from nosuch.stream;
select k from stream s where stream.k = 1;
select * from (values (1)) v(x) join (values (1)) w(y) on x;
-- later
select * from (values (1)) v(x) join (values (1)) w(y) using (x);
select * from stream a, stream a;
select s.k from stream as s where s.k = 1;
select s.k from public.stream as s where s.k = 1;
select public.stream.k from public.stream where stream.k = 1;
select k as a, a from stream limit 1;
select k from stream where k2 = 1;
select k as k2 from stream where k2 = 1;
select 1 union all select 2;
select 1 union all select 1 union all select 2;
select 1 union select 1 union select 2 order by 1;
select k from stream where k < 3 union all select n from stream where n < 3 and n > 0 and k < 20;
select method from stream union select level from stream order by 1;
select 1 as a, 'x' as b union all select 2, 'y' order by a desc;
select 1 union all select 2.5;
select 1 union all select 'x';
select 1 union all select null;
select null union all select 1;
select 'a' union all select null order by 1;
select 1, 2 union all select 1;
select 1 union all select true;
select 1 as a union all select 2 as b;
-- later
select k from stream where k < 5 except select 2 order by 1;
-- later
select k from stream where k < 5 intersect select n from stream order by 1;
select k from stream where k < 3 union all select k from stream where k < 2 order by k limit 3;
(select k from stream order by k limit 2) union all (select k from stream order by k desc limit 2);
select * from (select 1 as a union all select 2) x order by a desc;
select count(*) from (select method from stream union all select level from stream) x;
select 1 union all select 2 order by nosuch;
select x from (values (1), (2)) v(x) union select x from (values (2), (3)) w(x) order by x;
(values (1), (2)) union all (values (3)) order by 1;
-- later
with w as (select k from stream where k < 3) select * from w order by k;
-- later
select k from stream where k in (select n from stream) order by k;
-- later
select k, (select max(n) from stream) from stream where k < 3 order by k;
-- later
select k from stream s where exists (select 1 from stream t where t.n = s.k) order by k;
-- later
select * from generate_series(1, 5);
-- later
select g, count(*) from generate_series(1, 3) g group by g order by g;
-- later
select v.x, l.y from (values (1), (2)) v(x), lateral (select v.x + 1 as y) l;
table (values (1)) x;
-- later
select k, method from stream where k = 5 and method is not null for update;
select all k from stream where k < 2 order by k;
-- differs: a stream's * is its core columns
select stream.* from stream limit 0;
select s.k, s.* from (select k, n from stream) s order by k limit 2;
select *, k + 1 as k1 from (select k, n from stream where k < 3) x order by k;
select nosuch.* from stream;
select *;
