//go:build race

package nql

const raceDetector = true
