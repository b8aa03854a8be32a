package span

import (
	"errors"
	"io"

	"github.com/flare-pg/flare-pg/engine/damage"
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
	for _, info := range f.Pages {
		if err := p.verify(r, path, info); err != nil {
			report(err)
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
