// Package nql is the store's own query language: its text, its AST with parameters, and its evaluation over stored
// events. docs/nql.md describes the language.
//
// Text enters by Parse and ParseExpr and leaves by Print; rooms above mostly build the AST directly. CompileRows turns a predicate and
// wanted columns into a RowProgram, with which a scan makes typed columns of JSON documents: first the paths of the
// predicate are read, and of events for which it is true the others. Compile does the same for a whole query whose rows are values.
//
// Expressions are compiled to closures over a state that one goroutine has. Functions are entries of one registry (functions.go), which the parser, the
// compiler, TypeOf and the test of the documentation read. reference_test.go has the language a second time, written for plainness; laws compare the two.
//
// In between works the planner. Simplify folds what is constant and pushes `not` down; TimeBounds takes bounds of @t out of a predicate; Needs tells which properties an
// event must have. A pre-filter is what the raw bytes of an event must contain: needles, and questions about the value that stands behind a member's name. A Sieve
// looks for them in many events at once. All of them may let through what does not match and never hold back what does. Explain prints the plan.
//
// The package knows no SQL, no files and no transactions.
package nql
