// Package ingest brings events in by other ways than SQL: files and streams of JSON, a document a
// line, plain or compressed. It splits them into lines, decodes the lines on several cores and hands the events, in their order, to a
// Sink. COPY … (FORMAT json) decodes exactly as it does.
//
// The package knows nothing of the store: a Sink is a stage of the engine's, or a connection to a server.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/flare-pg/flare-pg/event"
)

// Sink takes the events of a run, one after the other in the order of the input. It is called by one goroutine at a time.
type Sink interface {
	// Append takes one normalised event with its time in 100 ns since 1970; doc is valid during the call only.
	Append(ts int64, doc []byte) error
	// Observe takes the properties of the events appended since it was last called; valid during the call only.
	Observe(*event.Summary)
}

// OnError says what a bad line does.
type OnError uint8

const (
	Stop OnError = iota // the first bad line ends the run with a *LineError
	Skip                // bad lines are reported, counted and left out
)

// Options of a run.
type Options struct {
	event.Options
	Workers int // goroutines that decode; 0: 2
	OnError OnError
	// Progress, when not nil, is called now and then, about every MiB, by the goroutine that called Run.
	Progress func(Progress)
	// Report, when not nil, is told each bad line that is skipped, in order, by the goroutine that called Run.
	Report func(*LineError)

	chunk int // bytes read at a time, for tests; 0: chunkBytes
}

// Progress is how far a run has come.
type Progress struct {
	File     string // being read
	Read     int64  // bytes of the inputs, as they lie on disk
	Size     int64  // of all inputs together; 0 when unknown
	Events   int64
	Bytes    int64 // of the JSON text read
	BadLines int64
	Elapsed  time.Duration
}

// Input is a source of lines.
type Input struct {
	Name string // for messages
	Size int64  // in bytes as stored; 0 when unknown
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// File is the input of a file, or of the standard input when path is "-".
func File(path string) Input {
	if path == "-" {
		return Detached("stdin", os.Stdin)
	}
	in := Input{Name: path, Open: func(context.Context) (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			var why *fs.PathError
			if errors.As(err, &why) {
				err = why.Err
			}
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if st, err := f.Stat(); err == nil && st.IsDir() {
			f.Close()
			return nil, fmt.Errorf("%s is a directory", path)
		}
		return f, nil
	}}
	if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() {
		in.Size = st.Size()
	}
	return in
}

// Detached is Reader for a reader whose Read may hang for ever, such as the standard input: a run whose ctx ends does
// not wait for it, and leaves a goroutine behind until that Read returns.
func Detached(name string, r io.Reader) Input {
	return Input{Name: name, Open: func(ctx context.Context) (io.ReadCloser, error) { return detach(ctx, r), nil }}
}

// Reader is the input of an open reader, which it does not close: what COPY receives, for instance.
func Reader(name string, r io.Reader) Input {
	return Input{Name: name, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(r), nil }}
}

// Result is what a run, or one input of it, brought in.
type Result struct {
	Events   int64
	Bytes    int64 // of the JSON text, line ends included
	Lines    int64 // blank ones included
	BadLines int64
	Files    []FileResult // of a run
}

// FileResult is one input's part of a Result.
type FileResult struct {
	Name                           string
	Events, Bytes, Lines, BadLines int64
}

// LineError is a bad line.
type LineError struct {
	File   string
	Line   int64 // from 1
	Column int   // in bytes, from 1; 0 where no place is to blame
	Err    *event.Error
}

func (e *LineError) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Err.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Err.Reason)
}

// Unwrap gives the *event.Error, with its SQLSTATE.
func (e *LineError) Unwrap() error { return e.Err }

// ErrDamaged is wrapped by the error about an input whose compression is damaged or that ends too early.
var ErrDamaged = errors.New("compressed input is damaged")

// Run reads the inputs one after the other into the sink. An error of an input or of the sink, the end
// of ctx, and with Stop the first bad line end the run; the Result then says how far it came, and the caller
// discards what the sink took. Memory is bounded by the workers, the size of a chunk and the
// limit of a line, whatever the inputs hold.
func Run(ctx context.Context, inputs []Input, sink Sink, o Options) (Result, error) {
	r := &run{ctx: ctx, sink: sink, o: o, start: time.Now()}
	if r.o.Workers <= 0 {
		r.o.Workers = 2
	}
	if r.o.chunk <= 0 {
		r.o.chunk = chunkBytes
	}
	r.o.Limits = event.NewDecoder(o.Options).Limits()
	for _, in := range inputs {
		if in.Size <= 0 {
			r.size = 0
			break
		}
		r.size += in.Size
	}
	r.startWorkers()
	defer r.stopWorkers()
	for _, in := range inputs {
		f, err := r.file(in)
		r.result.Files = append(r.result.Files, f)
		r.result.Events += f.Events
		r.result.Bytes += f.Bytes
		r.result.Lines += f.Lines
		r.result.BadLines += f.BadLines
		if err != nil {
			return r.result, err
		}
	}
	return r.result, nil
}
