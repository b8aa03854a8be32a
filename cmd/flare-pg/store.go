package main

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/flare-pg/flare-pg/engine"
)

// openStore opens a store with this machine's cores to run on, and says in its errors what to do.
func openStore(dir string, o engine.Options) (*engine.Store, error) {
	o.Parallel = parallel
	s, err := engine.Open(dir, o)
	switch {
	case errors.Is(err, engine.ErrNotDataDir) && !o.Create:
		return nil, fmt.Errorf("%s: %w; 'flare-pg serve' and 'flare-pg import' make one", dir, engine.ErrNotDataDir)
	case errors.Is(err, engine.ErrNotDataDir):
		return nil, fmt.Errorf("%s: %w, and it isn't empty; name another directory", dir, engine.ErrNotDataDir)
	case errors.Is(err, engine.ErrLocked):
		return nil, fmt.Errorf("%w; stop it first, or go through it: 'flare-pg import --url postgres://…'", err)
	case err != nil:
		return nil, err
	}
	return s, nil
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
