package function

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// referenceFile has generated parts, each between a line <!-- begin NAME --> and one <!-- end -->.
const referenceFile = "../../docs/sql.md"

var referencePart = regexp.MustCompile(`(?s)<!-- begin ([a-z ]+) -->\n.*?<!-- end -->`)

// TestTheReferenceListsWhatIsThere compares the generated parts of docs/sql.md with the registry; -update writes them anew.
func TestTheReferenceListsWhatIsThere(t *testing.T) {
	have, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]func() string{
		"functions": referenceFunctions, "set functions": referenceSets, "aggregates": referenceAggregates, "window functions": referenceWindows,
		"operators": referenceOperators, "casts": referenceCasts, "missing": referenceMissing,
	}
	met := map[string]bool{}
	want := referencePart.ReplaceAllStringFunc(string(have), func(part string) string {
		name := referencePart.FindStringSubmatch(part)[1]
		if parts[name] == nil {
			t.Fatalf("nothing generates the part %q", name)
		}
		met[name] = true
		return "<!-- begin " + name + " -->\n" + parts[name]() + "<!-- end -->"
	})
	for name := range parts {
		if !met[name] {
			t.Errorf("docs/sql.md has no part %q", name)
		}
	}
	if want == string(have) {
		return
	}
	if *update {
		if err := os.WriteFile(referenceFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Error("docs/sql.md is not what the registry says: go test ./types/function -run TheReference -update")
}

// subjects are the parts of the list of functions, and what tells that a function is of one: the first that fits.
var subjects = []struct {
	title string
	fits  func(name string, ts []types.OID) bool
}{
	{"flare-pg's own", func(name string, _ []types.OID) bool {
		return strings.HasPrefix(name, "flare.") || name == "time_bucket"
	}},
	{"JSON", func(name string, ts []types.OID) bool {
		return strings.Contains(name, "json") || slices.Contains(ts, types.JSON) || slices.Contains(ts, types.JSONB)
	}},
	{"System, session and catalog", func(name string, ts []types.OID) bool {
		return regexp.MustCompile(`^(pg_|has_|current_|session_user|inet_(client|server)|version|set_config|obj_desc|col_desc|shobj|format_type|to_reg|row_security|txid|getdatabase|acl|make_acl|makeacl|information_schema)`).MatchString(name)
	}},
	{"Ranges and multiranges", func(_ string, ts []types.OID) bool {
		return slices.ContainsFunc(ts, func(t types.OID) bool { return category(t) == 'R' || t == types.AnyRange || t == types.AnyMultirange })
	}},
	{"Date and time", func(name string, ts []types.OID) bool {
		return slices.ContainsFunc(ts, func(t types.OID) bool { return category(t) == 'D' || t == types.Interval })
	}},
	{"Network addresses", func(_ string, ts []types.OID) bool {
		return slices.ContainsFunc(ts, func(t types.OID) bool {
			return t == types.Inet || t == types.Cidr || t == types.MacAddr || t == types.MacAddr8
		})
	}},
	{"Bit strings", func(_ string, ts []types.OID) bool {
		return slices.ContainsFunc(ts, func(t types.OID) bool { return t == types.Bit || t == types.VarBit })
	}},
	{"Arrays", func(name string, ts []types.OID) bool {
		return slices.ContainsFunc(ts, func(t types.OID) bool {
			return types.ElemOf(t) != 0 || t == types.AnyArray || t == types.AnyCompatibleArray
		})
	}},
	{"Binary strings", func(_ string, ts []types.OID) bool { return slices.Contains(ts, types.Bytea) }},
	{"Text", func(_ string, ts []types.OID) bool {
		return slices.ContainsFunc(ts, func(t types.OID) bool { return category(t) == 'S' })
	}},
	{"Numbers", func(_ string, ts []types.OID) bool {
		return slices.ContainsFunc(ts, func(t types.OID) bool { return category(t) == 'N' })
	}},
	{"Others", func(string, []types.OID) bool { return true }},
}

// inner are functions that only operators, casts, types and indexes call.
var inner = regexp.MustCompile(`(_in|_out|_?recv|_?send|in|out|typmodin|typmodout|_support|_sortsupport|_subscript_handler|cmp|hash|hash_?extended|_larger|_smaller|larger|smaller)$`)

// call shows an overload, without its name.
func call(args []types.OID, variadic bool, result string) string {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = sqlName(a)
		if variadic && i == len(args)-1 {
			names[i] = "VARIADIC " + names[i]
		}
	}
	return "(" + strings.Join(names, ", ") + ") → " + result
}

