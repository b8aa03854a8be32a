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

	shared int64 // with other processes
}

// atMost is the higher of each, of processes one after the other.
func (m memory) atMost(n memory) memory {
	m.MaxAnonymous, m.MaxResident = max(m.MaxAnonymous, n.MaxAnonymous), max(m.MaxResident, n.MaxResident)
	return m
}

// memoryOfTree adds up a process and its children (not theirs): PostgreSQL's, which share memory that counts once.
func memoryOfTree(pid int) (sum memory, ok bool) {
	sum, ok = memoryOf(pid)
	b, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(pid) + "/children")
	for _, child := range strings.Fields(string(b)) {
		n, _ := strconv.Atoi(child)
		if m, ok := memoryOf(n); ok {
			sum.Anonymous += m.Anonymous
			sum.MaxResident += m.MaxResident
			sum.shared = max(sum.shared, m.shared)
		}
	}
	sum.Anonymous += sum.shared
	sum.MaxAnonymous = sum.Anonymous
	return sum, ok
}

// memoryOf reads /proc/PID/status; zero where there is none.
func memoryOf(pid int) (m memory, ok bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return m, false
	}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(line, ":")
		var place *int64
		switch name {
		case "RssAnon":
			place = &m.Anonymous
		case "RssShmem":
			place = &m.shared
		case "VmHWM":
			place = &m.MaxResident
		default:
			continue
		}
		n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		*place = n << 10
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

// memoryOfMachine is the size of its memory, in words.
func memoryOfMachine() string {
	b, _ := os.ReadFile("/proc/meminfo")
	for line := range strings.Lines(string(b)) {
		if kb, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 10, 64)
			return strconv.FormatInt((n+1<<19)>>20, 10) + " GiB of memory"
		}
	}
	return "memory unknown"
}

func cores() int { return runtime.NumCPU() }

// watch samples the memory of one or more processes until it is told to stop.
type watch struct {
	of   func() (memory, bool)
	quit chan struct{}
	done sync.WaitGroup

	mu  sync.Mutex
	max memory
}

// sampleEvery is how often memory is looked at: a peak shorter than that may be missed.
const sampleEvery = 20 * time.Millisecond

func startWatch(pid int) *watch {
	return startWatchOf(func() (memory, bool) { return memoryOf(pid) })
}

// startWatchOf samples what of gives; of may be called by several goroutines at a time.
func startWatchOf(of func() (memory, bool)) *watch {
	w := &watch{of: of, quit: make(chan struct{})}
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
	m, ok := w.of()
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
