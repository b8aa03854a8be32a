package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/index"
	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// ErrChanging: a backup was tried several times, and each time files were merged away under it.
var ErrChanging = errors.New("the store changes too fast to be copied")

// BackupResult is what was copied.
type BackupResult struct {
	Files  int
	Bytes  int64
	Linked int    // files that share their bytes with the original: those that never change
	Seq    uint64 // the last transaction that is in it
}

// backupTries is how often a backup begins anew because files went away under it.
const backupTries = 10

// Backup copies one committed state of the store in dir to target, which must be absent or empty, durably: files that never change
// by a link where target is on the same file system, ticks up to their committed length, and a MANIFEST of that state, written last. It works
// beside a running server and takes no lock. progress, when not nil, is told of bytes done and bytes in all.
func Backup(ctx context.Context, dir, target string, o Options, progress func(done, total int64)) (BackupResult, error) {
	return copyStore(ctx, dir, target, o, progress, true)
}

// Restore makes a data directory of a backup, without links: the backup stays what it is. dir must be absent or empty.
func Restore(ctx context.Context, backup, dir string, o Options, progress func(done, total int64)) (BackupResult, error) {
	return copyStore(ctx, backup, dir, o, progress, false)
}

func copyStore(ctx context.Context, dir, target string, o Options, progress func(done, total int64), links bool) (BackupResult, error) {
	o.ReadOnly = true
	s := &Store{dir: filepath.Clean(dir), opts: o.withDefaults()}
	s.fs = s.opts.FS
	there, err := isDataDir(s.fs, s.dir)
	if err != nil {
		return BackupResult{}, err
	}
	if !there {
		return BackupResult{}, fmt.Errorf("%w: %s has no %s", ErrNotDataDir, s.dir, manifest.Name)
	}
	b := &backup{s: s, ctx: ctx, target: filepath.Clean(target), progress: progress, links: links, have: map[string]int64{}}
	if err := b.prepare(); err != nil {
		return BackupResult{}, err
	}
	for range backupTries {
		var f *found
		if f, err = s.look(); err != nil {
			return BackupResult{}, err
		}
		err = b.copy(f)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return b.result, err
		}
		// Merged or dropped since: there is a newer state, of which most is copied already.
	}
	return b.result, fmt.Errorf("%w: %w", ErrChanging, err)
}

type backup struct {
	s        *Store
	ctx      context.Context
	target   string
	progress func(done, total int64)
	links    bool
	have     map[string]int64 // copied files by path, with their lengths
	result   BackupResult
	done     int64
	total    int64
}

// prepare makes the target.
func (b *backup) prepare() error {
	names, err := b.s.fs.List(b.target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(names) > 0 {
		return fmt.Errorf("%s is not empty", b.target)
	}
	for _, d := range []string{b.target, filepath.Join(b.target, "streams"), tmpDir(b.target)} {
		if err := b.s.fs.MakeDir(d); err != nil {
			return err
		}
	}
	return nil
}

// copy copies the files of a state, then writes its MANIFEST.
func (b *backup) copy(f *found) error {
	type item struct {
		from, to string
		length   int64
		fixed    bool
	}
	var items []item
	b.result, b.done, b.total = BackupResult{Seq: f.state.Seq}, 0, 0
	wanted, dirs := map[string]bool{}, map[string]bool{}
	add := func(from, to string, length int64, fixed bool) {
		items = append(items, item{from, to, length, fixed})
		b.total += length
		wanted[to] = true
	}
	for id := range f.state.Streams {
		d := streamDir(b.target, StreamID(id))
		if err := b.s.fs.MakeDir(d); err != nil {
			return err
		}
		dirs[d] = true
	}
	for _, x := range f.files {
		m := *f.state.Files[x.ID]
		to := filePath(b.target, m)
		add(x.path, to, m.Length, !x.isTick())
		for id, ix := range x.Indexes {
			add(indexPath(x, SignalID(id)), index.Path(to, id), ix.Length, true)
		}
		if x.Filter > 0 {
			add(filter.Path(x.path), filter.Path(to), x.Filter, true)
		}
	}
	for path := range b.have {
		if !wanted[path] { // of a state that was given up
			if err := b.s.removeFile(path); err != nil {
				return err
			}
			delete(b.have, path)
		}
	}
	for _, it := range items {
		if err := b.file(it.from, it.to, it.length, it.fixed); err != nil {
			return err
		}
	}
	for d := range dirs {
		if err := b.s.fs.SyncDir(d); err != nil {
			return err
		}
	}
	for _, d := range []string{filepath.Join(b.target, "streams"), b.target, filepath.Dir(b.target)} {
		if err := b.s.fs.SyncDir(d); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	// Last: without it there is no store. Sealed, since every file is exactly as long as it says.
	man, err := manifest.Create(b.s.fs, b.target, f.state)
	if err != nil {
		return err
	}
	var e manifest.Edits
	e.Seal()
	return errors.Join(man.Append(&e), man.Close())
}

// file copies one file, or as much of it as is missing.
func (b *backup) file(from, to string, length int64, fixed bool) (err error) {
	b.result.Files++
	b.result.Bytes += length
	if had, there := b.have[to]; there && had == length {
		return b.step(length)
	} else if there {
		if err := b.s.removeFile(to); err != nil { // a tick that has grown since
			return err
		}
		delete(b.have, to)
	}
	if b.links && fixed {
		err := b.s.fs.Link(from, to)
		if err == nil {
			b.have[to] = length
			b.result.Linked++
			return b.step(length)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	src, err := b.s.fs.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	dst, err := b.s.fs.Create(to)
	if err != nil {
		return err
	}
	b.have[to] = -1 // begun
	if err := b.bytes(dst, src, length); err != nil {
		return errors.Join(fmt.Errorf("copying %s: %w", from, err), dst.Close())
	}
	// Before the MANIFEST says that it is there.
	if err := errors.Join(dst.Sync(), dst.Close()); err != nil {
		return err
	}
	b.have[to] = length
	return nil
}

func (b *backup) bytes(dst, src vfs.File, length int64) error {
	buf := b.s.buffers.get(copyBuffer)[:copyBuffer]
	defer func() { b.s.buffers.put(buf) }()
	for at := int64(0); at < length; {
		part := buf[:min(int64(len(buf)), length-at)]
		n, err := src.ReadAt(part, at)
		if n < len(part) {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		if _, err := dst.WriteAt(part, at); err != nil {
			return noSpace(err)
		}
		at += int64(n)
		if err := b.step(int64(n)); err != nil {
			return err
		}
	}
	return nil
}

// step tells how far the copying is.
func (b *backup) step(n int64) error {
	b.done += n
	if b.progress != nil {
		b.progress(b.done, b.total)
	}
	return b.ctx.Err()
}
