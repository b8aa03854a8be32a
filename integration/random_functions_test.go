package integration

import (
	"fmt"
	"strings"
)

// functions are calls that give a type. In a template I, F, D, T, M, J and B stand for expressions of the types, L for a text literal, # for a small number.
var functions = map[typ][]string{
	boolean: {
		"starts_with(T, L)", "(T ~ '[a-m]+')", "(T ~* '^a|e$')", "(T !~ '[0-9]')", "(T similar to '(a|G)%')", "(J @> '{\"a\":1}')", "(J ? 'a')", "(J ?| array['a','b'])", "(J ?& array['a','x'])",
		"(I = any (array[1,2,3,200,404]))", "(T = any (array['GET','alpha',null]))", "(I <> all (array[1,2]))", "isfinite(M)", "(num_nulls(I, T, B) > 1)", "((I, T) < (#, L))", "((T, I) = (L, #))",
		"(I between symmetric # and 200)", "(J = J)", "(array[I, #] @> array[1::bigint])", "(string_to_array(T, ' ') && array['a','event','ray'])", "((B and B) is distinct from (B or B))",
	},
	integer: {
		"abs(I % 1000)", "mod(I, 7)", "sign(I % 10)::bigint", "char_length(T)", "octet_length(T)", "bit_length(T)", "ascii(T)", "position(L in T)", "array_length(string_to_array(T, ' '), 1)", "cardinality(string_to_array(T, 'a'))",
		"coalesce(array_position(array['GET','POST','alpha'], T), 0)", "width_bucket(F, 0, 100, 5)", "(floor(F)::numeric % 100)::int8", "extract(hour from M)::int", "date_part('minute', M)::int", "(M::date - date '2026-03-01')", "least(I, #, small)",
		"(I & 255)", "(I | 3)", "(I # 5)", "(~I)", "((I % 100) << 2)", "(I >> 3)", "gcd(I % 1000, 12)", "lcm(I % 100, 6)", "jsonb_array_length(case when jsonb_typeof(J) = 'array' then J end)", "(trunc(D) % 10)::int8", "(round(D) % 10)::int8",
		"nullif(strpos(T, L), 0)", "regexp_count(T, '[a-e]')", "regexp_instr(T, '[m-z]')", "div(I, 7)::int8", "(T > L)::int", "length(to_json(T)::text)",
	},
	float: {
		"sqrt(abs(F))", "cbrt(F)", "exp(least(F, 10))", "ln(abs(F) + 1)", "log(abs(F) + 1)", "power(least(abs(F), 100), 2)", "sin(F)", "cos(F)", "atan(F)", "atan2(F, 1)", "degrees(atan(F))", "radians(F)", "pi()", "trunc(F)", "ceil(F)", "sign(F)", "D::float8",
		"(-F)", "greatest(F, 1.5)", "extract(epoch from M)::float8", "date_part('day', M - timestamptz '2026-01-01')", "tanh(F)", "coalesce(F, 0)", "F::float4::float8", "round(F::numeric, 2)::float8",
	},
	decimal: {
		"abs(D)", "sign(D)", "ceil(D)", "floor(D)", "round(D)", "trunc(D, 2)", "mod(D, 7)", "div(D, 3)", "(-D)", "scale(D)::numeric", "min_scale(D)::numeric", "trim_scale(D)", "D::numeric(40,2)", "sqrt(abs(round(D, 2)))", "greatest(D, 0)", "least(D, I::numeric)", "round(F::numeric, 3)",
		"(I::numeric * 0.5)", "extract(epoch from M)", "date_part('second', M)::numeric", "width_bucket(D, 0, 1000, 10)::numeric", "coalesce(D, 0.00)", "(D % 10)", "power(round(abs(D) % 10, 1), 2)", "abs(D - 1)",
	},
	text: {
		"lpad(T, 6, '*')", "rpad(T, 4)", "right(T, #)", "repeat(T, 2)", "ltrim(T, ' a')", "rtrim(T, 'at')", "btrim(T, 'aG ')", "translate(T, 'aeiou', '12345')", "overlay(T placing 'XX' from 2 for 1)", "quote_literal(T)", "quote_ident(T)", "quote_nullable(T)",
		"concat_ws('-', T, I, T)", "format('%s|%L|%s', T, T, I)", "format('%5s<%-4s>', left(T, 3), I % 100)", "regexp_replace(T, '[aeiou]', '#', 'g')", "regexp_replace(T, '(\\w)(\\w)', '\\2\\1')", "regexp_substr(T, '[a-z]+')", "substring(T from '[A-Z]\\w*')", "(regexp_match(T, '([a-z])([a-z])'))[2]",
		"array_to_string(string_to_array(T, ' '), '+', '?')", "(string_to_array(T, ' '))[2]", "encode(T::bytea, 'hex')", "to_hex(abs(I % 100000))", "chr(65 + #)", "upper(left(T, 1)) || substr(T, 2)", "substr(T, #)", "substr(T, #, 3)", "to_char(D % 10000, '9990.00')", "to_char(I % 10000, '0000')",
		"to_char(M, 'YYYY-IW HH12:MI:SS AM')", "to_char(M, 'Day, FMDDth Month')", "jsonb_typeof(J)", "(J #>> '{}')", "jsonb_pretty(J)", "to_json(T)::text", "to_jsonb(D)::text", "age(M, timestamptz '2026-01-01')::text", "justify_hours(M - timestamptz '2026-03-28')::text", "(M - timestamptz '2026-03-28')::text",
		"M::date::text", "M::time::text", "(M at time zone 'Europe/Berlin')::text", "B::text", "coalesce(T, 'none')", "greatest(T, L)", "least(T, L)", "pg_typeof(T)::text", "string_to_array(T, 'a')::text", "array[T, L]::text", "(array[T, L, null])[#]", "row(I, T)::text", "md5(T)", "split_part(T, 'a', -1)", "nullif(T, '')", "case T when L then 'yes' else T end",
		"array_to_string(regexp_split_to_array(T, '\\s'), '/')", "array_append(string_to_array(T, ' '), L)::text", "array_remove(string_to_array(T, ' '), 'of')::text", "trim(both 'e' from T)", "left(T, -#)", "T collate \"C\"", "T::varchar(4)", "T::char(3)::text", "starts_with(T, L)::text", "sha256(T::bytea)::text",
	},
	moment: {
		"date_bin('15 minutes', M, timestamptz '2026-01-01')", "date_trunc('day', M, 'Europe/Berlin')", "date_trunc('quarter', M)", "(M::timestamp at time zone 'America/New_York')", "(M::date + 1)::timestamptz", "greatest(M, timestamptz '2026-03-29')", "to_timestamp(extract(epoch from M)::float8)", "M::timestamptz(0)", "M::timestamptz(3)",
		"(M - interval '36 hours' * 2)", "make_timestamptz(2026, 1 + #, 2, 3, 4, 5.5)", "coalesce(M, now() - now() + timestamptz '2000-01-01')", "(M + make_interval(mins => #, secs => 1.5))", "least(M, timestamptz '2026-03-28 22:00+00')", "(date_trunc('month', M) + interval '1 month - 1 day')",
	},
	jsonb: {
		"to_jsonb(T)", "to_jsonb(I)", "to_jsonb(D)", "to_jsonb(B)", "jsonb_build_object('k', I, 't', T)", "jsonb_build_array(I, T, B, null)", "jsonb_strip_nulls(J)", "(case when jsonb_typeof(J) = 'object' then J || '{\"z\":1}' end)", "(case when jsonb_typeof(J) = 'object' then J - 'a' end)", "jsonb_set(case when jsonb_typeof(J) = 'object' then J end, '{a}', '9')",
		"jsonb_extract_path(J, 'a', 'b')", "to_jsonb(array[I, #])", "to_jsonb(row(I, T))", "coalesce(J, 'null')", "(J #> '{b,1}')", "J::text::jsonb",
	},
}

