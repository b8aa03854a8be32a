package engine

import (
	"errors"
	"fmt"
)

// roomLeft refuses writing when the disk has less room than the reserve. What frees room (deletion, retention, merging) and reading
// go on: they are what the reserve is for.
func (s *Store) roomLeft() error {
	if s.opts.Reserve <= 0 {
		return nil
	}
	free, err := s.fs.Free(s.dir)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil // not known here: the write will tell
	}
	if err != nil {
		return err
	}
	if free < s.opts.Reserve {
		return &LowDiskError{Free: free, Reserve: s.opts.Reserve}
	}
	return nil
}

// LowDiskError is ErrLowDisk with its figures, in bytes.
type LowDiskError struct{ Free, Reserve int64 }

func (e *LowDiskError) Error() string {
	return fmt.Sprintf("%s: %d bytes are free, of which %d are kept", ErrLowDisk, e.Free, e.Reserve)
}

// Unwrap gives ErrLowDisk.
func (e *LowDiskError) Unwrap() error { return ErrLowDisk }
