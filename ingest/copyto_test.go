package ingest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// server plays a server that takes one COPY. It is what this side of the protocol is tested against; the real
// one is tested in package integration.
type server struct {
	listener net.Listener
	refuse   int // after so many bytes; 0: never
	short    int // events that it claims to have lost
	query    string
	data     strings.Builder
	failed   string // CopyFail's message
	done     chan error
}

func startServer(t *testing.T, s *server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener, s.done = l, make(chan error, 1)
	go func() { s.done <- s.serve() }()
	return fmt.Sprintf("postgres://me@%s/flare?sslmode=disable", l.Addr())
}

func (s *server) serve() error {
	defer s.listener.Close()
	conn, err := s.listener.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	b := pgproto3.NewBackend(conn, conn)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return err
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	if err := b.Flush(); err != nil {
		return err
	}
	refused := false
	for {
		m, err := b.Receive()
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *pgproto3.Query:
			s.query = m.String
			b.Send(&pgproto3.CopyInResponse{})
		case *pgproto3.CopyData:
			s.data.Write(m.Data)
			if s.refuse == 0 || s.data.Len() < s.refuse || refused {
				continue
			}
			refused = true
			b.Send(&pgproto3.ErrorResponse{Severity: "ERROR", Code: "53100", Message: "no space left"})
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		case *pgproto3.CopyDone:
			if refused {
				continue
			}
			n := strings.Count(s.data.String(), "\n") - s.short
			b.Send(&pgproto3.CommandComplete{CommandTag: fmt.Appendf(nil, "COPY %d", n)})
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		case *pgproto3.CopyFail:
			s.failed = m.Message
			if refused {
				continue
			}
			b.Send(&pgproto3.ErrorResponse{Severity: "ERROR", Code: "57014", Message: "COPY from stdin failed"})
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		case *pgproto3.Terminate:
			return nil
		}
		if err := b.Flush(); err != nil {
			return err
		}
	}
}

func TestCopyToSendsDecodedEvents(t *testing.T) {
	s := &server{}
	url := startServer(t, s)
	in := `{"b":1, "time":"2024-05-01 00:00:00", "a":2}` + "\nbad\n" + manyLines(20_000)
	result, err := CopyTo(t.Context(), url, `my."stream`, text(in), Options{OnError: Skip})
	if err != nil || result.Events != 20_001 || result.BadLines != 1 {
		t.Fatalf("%+v %v", result, err)
	}
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	if s.query != `COPY "my"."""stream" FROM STDIN (FORMAT 'json')` {
		t.Error(s.query)
	}
	if want := `{"@t":"2024-05-01T00:00:00Z","a":2,"b":1}` + "\n" + manyLines(20_000); s.data.String() != want {
		t.Errorf("sent %d bytes, want %d", s.data.Len(), len(want))
	}
}

func TestCopyToTellsTheServerOfABadLine(t *testing.T) {
	s := &server{}
	url := startServer(t, s)
	_, err := CopyTo(t.Context(), url, "stream", text(manyLines(5000)+"bad\n"), Options{})
	var line *LineError
	if !errors.As(err, &line) || line.Line != 5001 {
		t.Errorf("%v", err)
	}
	<-s.done
	if !strings.Contains(s.failed, "5001") {
		t.Errorf("CopyFail said %q", s.failed)
	}
}

func TestCopyToReportsTheServersError(t *testing.T) {
	s := &server{refuse: 100_000}
	url := startServer(t, s)
	_, err := CopyTo(t.Context(), url, "stream", text(manyLines(200_000)), Options{})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "53100" {
		t.Errorf("%v", err)
	}
	<-s.done
}

func TestCopyToCountsWhatWasStored(t *testing.T) {
	s := &server{short: 1}
	url := startServer(t, s)
	if _, err := CopyTo(t.Context(), url, "stream", text(manyLines(10)), Options{}); err == nil || err.Error() != "sent 10 events, but the server stored 9" {
		t.Errorf("%v", err)
	}
	<-s.done
}

func TestCopyToEndsWhenCancelled(t *testing.T) {
	s := &server{}
	url := startServer(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := Options{Progress: func(p Progress) {
		if p.Events > 10_000 {
			cancel()
		}
	}}
	if _, err := CopyTo(ctx, url, "stream", []Input{Reader("endless", endless{[]byte(at + "}\n")})}, o); err == nil {
		t.Error("no error")
	}
	<-s.done
}

func TestCopyToWithoutAServerIsAnError(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	url := fmt.Sprintf("postgres://me:secret@%s/flare?sslmode=disable", l.Addr())
	if _, err := CopyTo(t.Context(), url, "stream", nil, Options{}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}
