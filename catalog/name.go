package catalog

import (
	"github.com/flare-pg/flare-pg/types/function"
)

// dotted writes a qualified name.
func dotted(schema, name string) string {
	if schema == "" {
		return function.QuoteIdent(name)
	}
	return function.QuoteIdent(schema) + "." + function.QuoteIdent(name)
}
