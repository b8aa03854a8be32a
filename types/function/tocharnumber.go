package function

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerToCharNumber(r *registry) {
	for _, t := range []string{"int4", "int8"} {
		r.fn("to_char("+t+",text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			return toCharNumber(a[1].Str(i), out, func(scale int) (string, bool) {
				return strconv.FormatInt(a[0].Int(i), 10) + point(scale), true
			})
		}))
	}
	r.fn("to_char(numeric,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return toCharNumber(a[1].Str(i), out, func(scale int) (string, bool) {
			var x, z apd.Decimal
			types.LoadNumeric(&x, a[0].Str(i))
			if x.Form != apd.Finite || types.NumericRound(&z, &x, scale) != nil {
				return "", false
			}
			return string(types.AppendNumeric(nil, &z)), true
		})
	}))
	for _, t := range []string{"float4", "float8"} {
		digits := 15
		if t == "float4" {
			digits = 6
		}
		r.fn("to_char("+t+",text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			return toCharNumber(a[1].Str(i), out, func(scale int) (string, bool) {
				f := a[0].Float(i)
				if f != f || math.IsInf(f, 0) {
					return "", false
				}
				// No more digits than the type is sure of; the rest of the format stays empty.
				whole := len(strconv.FormatFloat(math.Abs(f), 'f', 0, 64))
				return strconv.FormatFloat(f, 'f', max(0, min(scale, digits-whole)), 64), true
			})
		}))
	}
}

// point is a decimal point with n zeros behind it, nothing for none.
func point(n int) string {
	if n == 0 {
		return ""
	}
	return "." + strings.Repeat("0", n)
}

// numberFormat is a to_char format for numbers: what is built of it is 9 0 . D , G S MI FM and quoted or other
// literal text.
type numberFormat struct {
	parts                  []byte // in order: '9', '0', '.', ',', 'S', 'M' for MI, 'x' a literal
	literals               []string
	whole, fraction        int
	fill, hasPoint         bool
	leading, trailing, own bool // S before the digits, S after them, MI
	firstZero              int  // index among the whole digits of the first 0, whole where there is none
	lastZero               int  // the same among the fraction's, last one; -1 none
}

func parseNumberFormat(f []byte) (*numberFormat, error) {
	n := &numberFormat{firstZero: -1, lastZero: -1}
	unsupported := func(p string) error {
		return types.Errorf(types.CodeFeatureNotSupported, "to_char pattern \"%s\" is not supported yet", p)
	}
	for len(f) > 0 {
		if w, text, ok := literalOf(f); ok {
			n.parts, n.literals, f = append(n.parts, 'x'), append(n.literals, string(text)), f[w:]
			continue
		}
		upper := bytes.ToUpper(f[:min(len(f), 4)])
		prefix := func(p string) bool { return bytes.HasPrefix(upper, []byte(p)) }
		size := 1
		switch {
		case prefix("FM"):
			n.fill, size = true, 2
		case prefix("MI"):
			n.own, size = true, 2
			n.parts = append(n.parts, 'M')
		case prefix("EEEE"), prefix("PR"), prefix("PL"), prefix("SG"), prefix("RN"), prefix("TH"):
			return nil, unsupported(string(f[:2]))
		case prefix("L"), prefix("V"), prefix("B"), prefix("C"):
			return nil, unsupported(string(f[:1]))
		case prefix("S"):
			if n.leading || n.trailing {
				return nil, types.Errorf(types.CodeSyntaxError, "cannot use \"S\" twice")
			}
			if n.whole+n.fraction == 0 && !n.hasPoint {
				n.leading = true
			} else {
				n.trailing = true
			}
			n.parts = append(n.parts, 'S')
		case prefix("9"), prefix("0"):
			if n.trailing {
				return nil, types.Errorf(types.CodeSyntaxError, "\"%c\" must be ahead of \"S\"", f[0])
			}
			switch {
			case n.hasPoint:
				if f[0] == '0' {
					n.lastZero = n.fraction
				}
				n.fraction++
			default:
				if f[0] == '0' && n.firstZero < 0 {
					n.firstZero = n.whole
				}
				n.whole++
			}
			n.parts = append(n.parts, f[0])
		case prefix("."), prefix("D"):
			if n.hasPoint {
				return nil, types.Errorf(types.CodeSyntaxError, "multiple decimal points")
			}
			n.hasPoint = true
			n.parts = append(n.parts, '.')
		case prefix(","), prefix("G"):
			n.parts = append(n.parts, ',')
		default:
			n.parts, n.literals = append(n.parts, 'x'), append(n.literals, string(f[:1]))
		}
		f = f[size:]
	}
	if n.firstZero < 0 {
		n.firstZero = n.whole
	}
	return n, nil
}

