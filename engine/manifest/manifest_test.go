package manifest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/damage"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

var update = flag.Bool("update", false, "rewrite golden files")

// records are edits of every kind.
func records() [][]byte {
	var a, b, c Edits
	a.Counters(Counters{Arrival: 1, File: 1, Schema: 1})
	a.Stream(1, "public", "stream")
	b.Property(1, Property{Path: []string{"Data", "isOk"}, Type: 16, Seq: 1})
	b.Property(1, Property{Path: []string{"Count"}, Type: 20, Seq: 2, Declared: true, Big: true})
	b.AddFile(File{ID: 1, Stream: 1, Kind: Tick, Start: -3_000_000_000})
	b.Length(File{ID: 1, Length: 300, Events: 2, Raw: 200, Min: -5, Max: 70})
	b.AddFile(File{ID: 2, Stream: 1, Kind: Tick, Start: 3_000_000_000})
	b.RemoveFile(2)
	b.Put(ObjectKey{"view", "v"}, []byte("select 1"))
	b.Put(ObjectKey{"view", "w"}, nil)
	b.Delete(ObjectKey{"view", "w"})
	b.Lost(Lost{From: 3, To: 5, File: 1, End: 400})
	b.Counters(Counters{Seq: 1, Arrival: 3, File: 3, Schema: 2})
	c.Seal()
	return [][]byte{a.Bytes(), b.Bytes(), c.Bytes()}
}

func sample() []byte {
	b := appendHeader(nil)
	for i, r := range records() {
		b = appendRecord(b, uint64(i), r)
	}
	return append(b, make([]byte, 100)...)
}

func dump(b []byte) string {
	var out strings.Builder
	hex := func(from, to int) {
		for at := from; at < to; at += 16 {
			fmt.Fprintf(&out, "  %06x  % x\n", at, b[at:min(at+16, to)])
		}
	}
	out.WriteString("header\n")
	hex(0, HeaderBytes)
	off := HeaderBytes
	for {
		number, edits, size, ok := decodeRecord(b[off:])
		if !ok {
			break
		}
		fmt.Fprintf(&out, "record %d\n", number)
		hex(off, off+recordTop+numbered)
		at := off + recordTop + numbered
		for len(edits) > 0 {
			n, w := binary.Uvarint(edits[1:])
			fmt.Fprintf(&out, "  edit %d\n", edits[0])
			hex(at, at+1+w+int(n))
			at, edits = at+1+w+int(n), edits[1+w+int(n):]
		}
		off += size
	}
	s, end, err := Decode(b, "MANIFEST")
	fmt.Fprintf(&out, "end %d, error %v\n", end, err)
	if err == nil {
		fmt.Fprintf(&out, "counters %+v, records %d, sealed %v\n", s.Counters, s.Records, s.Sealed)
		for _, f := range s.Files {
			fmt.Fprintf(&out, "file %+v\n", *f)
		}
		for _, l := range s.Lost {
			fmt.Fprintf(&out, "lost %+v\n", l)
		}
		for _, t := range s.Streams {
			fmt.Fprintf(&out, "stream %+v\n", *t)
		}
		for k, v := range s.Objects {
			fmt.Fprintf(&out, "object %+v %q\n", k, v)
		}
	}
	return out.String()
}

func TestFormatStaysAsItIs(t *testing.T) {
	got := dump(sample())
	const name = "testdata/sample.txt"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the format has changed (-update rewrites):\n%s", got)
	}
}

func TestFiltersAreNotedOfSpansAlone(t *testing.T) {
	s := NewState()
	var e Edits
	e.Stream(1, "public", "stream")
	e.AddFile(File{ID: 1, Stream: 1, Kind: Tick, Start: 0})
	e.AddFile(File{ID: 2, Stream: 1, Kind: Span, Start: 0, End: 10})
	e.Filter(2, 4711)
	if err := s.Apply(e.Bytes()); err != nil || s.Files[2].Filter != 4711 {
		t.Fatalf("%v, %+v", err, s.Files[2])
	}
	again := NewState()
	if err := again.Apply(s.Edits().Bytes()); err != nil || !again.Equal(s) || again.Files[2].Filter != 4711 {
		t.Errorf("written anew: %v, %+v", err, again.Files[2])
	}
	for _, file := range []uint64{1, 3} {
		var bad Edits
		bad.Filter(file, 1)
		if err := s.Apply(bad.Bytes()); err == nil {
			t.Errorf("file %d has a filter", file)
		}
	}
}

