// Package manifest is the MANIFEST: the log of records that says what exists in a data directory, and the
// state that they add up to.
package manifest

import "errors"

// ErrNewerFormat: the file was written by a newer version of the program.
var ErrNewerFormat = errors.New("file format is newer than this program knows")
