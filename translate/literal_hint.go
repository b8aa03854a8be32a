package translate

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// operandHint adds to the error of a literal that is no value of the other operand's type what was probably meant.
func (b *binder) operandHint(err error, operator string, literal plan.Expr, other types.OID) error {
	var e *types.Error
	k, ok := literal.(*plan.Const)
	if !ok || k.OID != types.Unknown || k.Value.Null(0) || !errors.As(err, &e) || e.Hint != "" {
		return err
	}
	text := string(k.Value.Str(0))
	t, ok := types.Lookup(other)
	switch {
	case !ok:
	case other == types.JSONB:
		e.WithHint(`A text in JSON has double quotes, as in '"%s"'. Compared with a text is what ->> takes out, as in properties->>'name' = '%s'.`, text, text)
	case (other == types.Timestamptz || other == types.Timestamp) && b.isInterval(text):
		if operator == "+" || operator == "-" {
			e.WithHint("Write interval '%s'.", text)
		} else {
			e.WithHint("A point in time so far from now is now() - interval '%s'.", text)
		}
	case other == types.Timestamptz || other == types.Timestamp:
		e.WithHint("A point in time is written like '2024-05-01 10:00Z', or is computed, as in now() - interval '1 hour'.")
	case t.Category == 'N':
		e.WithHint("What it is compared with is a number: cast that to text to compare with a text, as in x::text.")
	case other == types.Bool:
		e.WithHint("What it is compared with is a boolean: true or false.")
	}
	return err
}

// isInterval reports whether a text reads as an interval other than a bare number.
func (b *binder) isInterval(text string) bool {
	if types.ParseText(column.New(types.KindOf(types.Float8)), b.c.Env, types.Float8, -1, []byte(text)) == nil {
		return false
	}
	return types.ParseText(column.New(types.KindOf(types.Interval)), b.c.Env, types.Interval, -1, []byte(text)) == nil
}

// otherTypes are types of other systems, with PostgreSQL's that are most like them.
var otherTypes = map[string]string{
	"string": "text", "str": "text", "nvarchar": "varchar", "varchar2": "varchar", "clob": "text", "longtext": "text", "mediumtext": "text", "tinytext": "text",
	"datetime": "timestamptz", "datetime2": "timestamptz", "datetimeoffset": "timestamptz", "timespan": "interval", "duration": "interval",
	"double": "double precision", "float64": "double precision", "float32": "real", "number": "numeric", "decimal64": "numeric",
	"int64": "bigint", "int32": "integer", "int16": "smallint", "long": "bigint", "short": "smallint", "signed": "bigint", "unsigned": "bigint", "uint64": "numeric", "uint32": "bigint", "tinyint": "smallint",
	"guid": "uuid", "uniqueidentifier": "uuid", "blob": "bytea", "binary": "bytea", "varbinary": "bytea", "bytes": "bytea", "object": "jsonb", "ip": "inet", "ipaddress": "inet",
}

// typeMeant finds the type that was probably meant by a name that is none; "" where none is near.
func typeMeant(name string) string {
	if t, ok := otherTypes[strings.ToLower(name)]; ok {
		return t
	}
	var names []string
	for _, t := range types.All() {
		if !strings.HasPrefix(t.Name, "_") && !strings.HasPrefix(t.Name, "pg_") && !strings.HasPrefix(t.Name, "reg") {
			names = append(names, t.Name)
		}
	}
	names = append(names, "integer", "bigint", "smallint", "boolean", "real", "decimal")
	letters := min(2, len(name)/3)
	if near := types.NearestWithin(letters, name, names); near != "" {
		return near
	}
	return otherTypes[types.NearestWithin(letters, name, slices.Sorted(maps.Keys(otherTypes)))]
}
