package main

import (
	_ "embed"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/auth"
)

// exampleRules is a rules file with every kind of line explained.
//
//go:embed example.rules
var exampleRules string

func rulesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rules [FILE]",
		Short: "Print an example of rules of who gets in, or check a file of them",
		Long: `Print an example of rules of who gets in and how, with comments; or, given a file,
check it and say what is wrong with which line. A server reads its rules from the file of
--auth-rules, or from auth.rules in its data directory, at the start and at SIGHUP.`,
		Example: `  flare-pg rules > ./data/auth.rules
  flare-pg rules ./data/auth.rules`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				fmt.Fprint(cmd.OutOrStdout(), exampleRules)
				return nil
			}
			text, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("can't read %s: %w", args[0], plainPath(err))
			}
			rules, wrong := auth.ParseRules(args[0], string(text))
			for _, w := range wrong {
				fmt.Fprintln(cmd.ErrOrStderr(), w)
			}
			if len(wrong) > 0 {
				return errReported
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d rules\n", args[0], len(rules.Rules))
			return nil
		},
	}
}
