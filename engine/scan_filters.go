package engine

import (
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/nql"
)

// lacking tells of a span's pages that they lack what a predicate is true of nothing without. Of each list of places something would have to be there.
type lacking [][]whereabouts

// whereabouts is a path's filter with what is looked for: one of the keys, or all of them; or that of messages with the ways in which a text can stand in one.
type whereabouts struct {
	pages *filter.Pages
	keys  []filterKey
	all   bool

	message bool
	ways    []messageWay // of which all keys and one of the templates
}

type filterKey struct {
	key    uint64
	number bool // a number may have it
}

// page reports whether a page certainly has nothing of one of the lists.
func (l lacking) page(i int) bool {
	for _, list := range l {
		there := false
		for k := range list {
			if there = !list[k].lacks(i); there {
				break
			}
		}
		if !there {
			return true
		}
	}
	return false
}

func (w *whereabouts) lacks(i int) bool {
	if w.message {
		return w.pages.Known(i) && !slices.ContainsFunc(w.ways, func(x messageWay) bool {
			return !w.pages.LacksAny(i, x.keys) && slices.ContainsFunc(x.templates, func(t uint64) bool { return !w.pages.Lacks(i, t, false) })
		})
	}
	for _, k := range w.keys {
		if w.pages.Lacks(i, k.key, k.number) == w.all {
			return w.all
		}
	}
	return !w.all
}

// lacking looks up in a span's filter what a scan needs. What is not in the filter is not in what it gives.
func (s *Store) lacking(f *file, footer *span.Footer, needs [][]nql.Lookup, known *templateWays) lacking {
	if len(needs) == 0 {
		return nil
	}
	d := s.filterDirectory(f)
	if d == nil {
		return nil
	}
	if int(d.Pages) != len(footer.Pages) {
		s.filterBroken(f, &DamageError{File: filter.Path(f.path), What: "filter has not as many pages as the span"})
		return nil
	}
	var out lacking
	for _, list := range needs {
		if l, ok := s.whereabouts(f, footer, d, list, known); ok {
			out = append(out, l)
		}
	}
	return out
}

// whereabouts gives where something of a list of lookups could be; ok is false where the filter can't tell.
func (s *Store) whereabouts(f *file, footer *span.Footer, d *filter.Directory, list []nql.Lookup, known *templateWays) (out []whereabouts, ok bool) {
	for _, l := range list {
		if l.Message != "" {
			w, ok := s.messages(f, d, &l, known)
			if !ok {
				return nil, false
			}
			out = append(out, w)
			continue
		}
		paths, ok := places(footer, l)
		if !ok {
			return nil, false
		}
		for _, path := range paths {
			types := typesOf(footer, path)
			if types&(span.String|span.Number|span.Bool) == 0 {
				continue // nothing that has a text
			}
			w, kind, ok := keysOf(l, types)
			if !ok {
				return nil, false
			}
			x := d.Find(kind, path)
			if x == nil {
				return nil, false
			}
			if w.pages = s.filterSection(f, d, x); w.pages == nil {
				return nil, false
			}
			out = append(out, w)
		}
	}
	return out, true
}

// places lists the paths that a lookup means and the span has.
func places(footer *span.Footer, l nql.Lookup) (paths [][]string, ok bool) {
	if !l.Fold {
		if footer.Has(l.Path...) {
			paths = append(paths, l.Path)
		}
		return paths, true
	}
	for i := range footer.Properties {
		if p := footer.Properties[i].Path; len(p) == 1 && strings.EqualFold(p[0], l.Path[0]) {
			paths = append(paths, p)
		}
	}
	return paths, !footer.Overflowed
}

// typesOf are the types that the values of a path can have.
func typesOf(footer *span.Footer, path []string) span.Types {
	for i := range footer.Properties {
		if slices.Equal(footer.Properties[i].Path, path) {
			return footer.Properties[i].Types
		}
	}
	return ^span.Types(0)
}

// keysOf gives the keys that a lookup looks for, and where, at a path whose values have these types.
func keysOf(l nql.Lookup, types span.Types) (w whereabouts, kind filter.Kind, ok bool) {
	scalars := types&(span.Number|span.Bool) != 0 && l.Scalar
	if l.Texts == nil {
		var keys []uint64
		for _, text := range l.Contains {
			keys = filter.AppendTrigrams(keys, []byte(text))
		}
		slices.Sort(keys)
		for _, k := range slices.Compact(keys) {
			w.keys = append(w.keys, filterKey{key: k})
		}
		w.all = true
		return w, filter.Trigrams, len(keys) > 0 && !scalars
	}
	for _, text := range l.Texts {
		if scalars && (text == "true" || text == "false") {
			return w, 0, false // no filter has booleans
		}
		number := scalars && text != "" && (text[0] == '-' || text[0] >= '0' && text[0] <= '9')
		w.keys = append(w.keys, filterKey{filter.Key([]byte(text)), number})
	}
	return w, filter.Values, true
}
