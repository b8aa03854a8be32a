package types

import "strings"

// maxDistance is how many letters a suggestion may differ in; as in PostgreSQL it must not be more than half of them either.
const maxDistance = 3

// Nearest gives the name that is nearest to a misspelt one, regardless of case, by the number of letters to insert, drop
// or replace; the first of several equally near ones; "" where none is near enough to be meant.
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

// distance is Levenshtein's, cut off at limit.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal, least := row[0], i
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
			least = min(least, row[j])
		}
		if least >= limit {
			return limit
		}
	}
	return min(row[len(b)], limit)
}
