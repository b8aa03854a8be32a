package translate

import (
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

// nameHint says what a name that nothing has may have been meant to be; "" where nothing can be said. ids are the name's parts as written, where known.
func (b *binder) nameHint(sc *scope, folded []string, ids []ident, location int32) string {
	name := folded[len(folded)-1]
	if member := "@" + name; location > 0 && clef[member] != "" && b.s.sql[location-1] == '@' {
		return `A name with such a sign is written in double quotes: "` + member + `".`
	}
	if len(folded) > 1 {
		return b.memberHint(sc, ids)
	}
	if near := b.nearest(sc.rels, name); near != "" {
		return `Perhaps you meant to reference the column "` + near + `".`
	}
	if sc.givesOut(name) {
		where := "WHERE"
		if sc.sets.having {
			where = "HAVING"
		}
		return "It names an output column, which " + where + " can't use: repeat the expression, or make the query a sub-select in FROM."
	}
	quoted := len(ids) == 1 && ids[0].quoted
	text := name
	if len(ids) == 1 {
		text = ids[0].text
	}
	text = "'" + strings.ReplaceAll(text, "'", "''") + "'"
	switch {
	case quoted:
		return "Double quotes are for names. A text is written in single quotes: " + text + "."
	case b.streamIn(sc):
		return "No such property is known; flare.columns lists those that are. A text is written in single quotes: " + text + "."
	}
	return ""
}

// streamIn reports whether a stream is among the relations of a query level.
func (b *binder) streamIn(sc *scope) bool {
	for _, r := range sc.rels {
		if r.stream != nil {
			return true
		}
	}
	return false
}

// givesOut reports whether an entry of the select list is called so by AS.
func (sc *scope) givesOut(name string) bool {
	for _, n := range sc.targetList {
		if r := n.GetResTarget(); r != nil && r.Name == name {
			return true
		}
	}
	return false
}

// memberHint is nameHint for a path of members, of which the first part is a column.
func (b *binder) memberHint(sc *scope, ids []ident) string {
	var path []string
	for _, id := range ids {
		path = append(path, id.text)
	}
	for _, r := range sc.rels {
		if r.stream == nil || len(path) == 0 {
			continue
		}
		if c, ok := r.stream.Core(strings.ToLower(path[0])); ok && c.Type == types.JSON {
			return "Members of " + c.Name + " are read with -> and ->>; a property is a column of its own name, too."
		}
		if at, near := r.stream.NearestMember(path); near != "" {
			for i := range at {
				at[i] = types.QuoteIdent(at[i])
			}
			return "Perhaps you meant " + strings.Join(append(at, types.QuoteIdent(near)), ".") + "."
		}
	}
	return ""
}
