package translate

import (
	"strings"
	"unicode/utf8"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/types"
)

// maxStatementBytes bounds what the grammar is given; a parse tree takes some fifty times its text.
const maxStatementBytes = 16 << 20

// Statement is one parsed statement: its tree and where its text stands in the whole query string.
type Statement struct {
	sql    string // the whole query string
	Offset int    // bytes
	Length int    // bytes, without the semicolon
	tree   *pg.Node
	// repaired holds the offsets of FORMAT tokens whose argument json had to be misspelled (see repairFormat).
	repaired map[int32]bool
}

// Text is the statement's own text, without the semicolon that ends it.
func (s *Statement) Text() string { return s.sql[s.Offset : s.Offset+s.Length] }

// Command names the kind of statement, in words of SQL; "EMPTY" for none.
func (s *Statement) Command() string {
	if s == nil || s.tree == nil {
		return "EMPTY"
	}
	return construct(s.tree.GetNode())
}

// Parse splits a query string into statements and parses them; none where it holds only blanks and comments. Errors
// are *types.Error with Position.
func Parse(sql string) ([]*Statement, error) {
	if len(sql) > maxStatementBytes {
		return nil, types.Errorf(types.CodeProgramLimitExceeded, "statement is too long: %d bytes, at most %d are taken", len(sql), maxStatementBytes)
	}
	if err := checkText(sql); err != nil {
		return nil, err
	}
	if err := checkDepth(sql); err != nil {
		return nil, err
	}
	var repaired map[int32]bool
	tree, err := grammarParse(sql)
	if err != nil {
		fixed, at := repairFormat(sql)
		if at == nil {
			return nil, syntaxError(sql, err)
		}
		var again error
		if tree, again = grammarParse(fixed); again != nil {
			return nil, syntaxError(sql, again)
		}
		repaired = at
	}
	out := make([]*Statement, 0, len(tree.Stmts))
	for _, raw := range tree.Stmts {
		s := &Statement{sql: sql, Offset: int(raw.StmtLocation), Length: int(raw.StmtLen), tree: raw.Stmt, repaired: repaired}
		if s.Length == 0 {
			s.Length = len(sql) - s.Offset
		}
		text := s.Text()
		trimmed := strings.TrimLeft(text, " \t\r\n\f\v")
		s.Offset += len(text) - len(trimmed)
		s.Length = len(strings.TrimRight(trimmed, " \t\r\n\f\v"))
		if p := parameterOfSet(raw.Stmt); p != nil {
			return nil, types.Errorf(types.CodeSyntaxError, `syntax error at or near "$%d"`, p.Number).At(s.position(p.Location))
		}
		out = append(out, s)
	}
	return out, nil
}

// parameterOfSet finds a parameter among the values of SET, which this grammar takes and PostgreSQL's does not.
func parameterOfSet(n *pg.Node) *pg.ParamRef {
	for _, a := range n.GetVariableSetStmt().GetArgs() {
		if p := a.GetParamRef(); p != nil {
			return p
		}
	}
	return nil
}

// checkText refuses what is no UTF-8 and NUL, which the grammar would take for the end.
func checkText(sql string) error {
	if i := strings.IndexByte(sql, 0); i >= 0 {
		return types.Errorf(types.CodeCharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`)
	}
	if utf8.ValidString(sql) {
		return nil
	}
	for i := 0; i < len(sql); {
		r, n := utf8.DecodeRuneInString(sql[i:])
		if r == utf8.RuneError && n == 1 {
			return types.Errorf(types.CodeCharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x%02x`, sql[i])
		}
		i += n
	}
	return nil
}

// syntaxError makes a client's error of a grammar's.
func syntaxError(sql string, err error) error {
	message, position := grammarError(err)
	code := types.CodeSyntaxError
	switch {
	case strings.Contains(message, "stack depth limit exceeded"), strings.HasPrefix(message, "memory exhausted"),
		position == 0 && strings.Contains(message, "recursion"),
		position == 0 && strings.Contains(message, "depth"):
		return types.Errorf(types.CodeStatementTooComplex, "stack depth limit exceeded").WithDetail("The statement is nested too deeply.")
	case strings.Contains(message, "is not yet implemented"), strings.Contains(message, "is not implemented"):
		code = types.CodeFeatureNotSupported
	case strings.HasPrefix(message, "invalid byte sequence for encoding"): // of an escape: E'\xff'
		code = types.CodeCharacterNotInRepertoire
	case strings.HasPrefix(message, "role name ") && strings.HasSuffix(message, " is reserved"):
		code = "42939"
	case strings.HasPrefix(message, "frame start cannot be"), strings.HasPrefix(message, "frame end cannot be"), strings.HasPrefix(message, "frame starting from"):
		code = codeWindowing
	case strings.HasPrefix(message, "unsafe use of string constant"):
		code = types.CodeFeatureNotSupported
	}
	if max := utf8.RuneCountInString(sql) + 1; position > max {
		position = max
	}
	e := types.Errorf(code, "%s", message).At(position)
	if code == types.CodeSyntaxError {
		e.Hint = syntaxHint(sql, message, position)
	}
	return e
}

