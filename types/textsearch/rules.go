package textsearch

import (
	"fmt"
	"strings"
)

// grammar is the default parser's automaton, a line a state:
//
//	state: test action | test action | …
//
// The first test that the next character passes decides. A test is the character itself, or
//
//	eof       the text has ended
//	ascii     a letter of ASCII; alpha any letter; digit 0-9; alnum alpha or digit; other neither; mark, space, hex, url as in chars.go
//	ignored   the text is a script or a style sheet
//	stop      a host alone is wanted, asked once
//	host      a host begins here, and is passed over; path: characters of a URL do
//	*         always
//
// and an action is
//
//	state              take the character, go on in the state (. the same one)
//	try state          the same, but where that ends in "fail" come back to this character, and to the test behind this one
//	fail
//	keep state         as state, and forget the last "try"
//	back state         go to the state without taking the character
//	join               take the character, go back to the state that tried, there with the test behind the try
//	emit type [state]  a token ends before the character; the next one begins in the state, or in base
//
// Behind an action may stand !name: the special action of package parser.go.
const grammar = `
base: eof . | < try tagFirst | ignored blank | ascii asciiWord | alpha word | digit uint | - try sintFirst | + try sintFirst | & try entityFirst | ~ try fileTilde | / try fileFirst | . try pathFirstFirst | * blank
numWord: eof emit numword | alnum . | mark . | @ try email | / try fileFirst | . try fileNext | - try hyphenNumFirst | * emit numword
asciiWord: eof emit asciiword | ascii . | . try hostFirstDomain | . try fileNext | - try hostFirst | - try hyphenAsciiFirst | _ try hostFirst | @ try email | : try protocolFirst | / try fileFirst | digit try host | digit numWord | alpha word | mark word | * emit asciiword
word: eof emit word | alpha . | mark . | digit numWord | - try hyphenWordFirst | * emit word
uint: eof emit uint | digit . | . try hostFirstDomain | . try udecimalFirst | e try mantissaFirst | E try mantissaFirst | - try hostFirst | _ try hostFirst | @ try email | ascii try host | alpha numWord | mark numWord | / try fileFirst | * emit uint
sintFirst: digit keep sint | * fail
sint: eof emit int | digit . | . try decimalFirst | e try mantissaFirst | E try mantissaFirst | * emit int
blank: eof emit blank | < emit blank | ignored . | - emit blank | + emit blank | & emit blank | / emit blank | other . | * emit blank
udecimalFirst: digit keep udecimal | * fail
udecimal: eof emit float | digit . | . try versionFirst | e try mantissaFirst | E try mantissaFirst | * emit float
decimalFirst: digit keep decimal | * fail
decimal: eof emit float | digit . | . try signedVersion | e try mantissaFirst | E try mantissaFirst | * emit float
signedVersion: digit back versionSign !restart | * fail
versionSign: eof fail | digit emit blank uint | * .
versionFirst: digit keep version | * fail
version: eof emit version | digit . | . try versionFirst | * emit version
mantissaFirst: digit keep mantissa | + mantissaSign | - mantissaSign | * fail
mantissaSign: digit keep mantissa | * fail
mantissa: eof emit sfloat | digit . | * emit sfloat
entityFirst: # entityNumberFirst | ascii entity | : entity | _ entity | * fail
entity: alnum . | : . | _ . | . . | - . | ; entityEnd | * fail
entityNumberFirst: x entityHexFirst | X entityHexFirst | digit entityNumber | * fail
entityHexFirst: hex entityHex | * fail
entityNumber: digit . | ; entityEnd | * fail
entityHex: hex . | ; entityEnd | * fail
entityEnd: * emit entity
tagFirst: / try tagCloseFirst | ! try commentFirst | ? try xmlFirst | ascii try tagName | : try tagName | _ try tagName | * fail
xmlFirst: x tag | * fail
tagCloseFirst: ascii tagName | * fail
tagName: eof fail | / tagEmpty | > tagEnd !script | space tag !script | alnum . | : . | _ . | . . | - . | * fail
tagEmpty: > tagEnd | * fail
tag: eof fail | > tagEnd !script | ' tagQuote | " tagQuotes | ascii . | digit . | = . | - . | _ . | # . | / . | : . | . . | & . | ? . | % . | ~ . | space . !script | * fail
tagQuote: eof fail | \ try tagEscape | ' tag | * .
tagQuotes: eof fail | \ try tagEscape | " tag | * .
tagEscape: eof fail | * join
tagEnd: * emit tag
commentFirst: - commentLast | D tag | d tag | * fail
commentLast: - comment | * fail
comment: eof fail | - commentClose | * .
commentClose: eof fail | - commentCloseLast | * comment
commentCloseLast: eof fail | - . | > tagEnd | * comment
hostFirstDomain: ascii hostDomainSecond | digit host | * fail
hostDomainSecond: eof fail | ascii hostDomain | digit try host | - try hostFirst | _ try hostFirst | . try hostFirstDomain | @ try email | * fail
hostDomain: eof emit host | ascii . | digit try host | : try portFirst | - try hostFirst | _ try hostFirst | . try hostFirstDomain | @ try email | digit fail | stop emit host urlPathStart | / try furl | * emit host
portFirst: digit port | * fail
port: eof emit host | digit . | stop emit host urlPathStart | / try furl | * emit host
hostFirst: digit host | ascii host | * fail
host: eof fail | digit . | ascii . | @ try email | . try hostFirstDomain | - try hostFirst | _ try hostFirst | * fail
email: stop fail | host emit email | * fail
fileFirst: eof fail | ascii file | digit file | . pathFirst | _ file | ~ try fileTilde | * fail
fileTilde: ascii file | digit file | _ file | / fileFirst | * fail
pathFirst: ascii file | digit file | _ file | . pathSecond | / fileFirst | * fail
pathFirstFirst: . pathSecond | / fileFirst | * fail
pathSecond: eof emit file | / try fileFirst | / emit file | space emit file | * fail
file: eof emit file | ascii . | digit . | . try fileNext | _ . | - . | / try fileFirst | * emit file
fileNext: ascii keep file | digit keep file | _ keep file | * fail
urlPathStart: * urlPath
urlPath: eof emit url_path | url . | * emit url_path
furl: eof fail | path emit url !again | * fail
protocolFirst: / protocolSecond | * fail
protocolSecond: / protocolEnd | * fail
protocolEnd: * emit protocol
hyphenAsciiFirst: ascii hyphenAscii | alpha hyphenWord | digit hyphenDigits | * fail
hyphenAscii: eof emit asciihword parts !rewind | ascii . | alpha hyphenWord | mark hyphenWord | digit hyphenNum | - try hyphenAsciiFirst | * emit asciihword parts !rewind
hyphenWordFirst: alpha hyphenWord | digit hyphenDigits | * fail
hyphenWord: eof emit hword parts !rewind | alpha . | mark . | digit hyphenNum | - try hyphenWordFirst | * emit hword parts !rewind
hyphenNumFirst: alpha hyphenNum | digit hyphenDigits | * fail
hyphenNum: eof emit numhword parts !rewind | alnum . | mark . | - try hyphenNumFirst | * emit numhword parts !rewind
hyphenDigits: eof fail | digit . | alpha hyphenNum | mark hyphenNum | * fail
parts: eof back base | ascii partAscii | alpha partWord | digit try partDigits | - try partHyphen | * back base
partHyphen: eof fail | alnum emit blank parts | mark emit blank parts | * fail
partWord: eof emit hword_part | alpha . | mark . | digit partNum | * emit hword_part parts
partAscii: eof emit hword_asciipart | ascii . | alpha partWord | mark partWord | digit partNum | * emit hword_asciipart parts
partNum: eof emit hword_numpart | alnum . | mark . | * emit hword_numpart parts
partDigits: eof fail | digit . | alpha keep partNum | mark keep partNum | * fail
`

