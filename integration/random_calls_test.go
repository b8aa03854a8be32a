package integration

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// callMaker makes SELECTs of one call of a function, operator, cast or aggregate of the registry, with samples of its types.
type callMaker struct{ *rand.Rand }

// samples are values of types, as they are written in a literal.
var samples = map[types.OID][]string{
	types.Bool:        {"true", "false"},
	types.Int2:        {"0", "1", "-1", "7", "32767", "-32768"},
	types.Int4:        {"0", "1", "-1", "2", "3", "7", "100", "2147483647", "-2147483648"},
	types.Int8:        {"0", "1", "-1", "2", "12", "100000", "9223372036854775807", "-9223372036854775808"},
	types.Numeric:     {"0", "1", "-1.50", "2.5", "0.001", "99.995", "1e20", "NaN", "Infinity", "-12345678901234567890.123"},
	types.Float4:      {"0", "1.5", "-2.25", "3e10", "1e-5", "NaN", "-Infinity"},
	types.Float8:      {"0", "-0", "0.5", "1", "-2.75", "100.125", "1e15", "1e-7", "1e100", "NaN", "Infinity"},
	types.Text:        {"", "a", "abc", "Hello World", " padded ", "Grüße", "a_b%c", "12", "3,5", "true", "2026/03/29", "{1,2}", "日本", "aXbXc", "^a.*c$", "(b+)", "O''Neil"},
	types.Varchar:     {"", "abc", "Hello"},
	types.BPChar:      {"", "abc", "ab  "},
	types.Name:        {"xyz", "pg_class"},
	types.Bytea:       {"", "abc", "\\x00ff10", "\\xdeadbeef"},
	types.Date:        {"2026-03-29", "2024-02-29", "1999-12-31", "0044-03-15 BC", "infinity"},
	types.Time:        {"00:00", "12:34:56.789", "23:59:59.999999", "24:00"},
	types.TimeTZ:      {"12:34:56+02", "00:00Z", "23:59:59.5-08:30"},
	types.Timestamp:   {"2026-03-29 01:30:00", "2024-02-29 23:59:59.999999", "1969-12-31 12:00", "-infinity", "4713-11-25 00:00 BC"},
	types.Timestamptz: {"2026-03-29 01:30:00+00", "2024-02-29 23:59:59.999999+05:30", "1969-12-31 12:00Z", "infinity"},
	types.Interval:    {"1 day", "02:30:00", "1 year 2 mons 3 days 04:05:06.7", "-3 days", "0", "1 mon -1 day"},
	types.UUID:        {"00000000-0000-0000-0000-000000000000", "123e4567-e89b-12d3-a456-426614174000"},
	types.JSON:        {`{"a": 1, "b":[1,2]}`, `[1, "two", null]`, `"x"`, `null`, `1.50`},
	types.JSONB:       {`{"a": 1, "b": [1, 2, {"c": null}]}`, `[1, "two", null]`, `"x"`, `null`, `1.50`, `{}`, `[]`},
	types.Inet:        {"10.1.2.3/8", "192.168.0.1", "::1/64", "fe80::1"},
	types.Cidr:        {"10.0.0.0/8", "192.168.1.0/24", "2001:db8::/32"},
	types.MacAddr:     {"08:00:2b:01:02:03", "ff:ff:ff:ff:ff:ff"},
	types.Bit:         {"1", "0"},
	types.VarBit:      {"", "101", "11110000"},
	types.Money:       {"0", "1", "-12.345", "$1,234.56", "92233720368547758.07", "-92233720368547758.08"},
	types.Tid:         {"(0,0)", "(0,1)", "(1,2)", "(4294967295,65535)"},
	types.PgLSN:       {"0/0", "0/1", "16/B374D848", "FFFFFFFF/FFFFFFFF"},
	types.XID8:        {"0", "3", "12", "1000"},
	types.Xid:         {"0", "3", "4294967295"},
	types.Cid:         {"0", "7"},
	types.OidVector:   {"", "23", "23 25 1009"},
	types.PgSnapshot:  {"1:1:", "10:20:12,14", "12:13:12"},

	types.Oid:       {"0", "1", "1259", "4294967295"},
	types.TextArray: {"{}", "{a,b,NULL}", "{{a,b},{c,d}}", `{"x y",""}`},

	types.Int4Range:      {"empty", "[1,5)", "(,3]", "[2,)", "(,)", "[5,9)", "[7,7]"},
	types.NumRange:       {"empty", "[1,5)", "(,2.5]", "(2.50,)", "[1.0,5.00]", "[5,9)", "[NaN,NaN]"},
	types.TSTZRange:      {"empty", "[2024-01-01,2024-02-01)", "(,infinity]", "[2024-01-15,2024-03-01]"},
	types.DateRange:      {"empty", "[2024-01-01,2024-02-01)", "(,2024-01-15]", "[infinity,)"},
	types.Int4Multirange: {"{}", "{[1,3),[5,8)}", "{(,2),[4,)}", "{[3,5)}", "{(,)}"},
	types.NumMultirange:  {"{}", "{[1,3),(5,8]}", "{(,2.5),(2.5,)}", "{[3,5)}"},
}