// repairFormat makes COPY's option FORMAT json digestible: version 17's grammar takes the token pair for the
// beginning of a JSON clause. The word json gives way to one of the same length that is no keyword, so that no
// position moves; the offsets of the FORMAT tokens are returned for the binder to read json there. It is
// called only for a text that the grammar has refused; at is nil where there is nothing to repair.
func repairFormat(sql string) (fixed string, at map[int32]bool) {
	lower := strings.ToLower(sql)
	if len(lower) != len(sql) || !strings.Contains(lower, "json") || !strings.Contains(lower, "copy") {
		return "", nil
	}
	scan, err := grammarScan(sql)
	if err != nil {
		return "", nil
	}
	out := []byte(sql)
	copying, depth := false, 0
	tokens := make([]*pg.ScanToken, 0, len(scan.Tokens))
	for _, t := range scan.Tokens {
		if t.Token != pg.Token_SQL_COMMENT && t.Token != pg.Token_C_COMMENT {
			tokens = append(tokens, t)
		}
	}
	word := func(i int) string {
		if i < 0 || i >= len(tokens) || tokens[i].End > int32(len(sql)) {
			return ""
		}
		return lower[tokens[i].Start:tokens[i].End]
	}
	for i := range tokens {
		switch w := word(i); {
		case w == ";" && depth == 0:
			copying = false
		case w == "copy" && (i == 0 || word(i-1) == ";"):
			copying, depth = true, 0
		case w == "(":
			depth++
		case w == ")":
			depth--
		case copying && depth == 1 && w == "format" && word(i+1) == "json":
			before, after := word(i-1), word(i+2)
			if (before == "(" || before == ",") && (after == ")" || after == ",") {
				copy(out[tokens[i+1].Start:], standIn)
				if at == nil {
					at = map[int32]bool{}
				}
				at[tokens[i].Start] = true
			}
		}
	}
	return string(out), at
}

// standIn is what json is replaced with: as long, and an ordinary identifier.
const standIn = "jsom"

// position turns a byte offset in the query string into a position as clients count: characters from 1; 0 for none.
func (s *Statement) position(location int32) int {
	if location < 0 || int(location) > len(s.sql) {
		return 0
	}
	return utf8.RuneCountInString(s.sql[:location]) + 1
}

// ident is an identifier as it was written.
type ident struct {
	text   string // unquoted: as spelled; quoted: the characters between the quotes
	quoted bool
}

// identsAt reads the dotted identifiers that begin at a location, at most n of them: the tree has them folded. What
// can't be read (U&"…") is left out, and the caller keeps to the tree's form.
func (s *Statement) identsAt(location int32, n int) []ident {
	if location < 0 || int(location) >= len(s.sql) {
		return nil
	}
	rest := s.sql[location:]
	var out []ident
	for len(out) < n {
		id, after, ok := readIdent(rest)
		if !ok {
			break
		}
		out = append(out, id)
		rest = skipBlank(after)
		if !strings.HasPrefix(rest, ".") {
			break
		}
		rest = skipBlank(rest[1:])
	}
	return out
}

// readIdent reads one identifier from the start of s.
func readIdent(s string) (id ident, rest string, ok bool) {
	if s == "" {
		return ident{}, s, false
	}
	if s[0] == '"' {
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			if s[i] != '"' {
				b.WriteByte(s[i])
				continue
			}
			if i+1 < len(s) && s[i+1] == '"' {
				b.WriteByte('"')
				i++
				continue
			}
			return ident{b.String(), true}, s[i+1:], true
		}
		return ident{}, s, false
	}
	if (s[0] == 'U' || s[0] == 'u') && strings.HasPrefix(s[1:], `&"`) {
		return ident{}, s, false
	}
	i := 0
	for i < len(s) && (s[i] == '_' || s[i] >= 0x80 || s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z' ||
		i > 0 && (s[i] == '$' || s[i] >= '0' && s[i] <= '9')) {
		i++
	}
	return ident{s[:i], false}, s[i:], i > 0
}

// skipBlank skips white space and comments.
func skipBlank(s string) string {
	for {
		s = strings.TrimLeft(s, " \t\r\n\f\v")
		switch {
		case strings.HasPrefix(s, "--"):
			i := strings.IndexAny(s, "\r\n")
			if i < 0 {
				return ""
			}
			s = s[i:]
		case strings.HasPrefix(s, "/*"):
			depth, i := 1, 2
			for i < len(s) && depth > 0 {
				switch {
				case strings.HasPrefix(s[i:], "/*"):
					depth++
					i += 2
				case strings.HasPrefix(s[i:], "*/"):
					depth--
					i += 2
				default:
					i++
				}
			}
			s = s[i:]
		default:
			return s
		}
	}
}

// quoteName quotes an identifier where that is needed to read it back.
func quoteName(name string) string {
	plain := name != ""
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !(c == '_' || c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9') {
			plain = false
			break
		}
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Warm makes the grammar ready for its first statement, which takes seconds in builds without cgo and nothing in others.
func Warm() { _, _ = grammarParse("select 1") } // it can't fail, and if it did the first statement would say so
