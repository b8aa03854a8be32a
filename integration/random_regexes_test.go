package integration

import "math/rand/v2"

// regexGrammar makes regular expressions, LIKE's and SIMILAR TO's patterns, and the texts that they are asked of.
var regexGrammar = newGrammar(map[string][]string{
	"letter":     {"a", "b", "c", "x", "A", "B", "é", "1", "_", " "},
	"re":         {"<branch>", "<branch>", "<branch>|<branch>", "<embedded><branch>", "^<branch>$", "<branch>|", "***=<branch>", "***:<branch>", "<director><branch>"},
	"director":   {"(?i)", "(?x)", "(?n)", "(?c)", "(?q)", "(?e)", "(?b)"},
	"embedded":   {"(?i)", "(?n)", "(?p)", "(?w)", "(?s)", "(?m)", "(?in)", "(?t)", "(?x) "},
	"branch":     {"<piece>", "<piece><piece>", "<piece><piece>", "<piece><piece><piece>", "<piece><piece><piece><piece>", ""},
	"piece":      {"<atom>", "<atom>", "<atom><quantifier>", "<atom><quantifier>", "<constraint>", "<atom><quantifier>"},
	"quantifier": {"*", "+", "?", "*?", "+?", "??", "{2}", "{1,}", "{0,2}", "{1,2}?", "{,2}", "{2,1}", "{0}", "{1,}?", "{2}?", "{3,3}", "**", "{256}", "{a}", "{1"},
	"atom":       {"<letter>", "<letter>", "<letter><letter>", "(<inner>)", "(?:<inner>)", "[<set>]", "[^<set>]", ".", "<escape>", "\\1", "(<letter>|<letter><letter>)", "([<set>]<quantifier>)", "<posix>", "(", ")", "[a", "\\"},
	"inner":      {"<branch>", "<branch>|<branch>", "<piece>|<piece>|<piece>", ""},
	"set":        {"a-c", "abc", "<letter>", "<letter><letter>", "]a", "a-", "-a", "[:alpha:]", "[:digit:]x", "[:space:]", "[:upper:]", "[:foo:]", "\\d", "\\w_", "[.a.]", "[=a=]", "c-a", "^a", "\\]", "\\s", "a\\-c", "[:alnum:]_", "[.hyphen.]", "[.x", "é-ü", "\\n"},
	"posix":      {"[[:alpha:]]", "[[:digit:]]", "[[:<:]]", "[[:>:]]", "[[:punct:]]"},
	"constraint": {"^", "$", "\\m", "\\M", "\\y", "\\Y", "\\A", "\\Z", "(?=<inner>)", "(?!<inner>)", "(?<=<inner>)", "(?<!<inner>)"},
	"escape":     {"\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "\\.", "\\n", "\\t", "\\x41", "\\u00e9", "\\101", "\\e", "\\cA", "\\2", "\\0", "\\q", "\\U00000061", "\\x", "\\B", "\\a"},
	"textchar":   {"a", "a", "b", "b", "c", "x", "A", "B", "é", "1", "_", " ", "\n", ".", "ab", "abc", "aa", "bb"},
	"text":       {"<textchar><textchar><textchar>", "<textchar><textchar><textchar><textchar><textchar><textchar><textchar>", "", "<textchar>", "<text><text>"},
	"flag":       {"i", "g", "n", "x", "q", "e", "b", "p", "w", "s", "c", "m", "t", "z"},
	"flags":      {"", "g", "i", "gi", "n", "<flag>", "<flag><flag>", "g<flag>"},
	"likechar":   {"a", "b", "%", "_", "\\%", "\\_", "\\\\", "é", "A", "x", "#", "1", " "},
	"like":       {"<likechar><likechar>", "<likechar><likechar><likechar><likechar>", "%<likechar>%", "<likechar>%", "%", "", "<likechar>\\", "%<likechar>_%<likechar>"},
	"escapechar": {"#", "\\", "", "ab", "é", "%", "a"},
	"similar":    {"<simpiece><simpiece>", "<simpiece><simpiece><simpiece>", "%<simpiece>%", "(<similar>|<simpiece>)", "<simpiece>", ""},
	"simpiece":   {"a", "b", "_", "%", "[a-c]", "[^x]", "(a|b)", "(ab)*", "a+", "b?", "a{2}", "_{1,2}", "[[:alpha:]]", "\\%", "^", "$", ".", "#a", "|", "(", "*", "\\d", "\\"},
	"replace":    {"", "<$0>", "[\\&]", "[\\1]", "\\2\\1", "\\\\", "x\\", "\\0", "-", "\\9", "<\\1|\\2>", "é\\&\\&"},
	"n":          {"1", "2", "3", "0", "-1", "100"},
	"small":      {"1", "1", "1", "2", "3", "0"},
})

// regexStatement asks a text of a pattern in one of the ways there are.
func regexStatement(r *rand.Rand) string {
	g := regexGrammar
	make := func(symbol string) string { return constant(g.text(r, symbol, 4)) }
	text, re, flags, n, small := make("text"), make("re"), make("flags"), g.text(r, "n", 0), g.text(r, "small", 0)
	switch r.IntN(22) {
	case 0, 1:
		return "select regexp_match(" + text + ", " + re + ", " + flags + ")"
	case 2, 3:
		return "select regexp_matches(" + text + ", " + re + ", " + flags + ")"
	case 4, 5:
		return "select regexp_replace(" + text + ", " + re + ", " + make("replace") + ", " + flags + ")"
	case 6:
		return "select regexp_replace(" + text + ", " + re + ", " + make("replace") + ", " + small + ", " + n + ", " + flags + ")"
	case 7:
		return "select regexp_split_to_array(" + text + ", " + re + ", " + flags + ")"
	case 8:
		return "select regexp_split_to_table(" + text + ", " + re + ", " + flags + ")"
	case 9:
		return "select regexp_count(" + text + ", " + re + ", " + small + ", " + flags + ")"
	case 10:
		return "select regexp_instr(" + text + ", " + re + ", " + small + ", " + n + ", " + g.text(r, "small", 0) + ", " + flags + ", " + small + ")"
	case 11:
		return "select regexp_substr(" + text + ", " + re + ", " + small + ", " + n + ", " + flags + ", " + g.text(r, "small", 0) + ")"
	case 12:
		return "select regexp_like(" + text + ", " + re + ", " + flags + ")"
	case 13:
		return "select " + text + " " + []string{"~", "~*", "!~", "!~*"}[r.IntN(4)] + " " + re
	case 14, 15:
		return "select substring(" + text + " from " + re + ")"
	case 16, 17:
		return "select " + text + " " + []string{"like", "ilike", "not like", "not ilike"}[r.IntN(4)] + " " + make("like")
	case 18:
		return "select " + text + " like " + make("like") + " escape " + make("escapechar")
	case 19:
		return "select " + text + " similar to " + make("similar")
	case 20:
		return "select " + text + " similar to " + make("similar") + " escape " + make("escapechar")
	}
	return "select substring(" + text + " similar " + constant(g.text(r, "simpiece", 0)+"#\""+g.text(r, "similar", 1)+"#\""+g.text(r, "simpiece", 0)) + " escape '#')"
}
