package types_test

import (
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	. "github.com/flare-pg/flare-pg/types"
)

// BenchmarkValues measures what is done for each value of a large result or COPY.
func BenchmarkValues(b *testing.B) {
	env := NewEnv(time.Unix(0, 0))
	berlin := NewEnv(time.Unix(0, 0))
	berlin.Location, _ = time.LoadLocation("Europe/Berlin")
	values := map[string]string{
		"timestamptz": "2024-02-29 12:34:56.789+00", "numeric": "12345.678", "double precision": "3.141592653589793", "bigint": "1234567890",
		"jsonb": `{"Application":"shop","Elapsed":12.5,"Items":[{"Price":9.99,"Sku":"A-1"},{"Price":1.5,"Sku":"B-2"}],"Method":"GET","Path":"/api/orders","StatusCode":200}`,
	}
	for name, text := range values {
		row, _ := ByName(name)
		v := column.New(row.Kind)
		if err := ParseText(v, env, row.OID, -1, []byte(text)); err != nil {
			b.Fatal(err)
		}
		b.Run("text of "+name, func(b *testing.B) {
			var dst []byte
			for b.Loop() {
				dst = AppendText(dst[:0], berlin, row.OID, v, 0)
			}
			b.SetBytes(int64(len(dst)))
		})
		b.Run("read "+name, func(b *testing.B) {
			out := column.New(row.Kind)
			for b.Loop() {
				out.Reset(row.Kind)
				if err := ParseText(out, berlin, row.OID, -1, []byte(text)); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(text)))
		})
	}
}
