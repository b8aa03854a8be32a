package strip

import (
	"fmt"
	"testing"
)

// Who waits for a processor waits for a part of a page, not for all of it.
func TestAPageIsMadeWithPauses(t *testing.T) {
	for _, docs := range []int{10, 4096} {
		b := NewBuilder()
		pauses := 0
		b.Pause = func() { pauses++ }
		var all []byte
		var ends []uint32
		var times []int64
		var arrivals []uint64
		for i := range docs {
			all = fmt.Appendf(all, `{"a":%d,"b":"x%d","c":true}`, i, i%7)
			ends, times, arrivals = append(ends, uint32(len(all))), append(times, int64(i)), append(arrivals, uint64(i))
		}
		b.Use(all, ends, times, arrivals)
		walked := pauses
		if _, _, err := b.Finish(nil); err != nil {
			t.Fatal(err)
		}
		if walked != docs/pauseDocs || pauses-walked != 3 {
			t.Errorf("%d events: %d pauses, then %d for 3 strips", docs, walked, pauses-walked)
		}
	}
}
