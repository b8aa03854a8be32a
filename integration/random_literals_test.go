package integration

import (
	"math/rand/v2"
	"strings"
)

// literalGrammar makes what the types' input functions read.
var literalGrammar = newGrammar(numberLiterals, timeLiterals, intervalLiterals, otherLiterals)

var numberLiterals = map[string][]string{
	"sp":      {"", "", "", " ", "  ", "\t", "\n"},
	"sign":    {"", "", "", "-", "+"},
	"d":       {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
	"ds":      {"<d>", "<d><d>", "<d><d><d>", "<d><d><d><d><d>", "0", "00<d>", "<d><ds>"},
	"exp":     {"", "", "", "e<sign><d>", "E<sign><d><d>", "e<sign><d><d><d>", "e", "e+"},
	"int":     {"<sp><sign><ds><sp>", "<sign><ds>", "<sign>32767", "-32768", "32768", "<sign>2147483647", "-2147483648", "2147483648", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "<d>_<d>", "0x<d>f", "0o17", "0b101", "<ds>.0", ""},
	"num":     {"<sp><sign><ds><exp><sp>", "<sign><ds>.<ds><exp>", "<sign>.<ds><exp>", "<sign><ds>.<exp>", "<sp><sign><special><sp>", "<sign><ds><ds><ds>.<ds><ds><ds>", ".", "1_000", "0x1p3", "<sign>0.<ds><exp>", "<sign>0.0000<ds>", "1e<sign>40", "1e308", "1.8e308", "1e-323", "1e-400", "3.5e38", "1e-45", "1e-46"},
	"special": {"NaN", "nan", "Infinity", "inf", "INF", "infinit", "infinite", "-inf"},
	"bool":    {"t", "f", "true", "false", "yes", "no", "on", "off", "1", "0", "TRUE", " tr ", "fal", "y", "n", "o", "of", "offf", "trues", "2", ""},
	"oid":     {"<int>", "4294967295", "4294967296", "-1", "-2147483648", "-2147483649", "0x10", "010"},
}

var timeLiterals = map[string][]string{
	"year":    {"<1900..2099>", "<0..9>", "<00..99>", "<100..999>", "0<100..999>", "<1..9999>", "<10000..290000>", "0000", "4713", "4714", "5874897", "5874898", "294277"},
	"month":   {"<1..12>", "<01..12>", "<01..12>", "<0..13>"},
	"day":     {"<1..28>", "<01..31>", "<01..31>", "<0..32>"},
	"mname":   {"jan", "Feb", "MARCH", "apr", "may", "June", "jul", "aug", "sept", "Sep", "October", "nov", "dec", "Janu", "decem"},
	"dow":     {"Mon", "tuesday", "tues", "wed", "weds", "thu", "thur", "thurs", "Friday", "sat", "SUNDAY"},
	"dsep":    {"-", "-", "/", ".", " "},
	"era":     {"", "", "", "", " BC", " AD", " bc", "bc"},
	"date":    {"<year>-<month>-<day><era>", "<1990..2030>-<01..12>-<01..28>", "<month><dsep><day><dsep><year><era>", "<day><dsep><month><dsep><year>", "<day><dsep><mname><dsep><year><era>", "<mname><dsep><day><dsep><year>", "<mname> <day>, <year><era>", "<year><dsep><mname><dsep><day>", "<day> <mname> <year>", "<dow> <mname> <day> <year>", "<dow>, <day> <mname> <year>", "<year>.<001..366>", "<year><001..366>", "<1900..2099><01..12><01..31>", "<00..99><01..12><01..31>", "J<0..5373484>", "j2451187", "y<year>m<month>d<day>", "<mname><day> <year>", "<mname>-<day>", "<day> <mname>", "<year>-<month>", "<year> <mname>", "<mname>", "epoch", "infinity", "-infinity", "+infinity", "today", "tomorrow", "yesterday", "<dow>", "Y<year> M<month> D<day>", "<d><d><d><d><d><d><d>", "<month>-<day>"},
	"frac":    {"", "", "", ".<d>", ".<d><d><d>", ".<d><d><d><d><d><d>", ".<d><d><d><d><d><d><d><d>", ".999999<d>", ".", ","},
	"clock":   {"<00..23>:<00..59>", "<00..23>:<00..59>:<00..59><frac>", "<0..25>:<0..60>:<0..61><frac>", "<00..23><00..59><00..59><frac>", "<00..23><00..59>", "<1..12>:<00..59> <ampm>", "<0..13>:<00..59>:<00..59><frac><ampm>", "<1..12> <ampm>", "<1..12><ampm>", "24:00", "24:00:00", "24:00:01", "23:59:60", "23:59:59.9999999", "00:00:00", "allballs", "t<00..23><00..59><00..59>", "<00..59>:<00..59>.<d>", "T<00..23>:<00..59>", "<00..23>h<00..59>mm", "<00..23>:<00..59>:"},
	"ampm":    {"am", "PM", "a", "a.m.", "pm", "p"},
	"zone":    {"Z", "z", "zulu", "+<0..15>", "-<00..12>", "+<00..15>:<00..59>", "-<00..12><00..59>", "+<00..15>:<00..59>:<00..59>", " +<0..16>", "+<0..18>:<0..70>", " UTC", " GMT", "PST", " PDT", " cet", " CEST", " EST", "EST5EDT", " Europe/Berlin", " America/New_York", " america/new_york", " Asia/Kolkata", " UTC+3", " GMT-2", " <ABC>+5", " FOO+5:30", " Nowhere/City", " msk", " IST", " LMT", " utc", " PST DST", " EST+2", "+", "-", " Etc/GMT+5", " CET-1CEST,M3.5.0,M10.5.0/3", " FOO5BAR,M3.2.0,M11.1.0", " X+5", " MESZ", " NZDT"},
	"tsep":    {" ", " ", " ", "T", "t", "  ", "", ":", ",", " T"},
	"time":    {"<clock>", "<clock><zone>", "<date> <clock>", "<date> <clock><zone>", "<sp><clock><sp>", "<clock> <date>", "now"},
	"stamp":   {"<date><tsep><clock>", "<date><tsep><clock><zone>", "<1990..2030>-<01..12>-<01..28> <00..23>:<00..59>:<00..59><frac><zone>", "<date>", "<sp><date> <clock><zone><sp>", "<clock> <date>", "<clock><zone> <date>", "<date><zone>", "<dow> <mname> <day> <clock> <year>", "<dow> <mname> <day> <clock> <year><zone>", "<dow> <mname> <day> <clock><zone> <year>", "<1900..2099><01..12><01..31>T<00..23><00..59><00..59><zone>", "<date> <clock><era>", "<date> <clock><zone><era>", "<clock>"},
	"timetxt": {"<time>"},
}

var intervalLiterals = map[string][]string{
	"unit":     {"us", "usec", "microsecond", "microseconds", "ms", "msec", "milliseconds", "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minutes", "h", "hr", "hours", "d", "day", "days", "w", "week", "weeks", "mon", "mons", "month", "months", "y", "yr", "yrs", "year", "years", "dec", "decade", "decades", "c", "cent", "century", "centuries", "mil", "mils", "millennium", "millennia", "quarter", "qtr", "timezone", "fortnight", "HOUR", "Days"},
	"inumber":  {"<sign><0..99>", "<sign><0..9>", "<0..999>", "<sign><ds>", "<sign><0..99>.<d>", "<sign>.<d>", "<sign><d>.<d><d><d><d><d><d><d>", "<sign>2147483647", "<sign>2147483648", "<sign>9223372036854775807", "<sign>9223372036854775808", "<d>e<sign><d>", "1.", "<sign><ds><ds><ds>.<d>"},
	"part":     {"<inumber> <unit>", "<inumber><unit>", "<inumber> <unit>", "<unit> <inumber>", "<unit>"},
	"parts":    {"<part>", "<part> <part>", "<part> <part> <part>", "<part>, <part>"},
	"iclock":   {"<sign><0..99>:<00..59>", "<sign><00..23>:<00..59>:<00..59><frac>", "<0..61>:<0..61>:<0..61>", "<sign><00..59>:<00..59>.<d>", "<sign><100000..3000000000>:00", "<00..23>:<00..59>:<00..59>.<d>"},
	"isopart":  {"<inumber>Y", "<inumber>M", "<inumber>W", "<inumber>D"},
	"isoparts": {"", "<isopart>", "<inumber>Y<inumber>M", "<isopart><isopart>", "<inumber>Y<inumber>M<inumber>D"},
	"isotime":  {"", "T<inumber>H", "T<inumber>M<inumber>S", "T<inumber>S", "T<inumber>H<inumber>M<inumber>S", "T"},
	"interval": {"<parts>", "<parts> ago", "<sp><parts><sp>", "@ <parts>", "@ <parts> ago", "<iclock>", "<inumber> days <iclock>", "<inumber> <iclock>", "<sign><0..99>-<0..13>", "<sign><0..9>-<0..12> <sign><0..30> <iclock>", "<parts> <iclock>", "<parts> <iclock> ago", "<inumber>", "P<isoparts><isotime>", "P<0001..9999>-<00..13>-<00..31>T<00..23>:<00..59>:<00..59><frac>", "P<0001..9999>-<00..13>", "P<00010101..20201231>T<000000..235959>", "-P<isoparts>", "p<isoparts>", "infinity", "-infinity", "<parts>\n<part>", ""},
}

var otherLiterals = map[string][]string{
	"hex":     {"<d>", "a", "b", "c", "d", "e", "f", "A", "F"},
	"hexes":   {"", "<hex><hex>", "<hex><hex><hex><hex>", "<hex><hex><sp><hexes>", "<hex>", "<hex><hex><hexes>"},
	"esc":     {"", "a", "abc", "\\\\", "\\000", "\\377", "\\400", "\\1", "é", " ", "'", "\\x41", "\\"},
	"bytea":   {"\\x<hexes>", "\\x<hexes>", "\\X<hexes>", "<esc><esc><esc>", "x<hexes>", "\\x<sp><hexes>", "\\xg0"},
	"h4":      {"<hex><hex><hex><hex>"},
	"uuid":    {"<h4><h4>-<h4>-<h4>-<h4>-<h4><h4><h4>", "{<h4><h4>-<h4>-<h4>-<h4>-<h4><h4><h4>}", "<h4><h4><h4><h4><h4><h4><h4><h4>", "<h4>-<h4>-<h4>-<h4>-<h4>-<h4>-<h4>-<h4>", "<h4><h4>-<h4>", "{<h4><h4><h4><h4><h4><h4><h4><h4>", "<h4><h4><h4><h4>-<h4><h4><h4><h4>"},
	"bits":    {"", "0", "1", "01<bits>", "1<bits>", "0<bits>"},
	"bit":     {"<bits>", "b<bits>", "B<bits>", "x<hex><hex>", "X<hex>", "b<d>", "<d><d>", "xg", "<bits> "},
	"byte":    {"<0..255>", "<0..9>", "<0..300>", "0<d>"},
	"v6":      {"::", "::1", "<h4>::<h4>", "fe80::<hex>", "<h4>:<h4>:<h4>:<h4>:<h4>:<h4>:<h4>:<h4>", "::ffff:<byte>.<byte>.<byte>.<byte>", "<h4>:<h4>::", "2001:db8::<h4>:<h4>", "<h4>:<h4>", ":<h4>", "::<h4>::", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"},
	"inet":    {"<byte>.<byte>.<byte>.<byte>", "<byte>.<byte>.<byte>.<byte>/<0..33>", "<byte>.<byte>", "<byte>.<byte>.<byte>/<0..32>", "<byte>", "<byte>/<0..8>", "<v6>", "<v6>/<0..130>", "<byte>.<byte>.<byte>.<byte>.<byte>", "10/8", "10.1/16", "<byte>.<byte>.<byte>.0/24", " <byte>.<byte>.<byte>.<byte>", "<byte>.<byte>.<byte>.<byte>/", "0x<hex><hex>", "<byte>.0.0.0/8"},
	"hh":      {"<hex><hex>"},
	"mac":     {"<hh>:<hh>:<hh>:<hh>:<hh>:<hh>", "<hh>-<hh>-<hh>-<hh>-<hh>-<hh>", "<hh><hh><hh>:<hh><hh><hh>", "<hh><hh><hh>-<hh><hh><hh>", "<hh><hh>.<hh><hh>.<hh><hh>", "<hh><hh>-<hh><hh>-<hh><hh>", "<hh><hh><hh><hh><hh><hh>", "<hh>:<hh>:<hh>:<hh>:<hh>:<hh>:<hh>:<hh>", "<hh>-<hh>-<hh>-<hh>-<hh>-<hh>-<hh>-<hh>", "<hh><hh><hh>:<hh><hh><hh><hh><hh>", "<hh><hh>.<hh><hh>.<hh><hh>.<hh><hh>", "<hh><hh><hh><hh><hh><hh><hh><hh>", " <hh>:<hh>:<hh>:<hh>:<hh>:<hh> ", "<hex>:<hex>:<hex>:<hex>:<hex>:<hex>", "<hh>:<hh>:<hh>"},
	"word":    {"", "a", "abc", "NULL", "null", "a b", "é", "x,y", "{", "}", "\"", "\\", "1", "日本", " a ", "'"},
	"text":    {"<word>", "<word><word>", "<word> <word><word>"},
	"elem":    {"<sign><d>", "<ds>", "NULL", "null", "<sp><d><sp>", "\"<d>\"", "x"},
	"elems":   {"<elem>", "<elem>,<elem>", "<elem>,<elem>,<elem>", ""},
	"dims":    {"[<0..3>:<0..4>]", "[<0..3>]", "[-<0..3>:<0..3>]", "[<0..2>:<0..2>][1:2]", "[1:<1..3>]", "[2147483646:2147483647]", "[2:1]"},
	"intarr":  {"{<elems>}", "{<elem>,<elem>}", "<dims>={<elems>}", "{{<elem>,<elem>},{<elem>,<elem>}}", "{{<elems>},{<elems>}}", "{{<elem>},{<elem>}}", "<sp>{<sp><elems><sp>}<sp>", "<dims>={{<elem>,<elem>},{<elem>,<elem>}}", "<elems>", "{<elems>", "{{}}", "{{},{}}", "{<elem>,{<elem>}}", "{<elem>,}", "{,}", "<dims> = {<elems>}", "{{{<elem>}}}", "{}{}", "<dims><dims>={{<elem>}}"},
	"telem":   {"a", "abc", "\"a b\"", "NULL", "\"NULL\"", "\"\"", "\\\\", "\"\\\"\"", "\\n", "a b", " a ", "é", "'", "\"a\"b", "a\"b\"", "nu\\ll", "{", "\"{\"", "\"a\\\\b\"", "\"a,b\""},
	"telems":  {"<telem>", "<telem>,<telem>", "<telem>,<telem>,<telem>", ""},
	"textarr": {"{<telems>}", "{<telem>,<telem>}", "{{<telem>,<telem>},{<telem>,<telem>}}", "<dims>={<telems>}", "{{<telems>},{<telems>}}", " { <telem> , <telem> } ", "{<telem>"},
	"open":    {"[", "[", "("},
	"close":   {"]", ")", ")"},
	"irange":  {"<open><bound>,<bound><close>", "<open><d>,<d><d><close>", "<open>,<bound><close>", "<open><bound>,<close>", "(,)", "empty", "EMPTY", " empty ", "<sp><open><sp><bound><sp>,<bound><close><sp>", "[<bound>]", "<open><bound>,<bound>", "<bound>,<bound><close>", "<open>\"<bound>\",<bound><close>", "[<d>,<d>,<d>]", "empty1", "<open><d>,<d><close>x", "", "[2147483647,2147483647]", "[,]"},
	"bound":   {"<sign><d>", "<d><d>", "<ds>", "infinity", "", "\"<d>\"", "\\<d>", "x"},
	"nbound":  {"<sign><d>.<d>", "<d><d>", "<d>.<d>0", "-infinity", "infinity", "NaN", "", "1e2", "\"<d>\""},
	"nrange":  {"<open><nbound>,<nbound><close>", "<open><d>,<d><d>.0<close>", "empty", "<open><nbound>, <nbound><close>"},
	"dbound":  {"<1990..2030>-<01..12>-<01..28>", "<date>", "", "infinity", "-infinity", "\"<date>\""},
	"drange":  {"<open><dbound>,<dbound><close>", "<open><2000..2010>-01-01,<2010..2020>-02-03<close>", "empty"},
	"sbound":  {"<1990..2030>-<01..12>-<01..28> <00..23>:00", "\"<1990..2030>-<01..12>-<01..28> <00..23>:00:01.5+02\"", "", "infinity", "\"<stamp>\""},
	"srange":  {"<open><sbound>,<sbound><close>", "empty"},
	"multi":   {"{<irange>}", "{<irange>,<irange>}", "{<open><d>,<d><d><close>,<open><d>,<d><d><close>}", "{}", "{ <irange> , <irange> }", "{<irange>", "<irange>", "{,}", "{<irange>,}", "{[1,2)}x", "{{}}", "{empty,[1,2]}", "{\"[1,2]\"}"},
	"nmulti":  {"{<nrange>}", "{<nrange>,<nrange>}", "{}"},
	"char":    {"", "a", "ab", "é", "\\101", "\\377", "\\400", "\\", " "},
	"tid":     {"(<0..9>,<0..9>)", "(4294967295,65535)", "(4294967296,1)", "(1,65536)", "(-1,1)", " ( 1 , 2 ) ", "(1,2", "1,2", "(1,2)x"},
	"xid":     {"<int>", "4294967296", "0x10", "-1", "abc"},
}

// literalTypes are types and the symbol that makes their literals.
var literalTypes = []struct{ name, symbol string }{
	{"bool", "bool"}, {"int2", "int"}, {"int4", "int"}, {"int8", "int"}, {"oid", "oid"}, {"numeric", "num"}, {"numeric(5,2)", "num"}, {"numeric(3,0)", "num"}, {"numeric(2,5)", "num"}, {"numeric(4,-2)", "num"},
	{"float4", "num"}, {"float8", "num"}, {"int4", "num"}, {"date", "date"}, {"date", "stamp"}, {"time", "time"}, {"time(2)", "time"}, {"timetz", "time"}, {"timetz(0)", "time"}, {"timestamp", "stamp"}, {"timestamp(3)", "stamp"},
	{"timestamptz", "stamp"}, {"timestamptz(0)", "stamp"}, {"timestamptz", "stamp"}, {"timestamp", "stamp"}, {"date", "date"}, {"interval", "interval"}, {"interval", "interval"}, {"interval(1)", "interval"}, {"interval", "interval"},
	{"bytea", "bytea"}, {"uuid", "uuid"}, {"bit(3)", "bit"}, {"bit", "bit"}, {"varbit", "bit"}, {"varbit(4)", "bit"}, {"inet", "inet"}, {"cidr", "inet"}, {"inet", "inet"}, {"macaddr", "mac"}, {"macaddr8", "mac"},
	{"text", "text"}, {"varchar(3)", "text"}, {"char(3)", "text"}, {"name", "text"}, {"\"char\"", "char"}, {"int4[]", "intarr"}, {"int4[]", "intarr"}, {"text[]", "textarr"}, {"text[]", "textarr"}, {"numeric(4,1)[]", "intarr"}, {"varchar(2)[]", "textarr"},
	{"int4range", "irange"}, {"int8range", "irange"}, {"numrange", "nrange"}, {"daterange", "drange"}, {"tsrange", "srange"}, {"tstzrange", "srange"}, {"int4multirange", "multi"}, {"nummultirange", "nmulti"}, {"int4range[]", "textarr"}, {"xid", "xid"}, {"tid", "tid"},
}

// intervalFields are what an interval may be limited to.
var intervalFields = []string{"year", "month", "day", "hour", "minute", "second", "year to month", "day to hour", "day to minute", "day to second", "hour to minute", "hour to second", "minute to second", "second(2)", "day to second(0)"}

// literalStatement reads a literal of a type, mostly a well-formed one, sometimes another type's.
func literalStatement(r *rand.Rand) string { return readLiteral(r, false) }

// mutatedStatement reads a literal that was changed a little.
func mutatedStatement(r *rand.Rand) string { return readLiteral(r, true) }

func readLiteral(r *rand.Rand, mutated bool) string {
	t := literalTypes[r.IntN(len(literalTypes))]
	symbol := t.symbol
	if r.IntN(30) == 0 {
		symbol = literalTypes[r.IntN(len(literalTypes))].symbol
	}
	text := literalGrammar.text(r, symbol, 6)
	if mutated {
		text = mutate(r, text, "0123456789 +-.,:/TZez_{}[]()\"'\\xabé\t")
	}
	literal := constant(text)
	if strings.Contains(text, "now") { // which is the moment
		literal = "''"
	}
	name := t.name
	if name == "interval" && r.IntN(3) == 0 {
		fields := intervalFields[r.IntN(len(intervalFields))]
		if r.IntN(2) == 0 {
			return "select interval " + literal + " " + fields
		}
		name += " " + fields
	}
	switch r.IntN(6) {
	case 0:
		return "select " + literal + "::" + name + "::text"
	case 1: // read when the statement runs
		return "select (" + literal + "::text)::" + name
	}
	return "select " + literal + "::" + name
}

// literalSettings are those that reading and showing values depend on.
func literalSettings(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	return "set datestyle = '" + pick("ISO", "ISO", "SQL", "Postgres", "German") + ", " + pick("MDY", "DMY", "YMD") + "'; set intervalstyle = " + pick("postgres", "postgres", "sql_standard", "iso_8601", "postgres_verbose") +
		"; set timezone = '" + pick("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Monrovia", "-03:30", "EST5EDT", "Europe/London") +
		"'; set extra_float_digits = " + pick("1", "1", "0", "-3", "3", "-15") + "; set bytea_output = " + pick("hex", "hex", "escape")
}