// rangeFamilies are ranges, several ranges and elements that go together.
var rangeFamilies = [][3]types.OID{{types.Int4Range, types.Int4Multirange, types.Int4}, {types.NumRange, types.NumMultirange, types.Numeric}}

// arrays are samples of arrays of numbers.
var arrays = []string{"{}", "{1,2,3}", "{NULL,1}", "{{1,2},{3,4}}", "[0:1]={5,6}", "{3,3,1}"}

// excluded are functions whose answers are about the server, the moment or chance.
var excluded = regexp.MustCompile(`^(pg_|has_|current_|session_user|inet_(client|server)|getpgusername|mxid_age|version|now|random|setseed|clock_|statement_timestamp|transaction_timestamp|timeofday|txid|getdatabase|` +
	`obj_description|col_description|shobj|set_config|row_security|format_type|nextval|currval|lastval|setval|gen_random|to_reg|reg|query_to|table_to|schema_to|database_to|cursor_to|` +
	`lo_|uuid_|icu_|unistr|array_(in|out|recv|send|subscript|larger|smaller)|.*(_in|_out|_recv|_send|typmodin|typmodout|_support|sel|joinsel|_transfn|_finalfn|_accum|_combine|_typanalyze)$|oidvector|int2vector|in_range|` +
	`mk_|aclitem|acl|make_acl|rm_|dsimple|has_|age$|record_|row_to|json_populate|jsonb_populate|json_to_record|jsonb_to_record|binary_upgrade|amvalidate|bt.*|timestamptz_sup|void|ts_|txt|xml|jsonpath|percentile|jsonb_path|.*cmp$|convert|make_interval|width_bucket|jsonb_set_lax|trim_array|make_timestamptz|timezone|right|to_(number|date|timestamp)|jsonb_delete)`)

