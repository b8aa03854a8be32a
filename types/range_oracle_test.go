package types_test

// The texts of ranges, and of several ranges, are read as those of other types are.
func init() {
	for _, as := range []string{"int4range", "int8range"} {
		inputs = append(inputs, inputsOf(as, nil, append(rangeTexts, "[1,2147483647]", "[9223372036854775807,)", "(,9223372036854775807]", "(9223372036854775807,)", "(2147483647,)", "(-2147483648,5)")))
	}
	inputs = append(inputs,
		inputsOf("numrange", nil, append(rangeTexts, "[1.50,1.5]", "[1.50,1.5)", "(1.0,1.00)", "[NaN,NaN]", "[NaN,1]", "[-Infinity,Infinity]", "[1.1,2.20]")),
		inputsOf("daterange", dateSessions, []string{"[2024-01-01,2024-02-01)", "[2024-01-01,2024-01-31]", "(2024-01-01,2024-01-02)", "(2024-01-01,2024-01-03)", "[-infinity,infinity]", "(-infinity,infinity)",
			"[infinity,infinity]", "(,5874897-12-31]", "[01/02/2024,03/04/2024]", "[\"January 8, 1999\",)", "[2024-01-01 , 2024-02-01 ]", "(0044-03-15 BC,)"}),
		inputsOf("tsrange", nil, timeRangeTexts), inputsOf("tstzrange", dateSessions, timeRangeTexts),
		inputsOf("int4multirange", nil, multirangeTexts), inputsOf("int8multirange", nil, multirangeTexts), inputsOf("nummultirange", nil, append(multirangeTexts, "{[1.5,2),(2,3)}", "{[1.5,2),[2,3)}")),
		inputsOf("datemultirange", nil, []string{"{[2024-01-01,2024-01-31],[2024-02-01,2024-02-02]}", "{}"}),
		inputsOf("tsmultirange", nil, []string{`{["2024-01-01 00:00:00","2024-02-01"),[2024-03-01,]}`, "{}"}),
		inputsOf("tstzmultirange", dateSessions, []string{`{["2024-01-01 00:00:00+02","2024-02-01 00:00Z"),[2024-02-01,]}`, "{}"}),
		inputsOf("int4range[]", nil, []string{`{"[1,3)",empty,NULL}`, "{[1,3)}", `{"[1,3"}`}),
		inputsOf("tstzmultirange[]", nil, []string{`{"{[2024-01-01,2024-02-01)}",NULL,"{}"}`}))
}

func inputsOf(as string, sessions []session, texts []string) (in struct {
	as       string
	sessions []session
	texts    []string
}) {
	in.as, in.sessions, in.texts = as, sessions, texts
	return in
}

var rangeTexts = []string{"empty", " EMPTY ", "emptyx", "empty x", "empt", "[1,5)", "[1,5]", "(1,5]", "(1,5)", "(1,2)", "[1,1]", "[1,1)", "(1,1]", "(1,1)", "[5,1]", "(5,1)", "(,)", "[,]", "[1,)", "(,5]", "[,5)", " [ 1 , 5 ) ", "[1,5) x", "[1 5)",
	"[1,5,6)", "[1,5", "[1", "[", "", " ", "1,5)", "{1,5}", "[a,5)", "[1,b)", `["1","5")`, `["1,5)`, `[\1,5)`, `[1\`, `["",5)`, `["1""",5)`, "[ ,5)", "[1,5)]", "[99999999999999999999,)", "[0,-1)", "[-5,-3)"}

var timeRangeTexts = []string{"[2024-01-01,2024-02-01)", `["2024-01-01 10:00:00","2024-01-01 10:00:00.000001"]`, `("2024-01-01 10:00","2024-01-01 10:00"]`, "[infinity,)", "[-infinity,infinity]", "[,2024-01-01]", `[2024-01-01 10:00, "2024-07-01 10:00:00+02" )`,
	"[2024-02-01,2024-01-01)", "[2024-13-01,)", "[now,epoch]", `["",)`, "[2024-01-01T10:20:30Z,2024-01-01 11:20:30.5]"}

var multirangeTexts = []string{"{}", " { } ", "{[1,3)}", "{[1,3),[5,8)}", "{[5,8),[1,3)}", "{[1,3),[3,8)}", "{[1,3),(3,8)}", "{[1,5],[2,3]}", "{empty}", "{empty,[1,2),EMPTY}", "{(,)}", "{(,3),[7,)}", "{[1,3) , [5,8) } ", "{[1,3),}", "{,[1,3)}",
	"{[1,3) [5,8)}", "{[1,3}", "{[1,3)", "{", "", " ", "[1,3)", "{[1,3)} x", "{1}", "{[3,1]}", "{[a,b)}", `{["1","3")}`, `{["1)",3)}`, `{[\1,3)}`, "{[1,3)}}", "{[,],[1,2)}", "{e}", "{emptyx}", "{{[1,2)}}"}
