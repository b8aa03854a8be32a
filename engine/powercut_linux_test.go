package engine

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/flare-pg/flare-pg/engine/vfs"
)

var powercuts = flag.Int("powercuts", 10, "how many real power cuts the test on an ext4 image makes; 0: none")

// inChild marks the process that mounts: it has a mount namespace of its own, so that whatever becomes of it, the kernel
// takes the mount and the loop device away with it.
const inChild = "FLARE_PG_POWERCUT_CHILD"

const skipped = "no real power cuts: "

// TestRealPowerCutsLoseNothingAcknowledged works on an ext4 file system that is shut down under it: what was not flushed is gone then, and
// names that were not flushed too. It needs root, mkfs.ext4 and loop devices, and is skipped without them, since containers may lack these.
func TestRealPowerCutsLoseNothingAcknowledged(t *testing.T) {
	if os.Getenv(inChild) != "" {
		cutPower(t)
		return
	}
	if *powercuts == 0 {
		t.Skip(skipped + "-powercuts is 0")
	}
	if os.Geteuid() != 0 {
		t.Skip(skipped + "it needs root")
	}
	if _, err := exec.LookPath("mkfs.ext4"); err != nil {
		t.Skip(skipped + "there is no mkfs.ext4")
	}
	runtime.LockOSThread() // Pdeathsig is about the thread
	defer runtime.UnlockOSThread()
	cmd := exec.Command(os.Args[0], "-test.run=^TestRealPowerCutsLoseNothingAcknowledged$", "-test.v", fmt.Sprintf("-powercuts=%d", *powercuts), fmt.Sprintf("-seed=%d", *oneSeed))
	cmd.Env = append(os.Environ(), inChild+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		t.Skip(skipped + err.Error()) // no namespaces here
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case bytes.Contains(out, []byte(skipped)):
		t.Skip(string(out))
	default:
		t.Logf("%s", out)
	}
}

// disk is an ext4 image that is mounted.
type disk struct {
	image, at string
	mounted   bool
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	dir := t.TempDir()
	d := &disk{image: filepath.Join(dir, "image"), at: filepath.Join(dir, "mnt")}
	f, err := os.Create(d.image)
	must(t, err)
	must(t, errors.Join(f.Truncate(256<<20), f.Close(), os.Mkdir(d.at, 0o755)))
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", d.image).CombinedOutput(); err != nil {
		t.Skipf("%smkfs.ext4: %v %s", skipped, err, out)
	}
	t.Cleanup(func() {
		if d.mounted && d.umount() != nil {
			_ = exec.Command("umount", "-l", d.at).Run() // the last resort
		}
	})
	if err := d.mount(); err != nil {
		t.Skipf("%s%v", skipped, err)
	}
	return d
}

func (d *disk) mount() error {
	out, err := exec.Command("mount", "-o", "loop", d.image, d.at).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mount: %w: %s", err, out)
	}
	d.mounted = true
	return nil
}

func (d *disk) umount() error {
	var err error
	for range 50 { // something may just be closing
		if err = syscall.Unmount(d.at, 0); err == nil {
			d.mounted = false
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("umount: %w", err)
}

// cut ends the file system as a power cut does: nothing more is written, the journal's buffers neither.
func (d *disk) cut() error {
	const goingDown, noLogFlush = 0x8004587d, 2 // FS_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH
	f, err := os.Open(d.at)
	if err != nil {
		return err
	}
	flags := uint32(noLogFlush)
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), goingDown, uintptr(unsafe.Pointer(&flags)))
	if errno != 0 {
		return errors.Join(errno, f.Close())
	}
	return f.Close()
}

