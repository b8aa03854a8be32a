package nql

// Parse parses a query. Errors are *SyntaxError.
func Parse(text string) (*Query, error) { return nil, errNotYet }

// ParseExpr parses an expression.
func ParseExpr(text string) (Expr, error) { return nil, errNotYet }
