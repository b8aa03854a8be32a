-- params: 5
select $1::int + 1, $1;
-- params: 5 | x
select $1::bigint, $2::text, pg_typeof($1), pg_typeof($2);
-- params: 10
select k from stream where k < $1 order by k;
-- params: alpha
select k from stream where s = $1 order by k;
-- params: alpha | 5
select k from stream where s = $1 and k > $2 order by k;
-- params: 1 | 2 | 3
select k from stream where n in ($1, $2, $3) order by k;
-- params: a%
select k from stream where s like $1 order by k;
-- params: A%
select k from stream where s ilike $1 order by k;
-- params: 0.5
select k from stream where f > $1 order by k;
-- params: 1.50
select k from stream where d = $1 order by k;
-- params: 99999999999999999999
select k from stream where d > $1 order by k;
-- params: t
select k from stream where b = $1 order by k;
-- params: 2026-03-28 22:00:00+00 | 2026-03-29 00:00:00+00
select k from stream where timestamp >= $1 and timestamp < $2 order by k;
-- params: 2026-03-28 22:00:00+00 | 3 hours
select k from stream where timestamp >= $1::timestamptz and timestamp < $1::timestamptz + $2::interval order by k;
-- params: 2026-03-28 22:00:00+00 | 2026-03-28 23:00:00+00
select k from stream where timestamp between $1 and $2 order by k;
-- params: hour
select date_trunc($1, timestamp), count(*) from stream group by 1 order by 1;
-- params: 3
select n % $1::bigint, count(*) from stream where n > -100 group by 1 order by 1;
-- params: NULL
select k from stream where s = $1;
-- params: NULL
select k from stream where $1::text is null and k < 3 order by k;
-- params: NULL | 3
select coalesce($1, 5), coalesce($1, $2);
-- params: 1 | 2
select $1 + $2;
-- params: 1
select $1 + 1, $1 - 2.5;
-- params: x
select $1;
-- params: x | y
select $1 || $2, $1 || 'z';
-- params: x
select upper($1), length($1), $1 like 'x%';
-- params: {"a":1}
select $1::jsonb -> 'a', $1::jsonb ->> 'a';
-- params: {"a":1}
select k from stream where j @> $1 order by k;
-- params: a
select k, j->$1, j->>$1 from stream order by k;
-- params: 1
select k, j->$1::int, j->>$1::int from stream order by k;
-- params: GET | 200
select count(*), avg(elapsed) from stream where method = $1 and status = $2;
-- params: 5
select method, count(*) from stream group by method having count(*) > $1 order by 1;
-- params: 2
select k from stream order by k limit $1;
-- params: 2 | 3
select k from stream order by k limit $1 offset $2;
-- params: true
select case when $1 then 1 else 2 end, not $1;
-- params: 1
select case $1 when 1 then 'one' else 'other' end;
-- params: 2026-01-01
select $1::date + 1, extract(year from $1::date);
-- params: 1 day
select timestamptz '2026-01-01 00:00Z' + $1;
-- params: 1 day
select now() - $1::interval < now();
-- params: 5 | 10
select 7 between $1 and $2, $1 < $2;
-- params: x
select $1::int;
-- params: 5
select k from stream where n = $1::int and n = $1 order by k;
-- params: 5
select $2::int;
-- params: 5
select $1::int, $1::text;
-- params: 5
select $1 + s from stream;
-- params: 5
select k from stream where $1;
-- params: 1
select * from (values ($1), (2)) v(x);
-- params: 1
select * from (select $1 as x) y;
-- params: a | b
select $1 union all select $2;
-- params: 1
select 1 union all select $1;
-- params: 3 | 1
select nullif($1, 3), greatest($1, 2), least($2, 5);
-- params: 12
select k from stream where s = $1::text order by k;
-- params: 12
select k from stream where n = $1 or s = 'alpha' order by k;
-- params: 2147483648
select k from stream where n = $1 order by k;
-- params: 2147483648
select 1 + $1;
-- params: 1.5
select k from stream where n > $1::numeric order by k;
-- params: 1.5
select k from stream where n > $1;
-- params: 100
select count(*) filter (where elapsed > $1) from stream;
-- params: ,
select string_agg(method, $1 order by k) from stream where k < 10;
-- params: UTC
select timestamptz '2026-01-01 00:00Z' at time zone $1;
-- params: 1 | 1
select $1 is distinct from $2;
-- params: 1
-- differs: PostgreSQL refuses a parameter whose type comes late
select $1 is null, $1::int is not null;
-- params: 1 | 2 | 3
select $3::int, $1::int;
