package integration

import "testing"

func TestSubQueriesInWritesAreAsInPostgreSQL(t *testing.T) {
	compareScript(t, "testdata/subquery_writes.sql")
}
