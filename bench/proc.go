package main

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// memory is what a process has taken, in bytes. Resident counts mapped pages of files too, so Anonymous is the one to judge by.
type memory struct {
	Anonymous    int64 `json:"rss_anon"`
	MaxResident  int64 `json:"vm_hwm"`
	MaxAnonymous int64 `json:"rss_anon_max"` // of the samples taken
}

// memoryOf reads /proc/PID/status; zero where there is none.
func memoryOf(pid int) (m memory, ok bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return m, false
	}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(line, ":")
		switch name {
		case "RssAnon", "VmHWM":
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if name == "VmHWM" {
				m.MaxResident = n << 10
			} else {
				m.Anonymous = n << 10
			}
		}
	}
	m.MaxAnonymous = m.Anonymous
	return m, m.MaxResident > 0 // a process that has ended, but was not waited for, has no lines on memory
}

// cpuOf is the processor time that a process has used, to 10 ms; 0 where the system does not tell.
func cpuOf(pid int) time.Duration {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	user, _ := strconv.ParseInt(string(f[11]), 10, 64)
	system, _ := strconv.ParseInt(string(f[12]), 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

func cores() int { return runtime.NumCPU() }

// watch samples the memory of a process until it is told to stop.
type watch struct {
	pid  int
	quit chan struct{}
	done sync.WaitGroup

	mu  sync.Mutex
	max memory
}

// sampleEvery is how often memory is looked at: a peak shorter than that may be missed.
const sampleEvery = 20 * time.Millisecond

func startWatch(pid int) *watch {
	w := &watch{pid: pid, quit: make(chan struct{})}
	w.done.Go(func() {
		tick := time.NewTicker(sampleEvery)
		defer tick.Stop()
		for {
			w.look()
			select {
			case <-tick.C:
			case <-w.quit:
				return
			}
		}
	})
	return w
}

// look takes a sample now and returns the state so far.
func (w *watch) look() memory {
	m, ok := memoryOf(w.pid)
	w.mu.Lock()
	defer w.mu.Unlock()
	if ok {
		w.max.Anonymous = m.Anonymous
		w.max.MaxAnonymous = max(w.max.MaxAnonymous, m.Anonymous)
		w.max.MaxResident = max(w.max.MaxResident, m.MaxResident)
	}
	return w.max
}

// stop ends the sampling and returns the highest figures.
func (w *watch) stop() memory {
	close(w.quit)
	w.done.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.max
}
