// Command flare-pg is a log store that speaks the PostgreSQL protocol: the server, the importer, and
// the tools that look at a data directory.
//
// Exit codes: 0 success, 1 failure (a wrong query too), 2 wrong flags or arguments.
package main

import (
	"os"
	_ "time/tzdata" // time zones by name, also where the machine has no database of them
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
