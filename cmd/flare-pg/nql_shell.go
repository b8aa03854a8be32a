package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// shell asks for NQL queries on a terminal.
type shell struct {
	*asker
	fd      int
	lines   lineReader
	pending strings.Builder // lines of a query that has not ended
	broken  *bool           // Ctrl-C was typed since the last line
	timing  bool
	names   []string // to complete
}

// lineReader is a term.Terminal.
type lineReader interface {
	ReadLine() (string, error)
	SetPrompt(string)
	io.Writer
}

const shellHelp = `A query ends with a semicolon: select @t, @m from stream where @l = 'Error' order by @t desc limit 10;

  \d              list streams            \d NAME         list the properties of a stream
  \format FORMAT  table, ndjson or csv    \explain        show plans instead of rows, or rows again
  \timing         show how long it took   \q              quit (so does Ctrl-D)

Ctrl-C ends a query that runs, and drops what was typed. Tab completes names. docs/nql.md has the language.
`

// runShell reads queries from a terminal and answers them until its end.
func runShell(ctx context.Context, in *os.File, a *asker) error {
	store, err := openStore(a.data, engine.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	names := completions(store)
	store.Close()
	fd := int(in.Fd())
	cooked, err := term.MakeRaw(fd)
	if err != nil {
		return err
	}
	defer term.Restore(fd, cooked)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		if _, ok := <-ended; ok {
			term.Restore(fd, cooked)
			os.Exit(exitFailure)
		}
	}()
	defer close(ended)
	defer signal.Stop(ended)

	s := &shell{asker: a, fd: fd, names: names, broken: new(bool)}
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{&breaker{in: in, broken: s.broken}, os.Stdout}, "")
	if w, h, err := term.GetSize(fd); err == nil && w > 0 {
		t.SetSize(w, h)
	}
	h := openHistory(historyPath())
	defer h.close()
	t.History = h
	t.AutoCompleteCallback = s.complete
	s.lines = t
	fmt.Fprintf(t, "flare-pg %s: NQL over %s. \\? for help.\n", version, a.data)
	// While a query runs the terminal is as it was, so that Ctrl-C is a signal again.
	return s.loop(func(f func(ctx context.Context) error) error {
		raw, err := term.GetState(fd)
		if err != nil {
			return err
		}
		term.Restore(fd, cooked)
		defer term.Restore(fd, raw)
		ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), os.Interrupt)
		defer stop()
		return f(ctx)
	})
}

// breaker turns Ctrl-C into the end of an empty line, and notes it.
type breaker struct {
	in     io.Reader
	broken *bool
	rest   []byte
}

func (b *breaker) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		var room [256]byte
		n, err := b.in.Read(room[:])
		if err != nil {
			return 0, err
		}
		for _, c := range room[:n] {
			if c == 3 {
				*b.broken = true
				b.rest = append(b.rest, 5, 21, '\r') // to the end, delete to the start, enter
			} else {
				b.rest = append(b.rest, c)
			}
		}
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// loop reads lines up to \q or the end. calm runs what takes long.
func (s *shell) loop(calm func(func(ctx context.Context) error) error) error {
	for {
		if s.pending.Len() == 0 {
			s.lines.SetPrompt("nql> ")
		} else {
			s.lines.SetPrompt("  -> ")
		}
		line, err := s.lines.ReadLine()
		if errors.Is(err, io.EOF) {
			fmt.Fprintln(s.lines)
			return nil
		}
		if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
			return err
		}
		if *s.broken {
			*s.broken = false
			s.pending.Reset()
			continue
		}
		if s.pending.Len() == 0 && strings.HasPrefix(strings.TrimSpace(line), `\`) {
			if quit := s.command(strings.Fields(line)); quit {
				return nil
			}
			continue
		}
		if s.pending.Len() > 0 {
			s.pending.WriteByte('\n')
		}
		s.pending.WriteString(line)
		text := strings.TrimSpace(s.pending.String())
		if text == "" {
			s.pending.Reset()
		}
		if !strings.HasSuffix(text, ";") {
			continue
		}
		s.pending.Reset()
		began := time.Now()
		err = calm(func(ctx context.Context) error { return s.ask(ctx, text) })
		switch {
		case errors.Is(err, context.Canceled):
			fmt.Fprintln(s.lines, "canceled")
		case err != nil:
			fmt.Fprintln(s.lines, shown(err))
		case s.timing:
			fmt.Fprintf(s.lines, "%.1f ms\n", float64(time.Since(began).Microseconds())/1000)
		}
	}
}

// command carries out a line that begins with a backslash.
func (s *shell) command(words []string) (quit bool) {
	switch name, args := words[0], words[1:]; {
	case name == `\q`:
		return true
	case name == `\?` || name == `\h`:
		io.WriteString(s.lines, shellHelp)
	case name == `\timing`:
		s.timing = !s.timing
		fmt.Fprintln(s.lines, "timing is", onOff(s.timing))
	case name == `\explain`:
		s.explain = !s.explain
		fmt.Fprintln(s.lines, "explain is", onOff(s.explain))
	case name == `\format` && len(args) == 1 && rowPrinters[args[0]] != nil:
		s.format = args[0]
	case name == `\format`:
		fmt.Fprintf(s.lines, "the format is %s; \\format table, \\format ndjson or \\format csv sets it\n", s.format)
	case name == `\d`:
		if err := s.describe(args); err != nil {
			fmt.Fprintln(s.lines, err)
		}
	default:
		fmt.Fprintf(s.lines, "%s is no command; \\? lists them\n", name)
	}
	return false
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// describe lists the streams, or the properties of one.
func (s *shell) describe(args []string) error {
	store, err := openStore(s.data, engine.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer store.Close()
	tx := store.Read()
	defer tx.Close()
	if len(args) == 0 {
		for _, st := range tx.Schema().Streams {
			fmt.Fprintf(s.lines, "%s (%d properties)\n", st.Name, len(st.Properties))
		}
		return nil
	}
	st := tx.Schema().Lookup("public", args[0])
	if st == nil {
		return fmt.Errorf("there is no stream %q", args[0])
	}
	for _, p := range st.Properties {
		t := "null"
		if p.Type != 0 {
			t = types.FormatType(types.OID(p.Type), -1)
		}
		fmt.Fprintf(s.lines, "%-40s %s\n", spellNQL(p.Path), t)
	}
	return nil
}
