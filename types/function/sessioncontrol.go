package function

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerSessionControl gives functions their kernels that do something to a session.
func registerSessionControl(r *registry) {
	r.fn("pg_sleep(float8)", strictly(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		filler(out)
		return sleep(c, a[0].Float(i))
	}))
	r.fn("pg_sleep_for(interval)", strictly(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		filler(out)
		now := c.Env.Clock()
		until, err := types.TimestamptzAddInterval(now.UnixMicro(), a[0].Span(i), c.Env.Location)
		if err != nil {
			return err
		}
		return sleep(c, time.UnixMicro(until).Sub(now).Seconds())
	}))
	r.fn("pg_sleep_until(timestamptz)", strictly(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		filler(out)
		return sleep(c, float64(a[0].Int(i)-c.Env.Clock().UnixMicro())/1e6)
	}))
	r.fn("set_config(text,text,bool)", byRow(setConfig))
	r.fn("pg_notify(text,text)", byRow(notify))
	r.fn("pg_notification_queue_usage()", withSession(func(s types.Session, _ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendFloat(s.NotifyQueue())
		return nil
	}))
	r.fn("pg_reload_conf()", byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendBool(true) // there is no file that settings are read from, so nothing can have changed in it
		return nil
	}))
	r.fn("pg_cancel_backend(int4)", withSession(func(s types.Session, _ *Call, a []*column.Vector, i int, out *column.Vector) error {
		ok, err := s.CancelBackend(int32(a[0].Int(i)), false)
		out.AppendBool(ok)
		return err
	}))
	r.fn("pg_terminate_backend(int4,int8)", withSession(terminateBackend))
	registerAdvisory(r)
}

// strictly is byRow for a volatile function that is strict.
func strictly(f rowFunc) Kernel {
	return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		for _, v := range a {
			if v.Null(i) {
				out.AppendNull()
				return nil
			}
		}
		return f(c, a, i, out)
	})
}

// withSession is strictly for a function that needs the session.
func withSession(f func(s types.Session, c *Call, a []*column.Vector, i int, out *column.Vector) error) Kernel {
	return strictly(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if c.Env.Session == nil {
			return types.Errorf(types.CodeFeatureNotSupported, "this function needs a session")
		}
		return f(c.Env.Session, c, a, i, out)
	})
}

// sleep waits some seconds and ends with the statement.
func sleep(c *Call, seconds float64) error {
	if !(seconds > 0) {
		return nil
	}
	t := time.NewTimer(time.Duration(min(seconds, 1e9) * float64(time.Second)))
	defer t.Stop()
	ctx := contextOf(c)
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func contextOf(c *Call) context.Context {
	if c.Env.Context == nil {
		return context.Background()
	}
	return c.Env.Context
}

// setConfig is set_config: a null value is the default's.
func setConfig(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	if a[0].Null(i) {
		return types.Errorf("22004", "SET requires parameter name")
	}
	if c.Env.Session == nil {
		return types.Errorf(types.CodeFeatureNotSupported, "set_config needs a session")
	}
	value := ""
	if !a[1].Null(i) {
		value = string(a[1].Str(i))
	}
	value, err := c.Env.Session.SetConfig(string(a[0].Str(i)), value, !a[2].Null(i) && a[2].Bool(i))
	if err != nil {
		return err
	}
	out.AppendString(value)
	return nil
}

// notify is pg_notify; nulls are empty.
func notify(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	text := func(v *column.Vector) string {
		if v.Null(i) {
			return ""
		}
		return string(v.Str(i))
	}
	if c.Env.Session == nil {
		return types.Errorf(types.CodeFeatureNotSupported, "pg_notify needs a session")
	}
	filler(out)
	return c.Env.Session.Notify(text(a[0]), text(a[1]))
}

// terminateBackend ends a session, and waits for its end where a time is given, in milliseconds.
func terminateBackend(s types.Session, c *Call, a []*column.Vector, i int, out *column.Vector) error {
	pid, wait := int32(a[0].Int(i)), int64(0)
	if len(a) > 1 { // it has a default
		wait = a[1].Int(i)
	}
	if wait < 0 {
		return types.Errorf(types.CodeInvalidParameterValue, "\"timeout\" must not be negative")
	}
	ok, err := s.CancelBackend(pid, true)
	if err != nil {
		return err
	}
	if ok && wait > 0 {
		ctx, cancel := context.WithTimeout(contextOf(c), time.Duration(min(wait, 1<<40))*time.Millisecond)
		defer cancel()
		ok = s.Gone(ctx, pid)
		if err := contextOf(c).Err(); err != nil {
			return context.Cause(contextOf(c))
		}
	}
	out.AppendBool(ok)
	return nil
}

// registerAdvisory gives the functions of advisory locks their kernels, each for keys of one number and of two.
func registerAdvisory(r *registry) {
	for _, args := range []string{"int8", "int4,int4"} {
		key := func(a []*column.Vector, i int) types.AdvisoryKey {
			if len(a) == 1 {
				return types.AdvisoryKey{N: a[0].Int(i)}
			}
			return types.AdvisoryKey{Pair: true, N: a[0].Int(i)<<32 | int64(uint32(a[1].Int(i)))}
		}
		for _, mode := range []types.AdvisoryMode{{}, {Shared: true}, {Transaction: true}, {Shared: true, Transaction: true}} {
			name := "advisory"
			if mode.Transaction {
				name += "_xact"
			}
			end := "lock"
			if mode.Shared {
				end += "_shared"
			}
			r.fn("pg_"+name+"_"+end+"("+args+")", withSession(func(s types.Session, c *Call, a []*column.Vector, i int, out *column.Vector) error {
				filler(out)
				_, err := s.AdvisoryLock(contextOf(c), key(a, i), mode, true)
				return err
			}))
			r.fn("pg_try_"+name+"_"+end+"("+args+")", withSession(func(s types.Session, c *Call, a []*column.Vector, i int, out *column.Vector) error {
				ok, err := s.AdvisoryLock(contextOf(c), key(a, i), mode, false)
				out.AppendBool(ok)
				return err
			}))
			if mode.Transaction {
				continue
			}
			r.fn("pg_"+name+"_un"+end+"("+args+")", withSession(func(s types.Session, _ *Call, a []*column.Vector, i int, out *column.Vector) error {
				out.AppendBool(s.AdvisoryUnlock(key(a, i), mode))
				return nil
			}))
		}
	}
	r.fn("pg_advisory_unlock_all()", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		if c.Env.Session != nil {
			c.Env.Session.AdvisoryUnlockAll()
		}
		filler(out)
		return nil
	}))
}