// function is a call of one of the functions above.
func (g *selects) function(t typ, depth int) string {
	template := functions[t][g.IntN(len(functions[t]))]
	stand := map[byte]typ{'I': integer, 'F': float, 'D': decimal, 'T': text, 'M': moment, 'J': jsonb, 'B': boolean}
	alone := func(i int) bool {
		letter := func(j int) bool {
			return j >= 0 && j < len(template) && (template[j] >= 'a' && template[j] <= 'z' || template[j] >= 'A' && template[j] <= 'Z' || template[j] == '_' || template[j] == '\'' || template[j] == '"')
		}
		return !letter(i-1) && !letter(i+1)
	}
	document := g.typed(jsonb, depth-1) // the same throughout a template: conditions guard
	var out strings.Builder
	quoted := false
	for i := 0; i < len(template); i++ {
		c := template[i]
		if c == '\'' {
			quoted = !quoted
		}
		of, ok := stand[c]
		switch {
		case quoted:
			out.WriteByte(c)
		case c == 'J' && alone(i):
			out.WriteString("(" + document + ")")
		case ok && alone(i):
			out.WriteString("(" + g.typed(of, depth-1) + ")")
		case c == 'L' && alone(i):
			out.WriteString(g.literal(text))
		case c == '#' && alone(i) && !(i > 0 && template[i-1] == ' ' && i+1 < len(template) && template[i+1] == ' ' && strings.HasPrefix(template, "(I # ")):
			out.WriteString(fmt.Sprint(g.IntN(5)))
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// typed is an expression whose type shows: a bare literal of text has none.
func (g *selects) typed(t typ, depth int) string {
	if t == text {
		return g.expr(t, depth) + "::text"
	}
	return g.expr(t, depth)
}
