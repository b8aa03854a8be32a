package span

import (
	"errors"
	"io"
	"slices"

	"github.com/flare-pg/flare-pg/engine/damage"
	"github.com/flare-pg/flare-pg/engine/span/strip"
)

// Verify checks every byte of a file of size bytes and reports each damage that it finds: in the header, the trailer and the
// footer, in each page (checksums, order of the events, agreement with the page directory). Where the footer is damaged, pages are found by their
// own headers up to the first that is not valid. A file of a newer version is not looked into: the error wraps ErrNewerFormat then, and
// is nil otherwise.
func Verify(r io.ReaderAt, size int64, path string, report func(*damage.Error)) error {
	if _, err := ReadHeader(r, path); err != nil {
		var d *damage.Error
		if !errors.As(err, &d) {
			return err
		}
		report(d)
	}
	f, err := readFooter(r, size, path)
	if err != nil {
		report(err)
		verifyChain(r, size, path, report)
		return nil
	}
	var p Page
	for i, info := range f.Pages {
		err := p.verify(r, path, info)
		if err == nil {
			err = p.verifyValues(f, i)
		}
		if err != nil {
			report(err)
		}
	}
	return nil
}

// verifyValues compares what the footer says of the values of a page of columns, which is sound, with what the page says.
func (p *Page) verifyValues(f *Footer, page int) *damage.Error {
	if p.info.Layout != Columns {
		return nil
	}
	var c strip.Columns
	var t strip.Tally
	c.Turn(p.columns)
	for i := range f.Values {
		v := &f.Values[i]
		counts := make([]int64, len(v.Values)+1)
		if !v.Add(page, p.info.Events, counts) {
			continue
		}
		ok, err := c.Tally(v.Member, &t)
		if err != nil {
			return p.damaged(err)
		}
		for k, x := range v.Values {
			counts[k] -= t.Of(x)
		}
		if counts[len(v.Values)] -= t.Missing; ok && slices.ContainsFunc(counts, func(n int64) bool { return n != 0 }) {
			return &damage.Error{File: p.path, Offset: p.info.Offset, What: "footer: counts of values do not agree with the page"}
		}
	}
	return nil
}

// verify verifies a page whole and decodes all of it.
func (p *Page) verify(r io.ReaderAt, path string, info PageInfo) *damage.Error {
	if err := p.load(r, path, info, nil, 0); err != nil {
		return err
	}
	// Of columns: each part has its checksum, which says better where the damage lies than that of them all.
	if err := p.documents(); err != nil {
		return p.damaged(err)
	}
	if info.Layout != Columns {
		return nil
	}
	var err *damage.Error
	if p.stored, err = readPage(r, path, info, p.stored); err != nil {
		return err
	}
	_, _, err = openPage(p.stored, info)
	return place(err, path, info.Offset)
}

// verifyChain checks pages without a directory, from the first on.
func verifyChain(r io.ReaderAt, size int64, path string, report func(*damage.Error)) {
	var p Page
	b := make([]byte, PageHeaderBytes+1<<16)
	for at, row := int64(HeaderBytes), int64(0); at < size; {
		b := b[:min(int64(len(b)), size-at)]
		if err := readAt(r, path, b, at); err != nil {
			report(err)
			return
		}
		if len(b) < len(pageMagic) || string(b[:len(pageMagic)]) != pageMagic {
			return // the footer, or damage that is reported as the footer's
		}
		h, err := decodePageHeader(b)
		if err != nil {
			report(place(err, path, at))
			return
		}
		h.Offset = at
		if h.Row != row {
			report(&damage.Error{File: path, Offset: at, What: "page header: row numbers have a gap"})
		}
		if h.end() > size {
			report(&damage.Error{File: path, Offset: at, What: "page: goes past the end of the file"})
			return
		}
		if err := p.verify(r, path, h.PageInfo); err != nil {
			report(err)
		}
		at, row = h.end(), h.Row+int64(h.Events)
	}
}
