package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

const (
	// samplePages is how many pages are looked at to find the paths that are worth a filter, and samplePaths how many paths: those that most events have.
	samplePages = 8
	samplePaths = 1024
	// manyValues: a path is worth a filter where more than one event in so many of a page has a value of its own, or where there are not so few values and most are different.
	manyValues = 8
	fewValues  = 32
	// shortValue is the mean length up to which texts are thought to be asked for as a whole, and longText that from which they are for what stands in
	// them.
	shortValue, longText = 64, 40
	maxTexts             = 8
	// filterShare: the filters of a span come to one byte in so many of its events at most, and storedShare to one in so many that it takes; the trigrams of a path to
	// half of that.
	filterShare = 64
	storedShare = 4
	// keyBits is about how much a filter takes for a key.
	keyBits = 11
)

// buildFilter builds a span's filter.
func (m *maintaining) buildFilter(ctx context.Context, w *work) error {
	s, f := m.s, w.files[0]
	h, footer, err := s.openSpan(f)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }() // only read from
	b := &filterBuilder{s: s, ctx: ctx, file: f, h: h, footer: footer, page: s.pages.get()}
	defer s.pages.put(b.page)
	if err := b.choose(); err != nil {
		return err
	}
	if err := b.build(); err != nil {
		return err
	}
	sections := make([]*filter.Builder, len(b.chosen))
	for i := range b.chosen {
		sections[i] = b.chosen[i].section
	}
	bytes := filter.Encode(f.ID, len(footer.Pages), sections)
	path := filter.Path(f.path)
	if err := m.writeDerived(path, bytes); err != nil {
		return err
	}
	done := &filterBuilt{file: f, length: int64(len(bytes))}
	if err := m.publish(ctx, &request{swap: &swap{filter: []*filterBuilt{done}}}); err != nil {
		if !errors.Is(err, ErrUnknownOutcome) {
			err = errors.Join(err, s.removeFile(path))
		}
		return err
	}
	s.filters.drop(f.ID)
	s.maint.mended(f.ID, noSignal)
	return nil
}

// filterBuilder builds the filter of one span from its pages.
type filterBuilder struct {
	s      *Store
	ctx    context.Context
	file   *file
	h      vfs.File
	footer *span.Footer
	page   *span.Page
	offset int64 // of the page at hand
	chosen []chosenPath
	maker  filter.Maker

	messages *messageKeys
	round    int // of reading messages
}

// chosenPath is a path of which the filter has a section.
type chosenPath struct {
	path    []string
	kind    filter.Kind
	keys    int // in the pages of the sample
	section *filter.Builder
}

// cost is about how many bytes the filter takes in the pages of the sample.
func (c *chosenPath) cost() int { return c.keys * keyBits / 8 }

// choose finds the paths that are worth a section by a sample of pages.
func (b *filterBuilder) choose() error {
	all := b.s.opts.filterAll
	n := len(b.footer.Pages)
	size := min(n, samplePages)
	if all {
		size = n
	}
	var sample []int
	raw, stored := 0, 0
	for k := range size {
		i := (2*k + 1) * n / (2 * size)
		sample = append(sample, i)
		raw += b.footer.Pages[i].Docs
		stored += b.footer.Pages[i].Length
	}
	left := min(raw/filterShare, stored/storedShare)
	paths := b.candidates()
	values := make([]pathValues, len(paths))
	wholes := make([]chosenPath, len(paths))
	var texts [][]string
	long := make([]bool, len(paths))
	for _, i := range sample {
		if err := b.load(i); err != nil {
			return err
		}
		if err := b.read(paths, values); err != nil {
			return err
		}
		for k := range values {
			v := &values[k]
			if v.many(b.footer.Pages[i].Events) {
				wholes[k].keys += len(v.keys.list)
			}
			long[k] = long[k] || v.text() || all && v.strings > 0
		}
	}
	for k, p := range paths {
		if wholes[k].keys > 0 {
			b.chosen = append(b.chosen, chosenPath{path: p, kind: filter.Values, keys: wholes[k].keys})
		}
		if long[k] && len(texts) < maxTexts {
			texts = append(texts, p)
		}
	}
	values = withTrigrams(len(texts))
	parts := make([]chosenPath, len(texts))
	messages := chosenPath{kind: filter.Messages}
	for _, i := range sample {
		if err := b.load(i); err != nil {
			return err
		}
		if err := b.read(texts, values); err != nil {
			return err
		}
		for k := range values {
			parts[k].keys += len(values[k].grams.list)
		}
		keys, _, err := b.readMessages()
		if err != nil {
			return err
		}
		messages.keys += len(keys)
	}
	for k, p := range texts {
		c := chosenPath{path: p, kind: filter.Trigrams, keys: parts[k].keys}
		if c.cost() <= left/2 || all {
			b.chosen = append(b.chosen, c)
		}
	}
	if messages.keys > 0 && (messages.cost() <= left/2 || all) {
		b.chosen = append(b.chosen, messages)
	}
	// What has the most values spares the most.
	slices.SortStableFunc(b.chosen, func(x, y chosenPath) int {
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(y.keys, x.keys))
	})
	b.chosen = slices.DeleteFunc(b.chosen, func(c chosenPath) bool {
		if c.cost() > left && !all {
			return true
		}
		left -= c.cost()
		return false
	})
	return nil
}