func TestTornTailIsCutAndDamagedMiddleIsNamed(t *testing.T) {
	whole := sample()
	_, end, err := Decode(whole, "m")
	if err != nil {
		t.Fatal(err)
	}
	_, _, first, _ := decodeRecord(whole[HeaderBytes:])
	_, _, second, _ := decodeRecord(whole[HeaderBytes+first:])
	last := HeaderBytes + first + second
	for at := range int(end) {
		b := bytes.Clone(whole)
		b[at] ^= 0x10
		s, cut, err := Decode(b, "m")
		var d *damage.Error
		switch {
		case at >= 8 && at < 12:
			if err == nil {
				t.Errorf("version byte %d: no error", at)
			}
		case at < last:
			if !errors.As(err, &d) || d.Offset > int64(at) {
				t.Errorf("byte %d: %v", at, err)
			}
		case err != nil || cut != int64(last) || s.Records != 2 || s.Sealed:
			t.Errorf("byte %d of the last record: cut at %d, %v", at, cut, err)
		}
	}
	for n := last; n < int(end); n++ {
		if s, cut, err := Decode(whole[:n], "m"); err != nil || cut != int64(last) || s.Records != 2 {
			t.Errorf("cut to %d: %v", n, err)
		}
	}
}

func TestNewerVersionIsRefusedByName(t *testing.T) {
	b := sample()
	b[8] = 9
	if _, _, err := Decode(b, "dir/MANIFEST"); !errors.Is(err, damage.ErrNewerFormat) || !strings.Contains(err.Error(), "dir/MANIFEST") || !strings.Contains(err.Error(), "9") {
		t.Errorf("error %v", err)
	}
}

func TestStateSurvivesItsOwnEdits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := NewState()
		s.Counters = Counters{Seq: rapid.Uint64().Draw(t, "seq"), Arrival: rapid.Uint64().Draw(t, "arrival"), File: 9, Schema: 2}
		for id := range rapid.Uint64Range(1, 4).Draw(t, "streams") {
			st := &Stream{ID: id + 1, Schema: rapid.String().Draw(t, "schema"), Name: rapid.String().Draw(t, "name")}
			for i := range rapid.IntRange(0, 5).Draw(t, "properties") {
				st.Properties = append(st.Properties, Property{Path: rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "path"), Seq: uint32(i + 1),
					Type: rapid.Uint32().Draw(t, "type"), Big: rapid.Bool().Draw(t, "big"), Long: rapid.Bool().Draw(t, "long"), Declared: rapid.Bool().Draw(t, "declared")})
			}
			s.Streams[st.ID] = st
		}
		for id := range rapid.Uint64Range(0, 5).Draw(t, "files") {
			s.Files[id] = &File{ID: id, Stream: 1, Kind: Tick, Start: rapid.Int64().Draw(t, "start"), Length: rapid.Int64Range(0, 1<<60).Draw(t, "length"),
				Min: rapid.Int64().Draw(t, "min"), Max: rapid.Int64().Draw(t, "max")}
		}
		if rapid.Bool().Draw(t, "lost") {
			s.Lost = append(s.Lost, Lost{From: 2, To: rapid.Uint64Range(2, 1<<62).Draw(t, "to"), File: 3, End: rapid.Uint64Range(0, 1<<62).Draw(t, "end")})
		}
		s.Objects[ObjectKey{"k", rapid.String().Draw(t, "key")}] = rapid.SliceOf(rapid.Byte()).Draw(t, "data")
		o := NewState()
		if err := o.Apply(s.Edits().Bytes()); err != nil {
			t.Fatal(err)
		}
		if !o.Equal(s) {
			t.Fatal("states differ")
		}
	})
}

func TestCheckpointKeepsTheStateThroughPowerCuts(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		fs := vfs.NewMem()
		left := 1000
		in := vfs.Inject{FS: fs, Hook: func(vfs.Op, string) error {
			if left--; left < 0 {
				return vfs.ErrPowerOff
			}
			return nil
		}}
		s := NewState()
		s.Streams[1] = &Stream{ID: 1}
		w, err := Create(in, ".", s)
		if err != nil {
			t.Fatal(err)
		}
		left = r.IntN(60)
		acked, err := uint64(0), error(nil)
		for i := uint64(1); err == nil; i++ {
			var e Edits
			e.Counters(Counters{Seq: i})
			if err = w.Append(&e); err == nil {
				acked = i
			}
			if err == nil && r.IntN(5) == 0 {
				err = w.Checkpoint()
			}
		}
		got, _, _, err := ReadFile(fs.Crash(r), Name)
		if err != nil || got.Seq < acked || got.Seq > acked+1 {
			t.Fatalf("seed %d: seq %+v, acknowledged %d, error %v", seed, got, acked, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(sample())
	f.Add(appendHeader(nil))
	f.Add(appendRecord(appendHeader(nil), 0, []byte{tagProperty, 200, 1}))
	f.Add(appendRecord(appendHeader(nil), 0, []byte{tagStream, 3, 1, 255, 1}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, end, err := Decode(b, "fuzz")
		if err == nil && (end > int64(len(b)) || s.Records == 0) {
			t.Fatalf("end %d of %d", end, len(b))
		}
	})
}

func FuzzApply(f *testing.F) {
	for _, r := range records() {
		f.Add(r)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := NewState()
		if s.Apply(b) != nil {
			return
		}
		o := NewState()
		if err := o.Apply(s.Edits().Bytes()); err != nil || !o.Equal(s) {
			t.Fatalf("state does not survive its own edits: %v", err)
		}
	})
}
