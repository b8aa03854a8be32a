package column

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// The model of a vector is a list of values, nil for null: bool, int64, float64, Span or string.
func drawValue(t *rapid.T, k Kind) any {
	switch k {
	case Bool:
		return rapid.Bool().Draw(t, "bool")
	case Int64, Timestamp:
		return rapid.Int64().Draw(t, "int")
	case Float64:
		return rapid.Float64().Draw(t, "float")
	case Interval:
		return Span{rapid.Int32().Draw(t, "months"), rapid.Int32().Draw(t, "days"), rapid.Int64().Draw(t, "micros")}
	}
	return rapid.String().Draw(t, "text")
}

func drawValues(t *rapid.T, k Kind, label string) []any {
	nulls := rapid.Bool().Draw(t, label+" has nulls")
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) any {
		if nulls && rapid.IntRange(0, 3).Draw(t, "null") == 0 {
			return nil
		}
		return drawValue(t, k)
	}), 0, 200).Draw(t, label)
}

func appendValue(v *Vector, x any) {
	switch x := x.(type) {
	case nil:
		v.AppendNull()
	case bool:
		v.AppendBool(x)
	case int64:
		v.AppendInt(x)
	case float64:
		v.AppendFloat(x)
	case Span:
		v.AppendSpan(x)
	case string:
		switch len(x) % 3 {
		case 0:
			v.AppendString(x)
		case 1:
			v.AppendBytes([]byte(x))
		default:
			v.AppendFunc(func(dst []byte) []byte { return append(dst, x...) })
		}
	}
}

func valueAt(v *Vector, i int) any {
	if v.Null(i) {
		return nil
	}
	switch v.Kind {
	case Bool:
		return v.Bool(i)
	case Int64, Timestamp:
		return v.Int(i)
	case Float64:
		return v.Float(i)
	case Interval:
		return v.Span(i)
	}
	return string(v.Str(i))
}

// check compares by text, in which NaN equals itself.
func check(t interface{ Fatalf(string, ...any) }, v *Vector, want []any) {
	if v.Len != len(want) {
		t.Fatalf("%v vector has %d rows, want %d", v.Kind, v.Len, len(want))
	}
	nulls := false
	for i, w := range want {
		if got := valueAt(v, i); fmt.Sprint(got) != fmt.Sprint(w) {
			t.Fatalf("%v vector, row %d of %d: %v, want %v", v.Kind, i, v.Len, got, w)
		}
		nulls = nulls || w == nil
	}
	if v.HasNulls() != nulls {
		t.Fatalf("HasNulls = %v, want %v", v.HasNulls(), nulls)
	}
}

// build makes a vector of any form that holds values, and gives the values back (a Constant repeats its one).
func build(t *rapid.T, k Kind, label string) (*Vector, []any) {
	values := drawValues(t, k, label)
	switch Form(rapid.IntRange(0, 2).Draw(t, label+" form")) {
	case Constant:
		v := New(k)
		var x any
		if len(values) > 0 {
			x = values[0]
		}
		appendValue(v, x)
		n := rapid.IntRange(0, 100).Draw(t, label+" repeats")
		all := make([]any, n)
		for i := range all {
			all[i] = x
		}
		return v.Repeat(n), all
	case Dictionary:
		v := &Vector{Kind: k, Form: Dictionary, Dict: New(k), Len: len(values)}
		appendValue(v.Dict, drawValue(t, k)) // an entry that no row uses, so that a null's code 0 exists
		for i, x := range values {
			if x == nil {
				v.Codes = append(v.Codes, 0)
				v.SetNull(i)
				continue
			}
			v.Codes = append(v.Codes, int32(v.Dict.Len))
			appendValue(v.Dict, x)
		}
		return v, values
	}
	v := New(k)
	for _, x := range values {
		appendValue(v, x)
	}
	return v, values
}

var kinds = []Kind{Bool, Int64, Float64, Decimal, Text, JSON, Timestamp, Interval}

func TestVectorReadsBackWhatWasAppended(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			reused := New(k)
			rapid.Check(t, func(t *rapid.T) {
				v, values := build(t, k, "values")
				check(t, v, values)
				reused.Reset(k)
				for _, x := range values {
					appendValue(reused, x)
				}
				check(t, reused, values)
			})
		})
	}
}

func TestGatherTakesTheSelectedRowsOfEveryForm(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			dst := New(k)
			rapid.Check(t, func(t *rapid.T) {
				a, want := build(t, k, "first")
				b, bv := build(t, k, "second")
				Gather(dst, a, nil)
				check(t, dst, want)

				rows := []int32{}
				want = append([]any(nil), want...)
				if len(bv) > 0 {
					rows = rapid.SliceOfN(rapid.Int32Range(-1, int32(len(bv))-1), 0, 150).Draw(t, "rows")
				}
				dst.AppendRows(b, rows)
				for _, r := range rows {
					if r < 0 {
						want = append(want, nil)
					} else {
						want = append(want, bv[r])
					}
				}
				check(t, dst, want)
				dst.AppendVector(b, nil)
				want = append(want, bv...)
				check(t, dst, want)
				check(t, b, bv)

				n := rapid.IntRange(0, len(want)).Draw(t, "truncate")
				dst.Truncate(n)
				want = append(want[:n:n], nil)
				dst.AppendNull()
				check(t, dst, want)
			})
		})
	}
}

func TestSharedVectorsAreNotChangedThroughTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(kinds).Draw(t, "kind")
		src, want := build(t, k, "values")
		var v Vector
		v.Share(src)
		check(t, &v, want)
		if v.Len > 0 && v.Form != Constant {
			v.SetNull(0)
			if !v.Null(0) {
				t.Fatal("not null after SetNull")
			}
		}
		check(t, src, want)
		v.Reset(k)
		for range 100 {
			v.AppendNull()
		}
		check(t, src, want)

		// A kernel that takes over its argument's validity and adds nulls of its own.
		out := New(k)
		out.Len, out.Valid = src.Len, src.Valid
		if out.Len > 0 && src.Form != Constant {
			out.SetNull(out.Len - 1)
		}
		check(t, src, want)
	})
}

func TestFlattenGivesThePlainForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(kinds).Draw(t, "kind")
		v, want := build(t, k, "values")
		f := v.Flatten(new(Vector))
		if f.Form != Plain {
			t.Fatalf("form %d", f.Form)
		}
		check(t, f, want)
		if !k.Fixed() && f.Len > 0 && (len(f.Offsets) != f.Len+1 || f.Offsets[0] != 0) {
			t.Fatalf("%d offsets, the first %d, for %d rows", len(f.Offsets), f.Offsets[0], f.Len)
		}
	})
}

func TestBitmapAgreesWithASliceOfBools(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 300).Draw(t, "n")
		b, model := NewBitmap(n), make([]bool, n)
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				if n > 0 {
					i, v := rapid.IntRange(0, n-1).Draw(t, "i"), rapid.Bool().Draw(t, "v")
					b.Put(i, v)
					model[i] = v
				}
			case 1:
				k, v := rapid.IntRange(0, n).Draw(t, "k"), rapid.Bool().Draw(t, "v")
				b.Fill(k, v)
				for i := range model {
					model[i] = v && i < k
				}
			case 2:
				more := rapid.IntRange(0, 100).Draw(t, "more")
				b = b.Resize(n + more)
				model = append(model, make([]bool, more)...)
				n += more
			case 3:
				src := NewBitmap(100)
				m := rapid.IntRange(0, min(n, 100)).Draw(t, "m")
				at := rapid.IntRange(0, n-m).Draw(t, "at")
				for i := range m {
					src.Put(i, i%3 == 0)
					model[at+i] = i%3 == 0
				}
				if at&63 != 0 || (at+m) == n { // whole words are copied only to a bitmap's end
					copyBits(b, at, src, m)
				} else {
					for i := range m {
						b.Put(at+i, src.Get(i))
					}
				}
			}
			count := 0
			for i, v := range model {
				if b.Get(i) != v {
					t.Fatalf("bit %d of %d is %v", i, n, b.Get(i))
				}
				if v {
					count++
				}
			}
			if b.Count(n) != count {
				t.Fatalf("Count = %d, want %d", b.Count(n), count)
			}
		}
	})
}

func TestNullsUnderConstantsAndEmptyVectors(t *testing.T) {
	for _, k := range kinds {
		if v := NewNull(k, 3); !v.Null(2) || !v.HasNulls() || v.Len != 3 {
			t.Errorf("%v: NewNull(3) is not three nulls", k)
		}
		if v := NewNull(k, 0); v.HasNulls() {
			t.Errorf("%v: no rows have a null", k)
		}
		dst := New(k)
		dst.AppendVector(New(k), nil)
		dst.AppendVector(New(k), Selection{})
		if dst.Len != 0 || dst.HasNulls() {
			t.Errorf("%v: appending nothing gave %d rows", k, dst.Len)
		}
	}
}

func TestBatchResetGivesEmptyVectorsOfTheKinds(t *testing.T) {
	var b Batch
	b.Reset([]Kind{Int64, Text})
	b.Cols[0].AppendInt(1)
	b.Cols[1].AppendString("x")
	b.Len, b.Sel = 1, Selection{}
	if b.Rows() != 0 {
		t.Errorf("an empty selection leaves %d rows", b.Rows())
	}
	b.Reset([]Kind{Text, Bool, JSON})
	if b.Len != 0 || b.Rows() != 0 || len(b.Cols) != 3 || b.Cols[0].Kind != Text || b.Cols[0].Len != 0 {
		t.Errorf("after Reset: %+v", b)
	}
}

func TestStrIsCappedSoThatAppendingToItDoesNotOverwrite(t *testing.T) {
	v := New(Text)
	v.AppendString("ab")
	v.AppendString("cd")
	_ = append(v.Str(0), 'X')
	if !bytes.Equal(v.Str(1), []byte("cd")) {
		t.Errorf("row 1 became %q", v.Str(1))
	}
}

func BenchmarkAppendRows(b *testing.B) {
	for _, k := range []Kind{Int64, Text} {
		for _, nulls := range []bool{false, true} {
			b.Run(fmt.Sprintf("%v nulls=%v", k, nulls), func(b *testing.B) {
				src, rows := New(k), []int32{}
				for i := range BatchRows {
					switch {
					case nulls && i%7 == 0:
						src.AppendNull()
					case k == Text:
						src.AppendString("some value")
					default:
						src.AppendInt(int64(i))
					}
					if i%2 == 0 {
						rows = append(rows, int32(i))
					}
				}
				dst := New(k)
				for b.Loop() {
					Gather(dst, src, rows)
				}
				b.ReportMetric(float64(b.N)*float64(len(rows))/b.Elapsed().Seconds()/1e6, "Mrows/s")
			})
		}
	}
}
