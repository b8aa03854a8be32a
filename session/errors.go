package session

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"syscall"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/types"
)

// errStatementTimeout is the cause of a context that statement_timeout ended.
var errStatementTimeout = errors.New("canceling statement due to statement timeout")

// errLockTimeout is the cause of a context that lock_timeout ended: another transaction was writing for too long.
var errLockTimeout = errors.New("canceling statement due to lock timeout")

// clientError gives an error its SQLSTATE: of what ended ctx, of the store, or of an event. Other errors stay as they are.
func clientError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if e := (*types.Error)(nil); errors.As(err, &e) {
		return err
	}
	if ctx.Err() != nil && (errors.Is(err, context.Cause(ctx)) || errors.Is(err, ctx.Err())) {
		return ended(context.Cause(ctx))
	}
	for _, cause := range []error{pgwire.ErrCanceled, errStatementTimeout, errLockTimeout, pgwire.ErrShutdown} {
		if errors.Is(err, cause) {
			return ended(cause)
		}
	}
	if d := (*engine.DamageError)(nil); errors.As(err, &d) {
		return types.Errorf(types.CodeDataCorrupted, "%s", d).
			WithHint("flare-pg check lists all damage; SET flare.skip_damaged = on reads what is not damaged.")
	}
	if e := (*event.Error)(nil); errors.As(err, &e) {
		return types.Errorf(e.Code, "%s", e.Reason)
	}
	switch {
	case errors.Is(err, engine.ErrUnknownOutcome):
		return types.Errorf("08007", "%s", err).WithHint("Restart the server: whether the transaction was committed shows then.")
	case errors.Is(err, engine.ErrPoisoned):
		return types.Errorf(types.CodeIOError, "%s", err).WithHint("Restart the server; what was committed before is safe.")
	case errors.Is(err, engine.ErrNoSpace):
		return types.Errorf(types.CodeDiskFull, "%s", err).WithHint("Nothing of the transaction was kept. Free some disk space and try again.")
	case errors.Is(err, engine.ErrLowDisk):
		return lowDisk(err)
	case errors.Is(err, engine.ErrReadOnly):
		return types.Errorf(types.CodeReadOnlyTransaction, "%s", err)
	case errors.Is(err, engine.ErrClosed):
		return types.Errorf(types.CodeCannotConnectNow, "the database system is shutting down")
	case errors.Is(err, engine.ErrStreamExists):
		return types.Errorf("42P07", "%s", err)
	case errors.Is(err, engine.ErrNoStream):
		return types.Errorf(types.CodeUndefinedTable, "%s", err)
	case errors.Is(err, engine.ErrStreamExists), errors.Is(err, engine.ErrSignalExists):
		return types.Errorf(types.CodeDuplicateTable, "%s", err)
	case errors.Is(err, engine.ErrNoSignal):
		return types.Errorf(types.CodeUndefinedObject, "%s", err)
	}
	var path *fs.PathError
	var number syscall.Errno
	if errors.As(err, &path) || errors.As(err, &number) {
		return types.Errorf(types.CodeIOError, "%s", err)
	}
	return err
}

// lowDisk says how much room there is and what to do about it.
func lowDisk(err error) error {
	e := types.Errorf(types.CodeDiskFull, "%s", err)
	if d := (*engine.LowDiskError)(nil); errors.As(err, &d) {
		e = types.Errorf(types.CodeDiskFull, "the disk is nearly full: %s are free, and the last %s are kept free", megabytes(d.Free), megabytes(d.Reserve))
	}
	return e.WithDetail("Nothing of the transaction was kept. Reading, deleting and retention go on.").
		WithHint("Make room with DELETE, TRUNCATE or a shorter retention, or use a larger disk. --reserve of flare-pg serve says how much is kept free.")
}

// megabytes shows a size.
func megabytes(n int64) string { return strconv.FormatInt(n>>20, 10) + " MiB" }

// ended is what the client is told when a statement's context ended by cause.
func ended(cause error) error {
	switch {
	case errors.Is(cause, pgwire.ErrShutdown):
		e := types.Errorf(types.CodeAdminShutdown, "%s", pgwire.ErrShutdown)
		e.Severity = "FATAL"
		return e
	case errors.Is(cause, pgwire.ErrHangup):
		e := types.Errorf("08006", "%s", pgwire.ErrHangup)
		e.Severity = "FATAL"
		return e
	case errors.Is(cause, errLockTimeout):
		return types.Errorf("55P03", "%s", errLockTimeout)
	case errors.Is(cause, errStatementTimeout):
		return types.Errorf(types.CodeQueryCanceled, "%s", errStatementTimeout)
	}
	return types.Errorf(types.CodeQueryCanceled, "%s", pgwire.ErrCanceled)
}
