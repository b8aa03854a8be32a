package function

import (
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerSend gives the functions that make a type's binary form (int4send, array_send …) the one that the protocol uses.
func registerSend(r *registry) {
	var probe column.Vector
	for name, overloads := range r.functions {
		for _, f := range overloads {
			if f.Kernel != nil || !strings.HasSuffix(name, "send") || len(f.Args) != 1 || f.Result != types.Bytea {
				continue
			}
			t := f.Args[0]
			if !polymorphic(t) && t != types.Record {
				probe.Reset(types.KindOf(t))
				filler(&probe)
				if _, err := types.AppendBinary(nil, nil, t, &probe, 0); err != nil {
					continue // no values of the type here
				}
			}
			r.define(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
				b, err := types.AppendBinary(nil, c.Env, c.Args[0], a[0], i)
				if err != nil {
					return err
				}
				out.AppendBytes(b)
				return nil
			}))
		}
	}
}
