package function

import (
	"strings"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// toNumber reads a numeric by a format.
func toNumber(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	format := a[1].Str(i)
	if len(format) == 0 {
		out.AppendNull()
		return nil
	}
	f, err := parseNumberFormat(format)
	if err != nil {
		return err
	}
	switch {
	case f.scientific:
		return types.Errorf(types.CodeFeatureNotSupported, "\"EEEE\" not supported for input")
	case f.roman:
		return types.Errorf(types.CodeFeatureNotSupported, "\"RN\" not supported for input")
	}
	s := numberScanner{f: f, text: string(a[0].Str(i)), sign: ' '}
	for k := range f.nodes {
		if !s.more(1) {
			break
		}
		s.node(&f.nodes[k])
	}
	digits := strings.TrimSuffix(s.digits.String(), ".")
	var x apd.Decimal
	if err := types.ParseNumeric(&x, []byte(string(s.sign)+digits)); err != nil {
		return err
	}
	if err := types.ApplyNumericTypmod(&x, types.MakeNumericTypmod(f.pre+f.shift+s.fraction, s.fraction)); err != nil {
		return err
	}
	if f.multi {
		var z, ten apd.Decimal
		ten.SetFinite(1, -int32(f.shift))
		for ten.Exponent > -16 { // a power of ten has as many digits as PostgreSQL's power() gives
			ten.Coeff.Mul(&ten.Coeff, apd.NewBigInt(10))
			ten.Exponent--
		}
		if err := types.NumericMul(&z, &x, &ten); err != nil {
			return err
		}
		x = z
	}
	appendNumeric(out, &x)
	return nil
}

// numberScanner reads a text by a format.
type numberScanner struct {
	f        *numberFormat
	text     string
	at       int
	sign     byte // ' ' not read yet
	digits   strings.Builder
	whole    int  // digits read before the point
	fraction int  // and behind it
	point    bool // read
}

func (s *numberScanner) more(n int) bool { return s.at <= len(s.text)-n && s.at < len(s.text) }

func (s *numberScanner) isDigit(at int) bool {
	return at < len(s.text) && s.text[at] >= '0' && s.text[at] <= '9'
}

func (s *numberScanner) skipChar() {
	_, w := utf8.DecodeRuneInString(s.text[s.at:])
	s.at += w
}

// skipUnread skips up to n characters that are no part of a number.
func (s *numberScanner) skipUnread(n int) {
	for ; n > 0 && s.more(1) && strings.IndexByte("0123456789.,+-", s.text[s.at]) < 0; n-- {
		s.skipChar()
	}
}

func (s *numberScanner) node(n *numberNode) {
	took := func(signs string) {
		if c := s.text[s.at]; strings.IndexByte(signs, c) >= 0 {
			s.sign = c
			s.at++
			return
		}
		s.skipUnread(1)
	}
	switch n.pattern {
	case "": // whatever stands there
		s.skipChar()
	case "9", "0", ".", "D":
		s.digit(n.pattern == "9" || n.pattern == "0")
		s.at++
	case ",", "G":
		if s.text[s.at] == ',' {
			s.at++
		}
	case "L":
		s.skipUnread(1)
	case "TH":
		if s.sign != '-' && !s.f.decimal {
			s.skipUnread(2)
		}
	case "MI":
		took("-")
	case "PL":
		took("+")
	case "SG":
		took("+-")
	}
}

// digit reads a place for a digit or the point, and a sign that stands beside it; it leaves the last character that it has read for its caller
// to step over.
func (s *numberScanner) digit(place bool) {
	f := s.f
	if s.more(1) && s.text[s.at] == ' ' {
		s.at++
	}
	if !s.more(1) {
		return
	}
	if s.sign == ' ' && place && s.whole+s.fraction == 0 {
		switch c := s.text[s.at]; {
		case c == '-' || c == '+':
			s.sign = c
			s.at++
		case f.brackets && c == '<':
			s.sign = '-'
			s.at++
		}
		if !s.more(1) {
			return
		}
	}
	read := false
	switch c := s.text[s.at]; {
	case s.isDigit(s.at):
		if s.point && s.fraction == f.post {
			return
		}
		s.digits.WriteByte(c)
		read = true
		if s.point {
			s.fraction++
		} else {
			s.whole++
		}
	case f.decimal && !s.point && c == '.':
		s.digits.WriteByte('.')
		s.point, read = true, true
	}
	if s.sign != ' ' || s.whole+s.fraction == 0 {
		return
	}
	// A sign behind the number.
	switch {
	case f.sign != 0 && read && s.at+1 < len(s.text) && !s.isDigit(s.at+1):
		if c := s.text[s.at+1]; c == '-' || c == '+' {
			s.sign = c
			s.at++
		}
	case !read && f.sign == 0 && (f.plus || f.minus):
		switch c := s.text[s.at]; {
		case c == '-' || f.brackets && c == '>':
			s.sign = '-'
			s.at++
		case c == '+':
			s.sign = '+'
			s.at++
		}
	}
}
