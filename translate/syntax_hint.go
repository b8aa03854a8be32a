package translate

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/types"
)

// refusal is a statement's text around the place where the grammar gave up. The texts within quotes and the comments are blank in it.
type refusal struct {
	message string
	at      string // the word or sign that the message is about, in lower case; "" at the end
	before  []string
	after   []string
}

// wordOrSign splits blanked text into what the grammar reads: words, numbers with what clings to them, quoted pieces, operators, other signs.
var wordOrSign = regexp.MustCompile(`[\pL_][\pL\pN_$]*|\d[\pL\pN_.]*|'[^']*'|"[^"]*"|[-+*/<>=~!@#%^&|` + "`" + `?]+|\S`)

// refusalAt takes a text apart at a position as clients count it, 1-based in characters, which may be 0: none.
func refusalAt(sql, message string, position int) refusal {
	text := strings.ToLower(blank(sql))
	offset := len(text)
	if position > 0 {
		offset = 0
		for range position - 1 {
			_, n := utf8.DecodeRuneInString(text[offset:])
			offset += n
		}
	}
	r := refusal{message: message, before: wordOrSign.FindAllString(text[:offset], -1), after: wordOrSign.FindAllString(text[offset:], -1)}
	for i := len(r.before) - 1; i >= 0; i-- {
		if r.before[i] == ";" { // another statement
			r.before = r.before[i+1:]
			break
		}
	}
	for i, w := range r.after {
		if w == ";" {
			r.after = r.after[:i]
			break
		}
	}
	if len(r.after) > 0 {
		r.at, r.after = r.after[0], r.after[1:]
	}
	return r
}

// last is the n-th word before the place, from 1; "" where there are fewer.
func (r refusal) last(n int) string {
	if n > len(r.before) {
		return ""
	}
	return r.before[len(r.before)-n]
}

// next is the word after the one that the message is about.
func (r refusal) next() string {
	if len(r.after) == 0 {
		return ""
	}
	return r.after[0]
}

// since counts the words since the last w before the place; -1: there is none.
func (r refusal) since(w string) int {
	for i := len(r.before) - 1; i >= 0; i-- {
		if r.before[i] == w {
			return len(r.before) - 1 - i
		}
	}
	return -1
}

// open counts the parentheses that are open at the place.
func (r refusal) open() int {
	n := 0
	for _, w := range r.before {
		switch w {
		case "(":
			n++
		case ")":
			n--
		}
	}
	return n
}

func (r refusal) has(w string) bool { return r.at == w || r.since(w) >= 0 }

