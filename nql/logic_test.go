package nql

import (
	"testing"

	"github.com/flare-pg/flare-pg/event"
)

// stored is doc as an event is stored.
func stored(t testing.TB, doc string) []byte {
	t.Helper()
	now := int64(0)
	d, _, err := event.NewDecoder(event.Options{Now: &now}).Decode(nil, []byte(doc), nil)
	if err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return d
}

// ask gives what a predicate is of a document: "true", "false" or "null".
func ask(t *testing.T, doc, text string, params ...Value) string {
	t.Helper()
	e, err := ParseExpr(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	p, err := Compile(&Query{Select: []Item{{Expr: e}}, Limit: -1}, params)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	row, _, err := p.Row(&Event{Document: stored(t, doc)})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return string(AppendJSON(nil, row[0]))
}

// The truth tables of SQL, with the operands as constants (folded) and as properties (evaluated), null and missing alike.
func TestLogicIsThreeValuedAsInSQL(t *testing.T) {
	const T, F, N = "true", "false", "null"
	doc := `{"yes":true,"no":false,"nil":null}`
	spellings := map[string][]string{T: {"true", "yes", "1 = 1", "no is not null"}, F: {"false", "no", "yes is null"}, N: {"null", "nil", "missing", "nil = 1", "undefined"}}
	for _, row := range []struct{ a, b, and, or string }{
		{T, T, T, T}, {T, F, F, T}, {T, N, N, T}, {F, T, F, T}, {F, F, F, F}, {F, N, F, N}, {N, T, N, T}, {N, F, F, N}, {N, N, N, N},
	} {
		for _, a := range spellings[row.a] {
			for _, b := range spellings[row.b] {
				if got := ask(t, doc, "("+a+") and ("+b+")"); got != row.and {
					t.Errorf("%s and %s = %s, want %s", a, b, got, row.and)
				}
				if got := ask(t, doc, "("+a+") or ("+b+")"); got != row.or {
					t.Errorf("%s or %s = %s, want %s", a, b, got, row.or)
				}
			}
		}
	}
	for a, want := range map[string]string{T: F, F: T, N: N} {
		for _, x := range spellings[a] {
			if got := ask(t, doc, "not ("+x+")"); got != want {
				t.Errorf("not %s = %s, want %s", x, got, want)
			}
		}
	}
}

func TestComparisonsLikeInBetweenAndWildcards(t *testing.T) {
	doc := `{"@t":"2020-01-01T00:00:00Z","@mt":"x","i":5,"f":5.0,"e":50e-1,"big":9007199254740993,"s":"Grüße","n":null,"b":true,
		"d":0.1,"esc":"a\"b","tags":["x","y"],"empty":[],"Items":[{"Sku":"A-1","Price":3},{"Sku":"B-1"}],"deep":[[1,2],[3]],"neg":-0.0,"digits":"007"}`
	test := func(text, want string, params ...Value) {
		t.Helper()
		if got := ask(t, doc, text, params...); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	for _, x := range []string{"i", "f", "e", "5", "5.0", "$1", "float(i)", "number(e)", "integer(f)"} {
		for _, y := range []string{"i", "f", "e", "5", "5.0", "$2", "float(e)"} {
			test(x+" = "+y, "true", NumberValue("5.00"), FloatValue(5))
			test(x+" < "+y, "false", NumberValue("5.00"), FloatValue(5))
		}
	}
	test("big = 9007199254740993", "true")
	test("big = 9007199254740992", "false")
	test("big > 9007199254740992.5", "true")
	test("float(big) = 9007199254740992", "true") // the conversion rounds
	test("d = 0.1", "true")
	test("d = 0.1000000000000000055511151231257827", "false")
	test("neg = 0", "true")
	test("i < $1", "true", NumberValue("NaN")) // NaN is the greatest number, as in PostgreSQL
	test("i < $1", "true", NumberValue("Infinity"))
	test("i > $1", "true", NumberValue("-Infinity"))
	test("$1 = $2", "true", NumberValue("NaN"), NumberValue("NaN"))

	test("i = '5'", "null") // different kinds
	test("text(i) = '5'", "true")
	test("text(f) = '5.0'", "true")
	test("integer(digits) = 7", "null")
	test("s <> 5", "null")
	test("not (s <> 5)", "null")
	test("b > false", "true")
	test("tags = tags", "null")
	test("n = n", "null")
	test("missing is null", "true")
	test("n is null", "true")
	test("n is not null", "false")
	test("has(n)", "true")
	test("has(missing)", "false")
	test("has(Items[0].Price)", "true")
	test("has(Items[1].Price)", "false")

	test("s like 'Gr__e'", "true")
	test("s like 'gr%' ci", "true")
	test("s like 'GRÜSSE' ci", "false") // one to one: ß stays
	test("s = 'GRÜßE' ci", "true")
	test("s not like '%x%'", "true")
	test("s like null", "null")
	test("i like '5'", "null")
	test("esc = 'a\"b'", "true")
	test(`esc like 'a\"%'`, "true")
	test(`'100%' like '100\%'`, "true")
	test(`'100x' like '100\%'`, "false")
	test("'' like '%'", "true")
	test("'' like '_'", "false")

	test("i in [1, 5]", "true")
	test("i in [1, null]", "null")
	test("i not in [1, 2]", "true")
	test("i in []", "false")
	test("s in ['a', 'b', 'c', 'Grüße']", "true")
	test("s in ['a', 'b', 'c', 'd']", "false")
	test("i in ['a', 'b', 'c', 'd']", "null")
	test("s in ['a', 'b', 'c', 5]", "null")
	test("s in ['GRÜßE'] ci", "true")
	test("i between 5 and 5", "true")
	test("i between 6 and null", "false")
	test("i between 5 and null", "null")
	test("i not between 1 and 4", "true")

	test("tags[?] = 'y'", "true")
	test("tags[*] = 'y'", "false")
	test("not (tags[?] = 'z')", "true")
	test("empty[?] = 1", "false")
	test("empty[*] = 1", "true")
	test("missing[?] = 1", "null")
	test("s[?] = 1", "null")
	test("Items[?].Sku like 'A-%'", "true")
	test("Items[*].Sku like '%-1'", "true")
	test("Items[*].Price = 3", "null") // one of them has none
	test("Items[?].Price = 4", "null")
	test("Items[?].Price is null", "true")
	test("deep[?][?] = 3", "true")
	test("deep[*][?] = 3", "false")
	test("deep[?][*] = 3", "true")
	test("tags[?] in ['q', 'x']", "true")
	test("length(tags) = 2 and length(s) = 5", "true")
	test("@l = 'Information'", "true")

	test("i + 1 = 6", "true")
	test("i / 2", "2.5")
	test("f / 5", "1")
	test("i / 0", "null")
	test("i % 0", "null")
	test("9223372036854775807 + 1", "9223372036854776000") // a float
	test("1 + 's'", "null")
	test("-i", "-5")
	test("DateTime('2020-01-01T01:00:00Z') - DateTime('2020-01-01')", `"1h"`)
	test("DateTime('2020-01-01') + 1d = DateTime('2020-01-02')", "true")
	test("coalesce(missing, n, s)", `"Grüße"`)
	test("upper(s)", `"GRÜßE"`)
	test("startswith(s, 'Gr') and endswith(s, 'ße') and contains(s, 'üß')", "true")
	test("contains(i, '5')", "null")
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	test := func(text, want string) {
		t.Helper()
		e, err := ParseExpr(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if _, err = CompileRows(e, nil, nil); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	test(`a like 'x\'`, "nql: LIKE pattern must not end with escape character")
	test("a = $1", "nql: there is no value for parameter $1")
	test("@l.x = 1", "nql: @l has no parts: @l.x")
	test("a[?] = [b[?]]", "")
	test("some(a, x => [x[?]] in b)", "")
	// What no text says, but an AST may.
	built := func(e Expr, want string) {
		t.Helper()
		if _, err := CompileRows(e, nil, nil); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", Print(e), err, want)
		}
	}
	a, lambda := PropertyPath("a"), &Lambda{"x", &Local{"x"}}
	at, text, noTime := &Path{Root: Timestamp}, &Literal{StringValue("2020-01-01")}, "nql: @t can't be compared with a string; write DateTime('…')"
	built(&Binary{Op: Gt, L: at, R: text}, noTime)
	built(&Binary{Op: Lt, L: text, R: at}, noTime)
	built(&Between{X: at, Low: &Literal{InstantValue(0)}, High: text}, noTime)
	built(&In{X: at, List: []Expr{text}}, noTime)
	built(&Call{"soundex", []Expr{a}}, "nql: found soundex, which is no function")
	built(&Call{"length", []Expr{a, a}}, "nql: found length with 2, expected 1 argument")
	built(&Call{"has", nil}, "nql: found has with 0, expected 1 argument")
	built(&Call{"some", []Expr{a, a}}, "nql: found no lambda, expected one as argument 2 of some: x => x > 5")
	built(&Call{"some", []Expr{lambda, lambda}}, "nql: found a lambda, expected a value as argument 1 of some")
	built(lambda, "nql: a lambda is an argument of some, every, map or filter, and no value: x => x")
	built(&Spread{a}, "nql: .. stands among the items of an array or the members of an object only: ..a")
	built(&Local{"x"}, "nql: no lambda around has the parameter x")
	built(&Access{X: &Local{"y"}, Steps: []Step{{Kind: AnyOf}}}, "nql: no lambda around has the parameter y")
	built(&Regex{X: a, Pattern: "("}, "nql: error parsing regexp: missing closing ): `(`")
	if _, err := CompileRows(&Binary{L: PropertyPath("a"), R: PropertyPath("b")}, nil, nil); err == nil {
		t.Error("an operator 0 is compiled")
	}
	if _, err := CompileRows(&Path{}, nil, nil); err == nil {
		t.Error("a path without steps is compiled")
	}
	if _, err := Compile(&Query{Select: []Item{{Expr: &Path{Steps: []Step{{Name: "a"}, {Kind: AnyOf}}}}}}, nil); err == nil {
		t.Error("a wildcard in a select list is compiled")
	}
	var deep Expr = &Literal{BooleanValue(true)}
	for range 100_000 {
		deep = &Unary{Op: Not, X: deep}
	}
	if _, err := CompileRows(deep, nil, nil); err != errTooDeep {
		t.Errorf("100,000 nots: %v", err)
	}
}
