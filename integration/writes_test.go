package integration

import "testing"

// TestWritesAreAsInPostgreSQL: statements that write in WITH, the forms of INSERT, tables made of queries.
func TestWritesAreAsInPostgreSQL(t *testing.T) {
	compareScript(t, "testdata/writes.sql")
}
