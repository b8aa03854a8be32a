//go:build !unix

package exec

import "time"

// cpuTime is not known here.
func cpuTime() time.Duration { return 0 }
