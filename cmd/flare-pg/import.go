package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest"
)

type importFlags struct {
	data, url, stream         string
	timestamp, level, message string
	onError                   string
	now                       bool
}

func importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import (--data DIR | --url URL) [flags] FILE...",
		Short: "Import files of JSON events, all or nothing",
		Long: `Import events from files of JSON, one object a line (NDJSON, CLEF), plain or compressed
with gzip or zstd; "-" is standard input. All files together are one transaction.

The event time is the first of @t, @timestamp, timestamp, time, ts, _time, EventTime that
is present, in RFC 3339, in ISO form (no zone means UTC), or as a number of seconds, milli-, micro-
or nanoseconds since 1970. It becomes @t; every other field keeps its name and value.

A line that is no event is reported with its file, number and reason. With --on-error stop (the
default) nothing is imported then; with skip the line is left out.`,
		Example: `  flare-pg import --data ./data events.ndjson.zst
  flare-pg import --url postgres://flare@localhost:5433/flare app-*.clef
  flare-pg import --data ./data --timestamp When --level Severity --message Text app.json
  kubectl logs app | flare-pg import --data ./data --on-error skip --now -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name the files to import; - is standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	cmd.Flags().StringVar(&f.data, "data", "", "data directory, made if it is absent or empty; no server may be running on it")
	cmd.Flags().StringVar(&f.url, "url", "", "a running server, postgres://USER@HOST:PORT/flare, instead of --data")
	cmd.Flags().StringVar(&f.stream, "stream", "stream", "stream to import into")
	cmd.Flags().StringVar(&f.timestamp, "timestamp", "", "field with the event time, instead of the usual ones (where it is absent, @t counts)")
	cmd.Flags().StringVar(&f.level, "level", "", "field that is the level (becomes @l)")
	cmd.Flags().StringVar(&f.message, "message", "", "field that is the message (becomes @m)")
	cmd.Flags().StringVar(&f.onError, "on-error", "stop", "what a bad line does: stop or skip")
	cmd.Flags().BoolVar(&f.now, "now", false, "an event without a time gets the time of the import")
	oneOf(cmd, "data", "url")
	return cmd
}

// reportedLines is how many bad lines are shown one by one on a terminal. Elsewhere all are: they may be kept in a file.
const reportedLines = 20

func (f *importFlags) run(cmd *cobra.Command, paths []string) error {
	if (f.data == "") == (f.url == "") {
		return usageError{errors.New("give either --data DIR or --url URL")}
	}
	stderr := cmd.ErrOrStderr()
	o := ingest.Options{
		Options: event.Options{Timestamp: f.timestamp, Level: f.level, Message: f.message},
		Workers: runtime.GOMAXPROCS(0),
	}
	switch f.onError {
	case "stop":
	case "skip":
		o.OnError = ingest.Skip
	default:
		return usageError{fmt.Errorf("--on-error %q: want stop or skip", f.onError)}
	}
	if f.now {
		now := time.Now().UnixNano() / 100
		o.Now = &now
	}
	inputs, err := importInputs(paths, cmd.InOrStdin())
	if err != nil {
		return err
	}
	meter := newMeter(stderr)
	o.Progress = meter.show
	o.Report = reportTo(meter)

	start := time.Now()
	var result ingest.Result
	if f.url != "" {
		result, err = ingest.CopyTo(cmd.Context(), f.url, f.stream, inputs, o)
	} else {
		result, err = f.local(cmd.Context(), inputs, o, meter.committing)
	}
	meter.done()
	if err != nil {
		return f.explain(err)
	}
	if err := f.summary(cmd.OutOrStdout(), result, time.Since(start)); err != nil {
		return fmt.Errorf("the events were imported, but that can't be said on standard output: %w", cause(err))
	}
	return nil
}

// importInputs finds the files, all of them before the first is read.
func importInputs(paths []string, stdin io.Reader) ([]ingest.Input, error) {
	inputs := make([]ingest.Input, len(paths))
	standard := false
	for i, p := range paths {
		if p == "-" {
			if standard {
				return nil, usageError{errors.New("- can be given once: standard input is read once")}
			}
			standard = true
			inputs[i] = ingest.Detached("stdin", stdin)
			continue
		}
		st, err := os.Stat(p)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", p, cause(err))
		case st.IsDir():
			return nil, fmt.Errorf("%s is a directory; name the files in it: %s", p, filepath.Join(p, "*"))
		}
		inputs[i] = ingest.File(p)
	}
	return inputs, nil
}

// reportTo shows bad lines that are left out.
func reportTo(m *meter) func(*ingest.LineError) {
	shown := 0
	return func(e *ingest.LineError) {
		switch shown++; {
		case m.bar == nil || shown <= reportedLines:
			m.println(fmt.Sprintf("left out: %v", e))
		case shown == reportedLines+1:
			m.println("more lines are left out; 2>FILE keeps the whole list")
		}
	}
}

// local imports into a data directory of which this process is the only writer.
func (f *importFlags) local(ctx context.Context, inputs []ingest.Input, o ingest.Options, committing func()) (ingest.Result, error) {
	// No recent events are kept in memory: this process won't be asked for them.
	store, err := openStore(f.data, engine.Options{Create: true, RAMBytes: -1})
	if err != nil {
		return ingest.Result{}, err
	}
	result, err := importInto(ctx, store, f.stream, inputs, o, committing)
	if cerr := store.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("closing the store: %w", cerr)
	}
	return result, err
}

// importInto runs one import into one transaction of a store. The stream's name may be qualified by a schema.
func importInto(
	ctx context.Context, store *engine.Store, stream string, inputs []ingest.Input, o ingest.Options, committing func(),
) (ingest.Result, error) {
	schema, name := "public", stream
	if before, after, ok := strings.Cut(stream, "."); ok {
		schema, name = before, after
	}
	tx := store.Read()
	s := tx.Schema().Lookup(schema, name)
	tx.Close()
	if s == nil {
		return ingest.Result{}, fmt.Errorf("there is no stream %q", stream)
	}
	stage := store.NewStage()
	result, err := ingest.Run(ctx, inputs, stageSink{stage, s.ID}, o)
	if err != nil {
		stage.Discard()
		return result, err
	}
	committing()
	return result, store.Commit(ctx, stage, engine.Sync)
}

// stageSink appends the events of an import to a stage.
type stageSink struct {
	*engine.Stage
	stream engine.StreamID
}

func (s stageSink) Append(ts int64, doc []byte) error { return s.Stage.Append(s.stream, ts, doc) }
func (s stageSink) Observe(sum *event.Summary)        { s.Stage.Observe(s.stream, sum) }

// explain says what a failed import means for the store, and what to do.
func (f *importFlags) explain(err error) error {
	var line *ingest.LineError
	switch {
	case errors.As(err, &line) && line.Err.Code == event.CodeNoTime:
		return fmt.Errorf("%w\nNothing was imported. --timestamp names the field that has the time; --now gives such events the time of the import", err)
	case errors.As(err, &line):
		return fmt.Errorf("%w\nNothing was imported. --on-error skip imports the rest", err)
	case errors.Is(err, ingest.ErrUnknownOutcome), errors.Is(err, engine.ErrUnknownOutcome):
		return fmt.Errorf("%w\nLook whether the events are there before you import them again", err)
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted; nothing was imported")
	case errors.Is(err, ingest.ErrURL):
		return usageError{fmt.Errorf("--url: %w", err)}
	case errors.Is(err, ingest.ErrConnect):
		return fmt.Errorf("%w\nNothing was imported. Is the server running there? 'flare-pg serve --data DIR' starts one", err)
	}
	return fmt.Errorf("%w\nNothing was imported", err)
}

func (f *importFlags) summary(w io.Writer, r ingest.Result, took time.Duration) error {
	if len(r.Files) > 1 {
		for _, file := range r.Files {
			fmt.Fprintf(w, "%s: %s%s\n", file.Name, count(file.Events, "event"), leftOut(file.BadLines))
		}
	}
	_, err := fmt.Fprintf(w, "imported %s%s: %s in %s (%s/s, %s events/s)\n", count(r.Events, "event"), leftOut(r.BadLines),
		bytesText(r.Bytes), durationText(took), bytesText(perSecond(r.Bytes, took)), thousands(perSecond(r.Events, took)))
	return err
}

func leftOut(n int64) string {
	if n == 0 {
		return ""
	}
	return ", " + count(n, "line") + " left out"
}
