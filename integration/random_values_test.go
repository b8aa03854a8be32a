package integration

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// leaves are values of types, and columns that can be read as such: what templates are filled with at the bottom.
var leaves = map[string][]string{
	"bool":     {"true", "false", "null::bool", "b", "k % 2 = 0"},
	"int":      {"0", "1", "2", "-1", "7", "100", "2147483647", "null::int", "small::int", "status::int", "(k % 50)::int", "length(s)"},
	"bigint":   {"0::bigint", "k", "n", "9223372036854775807", "-5::bigint", "null::bigint", "status", "event_type"},
	"numeric":  {"0.0", "1.50", "-2.5", "0.001", "99.995", "1e10::numeric", "d", "null::numeric", "12345678901234567890.123", "'NaN'::numeric", "k::numeric / 4", "1e-5::numeric"},
	"float":    {"0::float8", "0.5::float8", "-1.25::float8", "1e10::float8", "'NaN'::float8", "'Infinity'::float8", "f", "elapsed", "null::float8", "1e-3::float8"},
	"text":     {"''::text", "'abc'::text", "'Hello, World'::text", "s", "method", "level", "message", "null::text", "' x '::text", "'a,b,,c'::text", "'äöü ß'::text", "'100%'::text", "'O''Neil'::text", "'2026-03-29'::text", "'12'::text", "E'a\\\\b'::text", "'日本語😀'::text", "'A_b'::text"},
	"date":     {"date '2026-03-29'", "date '2024-02-29'", "date '1999-12-31'", "timestamp::date", "day::date", "null::date", "date 'infinity'", "date '0044-03-15 BC'"},
	"time":     {"time '00:00'", "time '12:34:56.789'", "time '23:59:59.999999'", "time '24:00'", "timestamp::time", "null::time"},
	"ts":       {"timestamp '2026-03-29 02:30:00'", "timestamp '2024-02-29 23:59:59.999999'", "timestamp '1969-12-31 12:00'", "(timestamp at time zone 'UTC')", "null::timestamp", "timestamp '-infinity'", "timestamp '2026-10-25 02:30'"},
	"tz":       {"timestamp", "timestamptz '2026-03-29 01:00:00+00'", "timestamptz '2026-10-25 00:30:00+00'", "moment::timestamptz", "null::timestamptz", "timestamptz 'infinity'", "timestamptz '1900-01-01 00:00+00'", "timestamptz 'epoch'"},
	"interval": {"interval '1 day'", "interval '02:30:00'", "interval '1 year 2 mons 3 days 04:05:06.7'", "interval '-3 days'", "interval '0'", "interval '1 mon -1 day'", "span::interval", "null::interval", "interval '36 hours'", "interval '90 minutes'"},
	"jsonb":    {"j", "properties", `'{"a": 1, "b": [1, 2, {"c": null}], "t": "x"}'::jsonb`, `'[1, "two", null, true, {"a": 2}]'::jsonb`, "'1.50'::jsonb", `'"text"'::jsonb`, "'null'::jsonb", "'{}'::jsonb", "'[]'::jsonb", "null::jsonb", `'[[1,2],[3,[4]]]'::jsonb`},
	"json":     {`'{"a": 1, "a": 2, "b": [1,  2]}'::json`, "'[1, 2.50, null]'::json", "j::json", "to_json(s)", "null::json"},
	"int[]":    {"array[1,2,3]", "'{}'::int[]", "array[null,1]", "'{{1,2},{3,4}}'::int[]", "'[0:2]={5,6,7}'::int[]", "null::int[]", "array[3,3,1,2]", "array[small::int, status::int]"},
	"text[]":   {"array['a','b','c']", "'{}'::text[]", "array['x', null]", `'{"a b","",NULL}'::text[]`, "string_to_array(s, ' ')", "array[method, level]", "null::text[]", "'{{a,b},{c,d}}'::text[]"},
	"uuid":     {"uuid '123e4567-e89b-12d3-a456-426614174000'", "uuid '00000000-0000-0000-0000-000000000000'", "null::uuid", "md5(s)::uuid"},
	"bytea":    {`'\x00ff10'::bytea`, `'\x'::bytea`, "'abc'::bytea", "convert_to(s, 'UTF8')", "null::bytea", `decode('3q2+7w==', 'base64')`},
	"inet":     {"inet '10.1.2.3/8'", "inet '192.168.0.1'", "inet '::1'", "inet 'fe80::1/64'", "null::inet"},
	"varbit":   {"b'101'::varbit", "b''::varbit", "b'11110000'::varbit", "small::int::bit(8)::varbit"},
	"char":     {"'ab'::char(4)", "s::char(3)", "''::char(2)", "method::varchar(2)::char(2)"},
	"jsonpath": {"'$'", "'$.a'", "'$.b[*]'", "'$[*] ? (@ > 1)'", "'lax $.b[0 to 1]'", "'$.**'", "'$.a + 1'", "'strict $.a'", "'$[last]'", "'$.*.size()'", "'$.b[*].type()'", "'$ ? (exists(@.a))'", `'$.t ? (@ like_regex "^x")'`, "'$[*] ? (@.a == 2)'", "'-$.a'", "'$.b[*] ? (@ >= 1 && @ < 2).double()'", `'$ ? (@.t starts with "x")'`, "'$.keyvalue()'", "'($.a > 0) is unknown'"},
	"zone":     {"'UTC'", "'Europe/Berlin'", "'America/New_York'", "'+02'", "'Asia/Kolkata'", "'EST5EDT'", "'Australia/Lord_Howe'", "'utc'"},
	"field":    {"year", "month", "day", "hour", "minute", "second", "epoch", "dow", "isodow", "doy", "week", "quarter", "isoyear", "century", "decade", "millennium", "milliseconds", "microseconds"},
	"unit":     {"'microseconds'", "'second'", "'minute'", "'hour'", "'day'", "'week'", "'month'", "'quarter'", "'year'", "'decade'", "'century'"},
	"small":    {"0", "1", "2", "3", "5", "-1", "-2", "20"},
	"positive": {"1", "2", "3", "7"},
	"regex":    {"'[aeiou]'", `'\d+'`, `'(\w)(\w)'`, "'^.'", "'x*'", "'(a|b)+?'", "'[[:upper:]]'", `'\mW'`, "'l{2}'", "'(?i)HELLO'", "'a.c'", `'([a-z]+).*\1'`, "'(?=l)l'", "'^$'", "'[^ ,]+'", "'.'"},
	"like":     {"'a%'", "'%o%'", "'_b_'", "'%'", "''", `'100\%'`, "'%,%'", "'H%d'", "'%ß'", `'A\_b'`},
	"similar":  {"'(a|H)%'", "'%(b|l)%'", "'[a-m]+'", "'_{3}'", "'%,%'", "'(ab)*c'"},
	"pattern":  {"'YYYY-MM-DD HH24:MI:SS.US'", "'Dy, DD Mon YYYY'", "'FMMonth FMDDth'", "'IYYY-IW-ID'", "'HH12:MI am'", "'J Q CC'", "'DDD WW W'", "'\"T\"MS SSSS'", "'Y,YYY BC'", "'RM TMDay'", "'yyyy\"y\"mm'", "'FF3 FF6'"},
	"digits":   {"'999.99'", "'FM9990.00'", "'S999'", "'000000'", "'9.99EEEE'", "'99,999.9'", "'FM999'", "'9999PR'", "'RN'", "'999V99'", "'L999'", "'999MI'", "'99th'"},
	"castable": {"'1'", "'-5'", "'3.7'", "'true'", "'2026-03-29'", "'12:34'", "'1 day'", "'{1,2}'", "'[1,2]'", "'abc'", "''", "'infinity'", "'NaN'", "' 7 '", "'1e3'", "'0x1F'", "'10.0.0.1'", "'\\x41'", "'2026-03-29 12:00+02'", "'t'", "'1_000'", "null"},
	"type":     {"int", "bigint", "smallint", "numeric", "numeric(6,2)", "float8", "real", "text", "varchar(3)", "char(5)", "bool", "date", "time", "timetz", "timestamp", "timestamp(0)", "timestamptz", "interval", "interval day to second", "interval(2)", "int[]", "text[]", "jsonb", "json", "uuid", "bytea", "inet", "bit(3)", "varbit", "name", "oid", "numeric(3,0)", "time(1)", "cidr", "jsonpath", "\"char\""},
	"any":      {"{int}", "{bigint}", "{numeric}", "{text}", "{date}", "{tz}", "{interval}", "{jsonb}", "{int[]}", "{text[]}", "{bool}", "{ts}", "{time}", "{uuid}", "{bytea}", "{inet}", "{char}"},
	"number":   {"{int}", "{bigint}", "{numeric}", "{float}"},
}

