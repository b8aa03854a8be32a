package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit codes.
const (
	exitFailure = 1
	exitUsage   = 2
)

// usageError is a wrong flag or argument: exit code 2, and the usage line is worth showing.
type usageError struct{ error }

// reported is a failure that has been told already; only the exit code is left to give.
var errReported = errors.New("reported")

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:   "flare-pg COMMAND",
		Short: "A log store that you query with psql",
		Long: `flare-pg stores structured log events in an engine made for logs and speaks the
PostgreSQL protocol: connect with psql, Grafana or any PostgreSQL driver.

Every flag can also be given as an environment variable: --data is FLARE_PG_DATA,
--on-error is FLARE_PG_ON_ERROR. A flag on the command line wins.`,
		Example: `  flare-pg demo
  flare-pg serve --data ./data
  flare-pg import --data ./data events.ndjson.zst`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSubcommand,
		// cobra would add it behind the command, where no flag can stand.
		DisableFlagsInUseLine: true,
		RunE:                  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "\n  {{.CommandPath}} [command]", "", 1)) // said already
	root.SuggestionsMinimumDistance = 2
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{wrongFlag(err)} })
	root.AddCommand(serveCommand(), importCommand(), nqlCommand(), checkCommand(), inspectCommand(), compactCommand(),
		backupCommand(), restoreCommand(), userCommand(), rulesCommand(), demoCommand(), healthCommand(), versionCommand())
	for _, c := range root.Commands() {
		for _, c := range append(c.Commands(), c) {
			wrapArgs(c)
			withEnvironment(c)
		}
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	cmd, err := root.ExecuteContextC(ctx)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return exitFailure
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "flare-pg: %v\n\nUsage: %s\nSee '%s --help'.\n", err, cmd.UseLine(), cmd.CommandPath())
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(stderr, "flare-pg: interrupted")
		return exitFailure
	default:
		if path, ok := err.(*fs.PathError); ok { // of our own output, for instance
			err = fmt.Errorf("can't %s %s: %w", path.Op, path.Path, path.Err)
		}
		fmt.Fprintf(stderr, "flare-pg: %v\n", err)
		return exitFailure
	}
}

func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	msg := fmt.Sprintf("unknown command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		msg += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return usageError{errors.New(msg)}
}

// wrapArgs turns errors of a command's argument check into usage errors.
func wrapArgs(c *cobra.Command) {
	check := c.Args
	if check == nil {
		check = noArguments
	}
	c.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments: %q is one too many", cmd.Name(), args[0])
	}
	return nil
}

// withEnvironment names each flag's variable in its help, and sets flags that the command line left alone from it.
func withEnvironment(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		f.Usage += " [" + variable(f.Name) + "]"
		if name := placeholders[f.Name]; name != "" {
			f.Value = placeholder{f.Value, name}
		}
	})
	c.PreRunE = func(cmd *cobra.Command, _ []string) error {
		given := map[string]bool{}
		cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = true })
		var wrong error
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			v, ok := os.LookupEnv(variable(f.Name))
			if !ok || f.Changed || f.Name == "help" || wrong != nil {
				return
			}
			for _, other := range f.Annotations[insteadOf] {
				if given[other] {
					return
				}
			}
			if err := cmd.Flags().Set(f.Name, v); err != nil {
				wrong = usageError{fmt.Errorf("%s: %w", variable(f.Name), wrongFlag(err))}
			}
		})
		return wrong
	}
}

// placeholders are what help shows where a flag's value goes.
var placeholders = map[string]string{
	"data": "DIR", "socket": "DIR", "url": "URL", "listen": "ADDRESS:PORT", "stream": "NAME",
	"timestamp": "FIELD", "level": "FIELD", "message": "FIELD", "on-error": "ACTION", "format": "FORMAT",
	"log-level": "LEVEL", "query-memory": "MIB", "recent-memory": "MIB", "max-connections": "N", "workers": "N",
	"late-window": "TIME", "reserve": "MIB", "tick-budget": "MIB",
	"tls-cert": "FILE", "tls-key": "FILE", "tls-client-ca": "FILE", "auth-rules": "FILE", "reserved-connections": "N",
	"events": "N", "seed": "N", "shutdown-timeout": "TIME", "startup-timeout": "TIME",
}

// placeholder is a flag's value under another name than its type's.
type placeholder struct {
	pflag.Value
	name string
}

func (p placeholder) Type() string { return p.name }

// insteadOf annotates a flag with those that, given on the command line, make its variable of no account.
const insteadOf = "instead of"

// oneOf says that of these flags one is wanted.
func oneOf(c *cobra.Command, flags ...string) {
	for _, name := range flags {
		f := c.Flags().Lookup(name)
		if f.Annotations == nil {
			f.Annotations = map[string][]string{}
		}
		f.Annotations[insteadOf] = flags
	}
}

// wrongFlag says what a flag wants instead of the value that it got.
func wrongFlag(err error) error {
	var value *pflag.InvalidValueError
	if !errors.As(err, &value) {
		return err
	}
	typed := value.GetFlag().Value
	if p, ok := typed.(placeholder); ok {
		typed = p.Value
	}
	want := "another value"
	switch typed.Type() {
	case "int", "int64":
		want = "a whole number"
	case "uint64":
		want = "a whole number, not negative"
	case "duration":
		want = "a duration such as 500ms, 30s or 5m"
	case "bool":
		want = "true or false"
	}
	return fmt.Errorf("--%s %q: want %s", value.GetFlag().Name, value.GetValue(), want)
}

func variable(flag string) string {
	return "FLARE_PG_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// requireData refuses a command whose --data is missing, before anything is done.
func requireData(dir string) error {
	if dir == "" {
		return usageError{errors.New("--data DIR (or FLARE_PG_DATA) is required: the data directory")}
	}
	return nil
}
