package span

import (
	"errors"
	"io"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// keepBytes is how much memory a Page or a Writer keeps of each kind after a page that took more.
const keepBytes = 4 << 20

// tailBytes is what ReadFooter reads first: trailer and footer of most files.
const tailBytes = 16 << 10

// ReadHeader reads and checks a file's header. A newer version gives an error that wraps ErrNewerFormat; it is a *damage.Error too
// where the checksum says that the number may be damaged. Every other error is a *damage.Error.
func ReadHeader(r io.ReaderAt, path string) (Header, error) {
	var b [HeaderBytes]byte
	if err := readAt(r, path, b[:], 0); err != nil {
		return Header{}, err
	}
	return decodeHeader(b[:], path)
}

// ReadFooter reads the footer of a file of size bytes, and checks header, trailer and footer. Errors are those of ReadHeader.
func ReadFooter(r io.ReaderAt, size int64, path string) (*Footer, error) {
	h, err := ReadHeader(r, path)
	if err != nil {
		return nil, err
	}
	f, derr := readFooter(r, size, path)
	if derr != nil {
		return nil, derr
	}
	f.Header = h
	return f, nil
}

// readFooter is ReadFooter without the header.
func readFooter(r io.ReaderAt, size int64, path string) (*Footer, *damage.Error) {
	if size < HeaderBytes+TrailerBytes {
		return nil, &damage.Error{File: path, Offset: size, What: "the file ends before its trailer"}
	}
	at := max(HeaderBytes, size-tailBytes)
	tail := make([]byte, size-at)
	if err := readAt(r, path, tail, at); err != nil {
		return nil, err
	}
	t, err := decodeTrailer(tail[len(tail)-TrailerBytes:], size)
	if err != nil {
		return nil, place(err, path, size-TrailerBytes)
	}
	var b []byte
	if t.Offset >= at {
		b = tail[t.Offset-at : len(tail)-TrailerBytes]
	} else {
		b = make([]byte, t.Length)
		if err := readAt(r, path, b, t.Offset); err != nil {
			return nil, err
		}
	}
	if found := sum(b); found != t.Sum {
		return nil, &damage.Error{File: path, Offset: t.Offset, What: "footer", HasSum: true, Expected: t.Sum, Found: found}
	}
	f, err := decodeFooter(b, t.Offset)
	if err != nil {
		return nil, place(err, path, t.Offset)
	}
	return f, nil
}

// Stored reads the page that info describes as it stands in the file, header and body, into buf (grown where it is too small), for
// Writer.CopyPage. The header is compared with info and the body's checksum verified. Errors are *damage.Error.
func Stored(r io.ReaderAt, path string, info PageInfo, buf []byte) ([]byte, error) {
	buf, err := readPage(r, path, info, buf)
	if err == nil {
		_, _, err = openPage(buf, info)
		err = place(err, path, info.Offset)
	}
	if err != nil {
		return buf[:0], err
	}
	return buf, nil
}

// readPage reads a page whole, into buf where it has room.
func readPage(r io.ReaderAt, path string, info PageInfo, buf []byte) ([]byte, *damage.Error) {
	if err := info.check(); err != nil {
		return buf, place(err, path, info.Offset)
	}
	buf = grown(buf, info.Length)
	return buf, readAt(r, path, buf, info.Offset)
}

// grown gives a buffer of length n, buf where that has room and is not kept for too little.
func grown(buf []byte, n int) []byte {
	if cap(buf) < n || cap(buf) > keepBytes && n <= keepBytes {
		buf = make([]byte, n)
	}
	return buf[:n]
}

// readAt fills b with the file's bytes from off on.
func readAt(r io.ReaderAt, path string, b []byte, off int64) *damage.Error {
	n, err := r.ReadAt(b, off)
	switch {
	case n == len(b):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return &damage.Error{File: path, Offset: off + int64(n), What: "the file ends too early"}
	}
	return &damage.Error{File: path, Offset: off + int64(n), What: "can't be read", Err: err}
}

// place says where in which file the structure lies that err counts its offset from.
func place(err *damage.Error, path string, off int64) *damage.Error {
	if err != nil {
		err.File, err.Offset = path, off+err.Offset
	}
	return err
}
