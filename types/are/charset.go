package are

import "unicode"

// charSet is a set of characters.
type charSet struct {
	ascii   [2]uint64
	ranges  []rune // pairs of first and last
	classes []func(c rune) bool
	negated bool
	fold    bool
	noLine  bool // a newline is not in it, whatever the rest says
}

// finish computes what is asked for most.
func (s *charSet) finish() *charSet {
	for c := rune(0); c < 128; c++ {
		if s.slow(c) {
			s.ascii[c>>6] |= 1 << (c & 63)
		}
	}
	return s
}

func (s *charSet) has(c rune) bool {
	if c < 128 {
		return s.ascii[c>>6]>>(c&63)&1 != 0
	}
	return s.slow(c)
}

func (s *charSet) slow(c rune) bool {
	if s.noLine && c == '\n' {
		return false
	}
	in := s.holds(c)
	if !in && s.fold {
		in = s.holds(unicode.ToLower(c)) || s.holds(unicode.ToUpper(c))
	}
	return in != s.negated
}

func (s *charSet) holds(c rune) bool {
	for i := 0; i < len(s.ranges); i += 2 {
		if c >= s.ranges[i] && c <= s.ranges[i+1] {
			return true
		}
	}
	for _, class := range s.classes {
		if class(c) {
			return true
		}
	}
	return false
}

func oneChar(c rune, fold bool) *charSet {
	return (&charSet{ranges: []rune{c, c}, fold: fold}).finish()
}

func isWord(c rune) bool { return c == '_' || isAlnum(c) }

func isAlnum(c rune) bool { return unicode.IsLetter(c) || unicode.Is(unicode.Nd, c) }

func isSpace(c rune) bool {
	return c == ' ' || c >= '\t' && c <= '\r' || c == 0x85 || c > 0x85 && c != 0xa0 && c != 0x2007 && c != 0x202f && unicode.Is(unicode.Z, c)
}

// classes are the named sets of characters.
var classes = map[string]func(c rune) bool{
	"alpha":  unicode.IsLetter,
	"digit":  func(c rune) bool { return c >= '0' && c <= '9' },
	"alnum":  isAlnum,
	"upper":  unicode.IsUpper,
	"lower":  unicode.IsLower,
	"space":  isSpace,
	"punct":  func(c rune) bool { return unicode.IsPunct(c) || unicode.IsSymbol(c) },
	"xdigit": func(c rune) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' && c < 128 },
	"cntrl":  unicode.IsControl,
	"blank": func(c rune) bool {
		return c == ' ' || c == '\t' || c > 0x85 && c != 0xa0 && c != 0x2007 && c != 0x202f && unicode.Is(unicode.Zs, c)
	},
	"print": unicode.IsPrint,
	"graph": func(c rune) bool { return unicode.IsGraphic(c) && !unicode.IsSpace(c) },
	"word":  isWord,
}

// charNames are the names that brackets may call characters by: [.period.].
var charNames = map[string]rune{
	"NUL": 0, "SOH": 1, "STX": 2, "ETX": 3, "EOT": 4, "ENQ": 5, "ACK": 6, "BEL": 7, "alert": 7, "BS": 8, "backspace": 8, "HT": 9, "tab": 9, "LF": 10, "newline": 10,
	"VT": 11, "vertical-tab": 11, "FF": 12, "form-feed": 12, "CR": 13, "carriage-return": 13, "SO": 14, "SI": 15, "DLE": 16, "DC1": 17, "DC2": 18, "DC3": 19,
	"DC4": 20, "NAK": 21, "SYN": 22, "ETB": 23, "CAN": 24, "EM": 25, "SUB": 26, "ESC": 27, "IS4": 28, "FS": 28, "IS3": 29, "GS": 29, "IS2": 30, "RS": 30, "IS1": 31,
	"US": 31, "space": ' ', "exclamation-mark": '!', "quotation-mark": '"', "number-sign": '#', "dollar-sign": '$', "percent-sign": '%', "ampersand": '&',
	"apostrophe": '\'', "left-parenthesis": '(', "right-parenthesis": ')', "asterisk": '*', "plus-sign": '+', "comma": ',', "hyphen": '-', "hyphen-minus": '-',
	"period": '.', "full-stop": '.', "slash": '/', "solidus": '/', "zero": '0', "one": '1', "two": '2', "three": '3', "four": '4', "five": '5', "six": '6',
	"seven": '7', "eight": '8', "nine": '9', "colon": ':', "semicolon": ';', "less-than-sign": '<', "equals-sign": '=', "greater-than-sign": '>', "question-mark": '?',
	"commercial-at": '@', "left-square-bracket": '[', "backslash": '\\', "reverse-solidus": '\\', "right-square-bracket": ']', "circumflex": '^',
	"circumflex-accent": '^', "underscore": '_', "low-line": '_', "grave-accent": '`', "left-brace": '{', "left-curly-bracket": '{', "vertical-line": '|',
	"right-brace": '}', "right-curly-bracket": '}', "tilde": '~', "DEL": 127,
}
