package sparse

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// atTheEdges calls f with text where the byte before it, and where the byte behind it, is in memory that must not be touched.
func atTheEdges(t tester, text []byte, f func(text []byte)) {
	t.Helper()
	page := unix.Getpagesize()
	room := (len(text) + page - 1) / page * page
	m, err := unix.Mmap(-1, 0, room+2*page, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer unix.Munmap(m)
	if room == 0 {
		f(m[page:page])
		return
	}
	inside := m[page : page+room]
	if err := unix.Mprotect(inside, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		t.Fatalf("%v", err)
	}
	for _, at := range []int{0, room - len(text)} {
		copy(inside[at:], text)
		f(inside[at : at+len(text) : at+len(text)])
	}
}

// A load outside the text ends the test with a fault.
func TestNothingOutsideTheTextIsRead(t *testing.T) {
	text := strings.Repeat(`{"a":"b\\","cc":[1,{"d":null}],"long name of a member":"a text, {not} structure: \"x\""},`, 60)
	w := Compile([][]Step{{{Name: "long name of a member"}}, {{Name: "cc"}, {Element: true, Index: -1}}, {}})
	out := make([]Value, w.Len())
	var r Reader
	sizes := []int{700, 4095, 4096, 5000}
	for n := range 300 {
		sizes = append(sizes, n)
	}
	eachKernel(func(k kernel) {
		for _, n := range sizes {
			atTheEdges(t, []byte(text[len(text)-n:]), func(text []byte) {
				Index(nil, text)
				Specials(nil, text)
				r.Read(w, text, out)
				SkipOut(text, 0)
				Get(text, []Step{{Name: "cc"}})
				for _, needle := range []string{"x\"\"},", "no such", `"a":"B`, "}", "}}", "{\"a\":\"b\\\\\",\"cc\":[1,{\"d\":null}],\"long name of a memberX"} {
					NewNeedle([]byte(needle), false).Find(text)
					FindFold(text, []byte(needle))
				}
			})
		}
	})
}

func TestNothingOutsideDamagedDocumentsIsRead(t *testing.T) {
	paths := [][]Step{{{Name: "a"}}, {{Name: "abcdefghi"}}, {{Name: "Items"}, {Element: true}}, {{Name: "é"}}, {{Name: "~"}}}
	wanted := []*Wanted{Compile(paths), CompileSorted(nil, paths), CompileSorted([]string{"@t", "b", "a"}, paths[:2])}
	out := make([]Value, len(paths))
	var r Reader
	rapid.Check(t, func(t *rapid.T) {
		text := drawDamaged(t)
		eachKernel(func(k kernel) {
			atTheEdges(t, text, func(text []byte) {
				for _, w := range wanted {
					r.Read(w, text, out)
				}
			})
		})
	})
}
