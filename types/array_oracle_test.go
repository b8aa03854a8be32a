package types_test

// Arrays' texts are read as those of other types are.
func init() {
	inputs = append(inputs, arrayInputs...)
}

var arrayInputs = []struct {
	as       string
	sessions []session
	texts    []string
}{
	{as: "integer[]", texts: []string{"{}", " { } ", "{1}", "{1,2,3}", "{ 1 , NULL , 3 }", "{{1,2},{3,4}}", "{{{1}},{{2}}}", "{{{{{{1}}}}}}", "{{{{{{{1}}}}}}}", "[0:2]={1,2,3}", "[-3:-1]={1,2,3}", "[2]={1,2}",
		"[0:1][5:6]={{1,2},{3,4}}", " [0:0] = {7}", "[1:2]={1}", "[2:1]={1}", "[1:0]={}", "[0:2]", "[0:2={1}", "[]={1}", "[:2]={1,2}", "[1:]={1}", "[1:1]={{1}}", "[1:1]=1", "[1:1] {1}", "{1,2", "{1,2}}", "{1,,2}", "{,1}", "{1,}", "{1 2}", "{a}", "", "x", "1,2", "{\"1\",\"2\"}", "{\"\"}",
		"{{1},{2,3}}", "{{1},2}", "{1,{2}}", "{{}}", "{{},{}}", "{{1},{}}", "{null}", "{Null,NULL}", "{\\1}", "{99999999999}", "[2147483646:2147483647]={1,2}", "[2147483647:2147483647]={1}", "[1:3]={1,2,3} x", "{1}x"}},
	{as: "text[]", texts: []string{"{}", "{a}", "{a b , c}", "{ a }", `{"a,b","c}d"}`, `{"a\"b","c\\d"}`, `{a\,b}`, `{"NULL",NULL,null,nulL}`, `{""}`, "{é,\"\t\"}", "{\"a\nb\"}", `{"a"b}`, `{a"b"}`, `{"a`, `{\`, `{a\`, "[3:4]={x,y}", `{{a,b},{"c d",NULL}}`, `{"{a}"}`, `{\null}`, `{'a'}`, "{a{b}", "{a}b}", "{(a)}"}},
	{as: "boolean[]", texts: []string{"{t,f,NULL,yes}", "{x}"}},
	{as: "bigint[]", texts: []string{"{9223372036854775807,-1}", "{9223372036854775808}"}},
	{as: "numeric(4,1)[]", texts: []string{"{1.25,NaN,-0.04}", "{1234.5}"}},
	{as: "double precision[]", texts: []string{"{1.5,NaN,-Infinity,1e300}"}},
	{as: "date[]", texts: []string{"{2020-01-02,infinity}"}},
	{as: "timestamp with time zone[]", texts: []string{`{2020-07-01 12:00+00,"2020-01-01 00:00:00-05"}`}},
	{as: "timestamp(0)[]", texts: []string{`{2020-07-01 12:00:00.6}`}},
	{as: "interval[]", texts: []string{`{1 day,"2 mons 3:04:05"}`}},
	{as: "jsonb[]", texts: []string{`{"{\"a\": [1, 2]}","null",NULL}`, "{{}"}},
	{as: "json[]", texts: []string{`{"{\"a\": [1, 2]}"}`}},
	{as: "uuid[]", texts: []string{`{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}`}},
	{as: "bytea[]", texts: []string{`{"\\x00ff",abc}`}},
	{as: "name[]", texts: []string{"{a,pg_class}"}},
	{as: "oid[]", texts: []string{"{1,4294967295}"}},
	{as: "int2vector", texts: []string{"", "1", "1 2 3", " 1  2 ", "1,2", "70000", "a", "-1 0"}},
	{as: "oidvector", texts: []string{"", "23", "23 25", "4294967295", "x"}},
	{as: "int2vector[]", texts: []string{`{"1 2","3"}`}},
}
