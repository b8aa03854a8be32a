package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/engine"
)

func backupCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "backup --data DIR TARGET",
		Short: "Copy a data directory, also beside a running server",
		Long: `Copy one committed state of a data directory to a directory that is absent or empty. It may run
beside a server, and holds up nobody. On the same file system files that never change are
linked and take no room; a backup for the case that the disk fails belongs on another.

The backup is a data directory itself: flare-pg check --data TARGET reads every byte of it.`,
		Example: "  flare-pg backup --data ./data /mnt/backup/2024-05-01",
		Args:    oneDirectory("the directory to copy to"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			return copyStore(cmd, data, args[0], "backing up", func(o engine.Options, progress func(done, total int64)) (engine.BackupResult, error) {
				return engine.Backup(cmd.Context(), data, args[0], o, progress)
			})
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory to copy")
	return cmd
}

func restoreCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "restore BACKUP --data DIR",
		Short: "Make a data directory of a backup",
		Long: `Copy a backup to a directory that is absent or empty, which a server can then run on. Nothing is
linked: the backup stays what it is.`,
		Example: "  flare-pg restore /mnt/backup/2024-05-01 --data ./data",
		Args:    oneDirectory("the backup"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			return copyStore(cmd, args[0], data, "restoring", func(o engine.Options, progress func(done, total int64)) (engine.BackupResult, error) {
				return engine.Restore(cmd.Context(), args[0], data, o, progress)
			})
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory to make; absent or empty")
	return cmd
}

// oneDirectory wants one argument.
func oneDirectory(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return fmt.Errorf("name %s", what)
		case len(args) > 1:
			return fmt.Errorf("%s takes one directory: %q is one too many", cmd.Name(), args[1])
		}
		return nil
	}
}

// copyStore runs a copy with a progress bar and says what came of it.
func copyStore(cmd *cobra.Command, from, to, doing string, run func(engine.Options, func(done, total int64)) (engine.BackupResult, error)) error {
	start := time.Now()
	meter := newMeter(cmd.ErrOrStderr())
	result, err := run(engine.Options{Parallel: parallel}, func(done, total int64) { meter.bytes(doing, done, total, time.Since(start)) })
	meter.done()
	switch {
	case errors.Is(err, engine.ErrNotDataDir):
		return explainOpen(from, err, false)
	case err != nil:
		return fmt.Errorf("%s: %w\nWhat is in %s is not complete; delete it before the next try", doing, err, to)
	}
	linked := ""
	if result.Linked > 0 {
		linked = fmt.Sprintf(" (%s linked)", count(int64(result.Linked), "file"))
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "copied %s, %s%s in %s; flare-pg check --data %s reads all of it\n", count(int64(result.Files), "file"),
		bytesText(result.Bytes), linked, durationText(time.Since(start)), to)
	return err
}
