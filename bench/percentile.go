package main

import (
	"math"
	"slices"
	"time"
)

// percentile is the smallest of the values that at least the share q of them does not exceed (nearest rank); sorted must be in
// ascending order. 0 for no values.
func percentile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	// A hair less before rounding up: 0.999 × 1000 is 999.0000000000001 for some factors.
	rank := int(math.Ceil(q*float64(len(sorted)) - 1e-9))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median is the mean of the two in the middle where their number is even.
func median(values []time.Duration) time.Duration {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// spread sums up latencies, in milliseconds.
type spread struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P90   float64 `json:"p90_ms"`
	P99   float64 `json:"p99_ms"`
	P999  float64 `json:"p999_ms"`
	Max   float64 `json:"max_ms"`
}

func spreadOf(values []time.Duration) spread {
	s := slices.Sorted(slices.Values(values))
	at := func(q float64) float64 { return milliseconds(percentile(s, q)) }
	return spread{len(s), at(0.5), at(0.9), at(0.99), at(0.999), at(1)}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
