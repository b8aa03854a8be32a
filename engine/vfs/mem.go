package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
)

// Mem is a file system in memory that can lose power. It keeps, beside what programs see, what is
// durable and which changes came since: Crash gives the file system that is found after a power cut.
type Mem struct {
	mu    sync.Mutex
	root  *node
	locks map[string]int // name to holder's id; a power cut drops them
	pid   int
	used  int64
	limit int64 // 0: none
}

// node is a file or a directory.
type node struct {
	dir bool

	// Of a file: what programs see, what is durable, and the changes since in order.
	data    []byte
	durable []byte
	pending []change

	// Of a directory, likewise.
	names   map[string]*node
	kept    map[string]*node
	unnamed []naming
}

// change is a write or, with truncate set, a new size.
type change struct {
	at       int64
	data     []byte
	truncate bool
	lost     bool // a failed Sync gave it up: a later one does not make it durable
}

// naming is an unsynced change of a directory: to gets target (nil: is removed), and from, where given, goes.
type naming struct {
	from, to string
	target   *node
}

// NewMem returns an empty file system with a root directory.
func NewMem() *Mem {
	return &Mem{root: newDir(), locks: map[string]int{}, pid: 1}
}

// SetLimit makes writes fail with ENOSPC that would take all files together past so many bytes; 0: no limit.
func (m *Mem) SetLimit(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.limit = bytes
}

func newDir() *node {
	return &node{dir: true, names: map[string]*node{}, kept: map[string]*node{}}
}

func notExist(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }

// split walks to the directory that holds name.
func (m *Mem) split(op, name string) (*node, string, error) {
	name = filepath.ToSlash(filepath.Clean(name))
	dir := m.root
	start := 0
	for start < len(name) && name[start] == '/' {
		start++
	}
	for i := start; i < len(name); i++ {
		if name[i] != '/' {
			continue
		}
		next := dir.names[name[start:i]]
		if next == nil || !next.dir {
			return nil, "", notExist(op, name)
		}
		dir, start = next, i+1
	}
	return dir, name[start:], nil
}

func (m *Mem) find(op, name string) (*node, error) {
	dir, base, err := m.split(op, name)
	if err != nil {
		return nil, err
	}
	if base == "" || base == "." {
		return dir, nil
	}
	n := dir.names[base]
	if n == nil {
		return nil, notExist(op, name)
	}
	return n, nil
}

func (m *Mem) open(name string) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find("open", name)
	if err != nil {
		return nil, err
	}
	return &memFile{fs: m, n: n, name: name}, nil
}

func (m *Mem) Open(name string) (File, error)      { return m.open(name) }
func (m *Mem) OpenWrite(name string) (File, error) { return m.open(name) }

func (m *Mem) Create(name string) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.split("create", name)
	if err != nil {
		return nil, err
	}
	if dir.names[base] != nil {
		return nil, &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	n := &node{}
	dir.set(naming{to: base, target: n})
	return &memFile{fs: m, n: n, name: name}, nil
}

// set changes what programs see of a directory and remembers the change as unsynced.
func (n *node) set(c naming) {
	c.apply(n.names)
	n.unnamed = append(n.unnamed, c)
}

func (c naming) apply(names map[string]*node) {
	if c.from != "" {
		delete(names, c.from)
	}
	if c.target == nil {
		delete(names, c.to)
	} else {
		names[c.to] = c.target
	}
}

func (m *Mem) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.split("rename", from)
	if err != nil {
		return err
	}
	into, tobase, err := m.split("rename", to)
	if err != nil {
		return err
	}
	n := dir.names[base]
	if n == nil {
		return notExist("rename", from)
	}
	if dir != into {
		return &fs.PathError{Op: "rename", Path: to, Err: errors.New("another directory")}
	}
	dir.set(naming{from: base, to: tobase, target: n})
	return nil
}

func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.split("remove", name)
	if err != nil {
		return err
	}
	n := dir.names[base]
	if n == nil {
		return notExist("remove", name)
	}
	if n.dir && len(n.names) > 0 {
		return &fs.PathError{Op: "remove", Path: name, Err: errors.New("directory not empty")}
	}
	m.used -= int64(len(n.data))
	dir.set(naming{to: base})
	return nil
}

func (m *Mem) List(name string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find("list", name)
	if err != nil {
		return nil, err
	}
	var names []string
	for s := range n.names {
		names = append(names, s)
	}
	slices.Sort(names)
	return names, nil
}

func (m *Mem) Stat(name string) (Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find("stat", name)
	if err != nil {
		return Info{}, err
	}
	return Info{Size: int64(len(n.data)), Dir: n.dir}, nil
}

func (m *Mem) MakeDir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.split("mkdir", name)
	if err != nil {
		return err
	}
	if n := dir.names[base]; n != nil || base == "" {
		if n == nil || n.dir {
			return nil
		}
		return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
	}
	dir.set(naming{to: base, target: newDir()})
	return nil
}

// Free is what SetLimit leaves.
func (m *Mem) Free(string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.limit == 0 {
		return 0, errors.ErrUnsupported
	}
	return max(0, m.limit-m.used), nil
}

// Link is not supported: a copy is made instead.
func (m *Mem) Link(from, to string) error {
	return &fs.PathError{Op: "link", Path: to, Err: errors.ErrUnsupported}
}

func (m *Mem) SyncDir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find("syncdir", name)
	if err != nil {
		return err
	}
	for _, c := range n.unnamed {
		c.apply(n.kept)
	}
	n.unnamed = nil
	return nil
}

func (m *Mem) Lock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.split("lock", name)
	if err != nil {
		return nil, err
	}
	if pid, held := m.locks[name]; held {
		return nil, &HeldError{Name: name, PID: pid}
	}
	n := dir.names[base]
	if n == nil {
		n = &node{}
		dir.set(naming{to: base, target: n})
	}
	n.write(0, fmt.Appendf(nil, "%d\n", m.pid))
	m.locks[name] = m.pid
	m.pid++
	return &memLock{m, name}, nil
}

type memLock struct {
	m    *Mem
	name string
}

func (l *memLock) Close() error {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	delete(l.m.locks, l.name)
	return nil
}
