//go:build race

package strip

// raceDetector: allocations can't be counted, sync.Pool drops what it is given at random.
const raceDetector = true
