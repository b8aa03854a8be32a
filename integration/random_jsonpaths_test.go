package integration

import "math/rand/v2"

// jsonGrammar makes jsonpath expressions, JSON documents, and calls with both.
var jsonGrammar = newGrammar(map[string][]string{
	"path":       {"<mode><expr>", "<mode><expr>", "<mode><expr>", "<mode><predicate>"},
	"mode":       {"", "", "", "lax ", "strict ", "strict "},
	"expr":       {"<primary>", "<primary><step>", "<primary><step><step>", "<primary><step><step><step>", "<expr> <arith> <primary>", "-<primary><step>", "(<expr>)<step>", "+<expr>"},
	"arith":      {"+", "-", "*", "/", "%"},
	"primary":    {"$", "$", "$", "$", "$x", "$y", "<scalar>"},
	"item":       {"@", "@<step>", "@.a", "@<step><step>", "<scalar>", "$<step>", "@ <arith> <scalar>"},
	"scalar":     {"1", "2", "1.5", "\"a\"", "\"b\"", "null", "true", "false", "0", "-1", "\"2026-03-29\"", "1e3", ".5", "\"\\u0061\""},
	"step":       {".a", ".b", ".c", "[*]", "[0]", "[1]", "[last]", "[0 to 1]", "[0, 1]", "[last - 1]", ".*", ".**", ".**{1}", ".**{1 to 2}", ".**{last}", ".\"a b\"", " ? (<predicate>)", " ? (<predicate>)", ".<method>()", ".<method>()", "[$.a]", "[\"x\"]", "[1 to 0]", ".$x", "[-1]", "[1.7]"},
	"method":     {"type", "size", "double", "ceiling", "floor", "abs", "double", "datetime", "number"},
	"predicate":  {"<item> <compare> <item>", "<item> <compare> <item>", "exists (<item>)", "<item> starts with \"a\"", "<item> like_regex \"<regex>\"", "<item> like_regex \"<regex>\" flag \"<flag>\"", "(<predicate>) is unknown", "!(<predicate>)", "<item> <compare> <item> && <item> <compare> <item>", "<item> <compare> <item> || exists (<item>)", "<item>.datetime() <compare> <item>.datetime()", "<item> == $x", "@.datetime(\"<dtformat>\") <compare> \"2026-03-29\".datetime()"},
	"compare":    {"==", "!=", "<", ">", "<=", ">=", "<>"},
	"regex":      {"^a", "b$", "A", "a.c", "[0-9]+", "(a|b)", "a b", "\\\\d", "(", ""},
	"flag":       {"i", "s", "m", "x", "q", "iq", "z", ""},
	"dtformat":   {"YYYY-MM-DD", "HH24:MI", "DD.MM.YYYY", "YYYY-MM-DD HH24:MI:SS TZH"},
	"doc":        {"<scalarjson>", "{<members>}", "[<elements>]", "{<members>}", "[<elements>]", "{\"a\": <doc>, \"b\": [<doc>, <doc>]}", "[{\"a\": <doc>}, {\"a\": <doc>}, <doc>]", "{\"a\": [1, 2, 3], \"b\": {\"a\": <doc>, \"c\": <doc>}}"},
	"members":    {"", "<key>: <scalarjson>", "<key>: <scalarjson>, <key>: <doc>", "<key>: <doc>, <key>: <doc>, <key>: <doc>"},
	"elements":   {"", "<scalarjson>", "<scalarjson>, <doc>", "<doc>, <doc>, <doc>"},
	"key":        {"\"a\"", "\"b\"", "\"c\"", "\"a b\"", "\"\"", "\"\\u0041\"", "\"é\"", "\"x\""},
	"scalarjson": {"null", "true", "false", "1", "2", "-1.50", "1e2", "0.10", "1E-2", "12345678901234567890.123", "\"a\"", "\"b\"", "\"abc\"", "\"\"", "\"2026-03-29\"", "\"2026-03-29 12:34:56+02\"", "\"12:34:56\"", "\"2026-03-29T12:34:56\"", "\"1.5\"", "\"é\\n\\u00e9\\\"\"", "\"\\ud83d\\ude00\"", "-0", "0", "1e400", "\"12:34+02\"", "\" x \"", "100000000000000000000"},
	"bad":        {"{\"a\": <scalarjson>", "[<elements>", "{a: 1}", "{\"a\" 1}", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "\"\\x\"", "\"\\u12\"", "\"\\u0000\"", "\"\\ud83d\"", "tru", "nul", "\"a", "[1 2]", "{}{}", "[1]]", "", " ", "\"\t\"", "{\"a\":1 \"b\":2}", "NaN", "--1", "1 2", "{1:2}", "[,1]", "\"\\ude00\"", "[\"a\\ud83dx\"]", "{\"a\":}"},
	"vars":       {"{\"x\": 1, \"y\": \"a\"}", "{\"x\": <doc>}", "{}", "{\"x\": [1, 2], \"y\": null}"},
	"silent":     {"true", "false", "false"},
	"fn":         {"jsonb_path_query", "jsonb_path_query", "jsonb_path_query_array", "jsonb_path_query_first", "jsonb_path_exists", "jsonb_path_match", "jsonb_path_query_tz", "jsonb_path_exists_tz"},
	"jtype":      {"json", "jsonb", "jsonb"},
	"ptext":      {"{a}", "{b,0}", "{b,a}", "{0}", "{a,b,c}", "{}", "{a,NULL}", "{1,a}", "{b,x}", "{x,y}"},
	"skey":       {"'a'", "'b'", "0", "1", "-1", "'x'", "2", "''"},
	"arrow":      {"->", "->>"},
	"patharrow":  {"#>", "#>>"},
	"flagb":      {"true", "false"},
	"treat":      {"raise_exception", "use_json_null", "delete_key", "return_target", "foo"},
	"call": {"'<doc>'::jsonb #> '{b,-1}'", "jsonb_set('<doc>', '<ptext>', '<doc>', <flagb>)", "jsonb_insert('<doc>', '<ptext>', '<doc>', <flagb>)", "jsonb_set_lax('<doc>', '<ptext>', null, <flagb>, '<treat>')", "'<doc>'::jsonb - <skey>", "'<doc>'::jsonb #- '<ptext>'", "'<doc>'::jsonb - array['a','b']", "'<doc>'::<jtype> <arrow> <skey>", "'<doc>'::jsonb <patharrow> '<ptext>'",
		"'<doc>'::jsonb || '<doc>'::jsonb", "'<doc>'::jsonb @> '<doc>'::jsonb", "'<doc>'::jsonb <@ '<doc>'::jsonb", "'<doc>'::jsonb ? 'a'", "'<doc>'::jsonb ?| array['a','x']", "'<doc>'::jsonb ?& array['a','b']", "'<doc>'::jsonb < '<doc>'::jsonb", "'<doc>'::jsonb = '<doc>'::jsonb", "'<doc>'::jsonb >= '<doc>'::jsonb",
		"jsonb_each('<doc>')", "json_each('<doc>')", "jsonb_each_text('<doc>')", "json_each_text('<doc>')", "jsonb_object_keys('<doc>')", "json_object_keys('<doc>')", "jsonb_array_elements('<doc>')", "json_array_elements('<doc>')", "jsonb_array_elements_text('<doc>')", "json_array_elements_text('<doc>')", "jsonb_array_length('<doc>')", "json_array_length('<doc>')",
		"jsonb_pretty('<doc>')", "jsonb_strip_nulls('<doc>')", "json_strip_nulls('<doc>')", "jsonb_typeof('<doc>')", "json_typeof('<doc>')", "('<doc>'::jsonb)['a']['b']", "('<doc>'::jsonb)[<0..2>]", "('<doc>'::jsonb)['b'][<0..2>]", "'<doc>'::jsonb::text", "'<doc>'::json::text", "'<doc>'::json::jsonb", "'<doc>'::jsonb::int", "'<doc>'::jsonb::numeric", "'<doc>'::jsonb::boolean", "'<doc>'::jsonb::float8",
		"jsonb_extract_path('<doc>', 'a', 'b')", "json_extract_path_text('[<doc>, <doc>]', '1')", "jsonb_extract_path_text('<doc>', variadic '<ptext>')", "to_jsonb('<doc>'::json)", "jsonb_build_object('k', '<doc>'::json, 'j', '<doc>'::jsonb)", "json_build_array('<doc>'::json, '<doc>'::jsonb, null)", "row_to_json(row('<doc>'::jsonb, 1.50, null))", "json_object('{a,<scalar>}')", "jsonb_object('{{a,1},{b,NULL}}')", "json_object('{a,b}', '{1,NULL}')",
		"'<bad>'::json", "'<bad>'::jsonb", "'[<bad>]'::jsonb", "('<bad>'::text)::json", "jsonb_array_elements('<bad>')", "x from jsonb_to_record('<doc>') as x(a int, b text)", "x.* from json_to_record('<doc>') as x(a text, b jsonb, c int[])", "x.* from jsonb_to_recordset('<doc>') as x(a text, b int)", "x.* from json_to_recordset('<doc>') as x(a jsonb)",
		"'<doc>'::jsonb @? '<path>'", "'<doc>'::jsonb @@ '<path>'", "sign(jsonb_cmp('<doc>', '<doc>'))", "'<doc>'::json <arrow> <skey> <arrow> <skey>"},
})

// jsonStatement asks documents of paths, or changes and takes them apart.
func jsonStatement(r *rand.Rand) string {
	g := jsonGrammar
	switch r.IntN(5) {
	case 0, 1:
		path, doc := constant(g.text(r, "path", 4)), constant(g.text(r, "doc", 2))
		return "select " + g.text(r, "fn", 0) + "(" + doc + ", " + path + ", " + constant(g.text(r, "vars", 1)) + ", " + g.text(r, "silent", 0) + ")"
	case 2:
		return "select " + constant(g.text(r, "path", 5)) + "::jsonpath"
	}
	return "select " + g.text(r, "call", 3)
}
