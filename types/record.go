package types

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
)

// A value of type record lies in a Text vector and says itself what it is made of, so that it can be shown, compared and turned into JSON
// wherever it comes from:
//
//	┌────────┬─────────────────────────────────────────────┬─────────────────┬─────────────────────────┐
//	│ fields │ fields × (type, length of its name, name)   │ bitmap of nulls │ fields that aren't null │
//	│ uvarint│ uvarint, uvarint, bytes                     │ 1 bit a field   │ as elements of an array │
//	└────────┴─────────────────────────────────────────────┴─────────────────┴─────────────────────────┘

// Field is a field of a record: its name and type.
type Field struct {
	Name string
	Type OID
}

// Row is a record taken apart: Values[k] holds field k in its one row.
type Row struct {
	Fields []Field
	Values []*column.Vector
}

// RowHead is the beginning of every record with these fields: what AppendRecord wants.
func RowHead(fields []Field) []byte {
	dst := binary.AppendUvarint(nil, uint64(len(fields)))
	for _, f := range fields {
		dst = binary.AppendUvarint(dst, uint64(f.Type))
		dst = binary.AppendUvarint(dst, uint64(len(f.Name)))
		dst = append(dst, f.Name...)
	}
	return dst
}

// AppendRecord appends the record of row i of values, whose names and types stand in head.
func AppendRecord(dst, head []byte, values []*column.Vector, i int) []byte {
	dst = append(dst, head...)
	at := len(dst)
	dst = append(dst, make([]byte, (len(values)+7)/8)...)
	for k, v := range values {
		if v.Null(i) {
			dst[at+k>>3] |= 1 << (k & 7)
		}
	}
	for _, v := range values {
		if !v.Null(i) {
			dst = appendElement(dst, v, i)
		}
	}
	return dst
}

// ReadRowHead gives the fields that a head lists; none where it is no head.
func ReadRowHead(s []byte) []Field {
	fields, _ := readRowHead(s)
	return fields
}

func readRowHead(s []byte) (fields []Field, rest []byte) {
	number := func() (int, bool) {
		x, n := binary.Uvarint(s)
		if n <= 0 || x > 1<<32 {
			return 0, false
		}
		s = s[n:]
		return int(x), true
	}
	n, ok := number()
	if !ok || n > len(s) {
		return nil, nil
	}
	fields = make([]Field, n)
	for i := range fields {
		t, ok := number()
		size, ok2 := number()
		if !ok || !ok2 || size > len(s) || KindOf(OID(t)) == column.Invalid {
			return nil, nil
		}
		fields[i] = Field{Type: OID(t), Name: string(s[:size])}
		s = s[size:]
	}
	return fields, s
}

// ReadRecord takes a record apart. Bytes that are no record have no fields.
func ReadRecord(s []byte) Row {
	var r Row
	var rest []byte
	r.Fields, rest = readRowHead(s)
	m := (len(r.Fields) + 7) / 8
	if m > len(rest) {
		return Row{}
	}
	bitmap, rest := rest[:m], rest[m:]
	ok := true
	for i, f := range r.Fields {
		v := column.New(KindOf(f.Type))
		if bitmap[i>>3]>>(i&7)&1 != 0 {
			v.AppendNull()
		} else if rest, ok = readElement(v, rest); !ok {
			return Row{}
		}
		r.Values = append(r.Values, v)
	}
	return r
}

// appendRecordText is record's output: (1,"a b",) with nulls as nothing.
func appendRecordText(dst []byte, env *Env, s []byte) []byte {
	r := ReadRecord(s)
	dst = append(dst, '(')
	var buf []byte
	for i, f := range r.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		if r.Values[i].Null(0) {
			continue
		}
		buf = AppendText(buf[:0], env, f.Type, r.Values[i], 0)
		if len(buf) > 0 && !bytes.ContainsAny(buf, "(),\"\\"+spaces) {
			dst = append(dst, buf...)
			continue
		}
		dst = append(dst, '"')
		for _, c := range buf {
			if c == '"' || c == '\\' {
				dst = append(dst, c)
			}
			dst = append(dst, c)
		}
		dst = append(dst, '"')
	}
	return append(dst, ')')
}

// appendRecordBinary: the number of fields, and of each its type, the length of its binary form (-1: null) and that form.
func appendRecordBinary(dst []byte, env *Env, s []byte) ([]byte, error) {
	r := ReadRecord(s)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(r.Fields)))
	var err error
	for i, f := range r.Fields {
		dst = binary.BigEndian.AppendUint32(dst, f.Type)
		if dst, err = appendBinaryField(dst, env, f.Type, r.Values[i], 0); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func parseRecordBinary(*column.Vector, *Env, []byte) error {
	return Errorf(CodeFeatureNotSupported, "input of anonymous composite types is not implemented")
}

// appendRecordJSON is what row_to_json makes: an object of the fields. Fields without a name are f1, f2 ….
func appendRecordJSON(dst []byte, env *Env, s []byte) []byte {
	return AppendRowJSON(dst, env, s, ",")
}

// AppendRowJSON is row_to_json with what stands between fields.
func AppendRowJSON(dst []byte, env *Env, s []byte, comma string) []byte {
	r := ReadRecord(s)
	dst = append(dst, '{')
	for i, f := range r.Fields {
		if i > 0 {
			dst = append(dst, comma...)
		}
		dst = append(AppendJSONString(dst, []byte(FieldName(f, i))), ':')
		if r.Values[i].Null(0) {
			dst = append(dst, "null"...)
		} else {
			dst = AppendJSON(dst, env, f.Type, r.Values[i], 0)
		}
	}
	return append(dst, '}')
}

// FieldName is the name of field i of a record: f1, f2 … where it was not given one.
func FieldName(f Field, i int) string {
	if f.Name != "" {
		return f.Name
	}
	return "f" + strconv.Itoa(i+1)
}

// compareRecords orders records field by field, nulls last. Fields of different types are ordered by their types: statements that
// compare such records are refused before (42804).
func compareRecords(a, b []byte) int {
	x, y := ReadRecord(a), ReadRecord(b)
	for i := range min(len(x.Fields), len(y.Fields)) {
		if c := cmp.Compare(x.Fields[i].Type, y.Fields[i].Type); c != 0 {
			return c
		}
		if c := compareNullsLast(x.Fields[i].Type, x.Values[i], 0, y.Values[i], 0); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x.Fields), len(y.Fields))
}

func appendRecordKey(dst, s []byte) []byte {
	r := ReadRecord(s)
	dst = binary.AppendUvarint(dst, uint64(len(r.Fields)))
	for i, f := range r.Fields {
		dst = AppendKey(binary.AppendUvarint(dst, uint64(f.Type)), f.Type, r.Values[i], 0)
	}
	return dst
}
