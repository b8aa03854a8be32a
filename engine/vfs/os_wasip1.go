package vfs

import (
	"errors"
	"os"
	"syscall"
)

func preallocate(*os.File, int64, int64) (done bool, err error) { return false, nil }

func syncFile(f *os.File) error { return f.Sync() }

// syncDir does nothing: WASI has no way to flush a directory.
func syncDir(string) error { return nil }

// lockFile locks nothing: WASI has no locks. Whoever runs the module sees to it that it runs once.
func lockFile(*os.File) (held bool, err error) { return false, nil }

// IsNoSpace reports whether err says that the disk or a quota is full.
func IsNoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func free(string) (int64, error) { return 0, errors.ErrUnsupported }

func willNeed(*os.File, int64, int64) {}
