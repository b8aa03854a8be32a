package oldevent

import (
	"bytes"
	"strconv"
	"strings"
)

// maxPrecision bounds the digits that a format can ask for.
const maxPrecision = 99

// appendFormatted appends a JSON number in a format of .NET's, in the invariant culture: the standard formats
// D (integers, at least so many digits), F and N (so many decimals, N with groups; default 2), P (percent), X and x (integers), and custom ones made of
// 0 # , . such as 0.000, 000 and #,##0.0. Any other format shows the number as it is spelled.
func appendFormatted(dst, raw []byte, format string) []byte {
	if out, ok := appendStandard(dst, raw, format); ok {
		return out
	}
	if out, ok := appendCustom(dst, raw, format); ok {
		return out
	}
	return append(dst, raw...)
}

func appendStandard(dst, raw []byte, format string) ([]byte, bool) {
	if format == "" || strings.IndexByte("DdFfNnPpXx", format[0]) < 0 {
		return dst, false
	}
	precision, given := 0, len(format) > 1
	if given {
		n, err := strconv.ParseUint(format[1:], 10, 8)
		if err != nil || n > maxPrecision {
			return dst, false
		}
		precision = int(n)
	}
	decimals := precision
	if !given {
		decimals = 2
	}
	switch format[0] {
	case 'D', 'd':
		if !isInteger(raw) {
			return dst, false
		}
		return appendGrouped(dst, raw, precision, 0, 0, false), true
	case 'F', 'f':
		return appendRounded(dst, raw, 1, decimals, decimals, false)
	case 'N', 'n':
		return appendRounded(dst, raw, 1, decimals, decimals, true)
	case 'P', 'p':
		out, ok := appendRounded(dst, raw, 100, decimals, decimals, true)
		return append(out, " %"...), ok
	case 'X', 'x':
		n, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil {
			return dst, false
		}
		hex := strconv.FormatUint(uint64(n), 16)
		if n < 0 && n >= -1<<31 {
			hex = hex[8:] // as .NET's int
		}
		if format[0] == 'X' {
			hex = strings.ToUpper(hex)
		}
		for range precision - len(hex) {
			dst = append(dst, '0')
		}
		return append(dst, hex...), true
	}
	return dst, false
}

// appendCustom takes formats of zeros, hashes, a point and group commas.
func appendCustom(dst, raw []byte, format string) ([]byte, bool) {
	whole, decimals, _ := strings.Cut(format, ".")
	if format == "" || len(format) > maxPrecision || strings.Trim(whole, "0#,") != "" || strings.Trim(decimals, "0#") != "" ||
		whole == "" && decimals == "" {
		return dst, false
	}
	width := strings.Count(whole, "0")
	least := strings.LastIndexByte(decimals, '0') + 1
	grouped := strings.Contains(strings.Trim(whole, ","), ",")
	at := len(dst)
	out, ok := appendDecimals(dst, raw, 1, width, least, len(decimals), grouped)
	if ok && width == 0 { // #.## shows no zero before the point
		if at < len(out) && out[at] == '-' {
			at++
		}
		if at < len(out) && out[at] == '0' {
			out = append(out[:at], out[at+1:]...)
		}
	}
	return out, ok
}

func appendRounded(dst, raw []byte, factor float64, least, most int, grouped bool) ([]byte, bool) {
	return appendDecimals(dst, raw, factor, 1, least, most, grouped)
}

// appendDecimals appends raw·factor rounded to most decimals, of which zeros past least are left out, with at
// least width digits before the point.
func appendDecimals(dst, raw []byte, factor float64, width, least, most int, grouped bool) ([]byte, bool) {
	if factor == 1 && isInteger(raw) { // any size, exactly
		return appendGrouped(dst, raw, width, least, most, grouped), true
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return dst, false
	}
	var room [64]byte
	return appendGrouped(dst, strconv.AppendFloat(room[:0], f*factor, 'f', most, 64), width, least, most, grouped), true
}

// appendGrouped lays out a number's digits, as spelled in num without exponent.
func appendGrouped(dst, num []byte, width, least, most int, grouped bool) []byte {
	whole, decimals, _ := bytes.Cut(num, []byte{'.'})
	if len(whole) > 0 && whole[0] == '-' {
		whole = whole[1:]
		if len(bytes.Trim(num, "-0.")) > 0 { // not of zero
			dst = append(dst, '-')
		}
	}
	zeros := max(width-len(whole), 0)
	for i, n := 0, zeros+len(whole); i < n; i++ {
		if grouped && i > 0 && (n-i)%3 == 0 {
			dst = append(dst, ',')
		}
		if i < zeros {
			dst = append(dst, '0')
		} else {
			dst = append(dst, whole[i-zeros])
		}
	}
	decimals = decimals[:min(len(decimals), most)]
	for len(decimals) > least && decimals[len(decimals)-1] == '0' {
		decimals = decimals[:len(decimals)-1]
	}
	if len(decimals) == 0 && least == 0 {
		return dst
	}
	dst = append(append(dst, '.'), decimals...)
	for range least - len(decimals) {
		dst = append(dst, '0')
	}
	return dst
}

func isInteger(raw []byte) bool { return !bytes.ContainsAny(raw, ".eE") }
