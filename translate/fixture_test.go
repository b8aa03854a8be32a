package translate

import (
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// snapshot is a catalog with one stream that has a property of each type, several spellings, and nested ones.
func snapshot() *catalog.Snapshot {
	property := func(seq uint32, t types.OID, path ...string) engine.Property {
		return engine.Property{Path: path, Type: t, Seq: seq}
	}
	return catalog.New(nil).Snapshot(&engine.Schema{Version: 1, Streams: []*engine.StreamSchema{
		{ID: 1, Schema: "public", Name: "stream", Properties: []engine.Property{
			property(1, types.Int8, "StatusCode"),
			property(2, types.Text, "Method"),
			property(3, types.Float8, "Elapsed"),
			property(4, types.Int8, "EventID"),
			property(5, types.Text, "eventID"),
			property(6, types.JSONB, "Data"),
			property(7, types.JSONB, "Data", "checks"),
			property(8, types.JSONB, "Data", "checks", "database"),
			property(9, types.Bool, "Data", "checks", "database", "isOk"),
			property(10, types.Text, "User"),
			property(11, types.Numeric, "Cost"),
			property(12, types.Bool, "Ok"),
			property(13, types.Int8, "event_id"),
			property(14, types.Text, "id"),
			property(15, types.Text, "hour"),
		}},
		{ID: 2, Schema: "public", Name: "audit", Properties: []engine.Property{
			property(1, types.Text, "Method"),
			property(2, types.Int8, "Code"),
		}},
	}})
}

// bound is what binding one statement gave.
type bound struct {
	result  Bound
	err     error
	notices []string
}

func bindText(t *testing.T, sql string, change func(*Context)) bound {
	t.Helper()
	var out bound
	list, err := Parse(sql)
	if err != nil {
		out.err = err
		return out
	}
	if len(list) != 1 {
		t.Fatalf("%q: %d statements", sql, len(list))
	}
	c := &Context{Catalog: snapshot(), Env: types.NewEnv(time.Unix(1700000000, 0).UTC())}
	c.Notice = func(n *types.Error) { out.notices = append(out.notices, n.Message) }
	if change != nil {
		change(c)
	}
	out.result, out.err = Bind(c, list[0])
	return out
}
