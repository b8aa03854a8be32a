//go:build !race

package strip

const raceDetector = false
