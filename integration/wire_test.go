package integration

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// wire is a connection of which every message is seen as it comes.
type wire struct {
	conn net.Conn
	*pgproto3.Frontend
	pid   uint32
	begin string // the parameters that the server reported, sorted
}

// openWire connects; config is a connection string.
func openWire(t testing.TB, config string) *wire {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, err := pgconn.Connect(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	h, err := c.Hijack()
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for k, v := range h.ParameterStatuses {
		if k != "server_version" {
			said = append(said, k+"="+v)
		}
	}
	slices.Sort(said)
	return &wire{conn: h.Conn, Frontend: h.Frontend, pid: h.PID, begin: strings.Join(said, " ")}
}

func (w *wire) close() {
	w.Send(&pgproto3.Terminate{})
	w.Flush()
	w.conn.Close()
}

// maxAnswer bounds how long a server may take for one step.
const maxAnswer = 30 * time.Second

// say sends messages, of which the last makes the server answer that it is ready, and writes down what comes until then, a line a message.
// Where unordered, rows that follow one another are sorted. An error is one of the connection.
func (w *wire) say(messages []pgproto3.FrontendMessage, unordered bool) ([]string, error) {
	for _, m := range messages {
		w.Send(m)
	}
	w.conn.SetDeadline(time.Now().Add(maxAnswer))
	if err := w.Flush(); err != nil {
		return nil, err
	}
	var out []string
	for {
		m, err := w.Receive()
		if err != nil {
			return out, err
		}
		out = append(out, w.show(m))
		if _, ok := m.(*pgproto3.ReadyForQuery); ok {
			break
		}
	}
	// An error in constants is found when a statement is bound, when it is opened, or with the first row.
	for i := len(out) - 2; i >= 0; i-- {
		if (strings.HasPrefix(out[i], "columns ") || out[i] == "BindComplete") && strings.HasPrefix(out[i+1], "error ") {
			out = slices.Delete(out, i, i+1)
		}
	}
	// Which parameter is reported first is nobody's promise.
	sortRuns(out, "parameter ")
	if unordered {
		sortRuns(out, "row ")
		sortRuns(out, "data ")
	}
	return out, nil
}

// sortRuns sorts lines that follow one another and begin with a prefix.
func sortRuns(lines []string, prefix string) {
	for i := 0; i < len(lines); i++ {
		j := i
		for j < len(lines) && strings.HasPrefix(lines[j], prefix) {
			j++
		}
		slices.Sort(lines[i:j])
		i = j
	}
}

// show writes a message down: all of it that two servers have in common.
func (w *wire) show(m pgproto3.BackendMessage) string {
	switch m := m.(type) {
	case *pgproto3.RowDescription:
		var cols []string
		for _, f := range m.Fields {
			cols = append(cols, fmt.Sprintf("%s:%d:%d:%d:%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier, f.Format))
		}
		return "columns " + strings.Join(cols, " ")
	case *pgproto3.DataRow:
		var cols []string
		for _, v := range m.Values {
			if v == nil {
				cols = append(cols, "null")
			} else {
				cols = append(cols, fmt.Sprintf("%q", v))
			}
		}
		return "row " + strings.Join(cols, " ")
	case *pgproto3.CommandComplete:
		return "complete " + string(m.CommandTag)
	case *pgproto3.ErrorResponse:
		if m.Code == "54001" {
			m.Detail = ""
		}
		return fmt.Sprintf("error %s %s %s (at %d) where %q detail %q", m.Severity, m.Code, m.Message, m.Position, m.Where, m.Detail)
	case *pgproto3.NoticeResponse:
		return fmt.Sprintf("notice %s %s %s detail %q", m.Severity, m.Code, m.Message, m.Detail)
	case *pgproto3.NotificationResponse:
		return fmt.Sprintf("notification %s %q, own: %v", m.Channel, m.Payload, m.PID == w.pid)
	case *pgproto3.ParameterStatus:
		return "parameter " + m.Name + "=" + m.Value
	case *pgproto3.ReadyForQuery:
		return "ready " + string(m.TxStatus)
	case *pgproto3.ParameterDescription:
		return fmt.Sprintf("parameters %v", m.ParameterOIDs)
	case *pgproto3.CopyInResponse:
		return fmt.Sprintf("copy in %d %v", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyOutResponse:
		return fmt.Sprintf("copy out %d %v", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyData:
		return fmt.Sprintf("data %q", m.Data)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3.")
}
