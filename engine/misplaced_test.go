package engine

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/engine/index"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// harm is a way in which files come to be where, or what, they should not.
type harm struct {
	name string
	// do harms files; bad are those whose content is then wrong or gone, more those that check names besides.
	do func(t testing.TB, fs vfs.FS) (bad, more []string)
}

func rename(t testing.TB, fs vfs.FS, from, to string) {
	t.Helper()
	b := content(t, fs, from)
	must(t, fs.Remove(from))
	put(t, fs, to, b)
	must(t, fs.SyncDir(filepath.Dir(from)))
}

// harms lists what can happen to the files of the sample of one kind.
func harms(whole *sample, t testing.TB, kind string) []harm {
	names := whole.kinds(t)[kind]
	a, b := names[0], names[1]
	var other string // of another stream
	for _, n := range names {
		if filepath.Dir(n) != filepath.Dir(a) {
			other = n
		}
	}
	elsewhere := filepath.Join(filepath.Dir(other), filepath.Base(a))
	unknown := strings.Replace(a, "2020-", "2021-", 1)
	files := func(names ...string) []string { return names }
	return []harm{
		{"missing", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			must(t, fs.Remove(a))
			return files(a), nil
		}},
		{"all missing", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			for _, n := range names {
				must(t, fs.Remove(n))
			}
			return names, nil
		}},
		{"swapped", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			x, y := content(t, fs, a), content(t, fs, b)
			put(t, fs, a, y)
			put(t, fs, b, x)
			return files(a, b), nil
		}},
		{"swapped between streams", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			x, y := content(t, fs, a), content(t, fs, other)
			put(t, fs, a, y)
			put(t, fs, other, x)
			return files(a, other), nil
		}},
		{"another in its place", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			put(t, fs, a, content(t, fs, b))
			return files(a), nil
		}},
		{"renamed", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			rename(t, fs, a, unknown)
			return files(a), files(unknown)
		}},
		{"moved to another stream", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			rename(t, fs, a, elsewhere)
			return files(a), files(elsewhere)
		}},
		{"copied to another stream", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			put(t, fs, elsewhere, content(t, fs, a))
			return nil, files(elsewhere)
		}},
		{"copied to another name", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			put(t, fs, unknown, content(t, fs, a))
			return nil, files(unknown)
		}},
		{"overlong by zeros", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			put(t, fs, a, append(content(t, fs, a), make([]byte, 40)...))
			return files(a), nil
		}},
		{"overlong by itself", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			put(t, fs, a, append(content(t, fs, a), content(t, fs, a)...))
			return files(a), nil
		}},
		{"a directory in its place", func(t testing.TB, fs vfs.FS) (bad, more []string) {
			must(t, fs.Remove(a))
			must(t, fs.MakeDir(a))
			return files(a), nil
		}},
	}
}

// TestMisplacedFilesAreNamedAndCountAgainWhenPutBack: whatever lies where it does not belong is found by check, costs the reads that
// need it and no other, whether the store goes on in between or not, and all is well when the files are back.
func TestMisplacedFilesAreNamedAndCountAgainWhenPutBack(t *testing.T) {
	whole := newSample(t)
	all := contents(t, whole.fs)
	for _, kind := range []string{".tick", ".span", ".index", ".filter"} {
		for _, h := range harms(whole, t, kind) {
			for _, goesOn := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s of %s, goes on %v", h.name, kind, goesOn), func(t *testing.T) {
					if strings.Contains(h.name, "directory") && !derived(kind) {
						t.Skip("not a thing that happens by itself; Mem reads a directory as an empty file")
					}
					x := whole.clone(t)
					bad, more := h.do(t, x.fs)
					x.named(t, kind, bad, more)
					needed := bad
					if derived(kind) {
						needed = nil // answers are right without it
					}
					s := x.openAt(t, true)
					x.read(t, s, needed...)
					must(t, s.Close())
					if goesOn {
						x.goOn(t, kind, needed)
					}
					if goesOn && (derived(kind) || kind == ".tick" && strings.HasPrefix(h.name, "overlong")) {
						x.whole(t) // built anew, or cut to what was committed
						return
					}
					for _, n := range more {
						_ = x.fs.Remove(n)
						_ = x.fs.Remove(n + aside)
					}
					for _, n := range bad {
						_ = x.fs.Remove(n)
						put(t, x.fs, n, all[n])
					}
					x.whole(t)
				})
			}
		}
	}
}

