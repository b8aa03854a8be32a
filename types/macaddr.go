package types

import (
	"bytes"

	"github.com/flare-pg/flare-pg/column"
)

// A vector holds a macaddr as its 6 bytes, a macaddr8 as its 8.

// macSeparators are how digits may be set apart: the separator and how many digits stand between.
var macSeparators = []struct {
	separator byte
	digits    int
}{{':', 2}, {'-', 2}, {':', 6}, {'-', 6}, {'.', 4}, {'-', 4}, {0, 12}}

// parseMacAddr reads a macaddr in any of its spellings, digits after a separator being one or two where two are usual.
func parseMacAddr(out *column.Vector, s []byte) error {
	text := bytes.Trim(s, spaces)
	for _, form := range macSeparators {
		mac, outside, ok := readMac(text, form.separator, form.digits)
		if outside {
			return Errorf(CodeNumericOutOfRange, "invalid octet value in \"macaddr\" value: \"%s\"", s)
		}
		if ok {
			out.AppendBytes(mac)
			return nil
		}
	}
	return badSyntax(MacAddr, s)
}

// readMac reads six bytes in one spelling. outside says that an octet, where each stands by itself, is more than a byte.
func readMac(s []byte, separator byte, digits int) (mac []byte, outside, ok bool) {
	mac = make([]byte, 0, 6)
	for len(mac) < 6 {
		if len(mac) > 0 && separator != 0 {
			if len(s) == 0 || s[0] != separator {
				return nil, false, false
			}
			s = s[1:]
		}
		if digits == 2 {
			n, x := 0, 0
			negative := false
			if trimmed := bytes.TrimLeft(s, spaces); len(trimmed) > 1 && (trimmed[0] == '-' || trimmed[0] == '+') && hexValue(trimmed[1]) >= 0 { // as C reads them
				negative, s = trimmed[0] == '-', trimmed[1:]
			} else if len(trimmed) > 0 {
				s = trimmed
			}
			for n < len(s) && hexValue(s[n]) >= 0 {
				if x = x<<4 | hexValue(s[n]); x > 0xffffff {
					return nil, false, false
				}
				n++
			}
			if n == 0 {
				return nil, false, false
			}
			outside = outside || x > 255 || negative && x > 0
			mac, s = append(mac, byte(x)), s[n:]
			continue
		}
		for range digits / 2 {
			s = bytes.TrimLeft(s, spaces)
			if len(s) == 0 || hexValue(s[0]) < 0 {
				return nil, false, false
			}
			x, n := hexValue(s[0]), 1
			if len(s) > 1 && hexValue(s[1]) >= 0 {
				x, n = x<<4|hexValue(s[1]), 2
			}
			mac, s = append(mac, byte(x)), s[n:]
		}
	}
	if len(s) > 0 {
		return nil, false, false
	}
	return mac, outside, true
}

// parseMacAddr8 reads six or eight bytes of two digits each, with one kind of separator between any of them; of six the EUI-64 form is made.
func parseMacAddr8(out *column.Vector, s []byte) error {
	rest := bytes.Trim(s, spaces)
	var mac []byte
	var separator byte
	for len(rest) > 1 { // PostgreSQL, too, reads pairs, and lets one character behind them be
		if len(mac) > 0 && bytes.IndexByte([]byte(":-."), rest[0]) >= 0 {
			if separator == 0 {
				separator = rest[0]
			}
			if rest[0] != separator {
				return badSyntax(MacAddr8, s)
			}
			rest = rest[1:]
		}
		if len(rest) < 2 || hexValue(rest[0]) < 0 || hexValue(rest[1]) < 0 || len(mac) == 8 {
			return badSyntax(MacAddr8, s)
		}
		mac = append(mac, byte(hexValue(rest[0])<<4|hexValue(rest[1])))
		rest = rest[2:]
	}
	switch len(mac) {
	case 6:
		mac = MacAddrTo8(mac)
	case 8:
	default:
		return badSyntax(MacAddr8, s)
	}
	out.AppendBytes(mac)
	return nil
}

// MacAddrTo8 is the EUI-64 form of an EUI-48 address.
func MacAddrTo8(mac []byte) []byte {
	return []byte{mac[0], mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]}
}

func appendMac(dst, mac []byte) []byte {
	for i, c := range mac {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}