// table shows overloads by name: a row each.
func table(overloads map[string][]string) string {
	var out strings.Builder
	out.WriteString("| name | arguments and result |\n| --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(overloads)) {
		list := slices.Compact(slices.Sorted(slices.Values(overloads[name])))
		fmt.Fprintf(&out, "| `%s` | %s |\n", name, strings.Join(list, "; "))
	}
	return out.String()
}

func referenceFunctions() string {
	operators := map[types.OID]bool{}
	for _, o := range AllOperators() {
		operators[o.Function.OID] = true
	}
	bySubject := make([]map[string][]string, len(subjects))
	for i := range bySubject {
		bySubject[i] = map[string][]string{}
	}
	for _, f := range All() {
		name := f.Name
		_, isType := types.ByName(name)
		if f.Schema != "pg_catalog" {
			name = f.Schema + "." + name
		}
		if operators[f.OID] && f.OID < firstOwn && !kept[f.Name] || isType || inner.MatchString(f.Name) && !kept[f.Name] || inside.MatchString(f.Name) && !strings.HasPrefix(f.Name, "pg_") && !strings.HasPrefix(f.Name, "txid") {
			continue
		}
		ts := append(slices.Clone(f.Args), f.Result)
		for i := range subjects {
			if subjects[i].fits(name, ts) {
				bySubject[i][name] = append(bySubject[i][name], call(f.Args, f.Variadic, sqlName(f.Result)))
				break
			}
		}
	}
	var out strings.Builder
	for i, s := range subjects {
		if len(bySubject[i]) > 0 {
			fmt.Fprintf(&out, "\n### %s\n\n%s", s.title, table(bySubject[i]))
		}
	}
	out.WriteString("\n")
	return out.String()
}

// kept are functions with a place in the list though operators stand for them, or though they are named like those that are left out.
var kept = map[string]bool{
	"power": true, "mod": true, "abs": true, "starts_with": true, "date_bin": true, "sin": true, "asin": true, "min": true, "bit_in": true, "join": true,
	"regexp_match": true, "array_cat": true, "array_append": true, "array_prepend": true, "timezone": true, "sqrt": true, "cbrt": true, "substring": true,
}

func referenceSets() string {
	all := map[string][]string{}
	for _, f := range SetFunctions() {
		name := f.Name
		if f.Schema != "pg_catalog" && f.Schema != "" {
			name = f.Schema + "." + name
		}
		result := sqlName(f.Result)
		if f.Result == types.Record && len(f.Columns) > 0 {
			var cols []string
			for _, c := range f.Columns {
				cols = append(cols, c.Name+" "+sqlName(c.Type))
			}
			result = "(" + strings.Join(cols, ", ") + ")"
		}
		if f.Set {
			result = "rows of " + result
		}
		all[name] = append(all[name], call(f.Args, f.Variadic, result))
	}
	return table(all)
}

func referenceAggregates() string {
	all := map[string][]string{}
	for _, a := range AllAggregates() {
		shown := call(a.Args, false, sqlName(a.Result))
		switch {
		case a.Kind != 'n':
			direct, sorted := sqlNames(a.Args[:a.Direct]), sqlNames(a.Args[a.Direct:])
			shown = "(" + direct + ") WITHIN GROUP (ORDER BY " + sorted + ") → " + sqlName(a.Result)
		case len(a.Args) == 0:
			shown = "(*) → " + sqlName(a.Result)
		}
		name := a.Name
		if a.Schema != "pg_catalog" {
			name = a.Schema + "." + name
		}
		all[name] = append(all[name], shown)
	}
	for name, result := range map[string]string{"rank": "bigint", "dense_rank": "bigint", "percent_rank": "double precision", "cume_dist": "double precision"} {
		all[name] = append(all[name], "(value, …) WITHIN GROUP (ORDER BY value, …) → "+result)
	}
	return table(all)
}

func referenceWindows() string {
	all := map[string][]string{}
	for _, w := range AllWindows() {
		all[w.Name] = append(all[w.Name], call(w.Args, false, sqlName(w.Result)))
	}
	return table(all)
}

func referenceOperators() string {
	all := map[string][]string{}
	for _, o := range AllOperators() {
		name := strings.ReplaceAll(o.Name, "|", `\|`)
		shown := sqlName(o.Right)
		if o.Left != 0 {
			shown = sqlName(o.Left) + ", " + shown
		}
		all[name] = append(all[name], "("+shown+") → "+sqlName(o.Result))
	}
	return table(all)
}

