package event

import (
	"strings"
	"testing"
)

// TestMessagesAreBounded: holes are filled in up to a length, and stay as they are written behind it.
func TestMessagesAreBounded(t *testing.T) {
	value := []byte(`"` + strings.Repeat("x", 1<<20) + `"`)
	got := Render(nil, strings.Repeat("{a}", 1000), func(string) ([]byte, bool) { return value, true })
	filled := maxRendered>>20 + 1
	if want := strings.Repeat(strings.Repeat("x", 1<<20), filled) + strings.Repeat("{a}", 1000-filled); string(got) != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}
