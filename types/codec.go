package types

import "github.com/flare-pg/flare-pg/column"

// TextOf is AppendText into a string.
func TextOf(env *Env, t OID, v *column.Vector, i int) string {
	return string(AppendText(nil, env, t, v, i))
}
