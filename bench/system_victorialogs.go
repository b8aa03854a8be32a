package main

import (
	"bufio"
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/flare-pg/flare-pg/event"
)

// victoriaVariable names the environment variable with the path of VictoriaLogs' program.
const victoriaVariable = "VICTORIA_LOGS"

// victoriaLogs is a VictoriaLogs server that is asked over HTTP.
type victoriaLogs struct {
	binary string
	data   string
	named  string
	base   string
	cmd    *exec.Cmd
	log    *bytes.Buffer // read it after the end only
	watch  *watch
	taken  memory
}

func (v *victoriaLogs) prepare(ctx context.Context, dir string) error {
	if v.binary = os.Getenv(victoriaVariable); v.binary == "" {
		return absent("%s does not name its program", victoriaVariable)
	}
	out, err := exec.CommandContext(ctx, v.binary, "-version").CombinedOutput()
	if err != nil {
		return absent("%s: %w", victoriaVariable, err)
	}
	number := regexp.MustCompile(`v\d+\.\d+\.\d+`)
	v.named = number.FindString(string(out))
	if b, err := buildinfo.ReadFile(v.binary); err == nil && v.named == "" { // built by go install
		v.named = number.FindString(b.Main.Version)
	}
	v.named = strings.TrimPrefix(v.named, "v")
	v.data = filepath.Join(dir, "victorialogs")
	return v.start(ctx)
}

func (v *victoriaLogs) start(ctx context.Context) error {
	address, err := freeAddress() // it does not tell which port it was given, so it is told a free one
	if err != nil {
		return err
	}
	v.base, v.log = "http://"+address, &bytes.Buffer{}
	// The events are of 2024.
	v.cmd = exec.Command(v.binary, "-storageDataPath", v.data, "-httpListenAddr", address, "-retentionPeriod", "100y", "-loggerLevel", "WARN")
	v.cmd.Stdout, v.cmd.Stderr = v.log, v.log
	if err := v.cmd.Start(); err != nil {
		return err
	}
	v.watch = startWatch(v.cmd.Process.Pid)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err = v.get(ctx, "/health", nil); err == nil {
			return nil
		}
		if ctx.Err() != nil || time.Now().After(end) {
			return errors.Join(err, v.stop())
		}
	}
}

func (v *victoriaLogs) stop() error {
	if v.cmd == nil {
		return nil
	}
	cmd := v.cmd
	v.cmd = nil
	cmd.Process.Signal(syscall.SIGINT)
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	v.taken = v.taken.atMost(v.watch.stop())
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("VictoriaLogs: %w\n%s", err, v.log.String())
	}
	return nil
}

func (v *victoriaLogs) version() string { return v.named }

// load sends the events as lines. VictoriaLogs needs a message that is put together already; that is done before the clock starts.
func (v *victoriaLogs) load(ctx context.Context, e eventFile) (time.Duration, error) {
	path := filepath.Join(filepath.Dir(v.data), "with-messages.ndjson")
	if err := addMessages(path, e.Path); err != nil {
		return 0, err
	}
	defer os.Remove(path)
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	start := time.Now()
	to := v.base + "/insert/jsonline?" + url.Values{"_stream_fields": {"Application,Environment"}, "_time_field": {"@t"}, "_msg_field": {"message"}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, f)
	if err != nil {
		return 0, err
	}
	if _, err := body(http.DefaultClient.Do(request)); err != nil {
		return 0, err
	}
	for _, path := range []string{"/internal/force_flush", "/internal/force_merge"} {
		if _, err := v.get(ctx, path, nil); err != nil {
			return 0, err
		}
	}
	err = v.settled(ctx)
	return time.Since(start), err
}

