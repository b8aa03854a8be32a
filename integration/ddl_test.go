package integration

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

// TestTablesAreDefinedAsInPostgreSQL runs the script of testdata/ddl.sql over both servers, once by each protocol.
func TestTablesAreDefinedAsInPostgreSQL(t *testing.T) { compareScript(t, "testdata/ddl.sql") }

// compareScript runs a script of statements that depend on each other over both servers and compares what they answer.
func compareScript(t *testing.T, path string) {
	for _, binary := range []bool{false, true} {
		t.Run(map[bool]string{false: "simple", true: "extended"}[binary], func(t *testing.T) {
			ctx := context.Background()
			oracle := pgoracle.Start(t)
			ours, theirs := serve(t, filepath.Join(t.TempDir(), "data")).Connect(ctx), oracle.Connect(t)
			for _, s := range readStatements(t, path) {
				a, b := run(t, ours, s, binary), run(t, theirs, s, binary)
				if diff := difference(a, b, s, binary); diff != "" && !s.differs {
					t.Errorf("%s: %s\n%s", s.where, s.sql, diff)
				}
			}
		})
	}
}

// TestColumnsAreDroppedAsInPostgreSQL runs the script of testdata/drop_column.sql over both servers.
func TestColumnsAreDroppedAsInPostgreSQL(t *testing.T) { compareScript(t, "testdata/drop_column.sql") }
