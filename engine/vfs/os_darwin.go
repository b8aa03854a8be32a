package vfs

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// preallocate leaves it to the caller: F_PREALLOCATE reserves but does not lengthen.
func preallocate(*os.File, int64, int64) (done bool, err error) { return false, nil }

// syncFile is F_FULLFSYNC (os.File.Sync does that on darwin), since fsync alone does not reach the platter there.
func syncFile(f *os.File) error { return f.Sync() }

// IsNoSpace reports whether err says that the disk or a quota is full.
func IsNoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// free asks statfs, for what users without privileges may still take.
func free(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// willNeed does nothing: the system reads ahead by itself.
func willNeed(*os.File, int64, int64) {}
