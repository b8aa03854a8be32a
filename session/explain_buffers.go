package session

import (
	"fmt"
	"strings"

	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
)

// blockBytes is the unit of what BUFFERS says, as the setting block_size has it.
const blockBytes = 8192

// buffers are the bytes that a node and all below it took, as EXPLAIN (ANALYZE, BUFFERS) tells: hit are those that were in the server's memory (recent events, what pages
// say of themselves), read those of files (which the system may have had in its cache), written those of temporary files.
type buffers struct{ hit, read, written int64 }

func buffersOf(s *exec.Stats, n plan.Node) (b buffers) {
	plan.WalkNodes(n, func(n plan.Node) bool {
		if st := s.Of(n); st != nil {
			b.hit += st.Scan.BytesKept.Load()
			b.read += st.Scan.BytesRead.Load()
			b.written += st.Disk.Load()
		}
		return true
	})
	return b
}

func blocks(bytes int64) int64 { return (bytes + blockBytes - 1) / blockBytes }

// lines is "Buffers: shared hit=3 read=17, temp written=4", without what is 0.
func (b buffers) lines() []string {
	var shared, parts []string
	if b.hit > 0 {
		shared = append(shared, fmt.Sprintf("hit=%d", blocks(b.hit)))
	}
	if b.read > 0 {
		shared = append(shared, fmt.Sprintf("read=%d", blocks(b.read)))
	}
	if len(shared) > 0 {
		parts = append(parts, "shared "+strings.Join(shared, " "))
	}
	if b.written > 0 {
		parts = append(parts, fmt.Sprintf("temp written=%d", blocks(b.written)))
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{"Buffers: " + strings.Join(parts, ", ")}
}

// facts are the same, named as PostgreSQL names them.
func (b buffers) facts() []plan.Property {
	return []plan.Property{{Name: "Shared Hit Blocks", Value: blocks(b.hit)}, {Name: "Shared Read Blocks", Value: blocks(b.read)}, {Name: "Temp Written Blocks", Value: blocks(b.written)}}
}
