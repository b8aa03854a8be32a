package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthCommand asks a running server whether it works; a container's health check, which has no other program for that.
func healthCommand() *cobra.Command {
	var url string
	var patience time.Duration
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a running server whether it takes work",
		Long: `Ask a running server whether it takes work: what its --http address answers at /readyz.
The exit code is 0 where it does, and 1 where it doesn't or doesn't answer, with the reason.`,
		Example: "  flare-pg health --url http://127.0.0.1:9187/readyz",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), patience)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return err
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			said, err := io.ReadAll(io.LimitReader(res.Body, 4096))
			if err != nil {
				return err
			}
			if res.StatusCode != http.StatusOK {
				return fmt.Errorf("the server is not ready: %s", strings.TrimSpace(string(said)))
			}
			fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSpace(string(said)))
			return nil
		},
	}
	cmd.Flags().StringVar(&url, "url", "http://127.0.0.1:9187/readyz", "where the server of serve --http answers")
	cmd.Flags().DurationVar(&patience, "timeout", 3*time.Second, "how long to wait for an answer")
	return cmd
}
