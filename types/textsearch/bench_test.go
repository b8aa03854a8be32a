package textsearch

import (
	"testing"
)

// What a message of a log takes: cut into tokens, and made a document.
func BenchmarkMessages(b *testing.B) {
	message := []byte("Order 48151 for customer alice@example.com failed after 1532 ms: connection to db-1.example.com:5432 refused, retrying in 00:00:05")
	b.Run("tokens", func(b *testing.B) {
		b.SetBytes(int64(len(message)))
		p := NewParser(message)
		for b.Loop() {
			p.Reset(message)
			for {
				if _, _, ok := p.Next(); !ok {
					break
				}
			}
		}
	})
	b.Run("document", func(b *testing.B) {
		b.SetBytes(int64(len(message)))
		b.ReportAllocs()
		config := ConfigNamed("english")
		var buf []byte
		for b.Loop() {
			d := NewBuilder(config)
			d.Add(message)
			buf, _ = d.Append(buf[:0])
			d.Close()
		}
	})
}
