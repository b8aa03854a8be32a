package main

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// answer is rows of cells in PostgreSQL's text form; nil is null.
type answer [][]*string

// lastDigits is how far, relatively, numbers may differ that are computed: sums of floats depend on their order.
const lastDigits = 1e-9

// differ says where two answers are not the same, "" if they are. Numbers may differ in the last digits, JSON in its white space and the order of members.
func (q query) differ(a, b answer) string { return q.differBy(a, b, lastDigits) }

// differBy is differ with another bound for numbers.
func (q query) differBy(a, b answer, within float64) string {
	if len(a) != len(b) {
		return fmt.Sprintf("%d rows, %d rows", len(a), len(b))
	}
	a, b = q.cut(a), q.cut(b)
	if !q.Ordered {
		slices.SortStableFunc(a, compareRows)
		slices.SortStableFunc(b, compareRows)
	}
	for i := range a {
		if len(a[i]) != len(b[i]) {
			return fmt.Sprintf("row %d: %d columns, %d columns", i+1, len(a[i]), len(b[i]))
		}
		for j := range a[i] {
			if !sameCell(a[i][j], b[i][j], within) {
				return fmt.Sprintf("row %d, column %d: %s, %s", i+1, j+1, cellText(a[i][j]), cellText(b[i][j]))
			}
		}
	}
	return ""
}

// cut keeps what is to be compared, in a copy.
func (q query) cut(a answer) answer {
	out := slices.Clone(a)
	for i, row := range out {
		if q.Compare > 0 && len(row) > q.Compare {
			out[i] = row[:q.Compare]
		}
	}
	return out
}

func compareRows(a, b []*string) int {
	return slices.CompareFunc(a, b, func(x, y *string) int { return strings.Compare(cellText(x), cellText(y)) })
}

func cellText(c *string) string {
	if c == nil {
		return "null"
	}
	return *c
}

func sameCell(a, b *string, within float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	if *a == *b {
		return true
	}
	if strings.HasPrefix(*a, "{") && strings.HasPrefix(*b, "{") {
		x, xerr := parseJSON(*a)
		y, yerr := parseJSON(*b)
		return xerr == nil && yerr == nil && (reflect.DeepEqual(x, y) || sameLeaves(x, y, within))
	}
	if !strings.ContainsAny(*a+*b, ".eEN") {
		return false // text, or whole numbers, which are exact
	}
	x, xerr := strconv.ParseFloat(*a, 64)
	y, yerr := strconv.ParseFloat(*b, 64)
	return xerr == nil && yerr == nil && math.Abs(x-y) <= within*max(math.Abs(x), math.Abs(y))
}

// sameLeaves compares objects whose members are all text, as normalDocument writes them: a system that keeps numbers scaled may give 0.009 back as
// 0.009000000000000001.
func sameLeaves(x, y any, within float64) bool {
	a, aok := x.(map[string]any)
	b, bok := y.(map[string]any)
	if !aok || !bok || len(a) != len(b) {
		return false
	}
	for name := range a {
		v, vok := a[name].(string)
		w, wok := b[name].(string)
		if !vok || !wok || strings.HasPrefix(v, "{") || !sameCell(&v, &w, within) {
			return false
		}
	}
	return true
}

// parseJSON keeps numbers as they are written: large ones would not survive as floats.
func parseJSON(s string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	return v, d.Decode(&v)
}
