package function

import (
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

// numberPrinter puts a number that is spelled already into a format.
type numberPrinter struct {
	f      *numberFormat
	digits string
	sign   byte // '+' or '-'
	spaces int  // places of the format before the first digit

	out       []byte
	at        int  // in digits
	place     int  // which place for a digit is next
	places    int  // the number of the last one
	last      int  // with FM, the last digit that counts; -1 all do
	inNumber  bool // a digit is out
	signShown bool
	err       error
}

func (p *numberPrinter) run() (string, error) {
	f := p.f
	if f.plus || f.minus {
		p.signShown = f.minus || !f.plus
	} else {
		if p.sign != '-' && f.fill {
			f.brackets = false
		}
		p.signShown = p.sign == '+' && f.fill && f.sign == 0
		if f.sign == '<' && f.pre == f.before {
			f.sign = '>'
		}
	}
	p.places = f.pre + f.post - 1
	p.last = -1
	if f.fill && f.decimal {
		p.last = p.lastThatCounts()
	}
	if !p.signShown && p.spaces == 0 {
		p.places++
	}
	for i := range f.nodes {
		p.node(&f.nodes[i])
	}
	// Where a place has no digit any more, and where a Roman number has a sign, a NUL stands, which ends the text.
	text, _, _ := strings.Cut(string(p.out), "\x00")
	return text, p.err
}

// lastThatCounts is the last digit that is no zero behind the point, or the point; zeros that the format has a 0 for count.
func (p *numberPrinter) lastThatCounts() int {
	point := strings.IndexByte(p.digits, '.')
	if point < 0 {
		return -1
	}
	last := point
	for i := point + 1; i < len(p.digits); i++ {
		if p.digits[i] != '0' {
			last = i
		}
	}
	if p.f.zeroEnd > p.spaces {
		last = max(last, min(len(p.digits)-1, p.f.zeroEnd-p.spaces))
	}
	return last
}

func (p *numberPrinter) node(n *numberNode) {
	f := p.f
	unless := func(filled string) {
		if !f.fill {
			p.out = append(p.out, filled...)
		}
	}
	switch n.pattern {
	case "":
		p.out = append(p.out, n.text...)
	case "9", "0", ".", "D":
		p.digit(n.pattern)
	case ",", "G":
		if p.inNumber {
			p.out = append(p.out, ',')
		} else {
			unless(" ")
		}
	case "L": // the C locale has no currency
		p.out = append(p.out, ' ')
	case "RN":
		s := p.digits
		if n.lower {
			s = strings.ToLower(s)
		}
		if !f.fill {
			s = strings.Repeat(" ", max(0, 15-len(s))) + s
		}
		p.out = append(p.out, s...)
	case "TH":
		if f.roman || p.digits[0] == '#' || p.sign == '-' || f.decimal {
			return
		}
		th := "TH"
		if n.lower {
			th = "th"
		}
		if c := p.digits[len(p.digits)-1]; c < '0' || c > '9' {
			p.err = types.Errorf(types.CodeInvalidTextRepresentation, "\"%s\" is not a number", p.digits)
			return
		}
		p.out = append(p.out, ordinalOf([]byte(p.digits), th)...)
	case "MI", "PL":
		want := byte('-')
		if n.pattern == "PL" {
			want = '+'
		}
		if p.sign == want {
			p.out = append(p.out, want)
		} else {
			unless(" ")
		}
	case "SG":
		p.out = append(p.out, p.sign)
	}
}

// leadingZero reports whether the digit that is next is the one before the point of a number that is less than 1, which a format without a 0
// does not show.
func (p *numberPrinter) leadingZero() bool {
	return !p.f.zero && p.at == 0 && p.digits[0] == '0' && p.f.post != 0
}

// pointLast reports whether with FM nothing counts behind the point.
func (p *numberPrinter) pointLast() bool { return p.last >= 0 && p.digits[p.last] == '.' }

// digit fills a place for a digit or the point.
func (p *numberPrinter) digit(pattern string) {
	f := p.f
	if f.roman {
		return
	}
	p.inNumber = false
	zerosBegun := f.zero && f.zeroStart <= p.place
	if !p.signShown && (p.place >= p.spaces || f.zero && f.zeroStart == p.place) && (!p.leadingZero() || p.pointLast()) {
		p.putSign()
	}
	switch {
	case p.place < p.spaces && !zerosBegun:
		if !f.fill {
			p.out = append(p.out, ' ')
		}
	case p.place < p.spaces:
		p.out = append(p.out, '0')
		p.inNumber = true
	default:
		p.nextDigit(pattern)
	}
	end := p.places
	if p.spaces > 0 {
		end++
	}
	if f.decimal {
		end++
	}
	if p.last >= 0 && p.last == p.at {
		end = p.place
	}
	if p.place+1 == end {
		switch {
		case p.signShown && f.brackets:
			p.out = append(p.out, map[bool]byte{true: ' ', false: '>'}[p.sign == '+'])
		case f.sign == '>':
			p.out = append(p.out, p.sign)
		}
	}
	p.place++
}

// putSign puts the sign before the number, where it stands there.
func (p *numberPrinter) putSign() {
	f := p.f
	switch {
	case f.sign == '<':
		p.out = append(p.out, p.sign)
	case f.sign != 0:
		return
	case f.brackets:
		p.out = append(p.out, map[bool]byte{true: ' ', false: '<'}[p.sign == '+'])
	case p.sign == '-':
		p.out = append(p.out, '-')
	case !f.fill:
		p.out = append(p.out, ' ')
	}
	p.signShown = true
}

// nextDigit writes what the number has at the place.
func (p *numberPrinter) nextDigit(pattern string) {
	f := p.f
	if p.at >= len(p.digits) {
		if p.last < 0 || pattern == "0" {
			p.out = append(p.out, 0)
		}
		return
	}
	switch c := p.digits[p.at]; {
	case c == '.':
		if !p.pointLast() || f.fill {
			p.out = append(p.out, '.')
		}
	case p.last >= 0 && p.at > p.last && pattern != "0":
	case p.leadingZero():
		if !f.fill {
			p.out = append(p.out, ' ')
		} else if p.pointLast() {
			p.out = append(p.out, '0')
		}
	default:
		p.out = append(p.out, c)
		p.inNumber = true
	}
	p.at++
}