type verb uint8

const (
	next verb = iota
	try
	fail
	keep
	back
	join
	emit
)

type test uint8

const (
	isChar test = iota
	isEnd
	isAscii
	isAlpha
	isDigit
	isAlnum
	isOther
	isMark
	isSpaceChar
	isHex
	isURL
	isIgnored
	isStop
	isHost
	isPath
	always
)

var tests = map[string]test{
	"eof": isEnd, "ascii": isAscii, "alpha": isAlpha, "digit": isDigit, "alnum": isAlnum, "other": isOther, "mark": isMark,
	"space": isSpaceChar, "hex": isHex, "url": isURL, "ignored": isIgnored, "stop": isStop, "host": isHost, "path": isPath, "*": always,
}

type special uint8

var specials = map[string]special{"": nothing, "!script": script, "!restart": restart, "!rewind": rewind, "!again": again}

const (
	nothing special = iota
	script          // a script or a style sheet begins or ends with this tag
	restart         // the token begins anew at its first character
	rewind          // the next token begins where this one did
	again           // rewind, and of the URL only the host is wanted then
)

type state uint8

type rule struct {
	test    test
	char    byte
	verb    verb
	special special
	to      state
	token   TokenType
}

// automaton is the compiled grammar.
type automaton struct {
	names map[string]state
	rules [][]rule
	// first is the rule that decides for a character of ASCII, or for the end at 128; unknown where the character alone does not say.
	first [][129]uint8
}

