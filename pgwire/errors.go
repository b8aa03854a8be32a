package pgwire

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/flare-pg/flare-pg/types"
)

const (
	codeProtocolViolation   = "08P01"
	codeInvalidAuth         = "28000"
	codeInvalidPassword     = "28P01"
	codeFeatureNotSupported = "0A000"
)

// clientError is what the client is told of err: a *types.Error as it is, the end of ctx by its cause, anything else an
// internal error. internal reports the last case, which is to be logged.
func clientError(ctx context.Context, err error) (e *types.Error, internal bool) {
	if errors.As(err, &e) {
		return e, false
	}
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		switch cause := context.Cause(ctx); {
		case errors.Is(cause, ErrCanceled):
			return types.Errorf(types.CodeQueryCanceled, "%s", ErrCanceled), false
		case errors.Is(cause, ErrShutdown):
			return fatal(types.CodeAdminShutdown, "%s", ErrShutdown), false
		default:
			return fatal("08006", "%s", ErrHangup), false
		}
	}
	return types.Errorf(types.CodeInternalError, "internal error: %s", err), true
}

// grave reports whether an error is the server's trouble rather than the client's: damage, a failing or full disk, an unknown outcome.
func grave(code string) bool {
	return strings.HasPrefix(code, "XX") || strings.HasPrefix(code, "58") || code == types.CodeDiskFull || code == "08007"
}

// fields makes the wire's form of an error or notice. A NUL would end a field early, and clients expect UTF-8, so what is
// neither is replaced.
func fields(e *types.Error, severity string) pgproto3.ErrorResponse {
	if e.Severity != "" {
		severity = e.Severity
	}
	s := func(s string) string { return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD") }
	m := pgproto3.ErrorResponse{
		Severity: severity, SeverityUnlocalized: severity, Code: e.Code, Message: s(e.Message),
		Detail: s(e.Detail), Hint: s(e.Hint), Position: int32(e.Position), Where: s(e.Where),
		SchemaName: s(e.Schema), TableName: s(e.Table), ColumnName: s(e.Column), Routine: s(e.Routine),
	}
	if m.Message == "" {
		m.Message = "(no message)" // the protocol wants one
	}
	return m
}
