package vfs

import (
	"errors"
	"io"
	"syscall"
)

// Op names an operation for an injector.
type Op string

// The operations that an injector is asked about.
const (
	OpOpen     Op = "open"
	OpCreate   Op = "create"
	OpRename   Op = "rename"
	OpRemove   Op = "remove"
	OpMakeDir  Op = "mkdir"
	OpSyncDir  Op = "syncdir"
	OpLock     Op = "lock"
	OpLink     Op = "link"
	OpRead     Op = "read"
	OpWrite    Op = "write"
	OpTruncate Op = "truncate"
	OpSync     Op = "sync"
)

// ErrPowerOff is what a hook returns from the moment when the power is off: an operation that fails with it does nothing.
var ErrPowerOff = errors.New("power is off")

// Inject is FS with a hook that is asked before each operation: an error that it returns is the operation's.
// A write that fails may have written a part. A Sync that fails loses the unsynced bytes where FS knows how (Mem).
type Inject struct {
	FS
	Hook func(op Op, name string) error
}

func (i Inject) file(op Op, name string, open func(string) (File, error)) (File, error) {
	if err := i.Hook(op, name); err != nil {
		return nil, err
	}
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	return &injectFile{File: f, in: i, name: name}, nil
}

func (i Inject) Open(name string) (File, error)      { return i.file(OpOpen, name, i.FS.Open) }
func (i Inject) OpenWrite(name string) (File, error) { return i.file(OpOpen, name, i.FS.OpenWrite) }
func (i Inject) Create(name string) (File, error)    { return i.file(OpCreate, name, i.FS.Create) }

func (i Inject) Rename(from, to string) error {
	if err := i.Hook(OpRename, to); err != nil {
		return err
	}
	return i.FS.Rename(from, to)
}

func (i Inject) Remove(name string) error {
	if err := i.Hook(OpRemove, name); err != nil {
		return err
	}
	return i.FS.Remove(name)
}

func (i Inject) MakeDir(name string) error {
	if err := i.Hook(OpMakeDir, name); err != nil {
		return err
	}
	return i.FS.MakeDir(name)
}

func (i Inject) SyncDir(name string) error {
	if err := i.Hook(OpSyncDir, name); err != nil {
		return err
	}
	return i.FS.SyncDir(name)
}

func (i Inject) Link(from, to string) error {
	if err := i.Hook(OpLink, to); err != nil {
		return err
	}
	return i.FS.Link(from, to)
}

func (i Inject) Lock(name string) (io.Closer, error) {
	if err := i.Hook(OpLock, name); err != nil {
		return nil, err
	}
	return i.FS.Lock(name)
}

type injectFile struct {
	File
	in   Inject
	name string
}

func (f *injectFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.in.Hook(OpRead, f.name); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, off)
}

func (f *injectFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.in.Hook(OpWrite, f.name); err != nil {
		if errors.Is(err, ErrPowerOff) {
			return 0, err
		}
		n, _ := f.File.WriteAt(p[:len(p)/2], off)
		return n, err
	}
	return f.File.WriteAt(p, off)
}

func (f *injectFile) Truncate(size int64) error {
	if err := f.in.Hook(OpTruncate, f.name); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f *injectFile) Preallocate(size int64) error {
	if err := f.in.Hook(OpTruncate, f.name); err != nil {
		return err
	}
	return f.File.Preallocate(size)
}

func (f *injectFile) Sync() error {
	if err := f.in.Hook(OpSync, f.name); err != nil {
		if l, ok := f.File.(interface{ LoseUnsynced() }); ok && !errors.Is(err, ErrPowerOff) {
			l.LoseUnsynced()
		}
		return err
	}
	return f.File.Sync()
}

// ErrNoSpace and ErrIO are what a full and a broken disk answer: errors for hooks.
var (
	ErrNoSpace error = syscall.ENOSPC
	ErrIO      error = syscall.EIO
)
