package integration

import "testing"

// TestViewsAreAsInPostgreSQL runs the script of testdata/views.sql over both servers, once by each protocol.
func TestViewsAreAsInPostgreSQL(t *testing.T) { compareScript(t, "testdata/views.sql") }