// toCharNumber formats the number that decimal spells with the wanted digits behind its point; not ok: NaN or infinite.
func toCharNumber(format []byte, out *column.Vector, decimal func(scale int) (string, bool)) error {
	if len(format) == 0 {
		out.AppendNull()
		return nil
	}
	f, err := parseNumberFormat(format)
	if err != nil {
		return err
	}
	s, ok := decimal(f.fraction)
	if !ok {
		return types.Errorf(types.CodeFeatureNotSupported, "to_char of NaN or infinity is not supported yet")
	}
	negative := s[0] == '-'
	s = strings.TrimPrefix(s, "-")
	whole, fraction, _ := strings.Cut(s, ".")
	if strings.Trim(whole+fraction, "0") == "" {
		negative = false
	}
	if whole == "0" && (f.fraction > 0 || f.firstZero < f.whole) {
		whole = "" // a zero before the point is shown only where the format has a 0 for it
	}
	overflow := len(whole) > f.whole
	out.AppendBytes(f.print(negative, overflow, whole, fraction))
	return nil
}

func (f *numberFormat) print(negative, overflow bool, whole, fraction string) []byte {
	var dst []byte
	sign := "+"
	if negative {
		sign = "-"
	}
	signed := f.own || f.trailing // is the sign out already, or somebody else's business
	putSign := func() {
		if signed {
			return
		}
		signed = true
		switch {
		case f.leading || negative:
			dst = append(dst, sign...)
		case !f.fill:
			dst = append(dst, ' ')
		}
	}
	kept := len(fraction) // with FM, zeros at the end go as far as no 0 in the format wants them
	if f.fill && !overflow {
		for kept > f.lastZero+1 && fraction[kept-1] == '0' {
			kept--
		}
	}
	start := min(f.whole-len(whole), f.firstZero) // first whole position that shows a digit
	if f.fraction == 0 && start == f.whole && f.whole > 0 {
		start--
	}
	if overflow {
		start = 0
	}
	position, decimals, literal, behind := 0, 0, 0, false
	for _, p := range f.parts {
		switch p {
		case 'x':
			dst = append(dst, f.literals[literal]...)
			literal++
		case '.':
			putSign()
			dst = append(dst, '.')
			behind = true
		case ',':
			switch {
			case position > start && position > 0:
				dst = append(dst, ',')
			case !f.fill:
				dst = append(dst, ' ')
			}
		case 'S':
			if f.trailing {
				dst = append(dst, sign...)
			}
		case 'M':
			switch {
			case negative:
				dst = append(dst, '-')
			case !f.fill:
				dst = append(dst, ' ')
			}
		default:
			if behind {
				switch {
				case overflow:
					dst = append(dst, '#')
				case decimals < kept:
					dst = append(dst, fraction[decimals])
				}
				decimals++
				continue
			}
			switch {
			case position < start:
				if !f.fill {
					dst = append(dst, ' ')
				}
			default:
				putSign()
				switch i := position - (f.whole - len(whole)); {
				case overflow:
					dst = append(dst, '#')
				case i < 0:
					dst = append(dst, '0')
				default:
					dst = append(dst, whole[i])
				}
			}
			position++
		}
	}
	if f.whole == 0 && !behind {
		putSign()
	}
	return dst
}