// settled waits until no merge runs that was asked for.
func (v *victoriaLogs) settled(ctx context.Context) error {
	for {
		b, err := v.get(ctx, "/metrics", nil)
		if err != nil {
			return err
		}
		if n := activeMerges.FindSubmatch(b); n == nil || string(n[1]) == "0" {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
}

var activeMerges = regexp.MustCompile(`(?m)^vl_active_force_merges (\d+)`)

func (v *victoriaLogs) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+path, strings.NewReader(query.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return body(http.DefaultClient.Do(request))
}

func body(r *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s", r.Status, b)
	}
	return b, err
}

func (v *victoriaLogs) disk(context.Context) (int64, error) {
	all, err := filesIn(v.data)
	return all.Bytes, err
}

func (v *victoriaLogs) memory() memory {
	if v.cmd == nil {
		return v.taken
	}
	return v.taken.atMost(v.watch.look())
}

func (v *victoriaLogs) statements(s subject) map[string]statement {
	during := func(from, to time.Time) string {
		return "_time:[" + from.Format(instant) + ", " + to.Format(instant) + ") "
	}
	return map[string]statement{
		"Q1": {Text: "* | stats count() n", Columns: []string{"n"}},
		// The level that is left out is filled in behind the counting, where there are three rows.
		"Q2": {
			Text:    `* | stats by ("@l") count() n | format if ("@l":"") "Information" as "@l" | stats by ("@l") sum(n) n | sort by ("@l")`,
			Columns: []string{"@l", "n"},
		},
		"Q3": {Text: during(s.DayFrom, s.DayTo) + "Method:=GET Elapsed:>100 Environment:=Production | fields StatusCode", Columns: []string{"StatusCode"}},
		"Q4": {Text: `RequestId:="` + s.Request + `"`, Columns: []string{"_time", ""}},
		"Q5": {Text: `"` + s.Rare + `" or "@x":"` + s.Rare + `" | fields _time, RequestId`, Columns: []string{"_time", "RequestId"}},
		"Q6": {
			Text:    "* | stats by (_time:5m, Application) count() n, avg(Elapsed) a | sort by (_time, Application)",
			Columns: []string{"_time", "Application", "n", "a"},
		},
		// It estimates percentiles.
		"Q7": {Text: "* | stats by (Application) quantile(0.95, Elapsed) p | sort by (Application)", Columns: []string{"Application", "p"}, Within: 0.1},
		"Q8": {
			Text:    `Environment:=Production "@l":=Error | sort by (_time desc) limit 100 | fields _time, "@l", RequestId, _msg`,
			Columns: []string{"_time", "@l", "RequestId", "_msg"},
		},
		"Q9":  {Text: "* | stats count_uniq(UserId) n", Columns: []string{"n"}},
		"Q10": {Text: during(s.HourFrom, s.HourTo) + "| stats by (StatusCode) count() n | sort by (StatusCode)", Columns: []string{"StatusCode", "n"}},
		"Q11": {Text: `* | stats by (MachineName) avg("Data.checks.database.latencyMs") a | sort by (MachineName)`, Columns: []string{"MachineName", "a"}},
	}
}

func (v *victoriaLogs) query(ctx context.Context, st statement) ([]byte, time.Duration, error) {
	start := time.Now()
	b, err := v.get(ctx, "/select/logsql/query", url.Values{"query": {st.Text}})
	return b, time.Since(start), err
}

func (v *victoriaLogs) ask(ctx context.Context, st statement, runs int) (t timing, err error) {
	b, _, err := v.query(ctx, st)
	if err != nil {
		return t, err
	}
	a, err := cells(b, st.Columns)
	if err != nil {
		return t, err
	}
	var all []time.Duration
	for range runs {
		_, took, err := v.query(ctx, st)
		if err != nil {
			return t, err
		}
		all = append(all, took)
	}
	return timingOf(a, all), nil
}

func (v *victoriaLogs) cold(ctx context.Context, st statement, forget func(string) error) (time.Duration, error) {
	if err := v.stop(); err != nil {
		return 0, err
	}
	if err := forget(v.data); err != nil {
		return 0, err
	}
	if err := v.start(ctx); err != nil {
		return 0, err
	}
	_, took, err := v.query(ctx, st)
	return took, err
}

func (v *victoriaLogs) close() error { return v.stop() }

// cells reads lines of JSON objects whose values are strings.
func cells(lines []byte, columns []string) (a answer, err error) {
	for line := range bytes.Lines(lines) {
		var fields map[string]string
		if err := json.Unmarshal(line, &fields); err != nil {
			return nil, fmt.Errorf("%w in %s", err, line)
		}
		var row []*string
		for _, name := range columns {
			value, ok := fields[name]
			if name == "" {
				for name := range fields {
					if strings.HasPrefix(name, "_") { // its own
						delete(fields, name)
					}
				}
				b, err := json.Marshal(fields)
				if err != nil {
					return nil, err
				}
				value, ok = string(b), true
			}
			if !ok {
				row = append(row, nil)
				continue
			}
			row = append(row, &value)
		}
		a = append(a, row)
	}
	return a, nil
}

// addMessages writes the events of a file with their messages as a member more.
func addMessages(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, chunk)
	d := event.NewDecoder(event.Options{})
	var doc, text []byte
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, chunk)
	for lines.Scan() {
		if doc, _, err = d.Decode(doc[:0], lines.Bytes(), nil); err != nil {
			return err
		}
		message, _ := event.AppendMessage(nil, doc)
		text = append(append(text[:0], lines.Bytes()[:len(lines.Bytes())-1]...), `,"message":`...)
		text = append(event.AppendString(text, message), "}\n"...)
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return errors.Join(lines.Err(), w.Flush())
}
