// Package vfs is the file-system seam: the few operations that the store needs, as interfaces; the
// operating system's implementation of them; one in memory that can lose power (Mem); and a wrapper that makes
// operations fail (Inject). It knows nothing of what the files hold.
//
// # What an implementation promises
//
// Bytes written survive a power cut once File.Sync returned; a name (created, renamed, removed) once FS.SyncDir of its
// directory returned. Nothing else is promised: unsynced writes survive in any part, down to single
// sectors of 512 bytes, and unsynced names in any selection. After a failed Sync the file's unsynced bytes may be
// gone for ever, whatever later calls answer.
package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// FS is a file system. Names are the operating system's paths. Errors satisfy errors.Is with fs.ErrNotExist and
// fs.ErrExist where these apply, and IsNoSpace where the disk is full.
type FS interface {
	// Open opens an existing file for reading.
	Open(name string) (File, error)
	// OpenWrite opens an existing file for reading and writing.
	OpenWrite(name string) (File, error)
	// Create makes a file, open for reading and writing. fs.ErrExist where the name is taken.
	Create(name string) (File, error)
	// Rename gives a file another name in the same directory, replacing what had it.
	Rename(from, to string) error
	Remove(name string) error
	// List gives the names in a directory, sorted.
	List(dir string) ([]string, error)
	Stat(name string) (Info, error)
	// MakeDir makes a directory; one that exists is no error.
	MakeDir(dir string) error
	// SyncDir makes the names in a directory durable. On systems where a directory can't be synced it does nothing.
	SyncDir(dir string) error
	// Free gives the bytes that can still be written to the file system that dir is on; errors.ErrUnsupported where that can't be known.
	Free(dir string) (int64, error)
	// Link gives a file a second name, to in another directory, without copying it; errors.ErrUnsupported where that can't be done.
	Link(from, to string) error
	// Lock takes the lock that name stands for, creating the file, and writes this process's id into it. It does
	// not wait: a lock that is held gives a *HeldError. The lock ends with Close or with the process.
	Lock(name string) (io.Closer, error)
}

// File is an open file. ReadAt, WriteAt and Sync can be called by several goroutines at once.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() (int64, error)
	// Truncate sets the size; new bytes are zero.
	Truncate(size int64) error
	// Preallocate makes the file at least size bytes long with disk blocks reserved where the system can; new bytes are zero.
	Preallocate(size int64) error
	// WillNeed tells the system that a part of the file is read soon. It is a hint: nothing happens where there is no such call.
	WillNeed(off, n int64)
	// Sync makes what was written before the call durable, the size included.
	Sync() error
}

// Info describes a file.
type Info struct {
	Size int64
	Dir  bool
}

// HeldError says that a lock is held, and by whom.
type HeldError struct {
	Name string
	PID  int // 0: not known
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s is locked by another process", e.Name)
	}
	return fmt.Sprintf("%s is locked by process %d", e.Name, e.PID)
}

// Exists reports whether the name stands for anything.
func Exists(f FS, name string) (bool, error) {
	_, err := f.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