// named checks that Check names these files and no other.
func (x *sample) named(t testing.TB, kind string, bad, more []string) {
	t.Helper()
	found := findings(t, x.fs)
	for _, n := range bad {
		if len(found[n]) == 0 || found[n][0].Derived != (derived(kind)) {
			t.Errorf("check says of %s: %v", n, found[n])
		}
		delete(found, n)
	}
	for _, n := range more {
		if len(found[n]) == 0 {
			t.Errorf("check does not name %s", n)
		}
		delete(found, n)
	}
	if len(found) > 0 {
		t.Errorf("check also names %v", found)
	}
}

// goOn opens the store for writing twice, reads, writes and maintains; what it wrote is in the sample then.
func (x *sample) goOn(t testing.TB, kind string, needed []string) {
	t.Helper()
	docs := maps.Clone(x.docs)
	x.docs = docs
	for round := range 2 {
		s := x.openAt(t, false)
		x.read(t, s, needed...)
		d := fmt.Sprintf(`{"n":%d,"of":1}`, 1000+round)
		commitDocs(t, s, base+int64(20+round)*5*minute, d)
		docs[1] = append(slices.Clone(docs[1]), d)
		for range 100 { // a step may fail for the damage; the next one leaves that alone
			if _, done, _ := s.Maintain(t.Context(), MaintainOptions{Now: base}); done {
				break
			}
		}
		if derived(kind) {
			maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
		}
		x.read(t, s, needed...)
		must(t, s.Close())
	}
}

// TestTruncatedFilesAreNamed cuts each tick, span and index at every length.
func TestTruncatedFilesAreNamed(t *testing.T) {
	whole := newSample(t)
	for kind, names := range whole.kinds(t) {
		for _, name := range names[:2] {
			b := content(t, whole.fs, name)
			x := whole.clone(t)
			for n := range b {
				put(t, x.fs, name, b[:n])
				x.named(t, kind, []string{name}, nil)
				needed := []string{name}
				if derived(kind) {
					needed = nil
				}
				s := x.openAt(t, true)
				x.read(t, s, needed...)
				must(t, s.Close())
				if n%16 == 0 {
					y := x.clone(t)
					s := y.openAt(t, false)
					y.read(t, s, needed...)
					must(t, s.Close())
					put(t, y.fs, name, b)
					if !derived(kind) { // which was built anew, or is no more what it was
						y.whole(t)
					}
				}
				if t.Failed() {
					t.Fatalf("%s cut to %d bytes of %d", name, n, len(b))
				}
			}
		}
	}
}

// TestMaintenanceBuildsUnusableIndexesAnew, also such as no scan has met.
func TestMaintenanceBuildsUnusableIndexesAnew(t *testing.T) {
	whole := newSample(t)
	for _, how := range []string{"missing", "damaged", "another's", "of another span, and else the same", "empty"} {
		for _, scanned := range []bool{true, false} {
			x := whole.clone(t)
			names := x.kinds(t)[".index"]
			for i, name := range names {
				switch b := content(t, x.fs, name); how {
				case "missing":
					must(t, x.fs.Remove(name))
				case "damaged":
					x.flipBit(t, name, b, len(b)/2)
				case "another's":
					put(t, x.fs, name, content(t, whole.fs, names[(i+1)%len(names)]))
				case "empty":
					put(t, x.fs, name, nil)
				default:
					set, err := index.Decode(b, name)
					must(t, err)
					set.Span++
					b, err = set.Encode()
					must(t, err)
					put(t, x.fs, name, b)
				}
			}
			x.named(t, ".index", names, nil)
			s := x.openAt(t, false)
			if scanned {
				x.read(t, s)
			}
			steps := maintainUntilDone(t, s, MaintainOptions{Now: base})
			built := 0
			for _, step := range steps {
				if step.Kind == StepIndex {
					built++
				}
			}
			if built != len(names) {
				t.Errorf("%s, scanned %v: %d of %d were built anew", how, scanned, built, len(names))
			}
			x.read(t, s)
			must(t, s.Close())
			checkClean(t, x.fs)
		}
	}
}

