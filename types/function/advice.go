package function

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

// elsewhere has functions of other systems, and names that people try, with what PostgreSQL calls them: what a hint says is to be written.
var elsewhere = map[string]string{
	"ifnull": "coalesce(a, b)", "nvl": "coalesce(a, b)", "isnull": "coalesce(a, b), or a IS NULL",
	"if": "CASE WHEN condition THEN a ELSE b END", "iif": "CASE WHEN condition THEN a ELSE b END",
	"group_concat": "string_agg(x, ',')", "listagg": "string_agg(x, ',')",
	"len": "length(x)", "strlen": "length(x)", "datalength": "octet_length(x)",
	"instr": "strpos(x, 'part')", "charindex": "strpos(x, 'part')", "locate": "strpos(x, 'part')", "indexof": "strpos(x, 'part')",
	"contains": "x LIKE '%part%', or strpos(x, 'part') > 0", "includes": "x LIKE '%part%', or strpos(x, 'part') > 0",
	"startswith": "starts_with(x, 'part')", "endswith": "x LIKE '%part'",
	"ucase": "upper(x)", "lcase": "lower(x)", "toupper": "upper(x)", "tolower": "lower(x)",
	"regexp_extract": "substring(x FROM 'pattern')", "rlike": "x ~ 'pattern'", "match": "x ~ 'pattern'",
	"getdate": "now()", "sysdate": "now()", "getutcdate": "now()", "curdate": "current_date", "curtime": "localtime", "utc_timestamp": "now()", "today": "current_date",
	"ago":      "now() - interval '1 hour'",
	"date_sub": "a - interval '1 hour'", "date_add": "a + interval '1 hour'", "dateadd": "a + interval '1 hour'", "timestampadd": "a + interval '1 hour'",
	"datediff": "extract(epoch FROM a - b)", "timestampdiff": "extract(epoch FROM a - b)", "date_diff": "extract(epoch FROM a - b)",
	"date_format": "to_char(a, 'YYYY-MM-DD HH24:MI')", "strftime": "to_char(a, 'YYYY-MM-DD HH24:MI')", "format_timestamp": "to_char(a, 'YYYY-MM-DD HH24:MI')",
	"datepart": "extract(hour FROM a)", "datename": "to_char(a, 'Day')", "dayname": "to_char(a, 'Day')", "monthname": "to_char(a, 'Month')",
	"year": "extract(year FROM a)", "month": "extract(month FROM a)", "week": "extract(week FROM a)", "day": "extract(day FROM a)", "dayofweek": "extract(dow FROM a)",
	"hour": "extract(hour FROM a)", "minute": "extract(minute FROM a)", "second": "extract(second FROM a)",
	"unix_timestamp": "extract(epoch FROM a)", "to_unixtime": "extract(epoch FROM a)", "from_unixtime": "to_timestamp(seconds)",
	"bin": "time_bucket('5 min', a)", "date_histogram": "time_bucket('5 min', a)", "tumble": "time_bucket('5 min', a)",
	"tostartofhour": "date_trunc('hour', a)", "tostartofminute": "date_trunc('minute', a)", "tostartofday": "date_trunc('day', a)",
	"median":     "percentile_cont(0.5) WITHIN GROUP (ORDER BY x)",
	"percentile": "percentile_cont(0.95) WITHIN GROUP (ORDER BY x), or flare.approx_percentile(x, 0.95)", "quantile": "percentile_cont(0.95) WITHIN GROUP (ORDER BY x), or flare.approx_percentile(x, 0.95)",
	"approx_quantile": "flare.approx_percentile(x, 0.95)", "approx_percentile_cont": "flare.approx_percentile(x, 0.95)",
	"approx_distinct": "flare.approx_count_distinct(x)", "uniq": "count(DISTINCT x), or flare.approx_count_distinct(x)", "dcount": "count(DISTINCT x), or flare.approx_count_distinct(x)",
	"count_if": "count(*) FILTER (WHERE condition)", "countif": "count(*) FILTER (WHERE condition)", "sum_if": "sum(x) FILTER (WHERE condition)", "sumif": "sum(x) FILTER (WHERE condition)",
	"average": "avg(x)", "mean": "avg(x)", "stdev": "stddev(x)", "var": "variance(x)",
	"first": "(array_agg(x ORDER BY timestamp))[1]", "last": "(array_agg(x ORDER BY timestamp DESC))[1]", "any_value": "min(x)",
	"rand": "random()", "uuid": "gen_random_uuid()", "newid": "gen_random_uuid()",
	"tostring": "x::text", "str": "x::text", "toint": "x::bigint", "int": "x::bigint", "tofloat": "x::double precision", "try_cast": "x::bigint",
	"json_extract": "x->'name', or x->>'name' as text", "json_value": "x->>'name'", "json_extract_scalar": "x->>'name'", "json_query": "x->'name'", "parse_json": "x::jsonb",
	"truncate": "trunc(x, digits)", "log2": "log(2, x)",
}

