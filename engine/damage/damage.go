// Package damage has the error that names damage in a file. Every format reader returns it; package engine
// shows it as DamageError.
package damage

import (
	"errors"
	"fmt"
)

// Error names damage in a file: bytes that are not what was written, or that can't be read.
type Error struct {
	File   string // path
	Offset int64  // of the damaged structure, in bytes from the file's start
	What   string // what should lie there, and what is wrong with it
	// Expected and Found are the checksums, where HasSum says that it was a checksum that told.
	HasSum          bool
	Expected, Found uint32
	Err             error // an I/O error, where that is the cause
}

func (e *Error) Error() string {
	if errors.Is(e.Err, ErrNewerFormat) {
		return fmt.Sprintf("%s, or that number is damaged (checksum %08x expected, %08x found)", e.Err, e.Expected, e.Found)
	}
	s := fmt.Sprintf("%s is damaged at offset %d: %s", e.File, e.Offset, e.What)
	if e.HasSum {
		s += fmt.Sprintf(" (checksum %08x expected, %08x found)", e.Expected, e.Found)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// ErrNewerFormat: a file was written by a newer version of the program.
var ErrNewerFormat = errors.New("file format is newer than this program knows")

// Newer is ErrNewerFormat with the file and both versions.
func Newer(file string, found, known uint32) error {
	return fmt.Errorf("%w: %s has format version %d, the newest known is %d", ErrNewerFormat, file, found, known)
}
