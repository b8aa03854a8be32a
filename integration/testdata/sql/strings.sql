select k, upper(s), lower(s), initcap(s), length(s), char_length(s), character_length(s), octet_length(s), bit_length(s) from stream;
select k, substring(s from 2 for 3), substring(s, 2), substr(s, 2, 2), substring(s from -1 for 3), substring(s for 2), left(s, 2), left(s, -2), right(s, 2), right(s, -2) from stream;
select k, position('a' in s), strpos(s, 'a'), strpos(s, ''), position('' in s) from stream;
select k, trim(s), ltrim(s), rtrim(s), btrim(s, 'a '), trim(leading 'a' from s), trim(trailing 'a' from s), trim(both 'a' from s), ltrim(s, 'al') from stream;
select k, replace(s, 'a', 'XY'), translate(s, 'abc', '12'), reverse(s), repeat(s, 2), repeat(s, 0), repeat(s, -1) from stream;
select k, lpad(s, 8), lpad(s, 8, '*'), rpad(s, 8, 'xy'), rpad(s, 2), lpad(s, 0), lpad(s, 5, '') from stream;
select k, split_part(s, ' ', 1), split_part(s, ' ', 2), split_part(s, ' ', -1), split_part(s, '', 1) from stream;
select split_part('a,b', ',', 0);
select k, concat(s, n, b), concat_ws('-', s, n, method), concat(null, null), concat_ws(',', null, 'a', null, 'b') from stream;
select k, md5(s), ascii(s), chr(65 + small::int), to_hex(small), starts_with(s, 'al') from stream;
select k, overlay(s placing 'XX' from 2), overlay(s placing 'XX' from 2 for 1) from stream where s <> '';
select k, regexp_replace(s, 'a', 'X'), regexp_replace(s, 'a', 'X', 'g'), regexp_replace(s, '(\w)(\w)', '\2\1', 'g'), regexp_replace(s, 'A', 'x', 'gi') from stream;
select k, substring(s from '\d+'), substring(s, 'a(.)') from stream;
-- later
select k, regexp_match(s, 'a(.)') is null from stream;
select k, quote_literal(s), quote_ident(s), quote_nullable(s) from stream;
select format('%s and %s', 'a', 1), format('%I = %L', 'odd name', 'it''s'), format('%%'), format('%2$s %1$s', 'a', 'b'), format('%10s|%-10s|', 'x', 'y'), format('x');
select k, s::varchar(3), s::char(3) = 'alp', method::char(6) from stream;
select k, n::text, f::text, d::text, b::text, j::text, timestamp::text from stream;
select length('äöü'), octet_length('äöü'), upper('ß'), lower('İ'), initcap('hello wORLD-foo_bar'), upper('straße'), lower('ΑΣ');
select 'a' || 'b' || 'c', 'a' || 1 || true, concat('a', null, 1.50, true), concat_ws('', 'a', 'b');
select substring('hello' from 2), substring('hello' from 0), substring('hello' from 10), substring('hello', -5, 8), substr('hello', 0, 3);
select substring('hello' from 2 for -1);
select chr(0);
select chr(8364), ascii('€'), ascii(''), chr(65);
select to_char(1234.5, '9999.99'), to_char(0.5, '0.00'), to_char(-5, '999'), to_char(12345, '99,999'), to_char(42, '000000'), to_char(1.5, 'FM999.00');
select to_hex(255), to_hex(-1);
-- later
select to_number('1,234.5', '9,999.9');
select encode('abc', 'base64'), encode('abc', 'hex'), decode('616263', 'hex'), encode('\x00ff'::bytea, 'escape'), md5('abc'), sha256('abc'::bytea);
select strpos('hello', 'l'), position('lo' in 'hello'), position('x' in 'hello');
select 'abc' collate "C" < 'abd', 'a' collate "default";
select upper(1);
select upper();
select nosuch('a');
select length(1);
select lower(s, 'x') from stream;
select substring(1 from 2);
select upper(distinct s) from stream;
select repeat('ab', 3), reverse('añb'), lpad('5', 3, '0'), rpad('x', 3) || '|', trim('  x  ') || '|', btrim('xxaxx', 'x');
select translate('12345', '143', 'ax'), replace('aaa', 'a', ''), replace('aaa', '', 'x'), initcap('');
-- later
select unistr('\0441'), normalize('é', NFC) = 'é';
select string_agg(s, ',' order by k) from stream where k < 20;
select * from regexp_split_to_table('a b c', ' ');
select string_to_array('a,b,c', ',');
select regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g'), regexp_replace('abc', '', '-', 'g');
select regexp_count('abcabc', 'b'), regexp_like('abc', 'B', 'i');
-- later
select regexp_instr('abcabc', 'c'), regexp_substr('abc123', '\d+');
select like_escape('a', 'b') is null, 'x' like 'X', 'ab' like 'a_', 'a
b' like 'a%b';
select k, s from stream where s >= 'a' and s < 'c' order by s, k;
select k, s from stream where length(s) > 5 order by length(s) desc, s, k;
