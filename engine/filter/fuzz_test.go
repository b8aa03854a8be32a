package filter

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// FuzzDecode puts right checksums into what it is given, since no fuzzer guesses them: no bytes make the decoder fail in another way than with the damage named,
// or what it gives.
func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, 2, []part{
		{Values, []string{"a"}, [][]string{{"x", "y"}, nil}, make([]bool, 2)},
		{Trigrams, []string{"@x", "b"}, [][]string{{"Exception"}, {"at"}}, make([]bool, 2)},
	}))
	f.Add(encoded(f, 2, []part{{Messages, nil, [][]string{{"{A} is {B}", ""}, nil}, []bool{false, true}}}))
	f.Add(encoded(f, 1, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > HeaderBytes {
			n := min(int(binary.LittleEndian.Uint32(b[24:])), len(b)-HeaderBytes)
			if n >= 0 {
				binary.LittleEndian.PutUint32(b[28:], sum(b[HeaderBytes:HeaderBytes+n]))
			}
			binary.LittleEndian.PutUint32(b[32:], sum(b[:32]))
		}
		n, err := DirectoryBytes(b, "x")
		if err != nil {
			return
		}
		d, err := DecodeDirectory(b[:min(len(b), HeaderBytes+n)], int64(len(b)), "x")
		var damaged *damage.Error
		if err != nil {
			if !errors.As(err, &damaged) {
				t.Fatal(err)
			}
			return
		}
		for i := range d.Sections {
			s := &d.Sections[i]
			body := b[s.Offset : s.Offset+s.Length]
			s.Sum = sum(body)
			p, err := s.Decode(body, d.Pages, "x")
			if err != nil {
				if !errors.As(err, &damaged) {
					t.Fatal(err)
				}
				continue
			}
			if len(p.Templates()) > MaxTemplates {
				t.Fatalf("%d templates", len(p.Templates()))
			}
			for page := range min(int(d.Pages), 8) {
				for _, k := range []uint64{0, 1, 1 << 63, ^uint64(0), Key([]byte("x"))} {
					p.Lacks(page, k, true)
				}
			}
		}
	})
}
