package types

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/types/pgnames"
)

// FormatType is FormatType for one who may see other schemas' types: their names are qualified where the search path doesn't lead to them.
func (e *Env) FormatType(oid OID, typmod int32) string {
	if _, ok := Lookup(oid); ok || oid == 0 {
		return FormatType(oid, typmod)
	}
	o, ok := e.ObjectByOID(pgnames.Type, oid)
	if !ok {
		return "???"
	}
	if !e.Visible(o) {
		return QuoteIdent(o.Schema) + "." + o.Display
	}
	return o.Display
}

// ParseTypeName finds a type by its name as SQL writes it: with lengths, which are checked and forgotten, words such as "with time zone", brackets, a
// schema in front. The errors are 42601, 42704 and 3F000.
func ParseTypeName(name string) (OID, error) { return (*Env)(nil).ParseTypeName(name) }

// ParseTypeName is ParseTypeName with the schemas and the search path of a session.
func (e *Env) ParseTypeName(name string) (OID, error) {
	p := typeNameParser{env: e, text: name, rest: name}
	if p.next(); p.token == "" {
		return 0, Errorf(CodeSyntaxError, "invalid type name \"%s\"", name)
	}
	parts, array, err := p.typeName()
	switch {
	case err != nil:
		return 0, err
	case p.token != "":
		return 0, p.fail()
	}
	found, err := e.named(pgnames.Type, parts)
	if err != nil {
		return 0, err
	}
	if len(found) > 0 && !array {
		return found[0].OID, nil
	}
	written := strings.Join(parts, ".")
	if array {
		written += "[]"
		if len(found) > 0 {
			if t, ok := Lookup(found[0].OID); ok && t.Array != 0 {
				return t.Array, nil
			}
			if all := e.Find(pgnames.Type, found[0].Schema, "_"+found[0].Name); len(all) == 1 {
				return all[0].OID, nil
			}
		}
	}
	return 0, Errorf(CodeUndefinedObject, "type \"%s\" does not exist", written)
}

// typeNameParser reads SQL's type names, a token at a time.
type typeNameParser struct {
	env   *Env
	text  string
	rest  string // what follows the token
	token string // as written; "" at the end
	word  string // of a name: what it is, folded; "" for other tokens
	ident bool   // the name was quoted: no keyword
}

func (p *typeNameParser) next() {
	s := strings.TrimLeft(p.rest, spaces)
	p.word, p.ident = "", false
	n := 0
	switch {
	case s == "":
	case s[0] == '"':
		if end := closingQuote(s); end > 0 {
			n, p.ident = end+1, true
			p.word = cutName(strings.ReplaceAll(s[1:end], `""`, `"`))
		} else {
			n = len(s)
		}
	case nameByte(s[0]):
		for n < len(s) && (nameByte(s[n]) || isDigit(s[n]) || s[n] == '$') {
			n++
		}
		p.word = cutName(foldName(s[:n]))
	case isDigit(s[0]):
		for n < len(s) && isDigit(s[n]) {
			n++
		}
	default:
		n = 1
	}
	p.token, p.rest = s[:n], s[n:]
}

func nameByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func (p *typeNameParser) fail() error {
	where := "at end of input"
	if p.token != "" {
		where = "at or near \"" + p.token + "\""
	}
	e := Errorf(CodeSyntaxError, "syntax error %s", where)
	e.Where = "invalid type name \"" + p.text + "\""
	return e
}

// accept takes a keyword or a punctuation mark if it is next.
func (p *typeNameParser) accept(token string) bool {
	if p.ident || p.token == "" || p.token != token && p.word != token {
		return false
	}
	p.next()
	return true
}

// need takes what has to be next.
func (p *typeNameParser) need(token string) error {
	if !p.accept(token) {
		return p.fail()
	}
	return nil
}

