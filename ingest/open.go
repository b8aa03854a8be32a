package ingest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow is the most that a zstd frame may ask us to keep: what `zstd --long` writes.
const maxWindow = 128 << 20

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
	bom       = []byte{0xef, 0xbb, 0xbf}
)

// source is an open input: its text, decompressed. What it is compressed with is told by its first bytes.
type source struct {
	file  io.ReadCloser
	count *counter
	text  io.Reader
	zstd  *zstd.Decoder
	kind  string // "gzip", "zstd", "" plain
}

// counter counts the bytes read from the input as stored. The reading goroutine adds, others look.
type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func open(ctx context.Context, in Input) (*source, error) {
	f, err := in.Open(ctx)
	if err != nil {
		return nil, err
	}
	s := &source{file: f, count: &counter{r: f}}
	buffered := bufio.NewReaderSize(s.count, 256<<10)
	head, err := buffered.Peek(4)
	if err != nil && err != io.EOF {
		f.Close()
		return nil, fmt.Errorf("%s: %w", in.Name, err)
	}
	s.text = buffered
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		s.kind = "gzip"
		if s.text, err = gzip.NewReader(buffered); err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w (gzip): %w", in.Name, ErrDamaged, endsEarly(err))
		}
	case bytes.HasPrefix(head, zstdMagic):
		s.kind = "zstd"
		// One goroutine, ours: the decoding workers are the ones to keep busy.
		s.zstd, err = zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow),
			zstd.WithDecoderLowmem(true))
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w (zstd): %w", in.Name, ErrDamaged, err)
		}
		s.text = s.zstd
	}
	return s, nil
}

// Read fills p as far as it can: less than len(p) bytes come with an error only. The end is io.EOF.
func (s *source) Read(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = s.text.Read(p[n:])
		n += m
	}
	if err != nil && err != io.EOF && s.kind != "" {
		err = fmt.Errorf("%w (%s): %w", ErrDamaged, s.kind, endsEarly(err))
	}
	return n, err
}

// endsEarly says what io.ErrUnexpectedEOF means to the owner of a file.
func endsEarly(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends too early")
	}
	return err
}

func (s *source) Close() error {
	if s.zstd != nil {
		s.zstd.Close()
	}
	return s.file.Close()
}
