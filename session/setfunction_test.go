package session

import "testing"

// TestFunctionsInFromStream: rows of a function are made as they are drawn, so that LIMIT and a time-out end what would never end.
func TestFunctionsInFromStream(t *testing.T) {
	c := serve(t).connect()
	c.want("select g from generate_series(1, 1000000000000) g limit 2", "1\n2\nSELECT 2")
	c.want("select generate_series(1, 1000000000000) limit 1", "1\nSELECT 1")
	c.want("set statement_timeout = '100ms'", "SET") // by itself: an error would undo it with the rest of its message
	c.want("select count(*) from generate_series(1, 1000000000000)", "!57014")
	c.want("select count(*) from (select generate_series(1, 1000000000000)) t", "!57014")
}