// TestQuarantineMovesWhatCheckNamedAndNothingElse, deletes nothing, and the store opens afterwards; put back under its name, a file counts again.
func TestQuarantineMovesWhatCheckNamedAndNothingElse(t *testing.T) {
	whole := newSample(t)
	all := contents(t, whole.fs)
	for kind, names := range whole.kinds(t) {
		for _, name := range names {
			x := whole.clone(t)
			x.flipBit(t, name, all[name], len(all[name])/2)
			put(t, x.fs, "data/streams/1/notes.txt", []byte("mine"))
			before := contents(t, x.fs)
			var files []string
			for n := range findings(t, x.fs) {
				files = append(files, n)
			}
			slices.Sort(files)
			moved, err := Quarantine("data", Options{FS: x.fs}, append(files, "data/MANIFEST"))
			must(t, err)
			want := []string{"data/streams/1/notes.txt", name}
			slices.Sort(want)
			if !slices.Equal(files, want) || len(moved) != 2 {
				t.Errorf("check named %v, moved were %v", files, moved)
			}
			after := contents(t, x.fs)
			for i, n := range want {
				if string(after[moved[i]]) != string(before[n]) || moved[i] != n+quarantined {
					t.Errorf("%s is not what %s was", moved[i], n)
				}
				delete(before, n)
				delete(after, moved[i])
			}
			if !sameContents(before, after) {
				t.Error("other files have changed")
			}
			for n, fs := range findings(t, x.fs) { // what is missing now; and what was put aside is told of, and is no finding
				for _, f := range fs {
					if f.Aside != slices.Contains(moved, n) || !f.Aside && n != name {
						t.Errorf("afterwards check says %+v", f)
					}
				}
			}
			needed := []string{name}
			if derived(kind) {
				needed = nil
			}
			y := x.clone(t)
			y.goOn(t, kind, needed)
			for _, z := range []*sample{x, y} {
				s := z.openAt(t, false)
				z.read(t, s, needed...)
				must(t, s.Close())
				if !derived(kind) {
					put(t, z.fs, name, all[name])
				} else if z == x {
					s := z.openAt(t, false)
					maintainUntilDone(t, s, MaintainOptions{Now: base})
					must(t, s.Close())
				}
				z.fs = z.fs.Kill()
				s = z.openAt(t, false)
				if z.read(t, s) {
					t.Error("put back, and something is missing")
				}
				must(t, s.Close())
				for n, fs := range findings(t, z.fs) {
					if !fs[0].Aside {
						t.Errorf("put back: check says %s: %v", n, fs)
					}
				}
			}
			if t.Failed() {
				t.Fatal(name)
			}
		}
	}
}

// TestQuarantineLeavesWhatIsNoFileOfTheStore: transactions that are in no file are laid to the folder of all streams, which stays.
func TestQuarantineLeavesWhatIsNoFileOfTheStore(t *testing.T) {
	x := newSample(t)
	put(t, x.fs, "elsewhere", []byte("mine"))
	moved, err := Quarantine("data", Options{FS: x.fs}, []string{"data/streams", "data/streams/1", "data", "data/LOCK", "data/tmp", "elsewhere", "data/../elsewhere"})
	if err != nil || len(moved) > 0 {
		t.Errorf("moved %v, %v", moved, err)
	}
	x.whole(t)
}