// mostForms is how many forms of a function a hint lists.
const mostForms = 3

// functionAdvice is the hint for a call that no function fits: the name that was meant, or the arguments that there are.
func functionAdvice(name string, args []types.OID) string {
	const casts = "No function matches the given name and argument types. You might need to add explicit type casts."
	if name == "count" && len(args) > 1 {
		return "To count rows that differ in any of several columns write count(DISTINCT (a, b))."
	}
	if like, ok := elsewhere[name]; ok && len(Functions(name)) == 0 && len(Aggregates(name)) == 0 {
		return "In PostgreSQL that is " + like + "."
	}
	if near := meant(name); near != "" {
		return "Perhaps you meant the function " + near + "."
	}
	if as := Aggregates(name); len(as) > 0 && as[0].Kind != 'n' {
		return "Write " + name + "(…) WITHIN GROUP (ORDER BY x)."
	}
	if len(Functions(name)) > 0 && slices.Contains(args, types.Float8) {
		exact := slices.Clone(args)
		for i, t := range exact {
			if t == types.Float8 {
				exact[i] = types.Numeric
			}
		}
		if _, err := ResolveFunction("pg_catalog", name, exact); err == nil {
			return "There is " + name + "(" + sqlNames(exact) + "): cast the number, as in x::numeric."
		}
	}
	if forms := nearestForms(name, args); len(forms) > 0 {
		return casts + " There is " + strings.Join(forms, ", ") + "."
	}
	if near := types.NearestWithin(1, name, slices.Sorted(maps.Keys(elsewhere))); near != "" && len(name) > 4 {
		return "In PostgreSQL that is " + elsewhere[near] + "."
	}
	return casts
}

// nearestForms lists the forms of a function, or an aggregate, whose arguments are most like those given.
func nearestForms(name string, args []types.OID) []string {
	type form struct {
		shown   string
		unlike  int
		foreign int // arguments that no argument given has the type of
		rare    int // arguments of a type that isn't the usual one of its kind
	}
	var forms []form
	add := func(want []types.OID, variadic bool) {
		f := form{shown: name + "(" + sqlNames(want) + ")", unlike: max(len(want)-len(args), len(args)-len(want))}
		if variadic {
			f.shown = name + "(VARIADIC " + sqlNames(want) + ")"
		}
		for i, t := range want {
			if i >= len(args) || args[i] != t && args[i] != types.Unknown {
				f.unlike++
			}
			if !slices.Contains(args, t) {
				f.foreign++
			}
			if !preferred(t) {
				f.rare++
			}
		}
		forms = append(forms, f)
	}
	for _, f := range Functions(name) {
		if f.Kernel != nil && f.Schema == "pg_catalog" {
			add(f.Args, f.Variadic)
		}
	}
	for _, a := range Aggregates(name) {
		if a.New != nil && a.named("") {
			add(a.Args, false)
		}
	}
	for _, f := range SetFunctions() {
		if f.Name == name && f.Open != nil && f.Schema == "pg_catalog" {
			add(f.Args, f.Variadic)
		}
	}
	for _, w := range AllWindows() {
		if w.Name == name {
			add(w.Args, false)
		}
	}
	slices.SortStableFunc(forms, func(a, b form) int {
		return cmp.Or(cmp.Compare(a.foreign, b.foreign), cmp.Compare(a.unlike, b.unlike), cmp.Compare(a.rare, b.rare), cmp.Compare(a.shown, b.shown))
	})
	var out []string
	for _, f := range forms {
		if len(out) < mostForms && !slices.Contains(out, f.shown) {
			out = append(out, f.shown)
		}
	}
	return out
}

