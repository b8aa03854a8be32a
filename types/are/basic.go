package are

import "strings"

// fromBasic writes a POSIX basic expression as an extended one, in which \1 … \9 are still back-references: its marks \( \) \{ \} lose their backslash,
// and what means something in extended ones alone gets one.
func fromBasic(src string, expanded bool) string {
	var out strings.Builder
	const beginning, anchored, other = 0, 1, 2
	last := beginning // what the part before is: the beginning of all or of a group, a ^ there, or something else
	for i := 0; i < len(src); {
		c := src[i]
		i++
		switch {
		case expanded && (c == ' ' || c >= '\t' && c <= '\r'):
			out.WriteByte(c)
			continue
		case expanded && c == '#':
			end := strings.IndexByte(src[i:], '\n')
			if end < 0 {
				end = len(src) - i
			}
			i += end
			continue
		case c == '*' && last != other, c == '^' && last != beginning, strings.IndexByte("+?|(){}", c) >= 0:
			out.WriteByte('\\')
			out.WriteByte(c)
		case c == '^':
			out.WriteByte(c)
			last = anchored
			continue
		case c == '$':
			rest := src[i:]
			if expanded {
				rest = strings.TrimLeft(rest, " \t\n\v\f\r")
			}
			if rest != "" && !strings.HasPrefix(rest, `\)`) {
				out.WriteByte('\\')
			}
			out.WriteByte(c)
		case c == '[':
			end := bracketEnd(src, i-1)
			out.WriteString(src[i-1 : end])
			i = end
		case c == '\\' && i < len(src):
			c = src[i]
			i++
			switch c {
			case '(':
				out.WriteByte(c)
				last = beginning
				continue
			case ')', '{', '}':
				out.WriteByte(c)
			case '<', '>':
				out.WriteString("[[:" + string(c) + ":]]")
			default:
				out.WriteByte('\\')
				out.WriteByte(c)
			}
		default:
			out.WriteByte(c)
		}
		last = other
	}
	return out.String()
}

// bracketEnd is where the bracket expression that begins at i ends, or the end of all.
func bracketEnd(s string, i int) int {
	i++
	if i < len(s) && s[i] == '^' {
		i++
	}
	for first := true; i < len(s); first = false {
		switch c := s[i]; {
		case c == ']' && !first:
			return i + 1
		case c == '[' && i+1 < len(s) && strings.IndexByte(".=:", s[i+1]) >= 0:
			end := strings.Index(s[i+2:], s[i+1:i+2]+"]")
			if end < 0 {
				return len(s)
			}
			i += 2 + end + 2
		default:
			i++
		}
	}
	return len(s)
}
