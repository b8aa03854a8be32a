package nql

// compareShort compares a number's spelling with an integer where it is plain: up to 18 digits before a point, and no exponent. ok is
// false of others.
func compareShort(s []byte, k int64) (order int, ok bool) {
	i := 0
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		i = 1
	}
	var n int64
	first := i
	for ; i < len(s) && s[i] != '.'; i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	if i == first || i-first > 18 {
		return 0, false
	}
	more := false // digits behind the point that are not 0
	for i++; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		more = more || s[i] != '0'
	}
	if negative {
		n = -n
	}
	switch {
	case n != k:
		return compareInts(n, k), true // what is behind the point doesn't reach the next integer
	case !more:
		return 0, true
	case negative:
		return -1, true
	}
	return 1, true
}
