package pgwire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"go.uber.org/goleak"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeHandler makes fakeSessions. Its language: "rows N" N rows of one int8 column, "wait" until the statement's context
// ends, "fail", "panic", "fatal", "notice", "copy in", "copy out", "set NAME VALUE", "".
type fakeHandler struct {
	refuse error
	idle   time.Duration

	mu     sync.Mutex
	causes []error // why "wait" ended, and how "copyin" did
	began  chan struct{}
	start  Startup
	closed int
}

func (h *fakeHandler) Connect(_ context.Context, s *Startup) (Session, error) {
	if h.refuse != nil {
		return nil, h.refuse
	}
	h.mu.Lock()
	h.start = *s
	h.mu.Unlock()
	return &fakeSession{h: h, statements: map[string]string{}, portals: map[string]*fakePortal{}, status: 'I'}, nil
}

type fakePortal struct {
	sql     string
	sent    int
	results []int16
	values  [][]byte
}

type fakeSession struct {
	h          *fakeHandler
	statements map[string]string
	portals    map[string]*fakePortal
	status     byte
	changed    [][2]string
}

var intColumn = []Column{{Name: "n", Type: types.Int8, Typmod: -1}}

func (s *fakeSession) Query(ctx context.Context, sql string, out Out) error {
	if sql == "" {
		return out.Empty()
	}
	for _, q := range strings.Split(sql, ";") {
		if strings.HasPrefix(q, "rows ") {
			if err := out.Describe(intColumn, nil); err != nil {
				return err
			}
		}
		if err := s.run(ctx, &fakePortal{sql: q}, 0, out); err != nil {
			return err
		}
	}
	return nil
}

func (s *fakeSession) run(ctx context.Context, p *fakePortal, max int, out Out) error {
	verb, rest, _ := strings.Cut(p.sql, " ")
	switch verb {
	case "rows":
		n, _ := strconv.Atoi(rest)
		var b column.Batch
		sent := 0
		for p.sent < n && (max == 0 || sent < max) {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			b.Reset([]column.Kind{column.Int64})
			for b.Len < 1000 && p.sent+b.Len < n {
				b.Cols[0].AppendInt(int64(p.sent + b.Len))
				b.Len++
			}
			k := b.Len
			if max > 0 {
				k = min(k, max-sent)
			}
			if err := out.Rows(types.NewEnv(time.Now()), intColumn, p.results, &b, 0, k); err != nil {
				return err
			}
			p.sent += k
			sent += k
		}
		if max > 0 && sent == max {
			return out.Suspended()
		}
		return out.Complete(fmt.Sprintf("SELECT %d", sent))
	case "wait":
		if s.h.began != nil {
			s.h.began <- struct{}{}
		}
		<-ctx.Done()
		s.h.mu.Lock()
		s.h.causes = append(s.h.causes, context.Cause(ctx))
		s.h.mu.Unlock()
		return ctx.Err()
	case "fail":
		return &types.Error{Code: "42703", Message: "column \"x\" does not exist", Detail: "detail", Hint: "hint", Position: 8,
			Where: "where", Schema: "s", Table: "t", Column: "c", Routine: "errorMissingColumn"}
	case "internal":
		return errors.New("the unexpected")
	case "panic":
		panic("as asked")
	case "fatal":
		return fatal("57P01", "the end")
	case "notice":
		if err := out.Notice(&types.Error{Code: "00000", Message: "look"}); err != nil {
			return err
		}
	case "set":
		name, value, _ := strings.Cut(rest, " ")
		s.changed = append(s.changed, [2]string{name, value})
	case "copyin":
		r, err := out.CopyIn(ctx, false, 2)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(r)
		s.h.mu.Lock()
		s.h.causes = append(s.h.causes, err)
		s.h.mu.Unlock()
		if err != nil {
			return err
		}
		return out.Complete(fmt.Sprintf("COPY %d", bytes.Count(b, []byte("\n"))))
	case "copyfail": // an error in the middle of the data
		r, err := out.CopyIn(ctx, false, 1)
		if err != nil {
			return err
		}
		r.Read(make([]byte, 1))
		return types.Errorf("22P02", "bad line")
	case "copyout":
		w, err := out.CopyOut(false, 1)
		if err != nil {
			return err
		}
		for i := range 3 {
			if _, err := fmt.Fprintf(w, "%d\n", i); err != nil {
				return err
			}
		}
		if err := w.Close(); err != nil {
			return err
		}
		return out.Complete("COPY 3")
	}
	return out.Complete(strings.ToUpper(verb))
}

func (s *fakeSession) Parse(_ context.Context, name, sql string, _ []types.OID, _ Out) error {
	if strings.HasPrefix(sql, "syntax") {
		return types.Errorf("42601", "syntax error")
	}
	s.statements[name] = sql
	return nil
}

func (s *fakeSession) DescribeStatement(_ context.Context, name string) ([]types.OID, []Column, error) {
	sql, ok := s.statements[name]
	if !ok {
		return nil, nil, types.Errorf("26000", "no statement")
	}
	if strings.HasPrefix(sql, "rows") {
		return []types.OID{types.Int8}, intColumn, nil
	}
	return nil, nil, nil
}

func (s *fakeSession) Bind(_ context.Context, portal, statement string, _ []int16, values [][]byte, results []int16) error {
	sql, ok := s.statements[statement]
	if !ok {
		return types.Errorf("26000", "no statement")
	}
	s.portals[portal] = &fakePortal{sql: sql, results: results, values: values}
	return nil
}

