package exec

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

// guard turns a panic into an error of the query; deferred. An operator's bug ends one query, not the server.
func guard(operator string, err *error) {
	if p := recover(); p != nil {
		*err = panicError(operator, p)
	}
}

// panicError says which operator failed and through which functions.
func panicError(operator string, p any) error {
	pcs := make([]uintptr, 24)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	var where []string
	for {
		f, more := frames.Next()
		if f.Function != "" {
			where = append(where, f.Function[strings.LastIndexByte(f.Function, '/')+1:])
		}
		if !more {
			break
		}
	}
	e := types.Errorf(types.CodeInternalError, "internal error in %s", operator).WithDetail("%s", fmt.Sprint(p))
	e.Where = strings.Join(where, "\n")
	return e
}

// ended returns why ctx has ended, nil if it hasn't.
func ended(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// because replaces an error that came of ctx's end by the cause of that end.
func because(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
