package integration

import "testing"

// TestRolesAreAsInPostgreSQL runs the script of testdata/roles.sql over both servers, once by each protocol.
func TestRolesAreAsInPostgreSQL(t *testing.T) { compareScript(t, "testdata/roles.sql") }