func cutPower(t *testing.T) {
	d := newDisk(t)
	seed := *oneSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d (the moments of the cuts don't replay)", seed)
	r := rand.New(rand.NewPCG(seed, 13))
	fs := under{d.at}
	var w *workload
	var o Options
	begun, acked, maintained, recoveries := time.Now(), 0, 0, 0
	for cycle := range *powercuts {
		if cycle%10 == 0 { // a new store
			must(t, os.RemoveAll(filepath.Join(d.at, "data")))
			must(t, fs.MakeDir("data"))
			must(t, fs.SyncDir("."))
			w = &workload{r: r, made: map[string]StreamID{}, gone: map[StreamID]bool{}}
			o = Options{FS: fs, Create: true, RAMBytes: 4096, StageBytes: 2048, SpanRaw: 3000 + int64(r.IntN(3))*8000, SortBytes: 1000 + int64(r.IntN(2))*9000,
				PageBytes: 400 + r.IntN(2)*4000, BulkTicks: 2 + r.IntN(10)}
		}
		for r.IntN(4) == 0 { // the power goes while it recovers
			recoveries++
			off := d.cutAfter(t, time.Duration(r.IntN(8000))*time.Microsecond)
			if s, err := Open("data", o); err == nil {
				<-off
				_ = s.Close()
			} else {
				<-off
			}
			d.again(t)
		}
		s, err := Open("data", o)
		must(t, err)
		w.s = s
		w.verify(t, s, false)
		w.settle(t, s)
		removeAside(t, fs)
		checkClean(t, fs)
		if t.Failed() {
			t.Fatalf("cycle %d", cycle)
		}
		off := d.cutAfter(t, time.Duration(r.IntN(100_000))*time.Microsecond)
		for gone := false; !gone; {
			w.run(3)
			select {
			case <-off:
				gone = true
			default:
			}
		}
		for _, x := range w.txs {
			if x.acked {
				acked++
			}
		}
		for _, step := range s.Stats().Steps {
			if step.Err == nil {
				maintained++
			}
		}
		_ = s.Close()
		d.again(t)
	}
	s, err := Open("data", o)
	must(t, err)
	w.verify(t, s, false)
	must(t, s.Close())
	removeAside(t, fs)
	if !checkClean(t, fs).Sealed {
		t.Error("not sealed")
	}
	t.Logf("%d power cuts at work, %d during recovery, %d steps of maintenance, in %v", *powercuts, recoveries, maintained, time.Since(begun).Round(time.Millisecond))
	if *powercuts >= 50 && (acked == 0 || maintained == 0) {
		t.Error("nothing was done between them")
	}
}

// cutAfter cuts the power after a while; the channel tells when it is off.
func (d *disk) cutAfter(t *testing.T, wait time.Duration) <-chan struct{} {
	off := make(chan struct{})
	go func() {
		defer close(off)
		time.Sleep(wait)
		if err := d.cut(); err != nil {
			t.Errorf("power cut: %v", err)
		}
	}()
	return off
}

// again mounts what the power cut has left.
func (d *disk) again(t *testing.T) {
	t.Helper()
	must(t, d.umount())
	must(t, d.mount())
}

// under is the real file system below a directory.
type under struct{ dir string }

func (u under) in(name string) string { return filepath.Join(u.dir, name) }

func (u under) Open(name string) (vfs.File, error)      { return vfs.OS.Open(u.in(name)) }
func (u under) OpenWrite(name string) (vfs.File, error) { return vfs.OS.OpenWrite(u.in(name)) }
func (u under) Create(name string) (vfs.File, error)    { return vfs.OS.Create(u.in(name)) }
func (u under) Rename(from, to string) error            { return vfs.OS.Rename(u.in(from), u.in(to)) }
func (u under) Remove(name string) error                { return vfs.OS.Remove(u.in(name)) }
func (u under) List(dir string) ([]string, error)       { return vfs.OS.List(u.in(dir)) }
func (u under) Stat(name string) (vfs.Info, error)      { return vfs.OS.Stat(u.in(name)) }
func (u under) MakeDir(dir string) error                { return vfs.OS.MakeDir(u.in(dir)) }
func (u under) SyncDir(dir string) error                { return vfs.OS.SyncDir(u.in(dir)) }
func (u under) Free(dir string) (int64, error)          { return vfs.OS.Free(u.in(dir)) }
func (u under) Link(from, to string) error              { return vfs.OS.Link(u.in(from), u.in(to)) }
func (u under) Lock(name string) (io.Closer, error)     { return vfs.OS.Lock(u.in(name)) }
