package translate

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// The grammar builds trees without looking at their depth where it need not remember anything to go on (1+1+1+…,
// x::t::t…, SELECT … UNION SELECT …), and the C code that hands the tree on recurses on a thread's stack: some 20,000
// levels overflow 8 MiB, which ends the process. So deep texts are refused before they are parsed.
const (
	// maxChain bounds the levels, counted as operators and keywords one after the other.
	maxChain = 10_000
	// shortText is a text in bytes that is too short for so many; it is not looked at.
	shortText = 2 * maxChain
)

// checkDepth refuses a text whose tree might be too deep. It reads tokens, not grammar, and so counts too many
// rather than too few.
func checkDepth(sql string) error {
	if len(sql) < shortText {
		return nil
	}
	scan, err := grammarScan(sql)
	if err != nil {
		return nil //nolint:nilerr // the grammar meets the same error, before it has a tree, and says it better
	}
	// level is what stands between two parentheses or brackets.
	type level struct {
		sets  int // set operations and joins: they go on across commas
		chain int // since the last comma
		inner int // the deepest parenthesis since the last comma
		most  int // of the parts between commas
	}
	depth := func(l level) int { return l.sets + max(l.most, l.chain+l.inner) }
	open := []level{{}}
	for _, t := range scan.Tokens {
		l := &open[len(open)-1]
		switch t.Token {
		case pg.Token_ASCII_40, pg.Token_ASCII_91: // ( [
			open = append(open, level{})
		case pg.Token_ASCII_41, pg.Token_ASCII_93: // ) ]
			if len(open) > 1 {
				inside := 1 + depth(*l)
				open = open[:len(open)-1]
				l = &open[len(open)-1]
				l.inner = max(l.inner, inside)
			}
		case pg.Token_ASCII_44: // ,
			*l = level{sets: l.sets, most: max(l.most, l.chain+l.inner)}
		case pg.Token_ASCII_59: // ;
			open = append(open[:0], level{})
		case pg.Token_UNION, pg.Token_INTERSECT, pg.Token_EXCEPT, pg.Token_JOIN:
			l.sets++
		default:
			if !slices.Contains(flatTokens, t.Token) {
				l.chain++
			}
		}
		if depth(open[len(open)-1])+len(open) > maxChain {
			return types.Errorf(types.CodeStatementTooComplex, "stack depth limit exceeded").WithDetail("The statement is nested too deeply.")
		}
	}
	return nil
}

// flatTokens make a tree no deeper: names, values, and what the grammar makes one list of.
var flatTokens = []pg.Token{
	pg.Token_IDENT, pg.Token_UIDENT, pg.Token_ICONST, pg.Token_FCONST, pg.Token_SCONST, pg.Token_USCONST, pg.Token_BCONST, pg.Token_XCONST,
	pg.Token_PARAM, pg.Token_TRUE_P, pg.Token_FALSE_P, pg.Token_NULL_P, pg.Token_ASCII_46, pg.Token_AND, pg.Token_OR, pg.Token_SQL_COMMENT, pg.Token_C_COMMENT,
}

// maxRepeated bounds what repeats counts. Within each other such expressions double what they make at each level.
const maxRepeated = 100_000

// repeats counts an expression that a plan has n times more than the text: x in CASE x WHEN, x BETWEEN, rows that are compared.
func (b *binder) repeats(e plan.Expr, n int, at int32) error {
	if n <= 0 {
		return nil
	}
	plan.Walk(e, func(plan.Expr) bool {
		b.repeated += n
		return b.repeated <= maxRepeated
	})
	if b.repeated > maxRepeated {
		return b.errorf(at, types.CodeStatementTooComplex, "stack depth limit exceeded").WithDetail("Expressions that are evaluated more than once stand within each other too deeply.")
	}
	return nil
}