// rules are expressions of types: {type} stands for an expression of that type.
var rules = map[string][]string{
	"bool": {
		"{int} = {bigint}", "{numeric} < {int}", "{float} >= {numeric}", "{text} = {text}", "{text} < {text}", "{text} like {like}", "{text} not ilike {like}", "{text} similar to {similar}", "{text} ~ {regex}", "{text} !~* {regex}", "{text} is null", "{jsonb} is not null",
		"{date} < {date}", "{date} = {tz}", "{ts} > {date}", "{tz} <= {tz}", "{interval} > {interval}", "{time} < {time}", "{jsonb} = {jsonb}", "{jsonb} @> {jsonb}", "{jsonb} <@ {jsonb}", "{jsonb} ? {text}", "{jsonb} ?| {text[]}", "{jsonb} ?& {text[]}", "{jsonb} @? {jsonpath}", "{jsonb} @@ {jsonpath}",
		"{int[]} = {int[]}", "{int[]} < {int[]}", "{int[]} @> {int[]}", "{text[]} && {text[]}", "{int} = any ({int[]})", "{int} <> all ({int[]})", "{int} > any ({int[]})", "{text} = any ({text[]})", "{text} like any ({text[]})", "{text} ~~* all ({text[]})", "({int}, {text}) < ({int}, {text})", "({int}, {text}) = ({int}, {text})",
		"row({int}, {date}) is distinct from row({int}, {date})", "row({int}, {text}) is null", "row({text}, {int}) is not null", "{int} between {int} and {int}", "{text} not between symmetric {text} and {text}", "{int} in ({int}, {int}, {int})", "{text} not in ({text}, {text})", "{bool} and {bool}", "{bool} or {bool}", "not {bool}", "{bool} is unknown", "({bool}) is not true",
		"{bool} <> {bool}", "({date}, {date}) overlaps ({date}, {date})", "({tz}, {interval}) overlaps ({tz}, {tz})", "isfinite({date})", "isfinite({tz})", "{inet} << {inet}", "{inet} >>= {inet}", "{uuid} < {uuid}", "{bytea} > {bytea}", "{varbit} = {varbit}", "starts_with({text}, {text})", "{char} = {char}", "{char} = {text}", "{text} ^@ {text}",
		"{any} is null", "num_nonnulls({any}, {any}) = 1", "{jsonb}->'a' = {jsonb}", "jsonb_path_exists({jsonb}, {jsonpath})", "jsonb_path_match({jsonb}, '$.a == 1', '{}', true)", "{int} is not distinct from {int}", "{numeric} = {numeric}", "array[{int}] <@ {int[]}", "{float} <> {float}", "regexp_like({text}, {regex})", "{int[]} is distinct from null", "({text} || 'x') collate \"C\" < {text}",
	},
	"int": {
		"{int} + {small}", "{int} % {positive}", "{int} / {small}", "-({int})", "abs({int})", "length({text})", "octet_length({text})", "strpos({text}, {text})", "position({text} in {text})", "ascii({text})", "array_length({int[]}, {small})", "cardinality({text[]})", "array_ndims({int[]})", "array_lower({int[]}, 1)", "array_upper({text[]}, {small})", "array_position({int[]}, {int})",
		"coalesce({int}, {int})", "nullif({int}, {int})", "greatest({int}, {int}, {int})", "least({int}, {int})", "{date} - {date}", "extract({field} from {tz})::int", "jsonb_array_length({jsonb})", "({int[]})[{small}]", "({int[]})[{small}][{small}]", "width_bucket({numeric}, 0, 100, {positive})", "({bool})::int", "{int} & {int}", "{int} | {small}", "{int} # {int}", "~({int})", "{int} << {positive}",
		"case {int} when {int} then {int} else {int} end", "num_nulls({any}, {any}, {any})", "bit_length({text})", "length({bytea})", "get_byte({bytea}, {small})", "scale({numeric})", "masklen({inet})", "family({inet})", "regexp_count({text}, {regex})", "regexp_instr({text}, {regex})", "length({varbit})", "bit_count({varbit})::int", "sign({int})::int", "char_length({char})", "({jsonb}->>'a')::int", "gcd({int}, {int})", "case when {bool} then {int} end",
	},
	"bigint": {"{bigint} + {int}", "{bigint} * {small}", "{bigint} / {positive}", "{bigint} % {positive}", "-({bigint})", "abs({bigint})", "({numeric})::bigint", "({float})::bigint", "coalesce({bigint}, {int})", "greatest({bigint}, {int})", "{bigint} & {int}", "{bigint} >> {positive}", "lcm({int}::bigint, {positive})", "({text})::bigint", "nullif({bigint}, {int})", "div({numeric}, {positive})::bigint", "{int}::bigint * {int}"},
	"numeric": {
		"{numeric} + {numeric}", "{numeric} - {int}", "{numeric} * {numeric}", "{numeric} / {numeric}", "{numeric} % {numeric}", "round({numeric})", "round({numeric}, {small})", "trunc({numeric}, {small})", "ceil({numeric})", "floor({numeric})", "abs({numeric})", "sign({numeric})", "mod({numeric}, {numeric})", "div({numeric}, {numeric})", "power({numeric}, {small})", "sqrt(abs({numeric}))", "({float})::numeric",
		"({int})::numeric(10,3)", "({numeric})::numeric(8,2)", "extract({field} from {tz})", "extract({field} from {interval})", "extract({field} from {ts})", "extract({field} from {date})", "extract({field} from {time})", "({jsonb}->'a')::numeric", "trim_scale({numeric})", "greatest({numeric}, {int})", "coalesce({numeric}, {int})", "to_number({text}, '999.99')", "ln(abs({numeric}) + 1)", "exp({small}::numeric)", "log(abs({numeric}) + 1)",
		"-({numeric})", "({text})::numeric", "nullif({numeric}, {numeric})", "gcd({numeric}, {int})", "factorial({positive})", "{bigint} * {numeric}", "min_scale({numeric})::numeric", "case when {bool} then {numeric} else {int} end",
	},
	"float": {"{float} + {float}", "{float} * {int}", "{float} / {positive}", "-({float})", "abs({float})", "round({float})", "floor({float})", "ceil({float})", "sqrt(abs({float}))", "({int})::float8", "({numeric})::float8", "date_part('{field}', {tz})", "date_part('{field}', {interval})", "greatest({float}, {int})", "trunc({float})", "sign({float})", "({text})::float8", "({float})::real::float8", "power({float}, 2)", "coalesce({float}, {numeric})", "{float} - {numeric}", "nullif({float}, 0)", "degrees({small}::float8)", "cbrt({float})"},
	"text": {
		"{text} || {text}", "{text} || {int}", "{any}::text", "upper({text})", "lower({text})", "initcap({text})", "reverse({text})", "btrim({text}, {text})", "ltrim({text})", "rtrim({text}, 'c ')", "trim(leading 'a' from {text})", "left({text}, {small})", "right({text}, {small})", "substring({text} from {small} for 3)", "substr({text}, {small})", "substring({text} from {regex})", "substring({text} similar '%#\"_#\"%' escape '#')", "replace({text}, {text}, {text})", "translate({text}, 'abc', 'xy')",
		"repeat({text}, {small})", "lpad({text}, {small}, {text})", "rpad({text}, {small})", "split_part({text}, ',', {small})", "concat({any}, {any}, {any})", "concat_ws(', ', {text}, {int}, {date})", "format('%s %I %L', {any}, {text}, {text})", "format('%2$s|%1$10s', {text}, {int})", "regexp_replace({text}, {regex}, '<\\&>')", "regexp_replace({text}, {regex}, '\\1', 'g')", "regexp_substr({text}, {regex})", "overlay({text} placing 'XX' from {positive})", "md5({text})", "quote_literal({text})", "quote_ident({text})", "quote_nullable({text})",
		"encode({bytea}, 'hex')", "encode({bytea}, 'base64')", "encode({bytea}, 'escape')", "to_char({tz}, {pattern})", "to_char({ts}, {pattern})", "to_char({interval}, 'DD HH24:MI:SS')", "to_char({numeric}, {digits})", "to_char({int}, {digits})", "array_to_string({text[]}, ',', '*')", "array_to_string({int[]}, '-')", "({text[]})[{small}]", "jsonb_typeof({jsonb})", "{jsonb}->>'a'", "{jsonb}->>{small}", "{jsonb} #>> '{{b,0}}'", "{json}->>'a'", "{json} #>> '{{a}}'", "jsonb_pretty({jsonb})", "coalesce({text}, {text})", "nullif({text}, {text})",
		"greatest({text}, {text})", "least({text}, {text})", "case when {bool} then {text} else {text} end", "case {text} when {text} then {text} end", "pg_typeof({any})::text", "host({inet})", "abbrev({inet})", "text({inet})", "chr({positive} + 64)", "to_hex({int})", "ascii({text})::text", "array_dims({int[]})", "({text} collate \"C\")", "{text}::varchar(3)", "{char}::text", "{char} || '|'", "normalize({text})", "unistr('\\0041')", "json_typeof({json})", "string_to_array({text}, ',')::text", "row({any}, {any})::text", "{jsonb}::text", "{interval}::text", "age({tz}, {tz})::text", "timezone({zone}, {tz})::text", "to_json({any})::text", "row_to_json(row({any}, {any}))::text", "json_build_object('k', {any})::text", "json_strip_nulls({json})::text",
		"sha256({bytea})::text", "strpos({text}, {text})::text", "lpad({int}::text, 5, '0')", "parse_ident('a.b')::text", "{time}::text", "({date}, {text})::text", "{castable}::{type}::text", "({any})::text::varchar", "right({text}, 3) || left({text}, -1)", "to_char({date}, {pattern})", "to_char({float}, 'FM999999.00')",
	},
	"date":     {"{date} + {small}", "{date} - {int}", "({tz})::date", "({ts})::date", "greatest({date}, {date})", "coalesce({date}, {date})", "make_date(2000 + {positive}, {positive}, {positive})", "date_trunc({unit}, {ts})::date", "to_date('2026-03-29', 'YYYY-MM-DD')", "({text})::date", "nullif({date}, {date})", "case when {bool} then {date} end", "({date} + {interval})::date"},
	"time":     {"{time} + {interval}", "{time} - {interval}", "({ts})::time", "({tz})::time", "make_time({positive}, {positive}, 5.5)", "({interval})::time", "{time}::time(1)", "least({time}, {time})"},
	"ts":       {"{ts} + {interval}", "{ts} - {interval}", "{date} + {time}", "{date} + {interval}", "date_trunc({unit}, {ts})", "{tz} at time zone {zone}", "({date})::timestamp", "make_timestamp(2024, {positive}, {positive}, 1, 2, 3.5)", "date_bin('15 minutes', {ts}, timestamp '2001-01-01')", "({tz})::timestamp", "{ts}::timestamp(0)", "greatest({ts}, {ts})", "coalesce({ts}, {date})"},
	"tz":       {"{tz} + {interval}", "{tz} - {interval}", "date_trunc({unit}, {tz})", "date_trunc({unit}, {tz}, {zone})", "{ts} at time zone {zone}", "({date})::timestamptz", "to_timestamp({int})", "date_bin('1 hour', {tz}, timestamptz '2001-01-01 00:05Z')", "({ts})::timestamptz", "make_timestamptz(2024, {positive}, {positive}, 1, 2, 3.5, {zone})", "to_timestamp('29 Mar 2026', 'DD Mon YYYY')", "greatest({tz}, {tz})", "{tz}::timestamptz(3)", "coalesce({tz}, {tz})", "({date} + {time}) at time zone {zone}"},
	"interval": {"{tz} - {tz}", "{ts} - {ts}", "{time} - {time}", "{interval} + {interval}", "{interval} - {interval}", "{interval} * {small}", "{interval} / {positive}", "{interval} * 1.5", "age({tz}, {tz})", "age({ts}, {ts})", "justify_days({interval})", "justify_hours({interval})", "justify_interval({interval})", "make_interval(days => {int}, hours => {small})", "date_trunc({unit}, {interval})", "-({interval})", "{interval}::interval(1)", "greatest({interval}, {interval})", "({time})::interval", "({text})::interval", "make_interval({small}, {small}, {small}, {small})"},
	"jsonb": {
		"{jsonb}->'a'", "{jsonb}->'b'", "{jsonb}->{small}", "{jsonb} #> '{{b,2}}'", "{jsonb} || {jsonb}", "{jsonb} - 'a'", "{jsonb} - {small}", "{jsonb} - array['a','b']", "{jsonb} #- '{{b,0}}'", "to_jsonb({any})", "jsonb_build_object('k', {any}, 'v', {any})", "jsonb_build_array({any}, {any})", "jsonb_set({jsonb}, '{{a}}', {jsonb})", "jsonb_insert({jsonb}, '{{b,1}}', '9')", "jsonb_strip_nulls({jsonb})", "jsonb_path_query_array({jsonb}, {jsonpath})", "jsonb_path_query_first({jsonb}, {jsonpath})",
		"jsonb_extract_path({jsonb}, 'b', '1')", "({jsonb})['a']", "({jsonb})['b'][1]", "coalesce({jsonb}, '{{}}')", "{json}::jsonb", "jsonb_object({text[]})", "to_jsonb(row({any}, {text}))", "array_to_json({int[]})::jsonb", "({text})::jsonb", "case when {bool} then {jsonb} else {jsonb} end", "jsonb_set_lax({jsonb}, '{{a}}', null, true, 'delete_key')", "to_jsonb({int[]})", "json_build_array({any}, {text})::jsonb", "json_object(array['a', 'b'], array[{text}, {text}])::jsonb",
	},
	"json":   {"{json}->'a'", "{json}->{small}", "{json} #> '{{b}}'", "to_json({any})", "json_build_object('k', {any})", "json_build_array({any}, {any})", "json_strip_nulls({json})", "row_to_json(row({int}, {text}))", "array_to_json({int[]})", "json_object({text[]})", "json_extract_path({json}, 'b', '0')"},
	"int[]":  {"{int[]} || {int}", "{int} || {int[]}", "{int[]} || {int[]}", "array_append({int[]}, {int})", "array_prepend({int}, {int[]})", "array_remove({int[]}, {int})", "array_replace({int[]}, {int}, {int})", "array_cat({int[]}, {int[]})", "({int[]})[{small}:{small}]", "({int[]})[:2]", "array[{int}, {int}]", "array_fill({int}, array[{positive}])", "array_positions({int[]}, {int})", "coalesce({int[]}, {int[]})", "array(select generate_series({small}, {small}))", "trim_array({int[]}, {small})", "array(select unnest({int[]}) order by 1)", "array[[{int}, {int}], [{int}, {int}]]"},
	"text[]": {"{text[]} || {text}", "array[{text}, {text}]", "string_to_array({text}, {text})", "string_to_array({text}, ',', 'b')", "regexp_split_to_array({text}, {regex})", "regexp_match({text}, {regex})", "array_remove({text[]}, {text})", "({text[]})[2:]", "array(select jsonb_object_keys(case when jsonb_typeof({jsonb}) = 'object' then '{{\"a\": 1}}'::jsonb end))", "({int[]})::text[]", "array_append({text[]}, {text})", "string_to_array({text}, null)"},
	"bytea":  {"{bytea} || {bytea}", "substring({bytea} from {positive})", "set_byte({bytea}, 0, {positive})", "({text})::bytea", "sha256({bytea})", "convert_to({text}, 'UTF8')", "decode(md5({text}), 'hex')", "btrim({bytea}, 'a'::bytea)", "overlay({bytea} placing 'z'::bytea from 1)"},
	"inet":   {"{inet} + {small}", "set_masklen({inet}, {positive})", "network({inet})::inet", "{inet} & inet '255.255.0.0'", "~({inet})", "broadcast({inet})", "netmask({inet})"},
	"uuid":   {"coalesce({uuid}, {uuid})", "greatest({uuid}, {uuid})", "(md5({text}))::uuid"},
	"varbit": {"{varbit} || {varbit}", "~({varbit})", "{varbit} << 1", "substring({varbit} from {positive})", "({int})::bit(12)::varbit"},
	"char":   {"({text})::char(4)", "({int})::char(3)", "coalesce({char}, 'x')::char(6)"},
}

