package engine

import (
	"errors"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/engine/manifest"
)

// flipBit changes one bit, another one from byte to byte.
func (x *sample) flipBit(t testing.TB, name string, b []byte, at int) {
	t.Helper()
	c := append([]byte(nil), b...)
	c[at] ^= 1 << (at % 8)
	put(t, x.fs, name, c)
}

// TestEachFlippedByteIsFoundAndNeverReadAsData flips each byte of each tick, span and index of a store that was stopped cleanly.
func TestEachFlippedByteIsFoundAndNeverReadAsData(t *testing.T) {
	whole := newSample(t)
	for kind, names := range whole.kinds(t) {
		missed := 0
		for _, name := range names {
			b := content(t, whole.fs, name)
			x := whole.clone(t)
			for at := range b {
				x.flipBit(t, name, b, at)
				found := findings(t, x.fs)
				for file, fs := range found {
					if file == "error" { // a newer version: then nothing else is looked at
						continue
					}
					for _, f := range fs {
						if f.File != name || f.Derived != (derived(kind)) || f.Aside || f.Offset > int64(at) {
							t.Errorf("%s byte %d: check says %+v", name, at, f)
						}
					}
				}
				if len(found) == 0 {
					t.Errorf("%s byte %d: check finds nothing", name, at)
				}
				s := x.openAt(t, true)
				bad := []string{name}
				if derived(kind) {
					bad = nil
				}
				if x.read(t, s, bad...) {
					missed++
				}
				must(t, s.Close())
				if at%7 == 0 { // opening for writing costs more, and looks at the same bytes
					y := x.clone(t)
					s := y.openAt(t, false)
					y.read(t, s, bad...)
					must(t, s.Close())
				}
				if t.Failed() {
					t.Fatalf("%s byte %d of %d", name, at, len(b))
				}
			}
			put(t, x.fs, name, b)
			checkClean(t, x.fs)
		}
		if (missed == 0) != (derived(kind)) {
			t.Errorf("%d reads missed something when a byte of a %s was flipped", missed, kind)
		}
	}
}

// TestEachFlippedByteOfTheManifestIsFound: check names it, and opening either refuses, naming it, or shows one of the states that the MANIFEST has been in.
func TestEachFlippedByteOfTheManifestIsFound(t *testing.T) {
	const name = "data/MANIFEST"
	x := newSample(t)
	b := content(t, x.fs, name)
	_, end, err := manifest.Decode(b, "m")
	must(t, err)
	for at := 0; at < len(b); at++ {
		if int64(at) > end+16 {
			at = min(at+997, len(b)-1) // zeros
		}
		x.flipBit(t, name, b, at)
		found := findings(t, x.fs)
		if _, newer := found["error"]; len(found[name]) == 0 && !newer {
			t.Errorf("byte %d of %d: check finds %v", at, end, found)
		}
		o := sampleOptions
		o.FS, o.ReadOnly = x.fs, true
		s, err := Open("data", o)
		if err != nil {
			if !strings.Contains(err.Error(), name) || !errors.As(err, new(*DamageError)) && !errors.Is(err, ErrNewerFormat) {
				t.Errorf("byte %d: %v", at, err)
			}
		} else {
			tx := s.Read()
			for id, all := range x.docs {
				if tx.Schema().Stream(id) == nil {
					t.Errorf("byte %d: stream %d is gone and nothing is said", at, id)
					continue
				}
				if docs, _ := scanErr(tx, Spec{Stream: id}); !within(docs, all) {
					t.Errorf("byte %d: %v", at, docs)
				}
			}
			tx.Close()
			must(t, s.Close())
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}
