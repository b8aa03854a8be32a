package nql

import "github.com/flare-pg/flare-pg/nql/sparse"

// find gives the first place where needle stands in text, or -1. It is the one place through which scans search raw bytes.
func find(text, needle []byte) int { return sparse.Find(text, needle) }
