package integration

import "testing"

func TestStatementsThatWriteInWithAreAsInPostgreSQL(t *testing.T) {
	compareScript(t, "testdata/writing_with.sql")
}