func (s *fakeSession) DescribePortal(_ context.Context, name string) ([]Column, []int16, error) {
	p, ok := s.portals[name]
	if !ok {
		return nil, nil, types.Errorf("34000", "no portal")
	}
	if strings.HasPrefix(p.sql, "rows") {
		return intColumn, p.results, nil
	}
	return nil, nil, nil
}

func (s *fakeSession) Execute(ctx context.Context, portal string, max int, out Out) error {
	p, ok := s.portals[portal]
	if !ok {
		return types.Errorf("34000", "no portal")
	}
	return s.run(ctx, p, max, out)
}

func (s *fakeSession) CloseStatement(name string) error { delete(s.statements, name); return nil }
func (s *fakeSession) ClosePortal(name string) error    { delete(s.portals, name); return nil }
func (s *fakeSession) Sync(context.Context) error       { return nil }
func (s *fakeSession) Failed(error)                     {}
func (s *fakeSession) Status() byte                     { return s.status }
func (s *fakeSession) Parameters() map[string]string {
	return map[string]string{"server_version": "15.0", "client_encoding": "UTF8"}
}
func (s *fakeSession) Changed() [][2]string { c := s.changed; s.changed = nil; return c }

// Notified implements Session.
func (s *fakeSession) Notified() bool { return false }

// Notifications implements Session.
func (s *fakeSession) Notifications() []Notification { return nil }

func (s *fakeSession) IdleTimeout() (time.Duration, error) {
	return s.h.idle, fatal("25P03", "idle for too long")
}
func (s *fakeSession) Close() {
	s.h.mu.Lock()
	s.h.closed++
	s.h.mu.Unlock()
}

// serveFake runs a server until the test ends.
func serveFake(t testing.TB, h *fakeHandler, o Options) (*Server, string) {
	t.Helper()
	o.Handler = h
	s := NewServer(o)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		s.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return s, ln.Addr().String()
}

// client is one end of a conversation.
type client struct {
	*pgproto3.Frontend
	conn net.Conn
	t    testing.TB
	pid  uint32
	key  []byte
}

func dial(t testing.TB, addr string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{Frontend: pgproto3.NewFrontend(nc, nc), conn: nc, t: t}
}

// connect leads a conversation up to the first ReadyForQuery.
func connect(t testing.TB, addr string, version uint32) *client {
	t.Helper()
	c := dial(t, addr)
	c.send(&pgproto3.StartupMessage{ProtocolVersion: version, Parameters: map[string]string{"user": "u", "database": "flare"}})
	for {
		switch m := c.receive().(type) {
		case *pgproto3.BackendKeyData:
			c.pid, c.key = m.ProcessID, m.SecretKey
		case *pgproto3.ReadyForQuery:
			return c
		case *pgproto3.ErrorResponse:
			t.Fatalf("%s %s", m.Code, m.Message)
		}
	}
}

func (c *client) send(ms ...pgproto3.FrontendMessage) {
	c.t.Helper()
	for _, m := range ms {
		c.Send(m)
	}
	if err := c.Flush(); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) receive() pgproto3.BackendMessage {
	c.t.Helper()
	m, err := c.Receive()
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

// until collects messages up to and with the first one of ReadyForQuery; "closed" ends what the server closed.
func (c *client) until() (out []string) {
	c.t.Helper()
	for {
		m, err := c.Receive()
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "reset") {
				return append(out, "closed")
			}
			c.t.Fatal(err)
		}
		out = append(out, show(m))
		if _, ok := m.(*pgproto3.ReadyForQuery); ok {
			return out
		}
	}
}

// show prints a message in one line.
func show(m pgproto3.BackendMessage) string {
	switch m := m.(type) {
	case *pgproto3.DataRow:
		return fmt.Sprintf("DataRow %q", m.Values)
	case *pgproto3.CommandComplete:
		return fmt.Sprintf("CommandComplete %s", m.CommandTag)
	case *pgproto3.ReadyForQuery:
		return fmt.Sprintf("ReadyForQuery %c", m.TxStatus)
	case *pgproto3.RowDescription:
		var b strings.Builder
		for _, f := range m.Fields {
			fmt.Fprintf(&b, " %s/%d/%d/%d/%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier, f.Format)
		}
		return "RowDescription" + b.String()
	case *pgproto3.ErrorResponse:
		return strings.TrimSpace(fmt.Sprintf("ErrorResponse %s %s %s: %s", m.Severity, m.SeverityUnlocalized, m.Code, m.Message))
	case *pgproto3.NoticeResponse:
		return fmt.Sprintf("NoticeResponse %s %s %s", m.Severity, m.Code, m.Message)
	case *pgproto3.ParameterStatus:
		return fmt.Sprintf("ParameterStatus %s=%s", m.Name, m.Value)
	case *pgproto3.ParameterDescription:
		return fmt.Sprintf("ParameterDescription %d", m.ParameterOIDs)
	case *pgproto3.CopyInResponse:
		return fmt.Sprintf("CopyInResponse %d %d", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyOutResponse:
		return fmt.Sprintf("CopyOutResponse %d %d", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyData:
		return fmt.Sprintf("CopyData %q", m.Data)
	case *pgproto3.NegotiateProtocolVersion:
		return fmt.Sprintf("NegotiateProtocolVersion %d.%d %q", m.NewestMinorProtocol>>16, m.NewestMinorProtocol&0xFFFF, m.UnrecognizedOptions)
	case *pgproto3.BackendKeyData:
		return fmt.Sprintf("BackendKeyData, a key of %d bytes", len(m.SecretKey))
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3.")
}
