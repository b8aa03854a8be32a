package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// resultKind is the Kind of what a call gives: a polymorphic function's is known by the call alone.
func resultKind(f *Function, c *Call) column.Kind {
	if (f.Result == 0 || polymorphic(f.Result)) && c.Result != 0 {
		return types.KindOf(c.Result)
	}
	return types.KindOf(f.Result)
}

// lift makes a complete Kernel of a simple one for a strict function that is not volatile:
//
//   - nulls are taken out: the simple kernel is called with the selected rows in which no argument is null;
//   - constants (and functions without arguments) are computed once;
//   - over one dictionary, beside constants, it is computed once for each entry: for every entry where the
//     function is Total, else only for those that a selected row uses, so that an unused one can't fail it.
//
// The simple kernel is given out empty, of the result's kind, makes it Plain with n rows (in any form where all rows are selected) and need not look at nulls;
// it may put nulls itself.
func lift(f *Function, simple Kernel) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		kind := resultKind(f, c)
		out.Reset(kind)
		constants, dicts, dict := 0, 0, -1
		for i, a := range args {
			switch {
			case a.Form == column.Constant && a.Null(0):
				allNull(out, kind, n)
				return nil
			case a.Form == column.Constant:
				constants++
			case a.Form == column.Dictionary:
				dicts++
				dict = i
			}
		}
		if n == 0 || sel != nil && len(sel) == 0 {
			allNull(out, kind, n)
			return nil
		}
		if constants == len(args) {
			one := make([]*column.Vector, len(args))
			for i, a := range args {
				v := *a
				v.Form, v.Len, v.Valid = column.Plain, 1, nil
				one[i] = &v
			}
			if err := simple(c, 1, nil, one, out); err != nil {
				return err
			}
			out.Repeat(n)
			return nil
		}
		valid := allValid(n, args)
		if valid != nil {
			if sel = validRows(n, sel, valid); len(sel) == 0 {
				allNull(out, kind, n)
				return nil
			}
		}
		if dicts == 1 && constants == len(args)-1 && args[dict].Dict.Len <= sel.Count(n) {
			return perEntry(c, f.Total, simple, n, sel, valid, args, dict, kind, out)
		}
		if err := simple(c, n, sel, args, out); err != nil {
			return err
		}
		mask(out, valid)
		return nil
	}
}

// perEntry computes a function for the entries of a dictionary and spreads the results over its rows.
func perEntry(c *Call, total bool, simple Kernel, n int, sel column.Selection, valid column.Bitmap, args []*column.Vector, dict int, kind column.Kind, out *column.Vector) error {
	codes, entries := args[dict].Codes, args[dict].Dict
	m := entries.Len
	var used column.Selection
	if !total {
		used = usedCodes(codes, m, n, sel)
	}
	views := make([]*column.Vector, len(args))
	for i, a := range args {
		v := *a
		if i == dict {
			v = *entries
		}
		v.Len = m
		views[i] = &v
	}
	r := column.New(kind)
	if err := simple(c, m, used, views, r); err != nil {
		return err
	}
	r = r.Flatten(new(column.Vector))
	if r.Valid != nil {
		if valid == nil {
			valid = column.NewBitmap(n)
			valid.Fill(n, true)
		}
		for i := range n {
			if !r.Valid.Get(int(codes[i])) {
				valid.Clear(i)
			}
		}
		r.Valid = nil
	}
	out.Reset(kind)
	switch kind {
	case column.Bool:
		out.Bools = out.Bools.Resize(n)
		for i := range n {
			out.Bools.Put(i, r.Bools.Get(int(codes[i])))
		}
	case column.Int64, column.Timestamp:
		out.Ints = resize(out.Ints, n)
		for i := range n {
			out.Ints[i] = r.Ints[codes[i]]
		}
	case column.Float64:
		out.Floats = resize(out.Floats, n)
		for i := range n {
			out.Floats[i] = r.Floats[codes[i]]
		}
	case column.Interval:
		out.Spans = resize(out.Spans, n)
		for i := range n {
			out.Spans[i] = r.Spans[codes[i]]
		}
	default:
		out.Form, out.Dict = column.Dictionary, r
		out.Codes = append(out.Codes, codes[:n]...)
	}
	out.Len, out.Valid = n, valid
	return nil
}

