//go:build !race

package nql

const raceDetector = false
