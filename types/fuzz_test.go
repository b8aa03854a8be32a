package types_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	. "github.com/flare-pg/flare-pg/types"
)

// fuzzed maps a byte to a type, so that one target covers them all.
func fuzzed(which byte) OID {
	all := All()
	return all[int(which)%len(all)].OID
}

func indexOf(oid OID) byte {
	for i, t := range All() {
		if t.OID == oid {
			return byte(i)
		}
	}
	return 0
}

// checkRead checks what holds of every reader: an error is a *Error and appends nothing, a success
// appends one value, which can be shown in every form.
func checkRead(t *testing.T, oid OID, v *column.Vector, err error) {
	if err != nil {
		var e *Error
		if !errors.As(err, &e) || len(e.Code) != 5 || e.Message == "" {
			t.Fatalf("%s: error %#v", FormatType(oid, -1), err)
		}
		if v.Len != 0 {
			t.Fatalf("%s: an error appended a value", FormatType(oid, -1))
		}
		return
	}
	if v.Len != 1 || v.Null(0) {
		t.Fatalf("%s: %d values", FormatType(oid, -1), v.Len)
	}
	text := AppendText(nil, nil, oid, v, 0)
	AppendKey(nil, oid, v, 0)
	if c := Compare(oid, v, 0, v, 0); c != 0 {
		t.Fatalf("%s %q is not equal to itself", FormatType(oid, -1), text)
	}
	if j := AppendJSON(nil, nil, oid, v, 0); oid != Char { // one byte of "char" may be no character
		if err := CheckJSON(j); err != nil {
			t.Fatalf("%s %q as JSON: %v", FormatType(oid, -1), j, err)
		}
	}
	if _, err := AppendBinary(nil, nil, oid, v, 0); err != nil {
		var e *Error
		if !errors.As(err, &e) || e.Code != CodeFeatureNotSupported {
			t.Fatalf("%s %q in binary: %v", FormatType(oid, -1), text, err)
		}
	}
}

func FuzzParseText(f *testing.F) {
	for _, in := range inputs {
		name, _, _ := strings.Cut(in.as, "(")
		oid, err := ParseTypeName(name)
		if err != nil {
			continue // "interval day to hour" and the like: the plain type is among them, too
		}
		for _, s := range in.texts {
			f.Add(indexOf(oid), int32(-1), []byte(s))
		}
	}
	f.Add(indexOf(Numeric), int32(5<<16|2)+4, []byte("123.456"))
	f.Add(indexOf(BPChar), int32(7), []byte("ä"))
	f.Add(indexOf(JSONB), int32(-1), []byte(strings.Repeat("[", 7000)))
	f.Fuzz(func(t *testing.T, which byte, typmod int32, s []byte) {
		if typmod > 1<<20 {
			typmod %= 1 << 20 // char(n) is padded to its length: keep it small
		}
		oid := fuzzed(which)
		v := column.New(KindOf(oid))
		checkRead(t, oid, v, ParseText(v, nil, oid, typmod, s))
	})
}

func FuzzParseBinary(f *testing.F) {
	for _, oid := range drawn {
		for _, s := range []string{"", "\x00", "\x00\x01\x02\x03", "\x80\x00\x00\x00\x00\x00\x00\x00", "\x7f\xff\xff\xff\xff\xff\xff\xff",
			"\x00\x01\x00\x00\x00\x00\x00\x02\x00\x05", "\x00\x00\x00\x00\xc0\x00\x00\x00", "\x01{\"a\":1}",
			"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x17\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\x05",
			"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x17\x7f\xff\xff\xff\x00\x00\x00\x01"} {
			f.Add(indexOf(oid), []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, which byte, b []byte) {
		oid := fuzzed(which)
		v := column.New(KindOf(oid))
		checkRead(t, oid, v, ParseBinary(v, nil, oid, -1, b))
	})
}
