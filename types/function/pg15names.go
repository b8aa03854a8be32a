package function

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// pg15Names are the names of all functions, aggregates and window functions of PostgreSQL 15, also those over types that we don't have.
//
//go:embed pg15names.txt
var pg15Names string

var sortedNames = sync.OnceValue(func() []string { return strings.Fields(pg15Names) })

func knownToPostgreSQL(name string) bool {
	_, ok := slices.BinarySearch(sortedNames(), name)
	return ok
}
