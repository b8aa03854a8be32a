package function

import (
	"flag"
	"os"
	"testing"
)

// TestMain lowers the number of cases a law is tried on, unless it was given: there is a law for every function.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "30"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
