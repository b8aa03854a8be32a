// Command bench measures flare-pg from outside, as its users meet it: the built program, its command line, and the
// PostgreSQL protocol over loopback. README.md in this folder says what each figure means.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	alone := contest{set: eleven}
	root := &cobra.Command{
		Use:   "bench [COMMAND]",
		Short: "Measure flare-pg from outside",
		Long: `Measure flare-pg from outside: the built program, its command line, its protocol.
Every command works in a scratch directory, removes it at the end, and ends the servers that it started. Without a command it does what peers does.`,
		Example: `  go run ./bench --events 1M --results ./results
  go run ./bench load --events 1000000
  go run ./bench queries --events 1000000 --postgres --json queries.json
  go run ./bench latency --duration 2m`,
		Args:              cobra.NoArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return alone.run(cmd.Context(), cmd.OutOrStdout()) },
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	alone.flags(root)
	root.AddCommand(peersCommand(), sqlCommand(), generateCommand(), loadCommand(), queriesCommand(), latencyCommand(), bulkCommand(), openCommand(), connectionsCommand(), pingsCommand(), grafanaCommand(), layoutsCommand(), memoryCommand(), wireCommand())
	err := root.ExecuteContext(ctx)
	stop()
	if err != nil {
		os.Exit(1)
	}
}

// scratch is what most commands have in common: the program that is measured and a directory that is removed at the end.
type scratch struct {
	binary string
	work   string
	json   string
	node   nodeProgram
}

func (s *scratch) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.binary, "binary", "", "flare-pg program to measure; built from this tree unless given")
	cmd.Flags().StringVar(&s.work, "work", os.TempDir(), "directory for the scratch directory")
	cmd.Flags().StringVar(&s.json, "json", "", "also write the figures to this file")
}

// begin makes the scratch directory and builds the program into it; end removes it.
func (s *scratch) begin(ctx context.Context) (dir string, end func(), err error) {
	dir, err = os.MkdirTemp(s.work, "flare-pg-bench-")
	if err != nil {
		return "", nil, err
	}
	end = func() { os.RemoveAll(dir) }
	if s.binary == "" {
		s.binary = filepath.Join(dir, "flare-pg")
		err = build(ctx, s.binary)
	} else {
		s.binary, err = filepath.Abs(s.binary)
	}
	if err != nil {
		end()
		return "", nil, err
	}
	return dir, end, nil
}

// save writes v to the file that --json names, if it does.
func (s *scratch) save(v any) error {
	if s.json == "" {
		return nil
	}
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.json, append(b, '\n'), 0o644)
}

// machine describes where the figures come from, in a line.
func machine() string {
	model := "unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	load := ""
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		load = ", load " + strings.Join(strings.Fields(string(b))[:3], " ")
	}
	return fmt.Sprintf("%d × %s%s", cores(), model, load)
}
