package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// peerFiles are the Node program that holds DuckDB or ClickHouse, and the packages that carry their libraries.
//
//go:embed peers/package.json peers/package-lock.json peers/peer.mjs
var peerFiles embed.FS

var peerNames = []string{"package.json", "package-lock.json", "peer.mjs"}

// peersDirectory is where they are installed. The user's cache keeps them: the packages are some 600 MB, and are installed anew only when one of the files has changed.
func peersDirectory() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range peerNames {
		b, err := peerFiles.ReadFile("peers/" + name)
		if err != nil {
			return "", err
		}
		sum.Write(b)
	}
	return filepath.Join(cache, "flare-pg-bench", fmt.Sprintf("%x", sum.Sum(nil)[:8])), nil
}

func installed(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "node_modules"))
	return err == nil
}

// nodeProgram is the Node program, installed when it is first asked for.
type nodeProgram struct {
	asked bool
	dir   string
	err   error
}

func (n *nodeProgram) get(ctx context.Context) (string, error) {
	if !n.asked {
		n.asked = true
		n.dir, n.err = installPeers(ctx)
	}
	return n.dir, n.err
}

// installPeers gives the directory of the Node program with its packages.
func installPeers(ctx context.Context) (dir string, err error) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", absent("%s is not installed: %w", program, err)
		}
	}
	if dir, err = peersDirectory(); err != nil || installed(dir) {
		return dir, err
	}
	// Made beside and renamed when it is whole.
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	making, err := os.MkdirTemp(filepath.Dir(dir), "making-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(making)
	for _, name := range peerNames {
		b, err := peerFiles.ReadFile("peers/" + name)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(making, name), b, 0o644); err != nil {
			return "", err
		}
	}
	// Their libraries come ready in packages, so no install script need run. Not npm ci: it wants every platform's package in the lock file, and registries do
	// not have them all.
	cmd := exec.CommandContext(ctx, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = making
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", absent("npm install: %w: %s", err, bytes.Join(bytes.Fields(out[:min(len(out), 500)]), []byte(" ")))
	}
	if err := os.Rename(making, dir); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return dir, nil
}

// node is one engine in a Node process.
type node struct {
	Version string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	said    bytes.Buffer // on standard error; read it after the end only
	watch   *watch
}

// reply is a line of the program.
type reply struct {
	Error   string      `json:"error"`
	Version string      `json:"version"`
	Rows    [][]*string `json:"rows"`
	MS      []float64   `json:"ms"`
}

func startNode(program, kind, path string) (*node, error) {
	n := &node{cmd: exec.Command("node", filepath.Join(program, "peer.mjs"), kind, path)}
	n.cmd.Stderr = &n.said
	var err error
	if n.in, err = n.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	n.out = bufio.NewReader(out)
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	n.watch = startWatch(n.cmd.Process.Pid)
	r, err := n.read()
	if err != nil {
		n.stop()
		return nil, fmt.Errorf("%s does not open: %w\n%s", kind, err, n.said.String())
	}
	n.Version = strings.TrimPrefix(r.Version, "v")
	return n, nil
}

func (n *node) read() (r reply, err error) {
	line, err := n.out.ReadBytes('\n')
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, err
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

func (n *node) do(ctx context.Context, what, sql string, runs int) (reply, error) {
	unhook := context.AfterFunc(ctx, func() { n.cmd.Process.Kill() })
	defer unhook()
	request, err := json.Marshal(map[string]any{"do": what, "sql": sql, "runs": runs})
	if err != nil {
		return reply{}, err
	}
	if _, err := n.in.Write(append(request, '\n')); err != nil {
		return reply{}, err
	}
	r, err := n.read()
	if cerr := ctx.Err(); cerr != nil {
		return r, cerr
	}
	return r, err
}

func (n *node) run(ctx context.Context, sql string) error {
	_, err := n.do(ctx, "run", sql, 0)
	return err
}

// time gives how long each run took.
func (n *node) time(ctx context.Context, sql string, runs int) ([]time.Duration, error) {
	r, err := n.do(ctx, "time", sql, runs)
	if err == nil && len(r.MS) != runs {
		err = fmt.Errorf("%d runs of %d were timed", len(r.MS), runs)
	}
	var took []time.Duration
	for _, ms := range r.MS {
		took = append(took, time.Duration(ms*float64(time.Millisecond)))
	}
	return took, err
}

// stop ends the process in order and gives the memory that it had.
func (n *node) stop() (memory, error) {
	n.in.Close()
	timer := time.AfterFunc(time.Minute, func() { n.cmd.Process.Kill() })
	defer timer.Stop()
	m := n.watch.stop()
	if err := n.cmd.Wait(); err != nil {
		return m, fmt.Errorf("the Node process: %w\n%s", err, n.said.String())
	}
	return m, nil
}
