package event

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSkipUTF8EndsAtASCIIOrWhatIsNotWellFormed(t *testing.T) {
	piece := rapid.OneOf(
		rapid.SliceOfN(rapid.ByteRange(0x80, 0xff), 1, 4),
		rapid.Map(rapid.StringOfN(rapid.RuneFrom([]rune("éЖяÀ\u0080߿")), 1, 6, -1), func(s string) []byte { return []byte(s) }),
		rapid.Map(rapid.StringOfN(rapid.RuneFrom([]rune("数据\u0800\ud7ff\ue000\uffff😀")), 1, 6, -1), func(s string) []byte { return []byte(s) }),
		rapid.SampledFrom([][]byte{{'x'}, {0xc0, 0x80}, {0xc1, 0xbf}, {0xe0, 0x9f, 0xbf}, {0xed, 0xa0, 0x80}, {0xf4, 0x90, 0x80, 0x80}}),
	)
	rapid.Check(t, func(t *rapid.T) {
		var text []byte
		for _, p := range rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces") {
			text = append(text, p...)
		}
		want := 0
		for want < len(text) && text[want] >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(text[want:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			want += n
		}
		if got := skipUTF8(text, 0); got != want {
			t.Fatalf("%x: %d, want %d", text, got, want)
		}
	})
}

// Every character of two and of three bytes, among others of its kind, is well-formed, and so is no other sequence of so many bytes.
func TestSkipUTF8OfEachSequence(t *testing.T) {
	for first := 0x80; first < 0x100; first++ {
		for second := range 0x100 {
			two := []byte{0xd0, 0xb6, byte(first), byte(second), 0xd0, 0xb6, 0xd0, 0xb6}
			checkSkip(t, two)
			for _, third := range []byte{0x7f, 0x80, 0xbf, 0xc0} {
				checkSkip(t, []byte{0xe6, 0x95, 0xb0, byte(first), byte(second), third, 0xe6, 0x95, 0xb0})
			}
		}
	}
}

func checkSkip(t *testing.T, text []byte) {
	t.Helper()
	if got := skipUTF8(text, 0); (got == len(text)) != (utf8.Valid(text) && allHigh(text)) {
		t.Fatalf("%x: ends at %d", text, got)
	}
}

func allHigh(text []byte) bool {
	for _, c := range text {
		if c < utf8.RuneSelf {
			return false
		}
	}
	return true
}