func referenceCasts() string {
	to := map[types.OID]map[CastContext][]string{}
	for _, c := range Casts() {
		if to[c.From] == nil {
			to[c.From] = map[CastContext][]string{}
		}
		to[c.From][c.Context] = append(to[c.From][c.Context], sqlName(c.To))
	}
	var out strings.Builder
	out.WriteString("| from | by itself | on assignment | where it is written |\n| --- | --- | --- | --- |\n")
	var names []string
	byName := map[string]types.OID{}
	for t := range to {
		names = append(names, sqlName(t))
		byName[sqlName(t)] = t
	}
	slices.Sort(names)
	for _, name := range names {
		row := to[byName[name]]
		fmt.Fprintf(&out, "| %s |", name)
		for _, ctx := range []CastContext{CastImplicit, CastAssignment, CastExplicit} {
			slices.Sort(row[ctx])
			fmt.Fprintf(&out, " %s |", strings.Join(slices.Compact(row[ctx]), ", "))
		}
		out.WriteString("\n")
	}
	return out.String()
}

// referenceMissing lists PostgreSQL's functions and aggregates that are not here, by group.
func referenceMissing() string {
	names := map[string]map[string]bool{}
	for _, o := range lacking() {
		group := "?"
		if r, ok := refusalOf(o); ok {
			group = r.group
		}
		if names[group] == nil {
			names[group] = map[string]bool{}
		}
		shown := o.Name
		if len(Functions(o.Name)) > 0 || len(Aggregates(o.Name)) > 0 { // with other arguments it is there
			shown += "(" + sqlNames(o.Args) + ")"
		}
		names[group]["`"+shown+"`"] = true
	}
	var out strings.Builder
	out.WriteString("| group | why, and what to write instead | functions |\n| --- | --- | --- |\n")
	for _, r := range refusals {
		if len(names[r.group]) > 0 {
			fmt.Fprintf(&out, "| %s | %s | %s |\n", r.group, strings.TrimSpace(r.Why+" "+r.Instead), strings.Join(slices.Sorted(maps.Keys(names[r.group])), ", "))
		}
	}
	return out.String()
}

// lacking lists PostgreSQL's functions, aggregates and window functions that are not built.
func lacking() []*pgnames.Object {
	built := map[types.OID]bool{}
	for _, f := range All() {
		built[f.OID] = true
	}
	for _, f := range SetFunctions() {
		built[f.OID] = true
	}
	for _, a := range AllAggregates() {
		built[a.OID] = true
	}
	for _, a := range HypotheticalAggregates() {
		built[a.OID] = true
	}
	for _, w := range AllWindows() {
		built[w.OID] = true
	}
	var out []*pgnames.Object
	for _, o := range pgnames.All(pgnames.Function) {
		if !built[o.OID] {
			out = append(out, o)
		}
	}
	return out
}

// TestEachFunctionIsThereOrRefused holds that a function of PostgreSQL's catalogs (which package pgnames compares with a running server's) is built, or
// is of a group that says why it is not.
func TestEachFunctionIsThereOrRefused(t *testing.T) {
	for _, o := range lacking() {
		if _, ok := refusalOf(o); !ok {
			t.Errorf("%s.%s(%s) is neither built nor of a group of refusal.go", o.Schema, o.Name, sqlNames(o.Args))
		}
	}
}

// inside are functions that serve PostgreSQL's own aggregates, indexes, triggers and administration.
var inside = regexp.MustCompile(`^(RI_|dexp$|dlog|dround|dtrunc|int[248](inc|dec)|numeric_|nameconcatoid|satisfies_hash|postgresql_fdw|get_current_ts|fmgr_|hash|in_range|bt|amvalidate|float8_|bool(and|or)_statefunc|currtid|getpgusername|pg_|int8_avg|int4_avg|.*_statefunc|.*(canonical|subdiff|_accum|_inverse|inv|sum|stddev|avg)$|void|trigger|oidvector|int2vector|txid|lo_|lowrite|loread|uuid_|mxid|.*_skip|array_(un|typ)|json_(agg|object_agg)_|jsonb_(agg|object_agg)_|cstring|unknown|shell|record_|elem_contained|timestamp_izone|.*_sortsupport|textanycat|anytextcat|dsynonym|generate_series_|interval_support|.*acl.*|suppress|unique_key|system$|bernoulli$|txt|nlike|icregex|icnlike|iclike|positionsel|width$|scalar)`)
