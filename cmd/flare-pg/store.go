package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
)

// openStore opens a store with this machine's cores to run on, and says in its errors what to do.
func openStore(dir string, o engine.Options) (*engine.Store, error) {
	o.Parallel, o.Layout = parallel, catalog.Layout
	s, err := engine.Open(dir, o)
	if err != nil {
		return nil, explainOpen(dir, err, o.Create)
	}
	return s, nil
}

// explainOpen says what to do about a data directory that can't be opened. create: it would have been made.
func explainOpen(dir string, err error, create bool) error {
	st, serr := os.Stat(dir)
	var path *fs.PathError
	switch {
	case errors.Is(err, engine.ErrNotDataDir) && serr == nil && !st.IsDir():
		return fmt.Errorf("%s is a file, not a data directory", dir)
	case errors.Is(err, engine.ErrNotDataDir) && create:
		return fmt.Errorf("%w; name a directory that is empty or not there yet", err)
	case errors.Is(err, engine.ErrNotDataDir) && errors.Is(serr, fs.ErrNotExist):
		return fmt.Errorf("%s: no such directory; 'flare-pg serve' and 'flare-pg import' make one", dir)
	case errors.Is(err, engine.ErrLocked):
		return fmt.Errorf("%w; stop it first, or go through it: 'flare-pg import --url postgres://HOST:PORT/flare'", err)
	case errors.As(err, &path) && path.Op == "mkdir":
		if parent := filepath.Dir(filepath.Clean(dir)); absent(parent) {
			return fmt.Errorf("can't make the data directory %s: %s does not exist", dir, parent)
		}
		return fmt.Errorf("can't make the data directory %s: %w", dir, path.Err)
	case errors.As(err, &path):
		return fmt.Errorf("can't %s %s: %w", path.Op, path.Path, path.Err)
	}
	return err
}

func absent(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// parallel runs f(0) … f(n-1) on as many goroutines as there are cores.
func parallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
