select (-1)::oid, (-32768)::int2::oid, 4294967295::oid::int4, (-1)::int4::regclass::oid, 2147483648::oid::int4;
select trunc(0::numeric, 2147483647) = 0, length(round(1.5, 100000)::text), round(12345.678, -100000);
select timezone('nowhere', timestamptz 'infinity'), timezone(interval '1 day', timestamp '-infinity'), timestamptz '-infinity' at time zone 'nowhere';
select timezone('nowhere', timestamptz '2026-01-01');
select overlay('abc' placing 'x' from 2147483647 for 10);
select overlay('abc'::bytea placing 'x'::bytea from 2147483647 for 10);
select make_timestamptz(0, 1, 1, 1, 1, 1, 'nowhere');
select '\377'::"char", '\101'::"char", '\377'::"char"::int, (-1)::"char", (65)::"char", ''::"char";
select '::1'::inet - (-9223372036854775808);
