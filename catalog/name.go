package catalog

import (
	"strings"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// splitName takes a dotted name apart as a user writes it: what is not quoted is folded to lower case. The error is 42602.
func splitName(text string) ([]string, error) {
	bad := types.Errorf("42602", "invalid name syntax")
	var parts []string
	s := strings.TrimSpace(text)
	for {
		var part string
		if rest, ok := strings.CutPrefix(s, `"`); ok {
			var b strings.Builder
			for {
				end := strings.IndexByte(rest, '"')
				if end < 0 {
					return nil, bad
				}
				b.WriteString(rest[:end])
				rest = rest[end+1:]
				if !strings.HasPrefix(rest, `"`) {
					break
				}
				b.WriteByte('"')
				rest = rest[1:]
			}
			part, s = b.String(), strings.TrimSpace(rest)
		} else {
			end := strings.IndexAny(s, ". \t\n")
			if end < 0 {
				end = len(s)
			}
			part, s = strings.ToLower(s[:end]), strings.TrimSpace(s[end:])
		}
		if part == "" {
			return nil, bad
		}
		parts = append(parts, part)
		if s == "" {
			return parts, nil
		}
		if s[0] != '.' {
			return nil, bad
		}
		s = strings.TrimSpace(s[1:])
	}
}

// qualified splits a name into schema, "" for none, and name. A database in front must be the one that there is.
func qualified(text string) (schema, name string, err error) {
	parts, err := splitName(text)
	if err != nil {
		return "", "", err
	}
	switch len(parts) {
	case 1:
		return "", parts[0], nil
	case 2:
		return parts[0], parts[1], nil
	case 3:
		return parts[1], parts[2], nil
	}
	return "", "", types.Errorf(types.CodeSyntaxError, "improper qualified name (too many dotted names): %s", strings.Join(parts, "."))
}

// dotted writes a qualified name.
func dotted(schema, name string) string {
	if schema == "" {
		return function.QuoteIdent(name)
	}
	return function.QuoteIdent(schema) + "." + function.QuoteIdent(name)
}

// splitArguments takes name(type, type …) apart. Errors are PostgreSQL's.
func splitArguments(text string) (name string, args []string, err error) {
	quoted, open := false, -1
	for i := 0; i < len(text) && open < 0; i++ {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == '(' && !quoted:
			open = i
		}
	}
	if open < 0 {
		return "", nil, types.Errorf(types.CodeInvalidTextRepresentation, "expected a left parenthesis")
	}
	inner, ok := strings.CutSuffix(strings.TrimSpace(text[open+1:]), ")")
	if !ok {
		return "", nil, types.Errorf(types.CodeInvalidTextRepresentation, "expected a right parenthesis")
	}
	depth, from := 0, 0
	for i := 0; i <= len(inner); i++ {
		switch {
		case i == len(inner) || inner[i] == ',' && depth == 0 && !quoted:
			if arg := strings.TrimSpace(inner[from:i]); arg != "" {
				args = append(args, arg)
			} else if i < len(inner) || len(args) > 0 {
				return "", nil, types.Errorf(types.CodeInvalidTextRepresentation, "expected a type name")
			}
			from = i + 1
		case inner[i] == '"':
			quoted = !quoted
		case inner[i] == '(' && !quoted:
			depth++
		case inner[i] == ')' && !quoted:
			depth--
		}
	}
	return strings.TrimSpace(text[:open]), args, nil
}
