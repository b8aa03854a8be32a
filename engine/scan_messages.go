package engine

import (
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/nql"
)

// messageWay is a way in which a text can stand in messages: with all of the keys, and one of the templates.
type messageWay struct{ keys, templates []uint64 }

// templateWays remembers, for a scan, the ways in which its texts can stand in templates: most spans have the same.
type templateWays struct {
	mu    sync.Mutex
	known map[textInTemplate]*waysOfText
}

type textInTemplate struct {
	text     string
	anyCase  bool
	template string
}

// waysOfText are the keys of each way; ok is false where there are too many.
type waysOfText struct {
	keys [][]uint64
	ok   bool
}

// get gives the ways in which the text of a lookup can stand in the messages of a template.
func (w *templateWays) get(l *nql.Lookup, template string) *waysOfText {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := textInTemplate{l.Message, l.AnyCase, template}
	if x := w.known[at]; x != nil {
		return x
	}
	if w.known == nil || len(w.known) >= 4*filter.MaxTemplates {
		w.known = map[textInTemplate]*waysOfText{}
	}
	if template == "" { // there is none: the message is a value
		template = "{m}"
	}
	x := new(waysOfText)
	var ways []nql.MessageWay
	ways, x.ok = l.MessageWays(template)
	for i := range ways {
		x.keys = append(x.keys, keysOfWay(&ways[i]))
	}
	w.known[at] = x
	return x
}

// keysOfWay gives the keys of a way, those that the fewest pages have first.
func keysOfWay(way *nql.MessageWay) (keys []uint64) {
	for _, x := range way.Seams {
		before, after := filter.Fold(nil, []byte(x.Before)), filter.Fold(nil, []byte(x.After))
		if (x.BeforeWhole || len(before) >= filter.SeamBytes) && (x.AfterWhole || len(after) >= filter.SeamBytes) {
			keys = append(keys, filter.SeamKey(before, []byte(x.Between), after))
		}
	}
	for _, text := range way.Within {
		keys = filter.AppendTrigrams(keys, filter.Fold(nil, []byte(text)))
	}
	return keys
}

// messages gives where the text of a lookup can stand in messages; ok is false where the filter can't tell.
func (s *Store) messages(f *file, d *filter.Directory, l *nql.Lookup, known *templateWays) (w whereabouts, ok bool) {
	x := d.Find(filter.Messages, nil)
	if x == nil {
		return w, false
	}
	if w.pages = s.filterSection(f, d, x); w.pages == nil {
		return w, false
	}
	w.message = true
	for _, t := range w.pages.Templates() {
		ways := known.get(l, t)
		if !ways.ok {
			return w, false
		}
		for _, keys := range ways.keys {
			w.add(keys, filter.TemplateKey(t))
		}
	}
	return w, true
}

// add adds a way in a template, or the template to the same way in others.
func (w *whereabouts) add(keys []uint64, template uint64) {
	for i := range w.ways {
		if x := &w.ways[i]; slices.Equal(x.keys, keys) {
			x.templates = append(x.templates, template)
			return
		}
	}
	w.ways = append(w.ways, messageWay{keys, []uint64{template}})
}
