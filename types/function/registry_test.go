package function

import (
	"testing"

	"github.com/flare-pg/flare-pg/types"
)

// TestRegistryBuilds makes the registry, which panics where a kernel's signature is not in the table.
func TestRegistryBuilds(t *testing.T) {
	seen := map[types.OID]string{}
	for _, f := range All() {
		if other, ok := seen[f.OID]; ok {
			t.Errorf("OID %d is both %s and %s", f.OID, f.Name, other)
		}
		seen[f.OID] = f.Name
	}
	if len(AllOperators()) == 0 || len(AllAggregates()) == 0 || len(Casts()) == 0 {
		t.Error("operators, aggregates or casts are missing")
	}
	t.Logf("%d functions, %d operators, %d aggregates, %d casts", len(All()), len(AllOperators()), len(AllAggregates()), len(Casts()))
}