// values makes SELECTs of expressions of every type, of constants or over some rows.
type values struct{ *rand.Rand }

// expr is an expression of a type.
func (g *values) expr(typ string, depth int) string {
	list := rules[typ]
	if list == nil || depth <= 0 || g.IntN(5) == 0 {
		list = leaves[typ]
	}
	return g.fill(list[g.IntN(len(list))], depth-1)
}

// fill puts expressions in the place of a template's types.
func (g *values) fill(template string, depth int) string {
	var out strings.Builder
	for template != "" {
		open := strings.IndexByte(template, '{')
		if open < 0 {
			break
		}
		end := open + strings.IndexByte(template[open:], '}')
		name := ""
		if end > open {
			name = template[open+1 : end]
		}
		out.WriteString(template[:open])
		switch {
		case strings.HasPrefix(template[open:], "{{"): // a literal {…}
			end = open + strings.Index(template[open:], "}}")
			out.WriteString(template[open+1 : end+1])
			template = template[end+2:]
			continue
		case leaves[name] == nil: // of a literal
			out.WriteByte('{')
			template = template[open+1:]
			continue
		}
		e := g.expr(name, depth)
		if bare(name) {
			out.WriteString(e)
		} else {
			out.WriteString("(" + e + ")")
		}
		template = template[end+1:]
	}
	return out.String() + template
}

// bare reports whether a name stands for a part of an expression that takes no parentheses.
func bare(name string) bool {
	switch name {
	case "field", "type", "castable", "jsonpath", "zone", "unit", "small", "positive", "regex", "like", "similar", "pattern", "digits":
		return true
	}
	return false
}

var valueTypes = []string{"bool", "int", "bigint", "numeric", "float", "text", "text", "text", "date", "time", "ts", "tz", "interval", "jsonb", "jsonb", "json", "int[]", "text[]", "bytea", "inet", "uuid", "varbit", "char"}

func (g *values) statement() string {
	var list []string
	for range 1 + g.IntN(2) {
		list = append(list, g.expr(valueTypes[g.IntN(len(valueTypes))], 1+g.IntN(3)))
	}
	sql := "select " + strings.Join(list, ", ") + " from stream where "
	if g.IntN(3) == 0 {
		return sql + fmt.Sprintf("k between %d and %d and (%s)", g.IntN(100), 100+g.IntN(50), g.expr("bool", 1))
	}
	return sql + fmt.Sprintf("k = %d", g.IntN(150))
}
