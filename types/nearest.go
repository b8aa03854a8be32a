package types

import "strings"

// maxDistance is how many letters a suggestion may differ in; as in PostgreSQL it must not be more than half of them either.
const maxDistance = 3

// Nearest gives the name that is nearest to a misspelt one, regardless of case, by the number of letters to insert, drop,
// replace or exchange with their neighbour; the first of several equally near ones; "" where none is near enough to be meant.
func Nearest(name string, names []string) string { return NearestWithin(maxDistance, name, names) }

// NearestWithin is Nearest for names that may differ in so many letters only: where names are many, something is always near.
func NearestWithin(letters int, name string, names []string) string {
	best, nearest := letters+1, ""
	want := []rune(strings.ToLower(name))
	for _, n := range names {
		d := distance(want, []rune(strings.ToLower(n)), best)
		if d < best && d <= len(want)/2 {
			best, nearest = d, n
		}
	}
	return nearest
}

// distance is the number of letters to insert, drop, replace, or change places with their neighbour (optimal string alignment), cut off at limit.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row, last, before := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		least := i
		row[0] = i
		for j := 1; j <= len(b); j++ {
			d := last[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			d = min(d, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if least >= limit {
			return limit
		}
	}
	return min(row[len(b)], limit)
}
