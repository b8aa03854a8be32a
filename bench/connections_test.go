package main

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestIdleConnectionsAreSmall is `bench connections` in small: what 5,000 connections may take, 400 MiB, comes to 80 KiB for each.
func TestIdleConnectionsAreSmall(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("builds and measures the program, by /proc")
	}
	if strings.Contains(os.Getenv("GOFLAGS"), "-race") {
		t.Skip("the program would be built with the race detector, which takes memory of its own")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	f, err := measureConnections(ctx, &scratch{work: t.TempDir()}, 400)
	if err != nil {
		t.Fatal(err)
	}
	if each := (f.AfterQuery - f.Before) / int64(f.Connections); each > 80<<10 {
		t.Errorf("an idle connection takes %d KiB", each>>10)
	}
}