// otherOperators are operators of other languages with what PostgreSQL writes.
var otherOperators = map[string]string{
	"==": "Equality is a single =.", "===": "Equality is a single =.", "=>": "Not less is >=.", "=<": "Not greater is <=.", "!==": "Inequality is <>.",
	"=~": "A regular expression is matched with ~, or ~* regardless of case.", "~=": "A regular expression is matched with ~, or ~* regardless of case.",
	"!=~": "A regular expression that must not match is !~.", "<=>": "Equality that takes nulls for equal is IS NOT DISTINCT FROM.",
	"**": "Powers are a ^ b.", "??": "A value in the place of null is coalesce(a, b).",
}

// operatorAdvice is the hint for operands that an operator doesn't take; left is 0 for a prefix operator.
func operatorAdvice(name string, left, right types.OID) string {
	if s, ok := otherOperators[name]; ok {
		return s
	}
	if left == 0 {
		if name == "!" || name == "!!" {
			return "Negation is NOT."
		}
		return "No operator matches the given name and argument type. You might need to add an explicit type cast."
	}
	const casts = "No operator matches the given name and argument types. You might need to add explicit type casts."
	isTime := func(t types.OID) bool { return t == types.Timestamptz || t == types.Timestamp }
	comparison := slices.Contains([]string{"=", "<>", "<", "<=", ">", ">="}, name)
	var more string
	switch l, r := category(left), category(right); {
	case l == 'S' && slices.Contains([]string{"->", "->>", "#>", "#>>"}, name):
		more = "->> and #>> give text, and end a path: every step before the last is ->."
	case slices.Contains([]string{"~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*"}, name) && l != 'S':
		more = "Patterns are for text: cast what stands before, as in x::text."
	case name == "&&" && l == 'B':
		more = "Conditions are joined with AND."
	case name == "||" && l == 'B':
		more = "Conditions are joined with OR."
	case name == "+" && (l == 'S' || r == 'S'):
		more = "Texts are joined with ||."
	case isTime(left) && (name == "-" || name == "+") && r == 'N':
		more = "A distance in time is an interval, as in interval '1 hour' or make_interval(secs => 3600)."
	case comparison && isTime(left) && r == 'N', comparison && isTime(right) && l == 'N':
		more = "A point in time is written in quotes, as in '2024-05-01 10:00Z'; to_timestamp makes one of seconds since 1970."
	case comparison && isTime(left) && right == types.Interval:
		more = "A distance from now is now() - interval '1 hour'."
	case comparison && (left == types.JSONB && right != types.JSONB || right == types.JSONB && left != types.JSONB):
		more = "A value in JSON is taken out as text with ->>, as in x->>'name', and then cast, as in (x->>'name')::numeric."
	case comparison && left == types.JSON:
		more = "Values of type json are not compared: cast to jsonb, or take a member out as text with ->>."
	case comparison && l == 'S' && r == 'N':
		more = "Cast the text, as in x::numeric, or write the number as a text, in quotes."
	case comparison && l == 'N' && r == 'S':
		more = "Cast the text, as in x::numeric, or the number, as in x::text."
	case comparison && (l == 'B' && r == 'N' || l == 'N' && r == 'B'):
		more = "Booleans are true and false, not 1 and 0."
	case l == 'S' && r == 'N' || l == 'N' && r == 'S':
		more = "Cast the text, as in x::numeric."
	default:
		return casts
	}
	return more
}