// typeName reads a type's name: its parts, and whether it is that type's array type.
func (p *typeNameParser) typeName() (parts []string, array bool, err error) {
	if !p.ident && p.word == "setof" {
		return nil, false, Errorf(CodeSyntaxError, "invalid type name \"%s\"", p.text)
	}
	if parts, err = p.simple(); err != nil {
		return nil, false, err
	}
	if p.accept("array") {
		array = true
		if p.token != "[" {
			return parts, true, nil
		}
	}
	for p.accept("[") {
		array = true
		p.number()
		if err := p.need("]"); err != nil {
			return nil, false, err
		}
	}
	return parts, array, nil
}

func (p *typeNameParser) number() {
	if p.token != "" && isDigit(p.token[0]) {
		p.next()
	}
}

// simple reads the name of a type that is no array.
func (p *typeNameParser) simple() ([]string, error) {
	if p.word == "" {
		return nil, p.fail()
	}
	if !p.ident {
		if name := p.keyword(); name != "" {
			zoned, err := p.modifiers(name)
			if zoned {
				name += "tz"
			}
			return []string{"pg_catalog", name}, err
		}
		if keywords[p.word] && !typeWords[p.word] {
			return nil, p.fail()
		}
	}
	parts := []string{p.word}
	for p.next(); p.accept("."); p.next() {
		if p.word == "" {
			return nil, p.fail()
		}
		parts = append(parts, p.word)
	}
	if p.token == "(" {
		if _, err := p.modifiers(""); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// keyword reads the words of a type that has its own place in the grammar and gives its name in pg_type; "" where none is next.
func (p *typeNameParser) keyword() string {
	varying := func(fixed, varying string) string {
		p.next()
		if p.accept("varying") {
			return varying
		}
		return fixed
	}
	switch p.word {
	case "int", "integer":
		p.next()
		return "int4"
	case "smallint":
		p.next()
		return "int2"
	case "bigint":
		p.next()
		return "int8"
	case "real":
		p.next()
		return "float4"
	case "boolean":
		p.next()
		return "bool"
	case "dec", "decimal", "numeric":
		p.next()
		return "numeric"
	case "float":
		p.next()
		short := *p
		if short.accept("(") {
			if n, err := strconv.Atoi(short.token); err == nil && n <= 24 {
				return "float4"
			}
		}
		return "float8"
	case "double":
		before := *p
		if p.next(); p.accept("precision") {
			return "float8"
		}
		*p = before
	case "bit":
		return varying("bit", "varbit")
	case "char", "character":
		return varying("bpchar", "varchar")
	case "varchar":
		p.next()
		return "varchar"
	case "national":
		before := *p
		if p.next(); p.word == "char" || p.word == "character" {
			return varying("bpchar", "varchar")
		}
		*p = before
	case "nchar":
		return varying("bpchar", "varchar")
	case "time", "timestamp", "interval":
		w := p.word
		p.next()
		return w
	}
	return ""
}

// modifiers reads what may follow a type's word: a length in parentheses, and the words of times and intervals.
func (p *typeNameParser) modifiers(name string) (zoned bool, err error) {
	if name == "interval" {
		p.fields()
	}
	if p.accept("(") {
		for {
			if p.token == "-" {
				p.next()
			}
			if p.token == "" || p.token == ")" || p.token == "," {
				return false, p.fail()
			}
			if p.next(); p.accept(")") {
				break
			}
			if err := p.need(","); err != nil {
				return false, err
			}
		}
	}
	if name != "time" && name != "timestamp" || p.ident || p.word != "with" && p.word != "without" {
		return false, nil
	}
	zoned = p.word == "with"
	p.next()
	if err := p.need("time"); err != nil {
		return false, err
	}
	return zoned, p.need("zone")
}

// fields reads the fields of an interval.
func (p *typeNameParser) fields() {
	for _, w := range []string{"year", "month", "day", "hour", "minute", "second"} {
		if p.accept(w) {
			if p.accept("to") {
				p.next()
			}
			return
		}
	}
}
