package pgnames

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

var update = flag.Bool("update", false, "rewrite objects.txt from PostgreSQL")

// TestObjectsAreThoseOfPostgreSQL compares objects.txt with the catalogs of a running server.
func TestObjectsAreThoseOfPostgreSQL(t *testing.T) {
	query, err := os.ReadFile("testdata/objects.sql")
	if err != nil {
		t.Fatal(err)
	}
	rs, err := pgoracle.Start(t).Connect(t).PgConn().Exec(context.Background(), string(query)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, row := range rs[0].Rows {
		text.Write(row[0])
		text.WriteByte('\n')
	}
	if *update {
		if err := os.WriteFile("objects.txt", []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text.String() != objectsText {
		t.Error("objects.txt is not what the server's catalogs say; run with -update and look at the difference")
	}
}

func TestFind(t *testing.T) {
	if got := Find(Function, "pg_catalog", "abs"); len(got) != 6 || got[0].OID != 1394 {
		t.Errorf("abs: %v", got)
	}
	o, ok := ByOID(Function, 750)
	if !ok || o.Name != "array_in" || len(o.Args) != 3 || !o.Details.Strict {
		t.Errorf("750: %+v", o)
	}
	if o, ok := ByOID(Namespace, 11); !ok || o.Schema != "" || o.Name != "pg_catalog" {
		t.Errorf("11: %+v", o)
	}
	if len(All(Type)) < 600 || len(All(Operator)) < 700 {
		t.Errorf("%d types, %d operators", len(All(Type)), len(All(Operator)))
	}
}
