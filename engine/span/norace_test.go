//go:build !race

package span

const raceDetector = false
