package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/flare-pg/flare-pg/integration/grafana"
)

// keepRows writes a panel's rows to a CSV file named for its title.
func keepRows(ctx context.Context, c *pgx.Conn, st grafana.Statement, folder string) error {
	if st.Kind != "panel" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	name := strings.ToLower(strings.ReplaceAll(st.Title, " ", "-"))
	f, err := os.Create(filepath.Join(folder, name+".csv"))
	if err != nil {
		return err
	}
	if _, err := c.PgConn().CopyTo(ctx, f, "copy ("+strings.TrimRight(st.SQL, "; \n")+") to stdout (format csv, header)"); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
