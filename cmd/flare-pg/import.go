package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
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
  flare-pg import --url postgres://localhost:5433/flare app-*.clef
  kubectl logs app | flare-pg import --data ./data --on-error skip --now -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	cmd.Flags().StringVar(&f.data, "data", "", "data directory, made if it is absent or empty; no server may be running on it")
	cmd.Flags().StringVar(&f.url, "url", "", "a running server, postgres://host:port/flare, instead of --data")
	cmd.Flags().StringVar(&f.stream, "stream", "stream", "stream to import into")
	cmd.Flags().StringVar(&f.timestamp, "timestamp", "", "field with the event time, instead of the usual ones")
	cmd.Flags().StringVar(&f.level, "level", "", "field that is the level (becomes @l)")
	cmd.Flags().StringVar(&f.message, "message", "", "field that is the message (becomes @m)")
	cmd.Flags().StringVar(&f.onError, "on-error", "stop", "what a bad line does: stop or skip")
	cmd.Flags().BoolVar(&f.now, "now", false, "an event without a time gets the time of the import")
	return cmd
}

// reportedLines is how many bad lines are shown one by one.
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
	meter := newMeter(stderr)
	o.Progress = meter.show
	o.Report = func(e *ingest.LineError) { f.report(stderr, e) }
	inputs := make([]ingest.Input, len(paths))
	for i, p := range paths {
		if inputs[i] = ingest.File(p); p == "-" {
			inputs[i] = ingest.Detached("stdin", cmd.InOrStdin())
		}
	}

	start := time.Now()
	var result ingest.Result
	var err error
	if f.url != "" {
		result, err = ingest.CopyTo(cmd.Context(), f.url, f.stream, inputs, o)
	} else {
		result, err = f.local(cmd.Context(), inputs, o)
	}
	meter.done()
	if err != nil {
		return f.explain(err)
	}
	return f.summary(cmd.OutOrStdout(), result, time.Since(start))
}

// local imports into a data directory of which this process is the only writer.
func (f *importFlags) local(ctx context.Context, inputs []ingest.Input, o ingest.Options) (ingest.Result, error) {
	// No recent events are kept in memory: this process won't be asked for them.
	store, err := openStore(f.data, engine.Options{Create: true, RAMBytes: -1})
	if err != nil {
		return ingest.Result{}, err
	}
	result, err := importInto(ctx, store, f.stream, inputs, o)
	if cerr := store.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("closing the store: %w", cerr)
	}
	return result, err
}

// importInto runs one import into one transaction of a store.
func importInto(ctx context.Context, store *engine.Store, stream string, inputs []ingest.Input, o ingest.Options) (ingest.Result, error) {
	tx := store.Read()
	s := tx.Schema().Lookup("public", stream)
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
	return result, store.Commit(ctx, stage, engine.Sync)
}

// stageSink appends the events of an import to a stage.
type stageSink struct {
	*engine.Stage
	stream engine.StreamID
}

func (s stageSink) Append(ts int64, doc []byte) error { return s.Stage.Append(s.stream, ts, doc) }
func (s stageSink) Observe(sum *event.Summary)        { s.Stage.Observe(s.stream, sum) }

func (f *importFlags) report(w io.Writer, e *ingest.LineError) { fmt.Fprintf(w, "left out: %v\n", e) }

// explain says what a failed import means for the store.
func (f *importFlags) explain(err error) error {
	var line *ingest.LineError
	switch {
	case errors.As(err, &line) && line.Err.Code == event.CodeNoTime:
		return fmt.Errorf("%w\nNothing was imported. --timestamp names the field that has the time; --now gives such events the time of the import", err)
	case errors.As(err, &line):
		return fmt.Errorf("%w\nNothing was imported. --on-error skip imports the rest", err)
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted; nothing was imported")
	}
	return err
}

func (f *importFlags) summary(w io.Writer, r ingest.Result, took time.Duration) error {
	if len(r.Files) > 1 {
		for _, file := range r.Files {
			fmt.Fprintf(w, "%s: %s events%s\n", file.Name, thousands(file.Events), leftOut(file.BadLines))
		}
	}
	_, err := fmt.Fprintf(w, "imported %s events%s, %s in %.3gs (%s/s, %s events/s)\n", thousands(r.Events), leftOut(r.BadLines),
		bytesText(r.Bytes), took.Seconds(), bytesText(perSecond(r.Bytes, took)), thousands(perSecond(r.Events, took)))
	return err
}

func leftOut(n int64) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", 1 line left out"
	}
	return ", " + thousands(n) + " lines left out"
}
