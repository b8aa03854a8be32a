package main

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// poolWatch samples a server's metrics: what statements have reserved, and how many wait to be let in.
type poolWatch struct {
	quit chan struct{}
	done sync.WaitGroup

	waiting  int
	reserved int64
}

// startPoolWatch samples until stop; address is that of the server's --http.
func startPoolWatch(address string) *poolWatch {
	w := &poolWatch{quit: make(chan struct{})}
	w.done.Go(func() {
		tick := time.NewTicker(sampleEvery)
		defer tick.Stop()
		for {
			w.look("http://" + address + "/metrics")
			select {
			case <-tick.C:
			case <-w.quit:
				return
			}
		}
	})
	return w
}

// look takes a sample; one that fails is left out.
func (w *poolWatch) look(url string) {
	r, err := http.Get(url)
	if err != nil {
		return
	}
	defer r.Body.Close()
	for lines := bufio.NewScanner(r.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		n, _ := strconv.ParseFloat(value, 64)
		switch name {
		case "flare_query_memory_bytes":
			w.reserved = max(w.reserved, int64(n))
		case `flare_queries{state="waiting"}`:
			w.waiting = max(w.waiting, int(n))
		}
	}
}

// stop ends the sampling and gives the highest figures.
func (w *poolWatch) stop() (waiting int, reserved int64) {
	close(w.quit)
	w.done.Wait()
	return w.waiting, w.reserved
}

// freeAddress is one on loopback that nobody listened on a moment ago.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
