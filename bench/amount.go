package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// amount is a flag's value that may end in K or M: 100K, 10M.
type amount int64

func (a *amount) Set(s string) error {
	digits, factor := strings.ToUpper(s), int64(1)
	for suffix, f := range map[string]int64{"K": 1e3, "M": 1e6} {
		if d, ok := strings.CutSuffix(digits, suffix); ok {
			digits, factor = d, f
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/factor {
		return fmt.Errorf("%q is no number such as 20000, 100K or 10M", s)
	}
	*a = amount(n * factor)
	return nil
}

func (a *amount) String() string {
	switch n := int64(*a); {
	case n > 0 && n%1e6 == 0:
		return strconv.FormatInt(n/1e6, 10) + "M"
	case n > 0 && n%1e3 == 0:
		return strconv.FormatInt(n/1e3, 10) + "K"
	default:
		return strconv.FormatInt(n, 10)
	}
}

func (a *amount) Type() string { return "number" }
