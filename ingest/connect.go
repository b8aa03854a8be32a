package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

var (
	// ErrURL: the text is no server's URL.
	ErrURL = errors.New("want postgres://USER@HOST:PORT/flare")
	// ErrConnect: the server can't be reached, or refuses the connection; the text says where and why.
	ErrConnect = errors.New("can't connect")
	// ErrUnknownOutcome: the connection was lost while the server was committing.
	ErrUnknownOutcome = errors.New("the connection was lost while the server was committing; whether the events were stored is unknown")
)

var errClosed = errors.New("the server closed it")

// connect says in its errors where it was to connect, and why it could not, in the fewest words; never a password.
func connect(ctx context.Context, url string) (*pgconn.PgConn, error) {
	config, err := pgconn.ParseConfig(url)
	if err != nil {
		return nil, ErrURL // pgconn's reason speaks of its own parser
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		where := net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
		return nil, fmt.Errorf("%w to %s: %w", ErrConnect, where, root(err))
	}
	return conn, nil
}

// root finds what the operating system, the resolver or the server said; else err itself.
func root(err error) error {
	var server *pgconn.PgError
	var call *os.SyscallError
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &server):
		return refusal{server}
	case errors.As(err, &call):
		return call.Err
	case errors.As(err, &dns):
		return errors.New(dns.Err)
	case errors.As(err, &op):
		return op.Err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errClosed
	}
	return err
}

// refusal is an error of the server's in its own words, with its hint, without the words that pgconn puts around it.
type refusal struct{ err *pgconn.PgError }

func (r refusal) Error() string {
	s := fmt.Sprintf("%s (%s)", r.err.Message, r.err.Code)
	if r.err.Detail != "" {
		s += "; " + r.err.Detail
	}
	if r.err.Hint != "" {
		s += "; " + r.err.Hint
	}
	return s
}

func (r refusal) Unwrap() error { return r.err }

// copyError says why the server ended the COPY. sent: it had been sent all there is.
func copyError(err error, sent bool) error {
	var server *pgconn.PgError
	switch {
	case errors.As(err, &server):
		return fmt.Errorf("the server refused the events: %w", refusal{server})
	case sent:
		return fmt.Errorf("%w: %w", ErrUnknownOutcome, root(err))
	}
	return fmt.Errorf("the connection to the server was lost: %w", root(err))
}
