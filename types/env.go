package types

import (
	"context"
	"time"
)

// Env is what values and functions need of the world outside them. A session makes one for each
// statement; nothing in this package reads a clock, a global time zone or a setting in any other way.
// An Env is read by many goroutines at once and is not changed while they run.
type Env struct {
	Context context.Context // of the statement: long-running functions stop when it ends; may be nil

	TransactionStart time.Time // now(), current_timestamp
	StatementStart   time.Time // statement_timestamp()
	Clock            func() time.Time

	Location     *time.Location // the setting TimeZone
	TimeZone     string         // its name as set
	DateOrder    string         // DateStyle's order: "MDY" (default), "DMY" or "YMD"
	DateForm     string         // DateStyle's format: "ISO" (also ""), "SQL", "Postgres" or "German"
	IntervalForm string         // IntervalStyle: "postgres" (default), "iso_8601", "sql_standard", "postgres_verbose"
	FloatDigits  int            // extra_float_digits; 1 (the default) and more: shortest exact form
	ByteaEscape  bool           // bytea_output = 'escape'

	User, SessionUser, Database string
	BackendPID                  int32
	ServerStart                 time.Time
	Remote, Local               string // the client's address and the server's, with ports; "" for a Unix socket

	// Setting answers current_setting and SHOW; ok is false for an unknown name. May be nil.
	Setting func(name string) (value string, ok bool)
	// Session is the session that runs the statement. May be nil.
	Session Session
	// Names resolves names for the reg* types and the functions about the catalog. Nil: only PostgreSQL's own objects exist.
	Names Names
}

// NewEnv returns an Env with PostgreSQL's defaults, in UTC, at the given time.
func NewEnv(now time.Time) *Env {
	return &Env{
		TransactionStart: now, StatementStart: now, Clock: time.Now,
		Location: time.UTC, TimeZone: "UTC", DateOrder: "MDY", IntervalForm: "postgres", FloatDigits: 1,
		User: "flare", SessionUser: "flare", Database: "flare",
	}
}

// Over reports whether the statement has ended: what takes long looks now and then, and stops. Nobody sees what it comes to then.
func (e *Env) Over() bool { return e != nil && e.Context != nil && e.Context.Err() != nil }

// location is the session's time zone; UTC without an Env.
func (e *Env) location() *time.Location {
	if e == nil || e.Location == nil {
		return time.UTC
	}
	return e.Location
}

func (e *Env) intervalStyle() string {
	if e == nil {
		return "postgres"
	}
	return e.IntervalForm
}