// everyCall is a maker of a SELECT for each overload whose argument types have samples.
func everyCall() []func(*callMaker) string {
	var out []func(*callMaker) string
	foreign := types.OID(16384) // what PostgreSQL has lies below
	for _, f := range function.All() {
		if f.OID >= foreign || excluded.MatchString(f.Name) || f.Volatility == function.Volatile || f.Schema != "pg_catalog" || !sampled(f.Args) || lengthOf(f) {
			continue
		}
		out = append(out, func(g *callMaker) string {
			args := g.values(f.Args)
			if f.Variadic && g.IntN(2) == 0 {
				last := args[len(args)-1]
				args[len(args)-1] = "variadic " + last
				if !strings.Contains(last, "[]") {
					args[len(args)-1] = last
				}
			}
			return fmt.Sprintf("select %q(%s)", f.Name, strings.Join(args, ", "))
		})
	}
	for _, o := range function.AllOperators() {
		if o.OID >= foreign || strings.Contains(o.Name, "@@") || strings.Contains(o.Name, "@?") {
			continue
		}
		operands := []types.OID{o.Left, o.Right}
		if o.Left == 0 {
			operands = operands[1:]
		}
		if !sampled(operands) {
			continue
		}
		out = append(out, func(g *callMaker) string {
			v := g.values(operands)
			if len(v) == 1 {
				return fmt.Sprintf("select %s %s", o.Name, v[0])
			}
			return fmt.Sprintf("select %s %s %s", v[0], o.Name, v[1])
		})
	}
	for _, c := range function.Casts() {
		if !sampled([]types.OID{c.From, c.To}) || polymorphicType(c.From) || polymorphicType(c.To) {
			continue
		}
		out = append(out, func(g *callMaker) string {
			return fmt.Sprintf("select (%s)::%s", g.value(c.From), types.FormatType(c.To, -1))
		})
	}
	for from := range samples {
		for to := range samples {
			if from != types.Name && to != types.Name {
				out = append(out, func(g *callMaker) string {
					return fmt.Sprintf("select (%s)::%s, pg_typeof(coalesce(%s, null))", g.value(from), types.FormatType(to, -1), g.value(from))
				})
			}
		}
	}
	for _, a := range function.AllAggregates() {
		if a.OID >= foreign || a.Kind != 'n' || len(a.Args) == 0 || !sampled(a.Args) || strings.Contains(a.Name, "object_agg") || excluded.MatchString(a.Name) {
			continue
		}
		out = append(out, func(g *callMaker) string {
			var rows []string
			arg := g.resolve(a.Args)
			for range 1 + g.IntN(4) {
				var row []string
				for _, t := range arg {
					row = append(row, g.value(t))
				}
				rows = append(rows, "("+strings.Join(row, ", ")+")")
			}
			names := []string{"a", "b"}[:len(arg)]
			return fmt.Sprintf("select %s(%s) from (values %s) v(%s)", a.Name, strings.Join(names, ", "), strings.Join(rows, ", "), strings.Join(names, ", "))
		})
	}
	return out
}

// lengthOf reports whether a function is a cast to a length, which SQL writes otherwise.
func lengthOf(f *function.Function) bool {
	_, ok := types.ByName(f.Name)
	return ok && len(f.Args) > 1
}

func polymorphicType(t types.OID) bool {
	switch t {
	case types.Any, types.AnyElement, types.AnyNonArray, types.AnyArray, types.AnyCompatible, types.AnyCompatibleArray, types.AnyCompatibleNonArray, types.AnyRange, types.AnyMultirange:
		return true
	}
	return false
}

func sampled(ts []types.OID) bool {
	for _, t := range ts {
		if samples[t] == nil && !polymorphicType(t) && !numberArray(t) {
			return false
		}
	}
	return true
}

func numberArray(t types.OID) bool {
	switch types.ElemOf(t) {
	case types.Int2, types.Int4, types.Int8, types.Float8, types.Numeric:
		return true
	}
	return false
}

// resolve puts types in the place of polymorphic ones.
func (g *callMaker) resolve(ts []types.OID) []types.OID {
	elem := []types.OID{types.Int4, types.Text, types.Float8}[g.IntN(3)]
	array := map[types.OID]types.OID{types.Int4: types.ArrayOf(types.Int4), types.Text: types.TextArray, types.Float8: types.ArrayOf(types.Float8)}[elem]
	family := rangeFamilies[g.IntN(len(rangeFamilies))]
	if slices.Contains(ts, types.AnyRange) || slices.Contains(ts, types.AnyMultirange) {
		elem = family[2]
	}
	out := make([]types.OID, len(ts))
	for i, t := range ts {
		switch t {
		case types.AnyRange:
			out[i] = family[0]
		case types.AnyMultirange:
			out[i] = family[1]
		case types.AnyArray, types.AnyCompatibleArray:
			out[i] = array
		case types.Any, types.AnyElement, types.AnyNonArray, types.AnyCompatible, types.AnyCompatibleNonArray:
			out[i] = elem
		default:
			out[i] = t
		}
	}
	return out
}

func (g *callMaker) values(ts []types.OID) []string {
	var out []string
	for _, t := range g.resolve(ts) {
		out = append(out, g.value(t))
	}
	return out
}

// value is a literal of a type.
func (g *callMaker) value(t types.OID) string {
	if g.IntN(12) == 0 {
		return "null::" + types.FormatType(t, -1)
	}
	list := samples[t]
	if list == nil {
		list = arrays
	}
	return fmt.Sprintf("'%s'::%s", list[g.IntN(len(list))], types.FormatType(t, -1))
}
