package pgoracle_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
	"github.com/jackc/pgx/v5"
)

func TestOracleAnswersAsInitialisedAndStopsWithTheTest(t *testing.T) {
	var dsn string
	t.Run("running", func(t *testing.T) {
		o := pgoracle.Start(t)
		dsn = o.DSN
		var collate, zone, encoding string
		err := o.Connect(t).QueryRow(context.Background(),
			"select datcollate, current_setting('timezone'), current_setting('server_encoding') from pg_database where datname = current_database()").
			Scan(&collate, &zone, &encoding)
		if err != nil {
			t.Fatal(err)
		}
		if collate != "C.UTF-8" || zone != "UTC" || encoding != "UTF8" {
			t.Errorf("collate %s, time zone %s, encoding %s", collate, zone, encoding)
		}
	})
	if dsn == "" {
		t.Skip("no server ran")
	}
	if c, err := pgx.Connect(context.Background(), dsn); err == nil {
		c.Close(context.Background())
		t.Error("the server still answers after its test ended")
	}
	dir := strings.TrimPrefix(strings.Fields(dsn)[0], "host=")
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("its directory %s is still there", dir)
	}
}