// readMessages gives the keys of the messages of the page at hand; ok is false where they can't be told.
func (b *filterBuilder) readMessages() (keys []uint64, ok bool, err error) {
	r := b.page.Columns()
	if r == nil {
		return nil, false, nil
	}
	if b.messages == nil {
		b.messages = new(messageKeys)
	}
	b.round++
	if ok, err = b.messages.read(r, b.round); !ok || err != nil {
		return nil, false, placed(err, b.file.path, b.offset)
	}
	return b.messages.all(), true, nil
}

// addMessages adds the page at hand to the section of messages. Once there are more templates than it can have, pages are not known.
func (b *filterBuilder) addMessages(section *filter.Builder) error {
	keys, ok, err := b.readMessages()
	if err != nil {
		return err
	}
	if ok {
		ok = !slices.ContainsFunc(b.messages.names, func(t string) bool { return !section.Template(t) })
	}
	if !ok {
		section.Skip()
		return nil
	}
	return section.Add(keys, false)
}

func withTrigrams(n int) []pathValues {
	values := make([]pathValues, n)
	for i := range values {
		values[i].grams = new(trigramSet)
	}
	return values
}

// candidates lists the paths that have strings or numbers, those that the most events have where there are too many.
func (b *filterBuilder) candidates() [][]string {
	var list []span.Property
	for _, p := range b.footer.Properties {
		// The event's time is found without.
		if p.Types&(span.String|span.Number) != 0 && !(len(p.Path) == 1 && p.Path[0] == "@t") {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(x, y span.Property) int { return cmp.Compare(y.Count, x.Count) })
	var out [][]string
	for _, p := range list[:min(len(list), samplePaths)] {
		out = append(out, p.Path)
	}
	return out
}

// build makes the sections of the chosen paths.
func (b *filterBuilder) build() error {
	if len(b.chosen) == 0 {
		return nil
	}
	var paths [][]string // of values and trigrams, which come first
	values := make([]pathValues, len(b.chosen))
	for k := range b.chosen {
		c := &b.chosen[k]
		if c.kind != filter.Messages {
			paths = append(paths, c.path)
		}
		if c.section = b.maker.Section(c.kind, c.path); c.kind == filter.Trigrams {
			values[k].grams = new(trigramSet)
		}
	}
	for i := range b.footer.Pages {
		if err := b.load(i); err != nil {
			return err
		}
		if err := b.read(paths, values[:len(paths)]); err != nil {
			return err
		}
		for k := range b.chosen {
			c, v := &b.chosen[k], &values[k]
			if c.kind == filter.Messages {
				if err := b.addMessages(c.section); err != nil {
					return err
				}
				continue
			}
			keys, numbers := v.keys.list, !v.odd
			if c.kind == filter.Trigrams {
				keys, numbers = v.grams.list, false
			}
			if err := c.section.Add(keys, numbers); err != nil {
				return err
			}
		}
	}
	return nil
}

// load makes a page the one at hand.
func (b *filterBuilder) load(i int) error {
	if err := b.pause(); err != nil {
		return err
	}
	b.offset = b.footer.Pages[i].Offset
	return b.page.Load(b.h, b.file.path, b.footer.Pages[i], b.s.fronts, b.file.ID)
}

// read reads the values that the page at hand has at some paths.
func (b *filterBuilder) read(paths [][]string, values []pathValues) error {
	if len(paths) == 0 {
		return nil
	}
	for k := range values {
		values[k].reset()
	}
	var left []*pathValues // of which each event is asked
	for k := range values {
		left = append(left, &values[k])
	}
	if r := b.page.Columns(); r != nil {
		left = nil
		var others [][]string
		for k := range values {
			v := &values[k]
			n, ok, err := r.Values(r.Find(paths[k]...), func(t strip.Type, text []byte) {
				if t == strip.String {
					v.addText(text)
				} else {
					v.addNumber(text)
				}
			})
			if err != nil {
				return placed(err, b.file.path, b.offset)
			}
			if v.count = n; !ok {
				left, others = append(left, v), append(others, paths[k])
			}
		}
		paths = others
	}
	return b.readEvents(paths, left)
}

// readEvents asks each event of the page for the values of paths.
func (b *filterBuilder) readEvents(paths [][]string, values []*pathValues) error {
	if len(paths) == 0 {
		return nil
	}
	steps := make([][]sparse.Step, len(paths))
	for k, p := range paths {
		for _, name := range p {
			steps[k] = append(steps[k], sparse.Step{Name: name})
		}
	}
	wanted := event.Wanted(steps)
	out := make([]sparse.Value, len(paths))
	for j := range b.page.Len() {
		if j%256 == 255 {
			if err := b.pause(); err != nil {
				return err
			}
		}
		_, _, doc, err := b.page.At(j)
		if err != nil {
			return err
		}
		wanted.Read(doc, out)
		for k, v := range values {
			v.add(out[k])
		}
	}
	return nil
}

// pause lets others work, and looks at ctx.
func (b *filterBuilder) pause() error {
	b.s.opts.Pace()
	return b.ctx.Err()
}
