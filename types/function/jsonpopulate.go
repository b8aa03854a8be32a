package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// json_populate_record and its like fill a record's fields from an object's members; what the object has not stays as in the record. In FROM, where columns
// are defined, they are functions that give rows; elsewhere the record itself says which fields there are.

// registerPopulate: the functions of single records.
func registerPopulate(r *registry) {
	for name, t := range map[string]types.OID{"json_populate_record(anyelement,json,bool)": types.JSON, "jsonb_populate_record(anyelement,jsonb)": types.JSONB} {
		f := r.find(name)
		r.define(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			if err := needsRecord(c.Args[0], f.Name); err != nil {
				return err
			}
			base, doc, err := populated(c.Env, a[0], a[1], i, t)
			switch {
			case err != nil:
				return err
			case base == nil && doc == nil:
				out.AppendNull()
			case base == nil:
				return noRowType(f.Name)
			case doc == nil:
				out.AppendFrom(a[0], i)
			default:
				return appendPopulated(out, c.Env, t, base, doc)
			}
			return nil
		}))
	}
}

// registerPopulateSets: the same in FROM, and of arrays of objects.
func registerPopulateSets(s *setFunctions) {
	for _, f := range []struct {
		signature string
		t         types.OID
		set       bool
	}{
		{"json_populate_record(anyelement,json,bool)", types.JSON, false}, {"jsonb_populate_record(anyelement,jsonb)", types.JSONB, false},
		{"json_populate_recordset(anyelement,json,bool)", types.JSON, true}, {"jsonb_populate_recordset(anyelement,jsonb)", types.JSONB, true},
	} {
		name, _ := theRegistry().parse(f.signature)
		s.define(f.signature, func(c *SetCall) (Rows, error) {
			if err := needsRecord(c.Types[0], name); err != nil {
				return nil, err
			}
			inner := *c
			inner.Args = c.Args[1:]
			var rows Rows
			var err error
			if f.set {
				rows, err = toRecordSet(&inner, f.t, name)
			} else {
				rows, err = toRecord(&inner, f.t)
			}
			if err != nil || c.Args[0].Null(0) {
				if whole(c.Columns) && err == nil && len(rows.(*jsonRecords).objects) > 0 {
					err = noRowType(name)
				}
				return rows, err
			}
			base := types.ReadRecord(c.Args[0].Str(0))
			rows.(*jsonRecords).base = &base
			return rows, fitsColumns(base.Fields, c.Columns)
		})
	}
}

// whole reports whether what is wanted of a call are records rather than their fields.
func whole(columns []SetColumn) bool { return len(columns) == 1 && columns[0].Type == types.Record }

func needsRecord(t types.OID, name string) error {
	if t == types.Record {
		return nil
	}
	return types.Errorf(types.CodeDatatypeMismatch, "first argument of %s must be a row type", name)
}

func noRowType(name string) error {
	return types.Errorf(types.CodeFeatureNotSupported, "could not determine row type for result of %s", name).
		WithHint("Provide a non-null record argument, or call the function in the FROM clause using a column definition list.")
}

// populated reads the record and the object of a call; nil stands for null.
func populated(env *types.Env, record, object *column.Vector, i int, t types.OID) (base *types.Row, doc []byte, err error) {
	if !record.Null(i) {
		row := types.ReadRecord(record.Str(i))
		base = &row
	}
	if !object.Null(i) {
		doc, err = objectToPopulate(document(env, t, object.Str(i)))
	}
	return base, doc, err
}

// objectToPopulate wants an object.
func objectToPopulate(doc []byte) ([]byte, error) {
	switch jsonKind(doc) {
	case '{':
		return doc, nil
	case '[':
		return nil, invalidJSONArgument("cannot call populate_composite on an array")
	}
	return nil, invalidJSONArgument("cannot call populate_composite on a scalar")
}

// appendPopulated appends the record that base is with the object's members.
func appendPopulated(out *column.Vector, env *types.Env, t types.OID, base *types.Row, doc []byte) error {
	values := make([]*column.Vector, len(base.Fields))
	for k, f := range base.Fields {
		values[k] = column.New(types.KindOf(f.Type))
		name := types.FieldName(f, k)
		if v := lastMember(doc, []byte(name)); v == nil {
			values[k].AppendFrom(base.Values[k], 0)
		} else if err := appendField(values[k], env, t, SetColumn{Name: name, Type: f.Type, Typmod: -1}, v); err != nil {
			return err
		}
	}
	out.AppendFunc(func(dst []byte) []byte { return types.AppendRecord(dst, types.RowHead(base.Fields), values, 0) })
	return nil
}

// fitsColumns compares a record's fields with the columns that are wanted.
func fitsColumns(fields []types.Field, columns []SetColumn) error {
	if whole(columns) {
		return nil
	}
	mismatch := types.Errorf(types.CodeDatatypeMismatch, "function return row and query-specified return row do not match")
	if len(fields) != len(columns) {
		attributes := "attributes"
		if len(fields) == 1 {
			attributes = "attribute"
		}
		return mismatch.WithDetail("Returned row contains %d %s, but query expects %d.", len(fields), attributes, len(columns))
	}
	for k, f := range fields {
		if f.Type != columns[k].Type {
			return mismatch.WithDetail("Returned type %s at ordinal position %d, but query expects %s.", sqlName(f.Type), k+1, sqlName(columns[k].Type))
		}
	}
	return nil
}
