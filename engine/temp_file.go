package engine

import (
	"fmt"
	"io"
)

// TempFile keeps what has no room in memory until it is closed: it lies with the store's other temporary files, which the next start
// deletes after a crash. It is for one goroutine at a time.
type TempFile struct{ sp *spill }

// NewTempFile makes an empty one.
func (s *Store) NewTempFile() (*TempFile, error) {
	if err := s.roomLeft(); err != nil {
		return nil, err
	}
	sp, err := s.newSpill()
	if err != nil {
		return nil, err
	}
	return &TempFile{sp}, nil
}

// Append writes b behind what was written before and tells where. It fails where the disk has less room than the reserve.
func (t *TempFile) Append(b []byte) (at int64, err error) {
	if err := t.sp.store.roomLeft(); err != nil {
		return 0, err
	}
	return t.sp.write(b)
}

// ReadAt reads len(b) bytes from at on.
func (t *TempFile) ReadAt(b []byte, at int64) error {
	n, err := t.sp.f.ReadAt(b, at)
	switch {
	case n == len(b):
		return nil
	case err == nil || err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("temporary file: %w", err)
}

// Close deletes the file.
func (t *TempFile) Close() error { return t.sp.release() }
