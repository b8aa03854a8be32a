package function

import (
	"errors"
	"testing"

	"github.com/flare-pg/flare-pg/types"
)

// TestResolutionAnswersConcreteSignatures: whatever is resolved has as many arguments as were given, none of them polymorphic,
// each of them reached by an implicit cast.
func TestResolutionAnswersConcreteSignatures(t *testing.T) {
	for _, c := range []struct {
		name string
		args []types.OID
		want []types.OID
	}{
		{"concat", []types.OID{types.Unknown, types.Int4, types.Bool}, []types.OID{types.Text, types.Int4, types.Bool}},
		{"to_json", []types.OID{types.Timestamptz}, []types.OID{types.Timestamptz}},
		{"make_interval", []types.OID{types.Int4, types.Int4}, []types.OID{types.Int4, types.Int4}},
		{"lower", []types.OID{types.Varchar}, []types.OID{types.Text}},
		{"round", []types.OID{types.Int4}, []types.OID{types.Float8}},
		{"date_trunc", []types.OID{types.Unknown, types.Date}, []types.OID{types.Text, types.Timestamptz}},
		{"time_bucket", []types.OID{types.Unknown, types.Timestamptz}, []types.OID{types.Interval, types.Timestamptz}},
		{"length", []types.OID{types.Unknown}, []types.OID{types.Text}},
	} {
		f, err := ResolveFunction("", c.name, c.args)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !exact(c.want, f.Args) || len(c.want) != len(f.Args) {
			t.Errorf("%s(%s) takes (%s)", c.name, sqlNames(c.args), sqlNames(f.Args))
		}
		for i, a := range c.args {
			if !CanCast(a, f.Args[i], CastImplicit) {
				t.Errorf("%s: no implicit cast from %s to %s", c.name, sqlName(a), sqlName(f.Args[i]))
			}
		}
	}
}

func TestWhatIsNotBuiltSaysSo(t *testing.T) {
	for _, c := range []struct {
		code string
		err  func() error
	}{
		{types.CodeFeatureNotSupported, func() error {
			_, err := ResolveFunction("", "diameter", []types.OID{718})
			return err
		}},
		{types.CodeFeatureNotSupported, func() error { _, err := ResolveAggregate("", "xmlagg", []types.OID{types.XML}); return err }},
		{types.CodeUndefinedFunction, func() error { _, err := ResolveFunction("flare", "lower", []types.OID{types.Text}); return err }},
		{types.CodeAmbiguousFunction, func() error { _, err := ResolveOperator("-", 0, types.Unknown); return err }},
		{types.CodeUndefinedFunction, func() error { _, err := ResolveOperator("=", types.Int4, types.Text); return err }},
	} {
		var pe *types.Error
		if err := c.err(); !errors.As(err, &pe) || pe.Code != c.code {
			t.Errorf("%v, want %s", err, c.code)
		}
	}
}

func TestCommonTypes(t *testing.T) {
	for _, c := range []struct {
		in   []types.OID
		want types.OID // 0: 42804
	}{
		{[]types.OID{types.Unknown, types.Unknown}, types.Text},
		{[]types.OID{types.Int4, types.Int8}, types.Int8},
		{[]types.OID{types.Int4, types.Numeric, types.Unknown}, types.Numeric},
		{[]types.OID{types.Numeric, types.Float8, types.Int2}, types.Float8},
		{[]types.OID{types.Date, types.Timestamptz}, types.Timestamptz},
		{[]types.OID{types.Varchar, types.Text}, types.Varchar}, // as PostgreSQL: the casts go both ways,
		{[]types.OID{types.Int4, types.Text}, 0},
	} {
		got, err := CommonType("CASE", c.in)
		var pe *types.Error
		if got != c.want || c.want == 0 && (!errors.As(err, &pe) || pe.Code != types.CodeDatatypeMismatch) {
			t.Errorf("%s: %s, %v", sqlNames(c.in), sqlName(got), err)
		}
	}
}
