package integration

import (
	"encoding/csv"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// realCounts are the files' line counts as their origin states them.
var realCounts = map[string]int{
	"cmd_dumping_ntds_dit_file_volume_shadow_copy":       16843,
	"cmd_wevtutil_modify_security_eventlog_path":         25208,
	"covenant_dcom_iertutil_dll_hijack_2020-10-09183000": 37814,
	"ec2_proxy_s3_exfiltration_2020-09-14011940":         103,
	"empire_mimikatz_opth_2019-03-19131123":              5792,
	"empire_psexec_dcerpc_tcp_svcctl_2020-09-20121608":   4348,
	"empire_scm_dll_hijack_ikeext_2019-04-03133337":      14722,
	"msf_record_mic_2020-06-09225055":                    6202,
}

// eventIDCounts counts EventID with Python's json, which shares no code with us.
const eventIDCounts = `
import collections, json, subprocess, sys
counts = collections.Counter()
for path in sys.argv[1:]:
    p = subprocess.Popen(['zstd', '-dcq', path], stdout=subprocess.PIPE)
    for line in p.stdout:
        counts[json.loads(line).get('EventID')] += 1
for k, n in sorted(counts.items(), key=lambda kn: (-kn[1], (kn[0] is None, kn[0]))):
    print('' if k is None else k, n, sep='|')
`

func TestRealEvents(t *testing.T) {
	files := realEvents(t)
	program(t, "psql")
	data := filepath.Join(t.TempDir(), "data")
	mustFlarePG(t, append([]string{"import", "--data", data}, files...)...)
	s := serve(t, data)

	t.Run("count is the sum of the files' lines", func(t *testing.T) {
		if got := s.Psql("select count(*) from stream", "-t"); got != "111032\n" {
			t.Errorf("count(*) = %q, want 111032", got)
		}
	})
	t.Run("EventID groups agree with Python's json", func(t *testing.T) {
		program(t, "zstd")
		want, err := exec.Command(program(t, "python3"), append([]string{"-c", eventIDCounts}, files...)...).Output()
		if err != nil {
			t.Fatalf("python3: %v", err)
		}
		got := s.Psql(`select "EventID", count(*) from stream group by 1 order by 2 desc, 1`, "-t")
		if got != string(want) {
			t.Errorf("groups differ\n--- flare-pg\n%s--- python\n%s", got, want)
		}
	})
	t.Run("a name is found as it was spelled", func(t *testing.T) {
		// The AWS events have an eventID too; the Windows events' EventID is meant.
		got := s.Psql("select EventID, count(*) from stream where Hostname like 'WORKSTATION%' group by EventID order by 1")
		if !strings.HasPrefix(got, "EventID|count\n") || strings.Count(got, "\n") < 5 {
			t.Errorf("got\n%s", got)
		}
		aws := s.Psql("select eventID from stream where eventID is not null limit 1")
		if !strings.HasPrefix(aws, "eventID\n") || !strings.Contains(aws, "-") {
			t.Errorf("eventID of an AWS event: got\n%s", aws)
		}
	})
	t.Run("core columns fall back to the events' own spelling", func(t *testing.T) {
		got := s.Psql(`select count(*) from stream where level = "Level" or message = "Message"`, "-t")
		if got == "0\n" {
			t.Error("no Windows event shows its Level or Message as a core column")
		}
		differ := s.Psql(`select count(*) from stream where "Level" is not null and level is distinct from "Level"`, "-t")
		if differ != "0\n" {
			t.Errorf("%s events have a Level that level doesn't show", strings.TrimSpace(differ))
		}
		rows := s.Psql("select level, message from stream where \"Message\" like 'Process accessed%' limit 1")
		if !strings.HasPrefix(rows, "level|message\n") || !strings.Contains(rows, "Process accessed") {
			t.Errorf("got\n%s", rows)
		}
	})
	t.Run("what was committed is there after a restart", func(t *testing.T) {
		const columns = "select count(*), sum(length(column_name)) from information_schema.columns where table_name = 'stream'"
		before := s.Psql(columns, "-t")
		s.Stop()
		again := serve(t, data)
		if got := again.Psql("select count(*) from stream", "-t"); got != "111032\n" {
			t.Errorf("count(*) = %q", got)
		}
		if after := again.Psql(columns, "-t"); after != before || before == "0|\n" {
			t.Errorf("columns after the restart: %q, before: %q", after, before)
		}
	})
}

func TestRealEventsFileByFile(t *testing.T) {
	for _, f := range realEvents(t) {
		name := strings.TrimSuffix(filepath.Base(f), ".ndjson.zst")
		t.Run(name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			mustFlarePG(t, "import", "--data", data, f)
			out := mustFlarePG(t, "nql", "--data", data, "--format", "csv", "select @id from stream")
			rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if got := len(rows) - 1; got != realCounts[name] {
				t.Errorf("%d events, want %d", got, realCounts[name])
			}
			ids := make(map[string]bool, len(rows))
			for _, r := range rows[1:] {
				ids[fmt.Sprint(r)] = true
			}
			if len(ids) != realCounts[name] {
				t.Errorf("%d different ids for %d events", len(ids), realCounts[name])
			}
		})
	}
}