const unknown = 255

// base is where a token begins; the grammar's first state.
const base state = 0

var machine = compile()

// compile reads the grammar. It panics where that is wrong, which a test would meet at once.
func compile() *automaton {
	a := &automaton{names: map[string]state{}}
	types := map[string]TokenType{}
	for i, t := range TokenTypes {
		types[t.Alias] = TokenType(i + 1)
	}
	lines := strings.Split(strings.TrimSpace(grammar), "\n")
	for i, line := range lines {
		name, _, _ := strings.Cut(line, ":")
		a.names[name] = state(i)
	}
	named := func(name string) state {
		s, ok := a.names[name]
		if !ok {
			panic("textsearch: no state " + name)
		}
		return s
	}
	for i, line := range lines {
		_, text, _ := strings.Cut(line, ": ")
		var rules []rule
		for part := range strings.SplitSeq(text, " | ") {
			w := strings.Fields(part)
			r := rule{to: state(i)}
			if t, ok := tests[w[0]]; ok {
				r.test = t
			} else if len(w[0]) == 1 {
				r.char = w[0][0]
			} else {
				panic("textsearch: no test " + w[0])
			}
			if last := w[len(w)-1]; last[0] == '!' && len(last) > 1 {
				r.special, w = specials[last], w[:len(w)-1]
			}
			switch w[1] {
			case "try", "keep", "back":
				r.verb = map[string]verb{"try": try, "keep": keep, "back": back}[w[1]]
				r.to = named(w[2])
			case "fail":
				r.verb = fail
			case "join":
				r.verb = join
			case "emit":
				r.verb, r.to = emit, named("base")
				if r.token = types[w[2]]; r.token == 0 {
					panic("textsearch: no token type " + w[2])
				}
				if len(w) > 3 {
					r.to = named(w[3])
				}
			case ".":
			default:
				r.to = named(w[1])
			}
			rules = append(rules, r)
		}
		if len(rules) >= unknown || rules[len(rules)-1].test != always {
			panic(fmt.Sprintf("textsearch: state %d has no last rule", i))
		}
		a.rules = append(a.rules, rules)
		a.first = append(a.first, firstRules(rules))
	}
	return a
}

func firstRules(rules []rule) (first [129]uint8) {
	for c := range first {
		first[c] = unknown
		for i, r := range rules {
			if r.test >= isIgnored && r.test <= isPath {
				break
			}
			var k charClass
			if c < 128 {
				k = asciiClasses[c]
			}
			if r.passes(rune(c), k, c == 128) {
				first[c] = uint8(i)
				break
			}
		}
	}
	return first
}

// passes is a test that the character alone decides.
func (r *rule) passes(c rune, k charClass, end bool) bool {
	switch r.test {
	case isChar:
		return c == rune(r.char) && !end
	case isEnd:
		return end
	case isAscii:
		return k&(letter|ascii) == letter|ascii
	case isAlpha:
		return k&letter != 0
	case isDigit:
		return k&digit != 0
	case isAlnum:
		return k&(letter|digit) != 0
	case isOther:
		return k&(letter|digit) == 0
	case isMark:
		return k&mark != 0
	case isSpaceChar:
		return k&space != 0
	case isHex:
		return k&hexDigit != 0
	case isURL:
		return k&urlChar != 0
	}
	return r.test == always
}
