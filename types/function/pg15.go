package function

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

// pg15 lists PostgreSQL 15's functions, operators, casts and aggregates over the types of its own: facts of its
// catalogs, read from a running server (TestTableAgreesWithPostgreSQL compares and, with -update, rewrites it).
// Overloads are resolved among all of them, so that a call means what it means there; one that is chosen but
// has no kernel here answers 0A000. Lines are separated by tabs:
//
//	f oid name argument-types result flags [defaults]   flags: provolatile, s strict, v variadic
//	o oid name left right result function commutator negator
//	c from to context function method
//	a oid name argument-types result aggkind aggnumdirectargs
//
//go:embed pg15.txt
var pg15 string

// load fills the registry from the table. A broken line is a broken build: it panics.
func (r *registry) load(table string) {
	byOID := map[types.OID]*Function{}
	for line := range strings.Lines(table) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch f[0] {
		case "f":
			fn := &Function{
				OID: oid(f[1]), Name: f[2], Schema: "pg_catalog", Args: oids(f[3]), Result: oid(f[4]),
				Volatility: Volatility(f[5][0]), Strict: strings.Contains(f[5][1:], "s"), Variadic: strings.Contains(f[5][1:], "v"),
			}
			if len(f) > 6 {
				r.defaults[fn] = int(oid(f[6]))
			}
			byOID[fn.OID] = fn
			r.functions[fn.Name] = append(r.functions[fn.Name], fn)
		case "o":
			fn := byOID[oid(f[6])]
			if fn == nil {
				continue // an operator whose function is not in the table: none of ours
			}
			op := &Operator{OID: oid(f[1]), Name: f[2], Left: oid(f[3]), Right: oid(f[4]), Result: oid(f[5]),
				Function: fn, Commutator: f[7], Negator: f[8]}
			r.operators[op.Name] = append(r.operators[op.Name], op)
		case "c":
			k := castKey{oid(f[1]), oid(f[2])}
			r.pgCasts[k] = pgCast{context: CastContext(f[3][0]), function: byOID[oid(f[4])], method: f[5][0]}
		case "a":
			a := &Aggregate{OID: oid(f[1]), Name: f[2], Schema: "pg_catalog", Args: oids(f[3]), Result: oid(f[4]), Kind: f[5][0], Direct: int(oid(f[6]))}
			r.aggregates[a.Name] = append(r.aggregates[a.Name], a)
		}
	}
}

func oid(s string) types.OID {
	x, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		panic(fmt.Sprintf("pg15.txt: %v", err))
	}
	return types.OID(x)
}

func oids(s string) []types.OID {
	var ts []types.OID
	for f := range strings.FieldsSeq(s) {
		ts = append(ts, oid(f))
	}
	return ts
}
