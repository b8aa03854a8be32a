package integration

import "testing"

func TestReturningAndUsingAreAsInPostgreSQL(t *testing.T) {
	compareScript(t, "testdata/returning.sql")
}
