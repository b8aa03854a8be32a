package integration

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/flare-pg/flare-pg/integration/grafana"
)

// asGrafana connects as Grafana's data source does: pgx, the simple protocol only.
func asGrafana(t *testing.T, s *server) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(s.DSN("&default_query_exec_mode=simple_protocol"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.ConnectConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// table is a result with what Grafana looks at.
type table struct {
	columns []pgconn.FieldDescription
	rows    [][]any
	tag     pgconn.CommandTag
}

func asked(t *testing.T, c *pgx.Conn, sql string) (*table, error) {
	t.Helper()
	rows, err := c.Query(context.Background(), sql)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := &table{columns: append([]pgconn.FieldDescription(nil), rows.FieldDescriptions()...)}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		out.rows = append(out.rows, values)
	}
	out.tag = rows.CommandTag()
	return out, rows.Err()
}

// isNumber tells the types that a panel draws.
func isNumber(oid uint32) bool {
	switch oid {
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.Float4OID, pgtype.Float8OID, pgtype.NumericOID:
		return true
	}
	return false
}

// seconds gives a point in time of a result.
func seconds(t *testing.T, v any) float64 {
	t.Helper()
	switch v := v.(type) {
	case time.Time:
		return float64(v.UnixMicro()) / 1e6
	case pgtype.Numeric:
		f, err := v.Float64Value()
		if err != nil {
			t.Fatal(err)
		}
		return f.Float64
	case float64:
		return v
	case int64:
		return float64(v)
	}
	t.Fatalf("%v (%T) is no time", v, v)
	return 0
}

// TestDashboards runs every statement of the dashboards over made-up events, and checks what Grafana needs of the results.
func TestDashboards(t *testing.T) {
	s := start(t, "demo", "--data", filepath.Join(t.TempDir(), "demo"), "--events", "30000", "--listen", "127.0.0.1:0")
	c := asGrafana(t, s)
	last, err := asked(t, c, "select max(timestamp) from stream")
	if err != nil {
		t.Fatal(err)
	}
	now := last.rows[0][0].(time.Time).Add(time.Second).Truncate(time.Second)
	for _, name := range []string{"log-stream", "health"} {
		d, err := grafana.Read("../docker/grafana/dashboards/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Range(now)
		if err != nil {
			t.Fatal(err)
		}
		for _, timescale := range []bool{false, true} {
			r.TimescaleDB = timescale
			values := variables(t, c, d, r)
			statements, err := d.Statements(r, values)
			if err != nil {
				t.Fatal(err)
			}
			for _, st := range statements {
				checkStatement(t, c, name, st)
			}
		}
	}
}

// variables asks for the variables' values and chooses all of them.
func variables(t *testing.T, c *pgx.Conn, d *grafana.Dashboard, r grafana.Range) map[string]grafana.Value {
	t.Helper()
	values := map[string]grafana.Value{}
	for _, v := range d.Templating.List {
		sql, err := v.VariableQuery(r)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		if sql != "" {
			got, err := asked(t, c, sql)
			if err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			for _, row := range got.rows {
				texts = append(texts, row[0].(string))
			}
			if len(texts) < 2 {
				t.Errorf("variable %s has values %v", v.Name, texts)
			}
		}
		values[v.Name] = v.All(texts)
	}
	return values
}

func checkStatement(t *testing.T, c *pgx.Conn, dashboard string, st grafana.Statement) {
	t.Helper()
	got, err := asked(t, c, st.SQL)
	if err != nil {
		t.Errorf("%s: %s: %v\n%s", dashboard, st.Title, err, st.SQL)
		return
	}
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf(dashboard+": "+st.Title+": "+format+"\n"+st.SQL, args...)
	}
	if !strings.HasPrefix(got.tag.String(), "SELECT ") { // Grafana drops the rows of anything else
		fail("the tag is %q", got.tag)
	}
	if len(got.rows) == 0 && dashboard == "log-stream" && st.Kind != "annotation" { // few failures are good news
		fail("no rows")
	}
	at, numbers := -1, 0
	for i, f := range got.columns {
		if _, ok := c.TypeMap().TypeForOID(f.DataTypeOID); !ok { // pgx, and the panel, would fail
			fail("column %s has type %d, which pgx does not know", f.Name, f.DataTypeOID)
		}
		switch {
		case f.Name == "time":
			at = i
			if f.DataTypeOID != pgtype.TimestamptzOID && !isNumber(f.DataTypeOID) {
				fail("time has type %d", f.DataTypeOID)
			}
		case isNumber(f.DataTypeOID):
			numbers++
		case st.Format == "time_series" && f.DataTypeOID != pgtype.TextOID:
			fail("column %s of a time series is neither number nor text: %d", f.Name, f.DataTypeOID)
		}
	}
	wantsTime := st.Format == "time_series" || st.Kind == "annotation" || st.Panel == "logs"
	if wantsTime && at < 0 {
		fail("no column time")
		return
	}
	if st.Format == "time_series" && numbers == 0 {
		fail("no values")
	}
	if st.Panel == "logs" && (len(got.columns) < 2 || got.columns[1].DataTypeOID != pgtype.TextOID) {
		fail("no line to show")
	}
	for i := 1; i < len(got.rows) && (st.Format == "time_series" || st.Kind == "annotation"); i++ {
		if seconds(t, got.rows[i][at]) < seconds(t, got.rows[i-1][at]) {
			fail("row %d goes back in time", i)
			break
		}
	}
}

// TestGrafanaAround runs what the data source asks besides a dashboard's statements: the health check, its probes, what the query
// builder and the completion ask, alerting's forms, and each macro.
func TestGrafanaAround(t *testing.T) {
	s := start(t, "demo", "--data", filepath.Join(t.TempDir(), "demo"), "--events", "5000", "--listen", "127.0.0.1:0")
	c := asGrafana(t, s)
	tag, err := c.Exec(context.Background(), "-- ping")
	if err != nil || tag.String() != "" {
		t.Errorf("ping: %q, %v", tag, err)
	}
	last, err := asked(t, c, "select max(timestamp) from stream")
	if err != nil {
		t.Fatal(err)
	}
	now := last.rows[0][0].(time.Time)
	r := grafana.Range{From: now.Add(-6 * time.Hour), To: now, Interval: time.Minute}
	values := map[string]grafana.Value{"app": {Texts: []string{"Shop", "Search"}, Multi: true}, "level": {Texts: []string{"Error"}}, "min": {Texts: []string{"100"}}}
	for _, q := range readStatements(t, "testdata/grafana.sql") {
		for _, timescale := range []bool{false, true} {
			r.TimescaleDB = timescale
			text, err := grafana.Interpolate(q.sql, values)
			if err != nil {
				t.Fatal(err)
			}
			sql, err := grafana.Expand(text, r)
			if err != nil {
				t.Fatalf("%s: %v", q.where, err)
			}
			got, err := asked(t, c, sql)
			switch {
			case err != nil:
				t.Errorf("%s: %v\n%s", q.where, err, sql)
			case len(got.rows) == 0 && !strings.Contains(sql, "pg_extension"):
				t.Errorf("%s: no rows\n%s", q.where, sql)
			}
		}
	}
}
