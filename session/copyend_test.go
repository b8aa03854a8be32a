package session

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestUntilMarker(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"a\nb", "a\nb"},
		{"a\n\\.\n", "a\n"},
		{"a\n\\.\r\n", "a\n"},
		{"a\n\\.", "a\n"},
		{"\\.\n{}\n", ""},
		{"a\\.\nb\n", "a\\.\nb\n"},
		{"a\n\\.x\nb\n", "a\n\\.x\nb\n"},
		{long + "\n\\.\n", long + "\n"},
		{long + "\\.\n" + long, long + "\\.\n" + long},
	} {
		for name, r := range map[string]io.Reader{
			"whole": strings.NewReader(c.in), "byte by byte": iotest.OneByteReader(strings.NewReader(c.in)), "halves": iotest.HalfReader(strings.NewReader(c.in)),
		} {
			got, err := io.ReadAll(newUntilMarker(r))
			if err != nil || string(got) != c.want {
				t.Errorf("%s of %.20q: %.20q, %v; want %.20q", name, c.in, got, err, c.want)
			}
		}
	}
}
