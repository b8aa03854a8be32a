package session

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// leakCheck looks whether what statements took while they ran is given back.
type leakCheck struct {
	l          *live
	goroutines int
	files      int
	statements []string // since the last look
}

const (
	leakEvery = 64        // statements between two looks
	leakBytes = 512 << 20 // of live memory is more than a store of a few events takes
)

// newLeakCheck notes what there is while no client is connected.
func newLeakCheck(l *live) *leakCheck {
	l.settled()
	return &leakCheck{l: l, goroutines: runtime.NumGoroutine(), files: openFiles()}
}

// openFiles counts the descriptors of the process; 0 where that can't be seen.
func openFiles() int {
	list, _ := os.ReadDir("/proc/self/fd")
	return len(list)
}

// after is called when a statement's session has ended. It says what is left of the last ones, "" nothing.
func (c *leakCheck) after(sql string) string {
	c.statements = append(c.statements, sql)
	if len(c.statements) < leakEvery {
		return ""
	}
	left := c.left()
	if left != "" {
		left += " after\n" + strings.Join(c.statements, "\n")
	}
	c.statements = c.statements[:0]
	return left
}

// left says what is there and should not be, when it has had time to go.
func (c *leakCheck) left() (left string) {
	for range 200 {
		if left = c.now(); left == "" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if left != "" {
		return left
	}
	runtime.GC()
	var m runtime.MemStats
	if runtime.ReadMemStats(&m); m.HeapAlloc > leakBytes {
		return fmt.Sprintf("%d bytes are in use", m.HeapAlloc)
	}
	return ""
}

// slack is for what the testing package and the store's own work take now and then.
const slack = 20

func (c *leakCheck) now() string {
	if n := len(c.l.server.all()); n > 0 {
		return fmt.Sprintf("%d sessions are left", n)
	}
	if bytes, running, waiting := c.l.pool.Used(); bytes != 0 || running != 0 || waiting != 0 {
		return fmt.Sprintf("%d bytes are accounted, %d statements run, %d wait", bytes, running, waiting)
	}
	if n := runtime.NumGoroutine(); n > c.goroutines+slack {
		stacks := make([]byte, 1<<20)
		return fmt.Sprintf("%d goroutines, %d before\n%s", n, c.goroutines, stacks[:runtime.Stack(stacks, true)])
	}
	if n := openFiles(); n > c.files+slack {
		return fmt.Sprintf("%d open files, %d before", n, c.files)
	}
	if tmp, _ := filepath.Glob(filepath.Join(c.l.dir, "tmp", "*")); len(tmp) > 0 {
		return fmt.Sprintf("temporary files %v", tmp)
	}
	return ""
}
