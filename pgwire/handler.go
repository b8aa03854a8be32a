package pgwire

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"time"

	"github.com/flare-pg/flare-pg/auth"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// SEAM: what pgwire asks of the room above it.

// Why a statement's context ended; context.Cause tells.
var (
	// ErrCanceled: the client sent a CancelRequest.
	ErrCanceled = errors.New("canceling statement due to user request")
	// ErrHangup: the client closed its connection while the statement ran.
	ErrHangup = errors.New("connection to client lost")
	// ErrShutdown: the server stops and waits no longer.
	ErrShutdown = errors.New("terminating connection due to administrator command")
)

// Handler makes a session for each client that has been let in.
type Handler interface {
	// Connect is called after start-up. An error (a *types.Error: 3D000 …) ends the connection.
	// ctx lives as long as the connection.
	Connect(ctx context.Context, s *Startup) (Session, error)
}

// Gate decides how a client has to prove who it is.
type Gate interface {
	// Demand is asked once, when the start-up message has been read. An error (a *types.Error: 28000 …) refuses the client at once.
	Demand(s *Startup) (Demand, error)
}

// Demand is what a client has to show.
type Demand struct {
	// Password is the verifier of the password that the client has to know; nil: none is asked for, and it is let in.
	Password *auth.Verifier
	// Refuse is what the client is told once it has shown that it knows the password; nil: it is let in.
	Refuse error
	// Method is for the log.
	Method string
	// Superuser: it may have one of the connections that are reserved.
	Superuser bool
}

// Startup is what the client said of itself.
type Startup struct {
	User, Database string
	Parameters     map[string]string // application_name, options, DateStyle, …
	Remote, Server string            // the two ends of the connection
	Local          bool              // over a Unix socket
	Address        netip.Addr        // of the client; invalid where Local
	TLS            bool
	Certified      bool   // the client has shown a certificate that an authority of ours has signed
	Certificate    string // its common name
	// PeerUser asks the system whose process is at the other end of a Unix socket.
	PeerUser      func() (string, error)
	ProtocolMinor int
	ProcessID     uint32 // as sent in BackendKeyData

	// What others may do to the conversation, from any goroutine: make it look whether there are notifications, end the running
	// statement (ErrCanceled), end it as a whole (57P01).
	Wake, Cancel, Terminate func()
}

// Notification is what a client that listens is told.
type Notification struct {
	PID              uint32 // of the session that sent it
	Channel, Payload string
}

// Column describes a result column for RowDescription.
type Column struct {
	Name   string
	Type   types.OID
	Typmod int32
	Table  types.OID // 0: not a table's column
	Attr   int16
}

// Session is one client's conversation, called by one goroutine at a time. ctx ends when the client
// cancels the running statement (context.Cause is ErrCanceled), hangs up or the server stops.
// An error that is a *types.Error is sent as it is; any other is sent as XX000 and logged.
type Session interface {
	// Query runs a simple query of any number of statements. It returns the first error; pgwire sends it, then ReadyForQuery.
	Query(ctx context.Context, sql string, out Out) error

	// The extended protocol. After an error pgwire skips to Sync by itself.
	Parse(ctx context.Context, name, sql string, params []types.OID, out Out) error                       // out is for notices only
	DescribeStatement(ctx context.Context, name string) (params []types.OID, columns []Column, err error) // columns nil: no rows (NoData)
	Bind(ctx context.Context, portal, statement string, formats []int16, values [][]byte, results []int16) error
	DescribePortal(ctx context.Context, name string) (columns []Column, results []int16, err error)
	// Execute runs a portal for at most max rows (0: all). It must end by one call of Out.Complete, Out.Suspended or Out.Empty, or with an error.
	Execute(ctx context.Context, portal string, max int, out Out) error
	CloseStatement(name string) error
	ClosePortal(name string) error
	Sync(ctx context.Context) error // ends an implicit transaction: commit

	// Failed tells of an error that pgwire sent for this session (also its own), so that the transaction can be marked failed.
	Failed(err error)
	// Status is 'I', 'T' or 'E', for ReadyForQuery.
	Status() byte
	// Parameters are those to report with ParameterStatus after start-up.
	Parameters() map[string]string
	// Changed gives the reported parameters (name, value) that changed since it was last called, to be told with ReadyForQuery.
	Changed() [][2]string
	// Notified reports whether there are notifications, by any goroutine; Notifications takes them.
	Notified() bool
	Notifications() []Notification
	// IdleTimeout says how long the session may wait for the client's next message (0: for ever), and the
	// error (FATAL) that ends it when it waited longer.
	IdleTimeout() (time.Duration, error)
	// Close frees everything; an open transaction is rolled back.
	Close()
}

// Out is where a running statement sends what it has to say. Methods return an error when the client
// is gone; rows are buffered and flushed by size.
type Out interface {
	// Row descriptions belong to simple queries; the extended protocol sent them with Describe. formats nil: all text.
	Describe(columns []Column, formats []int16) error
	// Rows encodes the batch's selected rows from first (a position in the selection) on, at most max of them (max < 0: all), as the columns' types say.
	Rows(env *types.Env, columns []Column, formats []int16, b *column.Batch, first, max int) error
	Complete(tag string) error
	Suspended() error
	Empty() error
	Notice(n *types.Error) error
	Parameter(name, value string) error
	// CopyIn asks the client for data and returns a reader of it, io.EOF at CopyDone; CopyFail is a *types.Error 57014.
	// ctx, the statement's or one derived from it, ends the waiting for data with its cause.
	CopyIn(ctx context.Context, binary bool, columns int) (io.Reader, error)
	// CopyOut begins data to the client; each Write is a CopyData message; Close ends it.
	CopyOut(binary bool, columns int) (io.WriteCloser, error)
	// Waiting sends what is buffered, for a statement that waits for what may never come, and asks now and then: FATAL 57P01 once the server stops.
	Waiting() error
}
