-- # as text, since floats themselves are compared with some tolerance
select '0.00024414063'::real::text, '0.00024414062'::real::text, 1125899906842624.25::float8::text, 1125899906842624.75::float8::text, 2251799813685249.5::float8::text;
select ((g * 3 + 1)::real / 4096)::text, (g::float8 / 1024 / 1048576)::text, ((g * 7)::real / 65536)::text from generate_series(1, 2000) g order by g;
select (1125899906842624.25::float8 + g * 0.25::float8)::text, (281474976710656.0625::float8 + g * 0.0625::float8)::text, (16777216::real + g * 4::real)::text, (8388608.5::real + g)::text from generate_series(1, 2000) g order by g;
select (9007199254740992::float8 * 4 + g * 8)::text, (2::float8 ^ g)::text, (2::float8 ^ -g)::text, (3 * 2::float8 ^ -g)::text from generate_series(1, 100) g order by g;
select (2::float8 ^ (g % 100 - 60))::real::text, (5 * 2::float8 ^ (g % 90 - 60))::real::text, (12345 * 2::float8 ^ (g % 90 - 60))::real::text from generate_series(1, 100) g order by g;