// blank puts blanks in the place of comments, and of what stands within single and double quotes; of each character one of the same length in bytes is
// not promised, but one character.
func blank(sql string) string {
	var b strings.Builder
	var quote rune
	in := []rune(sql)
	for i := 0; i < len(in); i++ {
		c := in[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
			b.WriteRune(c)
		case quote != 0:
			b.WriteByte('.')
		case c == '\'' || c == '"':
			quote = c
			b.WriteRune(c)
		case c == '-' && i+1 < len(in) && in[i+1] == '-':
			for ; i < len(in) && in[i] != '\n'; i++ {
				b.WriteByte(' ')
			}
			i--
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// A duration as people write it: 1h, 30min.
var duration = regexp.MustCompile(`^\d+(\.\d+)?(us|ms|s|sec|secs|seconds?|m|min|mins|minutes?|h|hr|hrs|hours?|d|days?|w|weeks?|mon|months?|y|yr|years?)$`)

var aNumber = regexp.MustCompile(`^\d`)

// statementWords begin a statement, clauseWords a part of one.
var (
	statementWords = []string{"select", "insert", "delete", "create", "alter", "drop", "truncate", "explain", "copy", "begin", "commit", "rollback", "with", "values", "grant", "revoke", "vacuum", "analyze", "show", "declare", "fetch", "prepare", "execute"}
	clauseWords    = []string{"from", "where", "group", "order", "limit", "offset", "having", "join", "into", "values", "between", "distinct", "union", "interval", "like", "ilike", "returning"}
)

// misspelt gives the keyword that a word was meant to be; "" where none is near, or where it is one.
func misspelt(word string, keywords []string) string {
	if len(word) < 4 {
		return ""
	}
	if slices.Contains(clauseWords, word) {
		return ""
	}
	letters := 1
	if len(word) >= 6 {
		letters = 2
	}
	if near := types.NearestWithin(letters, word, keywords); near != "" && near != word {
		return strings.ToUpper(near)
	}
	return ""
}

// syntaxHint says what to type instead of what the grammar refused; "" where that can't be told. It goes by the words around the place.
func syntaxHint(sql, message string, position int) string {
	r := refusalAt(sql, message, position)
	for _, advise := range []func(refusal) string{adviseMessage, adviseStatement, adviseCondition, adviseTime, adviseQuotes, adviseClause, adviseSpelling, adviseParentheses} {
		if s := advise(r); s != "" {
			return s
		}
	}
	return ""
}

// adviseMessage goes by what the grammar says itself.
func adviseMessage(r refusal) string {
	switch {
	case strings.HasPrefix(r.message, "LIMIT #,# "):
		return "Use separate LIMIT and OFFSET clauses: LIMIT 20 OFFSET 10."
	case strings.HasPrefix(r.message, "unterminated quoted string"):
		return "The text that begins here isn't closed. A quote within a text is written twice: 'it''s'."
	case strings.HasPrefix(r.message, "unterminated quoted identifier"):
		return `The name that begins here isn't closed. Double quotes are for names: a text is written in single quotes.`
	case strings.HasPrefix(r.message, "trailing junk after numeric literal") && duration.MatchString(r.at):
		return "An interval is a text: interval '" + r.at + "'."
	case strings.HasPrefix(r.message, "trailing junk after numeric literal"):
		return "A name that begins with a digit is written in double quotes, a text in single ones."
	}
	return ""
}

// adviseStatement goes by the words that a statement begins with.
func adviseStatement(r refusal) string {
	if len(r.before) == 0 {
		switch r.at {
		case "describe", "desc":
			return `In psql, \d shows a stream's columns; elsewhere: SELECT * FROM flare.columns.`
		case "use":
			return "There is one database. A schema is chosen with SET search_path."
		case "help", "quit", "exit":
			return `In psql, \? and \h help, and \q quits.`
		}
		return ""
	}
	switch first, second := r.before[0], r.at; {
	case len(r.before) == 1 && first == "insert":
		return "Write INSERT INTO."
	case len(r.before) == 1 && first == "delete":
		return "Write DELETE FROM stream WHERE …; all events are deleted by TRUNCATE."
	case len(r.before) == 1 && first == "drop":
		return "Write DROP TABLE, VIEW, INDEX, SCHEMA or ROLE before the name."
	case first == "insert" && second == "set":
		return "Write INSERT INTO stream (level, …) VALUES ('Error', …)."
	case first == "create" && len(r.before) == 3 && r.before[1] == "table" && r.at == "":
		return "CREATE TABLE name () makes a stream that takes whatever comes."
	case r.at == "auto_increment" || r.last(1) == "auto_increment":
		return "Nothing counts up here: every event has an event_id."
	}
	return ""
}

// adviseCondition is about operators and predicates.
func adviseCondition(r refusal) string {
	literal := strings.HasPrefix(r.at, "'")
	switch {
	case r.at == "contains" || r.at == "includes":
		return "Write x LIKE '%part%', or ILIKE regardless of case."
	case r.at == "regexp" || r.at == "rlike" || r.at == "matches":
		return "A regular expression is matched with ~, or ~* regardless of case."
	case r.at == "startswith" || r.at == "endswith":
		return "Write x LIKE 'beginning%', or '%end'."
	case r.at == "=" && (r.last(1) == "is" || r.last(1) == "not"), r.at == "not" && r.next() == "=":
		return "Inequality is <>."
	case literal && (r.last(1) == "is" || r.last(1) == "not" && r.last(2) == "is"):
		return "IS is for NULL, TRUE, FALSE and DISTINCT FROM: values are compared with = and <>."
	case r.last(1) == "in" && r.at != "(":
		return "A list is written in parentheses: IN ('a', 'b')."
	case r.at == ")" && r.last(1) == "(" && r.last(2) == "in":
		return "A list in parentheses has at least one value."
	case strings.HasPrefix(r.at, "%") && (r.last(1) == "like" || r.last(1) == "ilike"):
		return "A pattern is a text in quotes: '%part%'."
	case r.since("between") >= 0 && (r.since("and") < 0 || r.since("and") > r.since("between")):
		return "Write BETWEEN a AND b."
	case r.has("&&"):
		return "Conditions are joined with AND; && tells whether arrays or ranges overlap."
	case r.at == "similar" && r.next() != "to", r.last(1) == "similar" && r.at != "to":
		return "Write SIMILAR TO."
	case r.at == "?" && r.next() == ":":
		return "Write CASE WHEN condition THEN a ELSE b END."
	}
	return ""
}

// adviseTime is about times and intervals.
func adviseTime(r refusal) string {
	switch {
	case r.last(1) == "interval" && aNumber.MatchString(r.at):
		unit := r.next()
		if unit == "" || duration.MatchString(r.at) {
			return "An interval is a text: interval '" + r.at + "'."
		}
		return "An interval is a text: interval '" + r.at + " " + unit + "'."
	case r.at == "," && r.last(2) == "(" && r.last(3) == "extract":
		return "Write extract(hour FROM timestamp)."
	case duration.MatchString(r.last(1) + r.at):
		return "An interval is a text: interval '" + r.last(1) + " " + r.at + "'."
	}
	return ""
}

// adviseQuotes is about names and comments in other systems' quotes.
func adviseQuotes(r refusal) string {
	switch {
	case r.has("`"), strings.HasPrefix(r.at, "`"):
		return `Names are written in double quotes, "level", not in backquotes.`
	case r.at == "[" && (r.last(1) == "select" || r.last(1) == "," || r.last(1) == "from" || r.last(1) == "by" || r.last(1) == "where" || r.last(1) == "and"):
		return `Names are written in double quotes, "level", not in brackets.`
	case strings.HasPrefix(r.at, "#") || strings.HasPrefix(r.at, "//"):
		return "A comment begins with --, or stands between /* and */."
	case r.at == "$" || r.at == "{":
		return `A member of an object is written Data.region; a Grafana variable is filled in by Grafana.`
	}
	return ""
}

// adviseClause is about the order and form of clauses.
func adviseClause(r refusal) string {
	switch {
	case r.last(1) == "top" && aNumber.MatchString(r.at):
		return "Write LIMIT " + r.at + " at the end of the statement."
	case (r.at == "from" || r.at == ")" || r.at == "where") && r.last(1) == ",":
		return "There is a comma too many before " + strings.ToUpper(r.at) + "."
	case (r.last(1) == "order" || r.last(1) == "group" || r.last(1) == "partition") && r.at != "by":
		return "Write " + strings.ToUpper(r.last(1)) + " BY."
	case r.since("on") >= 0 && r.since("on") <= 1 && r.since("distinct") == r.since("on")+1:
		return "Write DISTINCT ON (level)."
	case r.at == "as" && r.next() == "of", r.last(1) == "of" && r.last(2) == "as":
		return "There is no AS OF: a condition on timestamp chooses the time."
	case r.since("join") > 0 && r.since("on") < 0 && r.since("using") < 0 && r.since("cross") < 0 && r.since("natural") < 0 && r.open() == 0:
		return "A JOIN wants ON condition, or USING (column)."
	case r.at == "where" && (r.since("group") >= 0 || r.since("order") >= 0) && r.since("where") < 0:
		return "WHERE stands before GROUP BY, HAVING and ORDER BY."
	case r.at == "order" && r.since("limit") >= 0:
		return "ORDER BY stands before LIMIT."
	case r.at == "group" && (r.since("order") >= 0 || r.since("having") >= 0):
		return "GROUP BY stands before HAVING and ORDER BY."
	}
	return ""
}

// adviseSpelling finds keywords that are misspelt.
func adviseSpelling(r refusal) string {
	if len(r.before) == 0 {
		if near := misspelt(r.at, statementWords); near != "" {
			return "Perhaps you meant " + near + "."
		}
		return ""
	}
	for _, w := range []string{r.at, r.last(1)} {
		if near := misspelt(w, clauseWords); near != "" {
			return "Perhaps you meant " + near + " instead of " + w + "."
		}
	}
	return ""
}

// adviseParentheses is about parentheses that don't match.
func adviseParentheses(r refusal) string {
	switch open := r.open(); {
	case r.at == ")" && open <= 0:
		return "This parenthesis closes none that is open."
	case open > 0 && (r.at == "" || r.at == "from" || r.at == "where"):
		return "A parenthesis that was opened before isn't closed."
	}
	return ""
}
