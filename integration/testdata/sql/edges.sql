select (-1)::oid, (-32768)::int2::oid, 4294967295::oid::int4, (-1)::int4::regclass::oid, 2147483648::oid::int4;
select trunc(0::numeric, 2147483647) = 0, length(round(1.5, 100000)::text), round(12345.678, -100000);
select timezone('nowhere', timestamptz 'infinity'), timezone(interval '1 day', timestamp '-infinity'), timestamptz '-infinity' at time zone 'nowhere';
select timezone('nowhere', timestamptz '2026-01-01');
select overlay('abc' placing 'x' from 2147483647 for 10);
select overlay('abc'::bytea placing 'x'::bytea from 2147483647 for 10);
select make_timestamptz(0, 1, 1, 1, 1, 1, 'nowhere');
select '\377'::"char", '\101'::"char", '\377'::"char"::int, (-1)::"char", (65)::"char", ''::"char";
select '::1'::inet - (-9223372036854775808);

-- # what random statements found
select make_timestamptz(2024, 1, 1, 1, 2, 3.5, '+02:30'), make_timestamptz(2024, 1, 1, 1, 2, 3.5, '-0230'), make_timestamptz(2024, 1, 1, 1, 2, 3.5, 'UTC+3');
select make_timestamptz(2024, 1, 1, 1, 2, 3.5, '02');
select make_timestamptz(2024, 1, 1, 1, 2, 3.5, '+16');
select to_json(properties), row_to_json(row(j, properties)), json_build_array(properties, j), to_jsonb(properties) from stream where k = 7;
select least(time '12:00:00.5'::time(1), time '11:00'::time(1), time(1) '10:00'), greatest(1.50::numeric(5,2), 2::numeric(5,2)), greatest('a'::varchar(3), 'b'::varchar(3)), nullif(1.5::numeric(4,1), 2);
select greatest(k, small, status), least(d, f, n), nullif(k, small), greatest(s, method, null), least(j, properties), nullif(f, d), greatest(random(), 2.0), count(*) from stream group by greatest(k, small, status), least(d, f, n), nullif(k, small), greatest(s, method, null), least(j, properties), nullif(f, d);
select greatest('{1}'::json, '{2}');
select null::int + (1 / 0), upper(null) || repeat('x', -1), length(null::text) / 0;