// usedCodes selects the dictionary entries that a selected row uses.
func usedCodes(codes []int32, entries, n int, sel column.Selection) column.Selection {
	mark := make([]bool, entries)
	if sel == nil {
		for _, c := range codes[:n] {
			mark[c] = true
		}
	} else {
		for _, i := range sel {
			mark[codes[i]] = true
		}
	}
	used := make(column.Selection, 0, entries)
	for c, m := range mark {
		if m {
			used = append(used, int32(c))
		}
	}
	return used
}

// allNull makes out a Constant of n nulls.
func allNull(out *column.Vector, k column.Kind, n int) {
	out.Reset(k)
	out.AppendNull()
	out.Repeat(n)
}

// allValid is the rows in which no argument is null, nil when that is all. Null constants are the caller's.
func allValid(n int, args []*column.Vector) column.Bitmap {
	var valid column.Bitmap
	for _, a := range args {
		if a.Form == column.Constant || !a.HasNulls() {
			continue
		}
		if valid == nil {
			valid = column.NewBitmap(n)
			copy(valid, a.Valid)
			continue
		}
		for w := range valid {
			valid[w] &= a.Valid[w]
		}
	}
	return valid
}

// validRows selects the rows of sel that are valid.
func validRows(n int, sel column.Selection, valid column.Bitmap) column.Selection {
	rows := make(column.Selection, 0, sel.Count(n))
	if sel == nil {
		for i := range n {
			if valid.Get(i) {
				rows = append(rows, int32(i))
			}
		}
		return rows
	}
	for _, i := range sel {
		if valid.Get(int(i)) {
			rows = append(rows, i)
		}
	}
	return rows
}

// mask makes the rows that are not valid null.
func mask(out *column.Vector, valid column.Bitmap) {
	switch {
	case valid == nil:
	case out.Valid == nil:
		out.Valid = valid
	default:
		for w := range valid {
			valid[w] &= out.Valid[w]
		}
		out.Valid = valid
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// rowFunc computes one row: it appends exactly one value to out, a Plain vector.
type rowFunc func(c *Call, args []*column.Vector, i int, out *column.Vector) error

// byRow is a simple kernel that computes row after row.
func byRow(f rowFunc) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		return eachRow(c, n, sel, args, out, f)
	}
}

func eachRow(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector, f rowFunc) error {
	if sel == nil {
		for i := range n {
			if err := aRow(c, args, i, out, f); err != nil {
				return err
			}
		}
		return nil
	}
	for _, i := range sel {
		for out.Len < int(i) {
			filler(out)
		}
		if err := aRow(c, args, int(i), out, f); err != nil {
			return err
		}
	}
	for out.Len < n {
		filler(out)
	}
	return nil
}

// aRow calls f for a row. Now and then it looks whether the statement has ended: a row may take long.
func aRow(c *Call, args []*column.Vector, i int, out *column.Vector, f rowFunc) error {
	if i&7 == 7 {
		if err := c.ended(); err != nil {
			return err
		}
	}
	before := len(out.Bytes)
	if err := f(c, args, i, out); err != nil {
		return err
	}
	switch after := len(out.Bytes); {
	case after > maxText:
		return tooLong()
	case after-before >= pieceBytes/4:
		return c.ended()
	}
	return nil
}

// filler appends some value for a row that nobody asked for.
func filler(out *column.Vector) {
	switch out.Kind {
	case column.Bool:
		out.AppendBool(false)
	case column.Int64, column.Timestamp:
		out.AppendInt(0)
	case column.Float64:
		out.AppendFloat(0)
	case column.Interval:
		out.AppendSpan(column.Span{})
	default:
		out.AppendBytes(nil)
	}
}
