package function

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/types"
)

// The patterns that to_char, to_date and to_timestamp know for times: a format is a list of nodes, each a field with its modifiers, a
// separator, a space, or a character that stands for itself.

// timeKey is a pattern.
type timeKey struct {
	name   string
	field  string // its name in upper case: what it stands for
	digits bool   // reads a number, so that digits before it need a fixed width
	era    byte   // of dates: 'g' Gregorian, 'w' ISO weeks, 0 neither
}

// timeNode is a part of a format.
type timeNode struct {
	kind  byte // 'f' a field, 's' a separator, ' ' a space, 'c' another character; 0 the end
	key   *timeKey
	fill  bool   // FM: no padding
	local bool   // TM: names in the session's language, which is C's
	th    string // TH or th, "" none
	text  string // the character
}

// timeKeys by their first byte, longer ones first.
var timeKeys = makeTimeKeys()

func makeTimeKeys() (keys [256][]timeKey) {
	add := func(digits bool, era byte, names string) {
		for n := range strings.FieldsSeq(names) {
			keys[n[0]] = append(keys[n[0]], timeKey{n, strings.ToUpper(n), digits, era})
		}
	}
	both := func(digits bool, era byte, names string) {
		add(digits, era, names)
		add(digits, era, strings.ToLower(names))
	}
	both(false, 0, "A.D. A.M. B.C. P.M. AD AM BC PM")
	both(false, 'g', "MONTH MON RM")
	both(false, 0, "DAY DY")
	add(false, 'g', "Month Mon")
	add(false, 0, "Day Dy")
	both(false, 0, "FF1 FF2 FF3 FF4 FF5 FF6 FX OF TZH TZ")
	both(true, 0, "TZM SSSSS SSSS HH24 HH12 HH MI MS US SS Q CC J")
	both(true, 'w', "IDDD ID IW IYYY IYY IY I")
	both(true, 'g', "DDD DD D MM WW W Y,YYY YYYY YYY YY Y")
	for c := range keys {
		sortByLength(keys[c])
	}
	for c := range keys {
		for i := range keys[c] {
			switch k := &keys[c][i]; k.field {
			case "CC", "J", "Q":
				k.era = 0
			}
		}
	}
	return keys
}

func sortByLength(keys []timeKey) {
	for i := range keys {
		for j := i; j > 0 && len(keys[j].name) > len(keys[j-1].name); j-- {
			keys[j], keys[j-1] = keys[j-1], keys[j]
		}
	}
}

func timeKeyAt(format []byte) *timeKey {
	if len(format) == 0 {
		return nil
	}
	keys := timeKeys[format[0]]
	for i := range keys {
		if strings.HasPrefix(string(format[:min(len(format), 8)]), keys[i].name) {
			return &keys[i]
		}
	}
	return nil
}

// separator reports whether a byte of a format or of what it reads is a mark between fields.
func separator(c byte) bool {
	return c > ' ' && c < 0x7f && !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z')
}

func blank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// mostFormat is how long a format may be, in bytes: what is kept of one takes up to 64 times as much.
const mostFormat = 4 << 20

func checkFormat(format []byte) error {
	if len(format) > mostFormat {
		return types.Errorf(types.CodeProgramLimitExceeded, "format of %d bytes is too long", len(format)).WithHint("A format may have %d bytes.", mostFormat)
	}
	return nil
}

// parseTimeFormat takes a format apart.
func parseTimeFormat(format []byte) ([]timeNode, error) {
	if err := checkFormat(format); err != nil {
		return nil, err
	}
	var nodes []timeNode
	for f := format; len(f) > 0; {
		n := timeNode{}
		if len(f) >= 2 {
			switch string(f[:2]) {
			case "FM", "fm":
				n.fill, f = true, f[2:]
			case "TM", "tm":
				n.local, f = true, f[2:]
			}
		}
		if key := timeKeyAt(f); key != nil {
			n.kind, n.key, f = 'f', key, f[len(key.name):]
			if len(f) >= 2 {
				switch s := string(f[:2]); s {
				case "TH", "th":
					n.th, f = s, f[2:]
				case "SP":
					f = f[2:]
				}
			}
			nodes = append(nodes, n)
			continue
		}
		if len(f) == 0 {
			break
		}
		if f[0] == '"' {
			var quoted []byte
			quoted, f = quotedText(f)
			for len(quoted) > 0 {
				_, w := utf8.DecodeRune(quoted)
				nodes = append(nodes, timeNode{kind: 'c', text: string(quoted[:w])})
				quoted = quoted[w:]
			}
			continue
		}
		if f[0] == '\\' && len(f) > 1 && f[1] == '"' {
			f = f[1:]
		}
		_, w := utf8.DecodeRune(f)
		kind := byte('c')
		switch {
		case separator(f[0]):
			kind = 's'
		case blank(f[0]):
			kind = ' '
		}
		nodes = append(nodes, timeNode{kind: kind, text: string(f[:w])})
		f = f[w:]
	}
	return nodes, nil
}

// quotedText reads quoted text at the start of a format; a backslash takes the next character as it is.
func quotedText(f []byte) (text, rest []byte) {
	for f = f[1:]; len(f) > 0; {
		if f[0] == '"' {
			return text, f[1:]
		}
		if f[0] == '\\' && len(f) > 1 {
			f = f[1:]
		}
		text, f = append(text, f[0]), f[1:]
	}
	return text, nil
}

// remembered keeps what was made of the last text: formats are mostly the same in all rows.
type remembered[T any] struct {
	text  []byte
	value T
	some  bool
}

func (r *remembered[T]) of(text []byte, make func([]byte) (T, error)) (T, error) {
	if r.some && bytes.Equal(r.text, text) {
		return r.value, nil
	}
	v, err := make(text)
	if err == nil {
		r.text, r.value, r.some = append(r.text[:0], text...), v, true
	}
	return v, err
}
