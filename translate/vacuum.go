package translate

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/types"
)

// Vacuum is VACUUM: maintenance now. Streams nil: of all.
type Vacuum struct {
	Streams []*catalog.Stream
	Verbose bool
}

// Checkpoint is CHECKPOINT.
type Checkpoint struct{}

func (*Vacuum) bound()     {}
func (*Checkpoint) bound() {}

// vacuumOptions are PostgreSQL's; which of them change something here is said in vacuum.
var vacuumOptions = map[string]bool{
	"full": true, "freeze": true, "verbose": true, "analyze": true, "disable_page_skipping": true, "skip_locked": true, "index_cleanup": true,
	"process_toast": true, "process_main": true, "truncate": true, "parallel": true, "skip_database_stats": true, "only_database_stats": true,
	"buffer_usage_limit": true,
}

// vacuum binds VACUUM and ANALYZE. There are no statistics to gather, since files carry their own: ANALYZE looks at the names only. Of the
// options VERBOSE counts; the others are about a kind of storage that there isn't here.
func (b *binder) vacuum(n *pg.VacuumStmt) (Bound, error) {
	out, command := new(Vacuum), "VACUUM"
	if !n.IsVacuumcmd {
		command = "ANALYZE"
	}
	for _, o := range n.Options {
		d := o.GetDefElem()
		name := strings.ToLower(d.GetDefname())
		if !vacuumOptions[name] || !n.IsVacuumcmd && name != "verbose" && name != "skip_locked" && name != "buffer_usage_limit" {
			return nil, b.errorf(d.GetLocation(), types.CodeSyntaxError, "unrecognized %s option %q", command, d.GetDefname())
		}
		if name != "verbose" {
			continue
		}
		v, ok := defBool(d.Arg)
		if !ok {
			return nil, b.errorf(d.GetLocation(), types.CodeSyntaxError, "verbose requires a Boolean value")
		}
		out.Verbose = v
	}
	for _, r := range n.Rels {
		v := r.GetVacuumRelation()
		rel, err := b.lookup(v.GetRelation())
		if err != nil {
			return nil, placeless(err)
		}
		if rel.Stream == nil {
			// What is computed needs no maintenance; PostgreSQL skips views in the same way.
			b.notice(-1, "skipping %q: it is computed when it is asked for", rel.Name)
			continue
		}
		if !b.vacuumable(rel, command) {
			continue
		}
		if err := b.vacuumColumns(rel, names(v.GetVaCols()), n); err != nil {
			return nil, err
		}
		out.Streams = append(out.Streams, rel.Stream)
	}
	all := len(n.Rels) == 0 && n.IsVacuumcmd && !b.superuser()
	if all { // of what there is, what is one's own
		for _, st := range b.c.Catalog.Streams() {
			if rel, ok := b.c.Catalog.RelationByOID(st.OID); ok && b.vacuumable(rel, command) {
				out.Streams = append(out.Streams, st)
			}
		}
	}
	switch {
	case !n.IsVacuumcmd:
		return &NoOp{Tag: command}, nil
	case (len(n.Rels) > 0 || all) && len(out.Streams) == 0:
		return &NoOp{Tag: command}, nil
	}
	return out, nil
}

// vacuumColumns checks the columns that ANALYZE is told to look at.
func (b *binder) vacuumColumns(rel catalog.Relation, list []string, n *pg.VacuumStmt) error {
	analyze := !n.IsVacuumcmd
	for _, o := range n.Options {
		if strings.EqualFold(o.GetDefElem().GetDefname(), "analyze") {
			analyze, _ = defBool(o.GetDefElem().GetArg())
		}
	}
	if len(list) > 0 && !analyze {
		return b.unsupported(-1, "ANALYZE option must be specified when a column list is provided")
	}
	for i, name := range list {
		_, _, own := rel.Stream.Property(name, name)
		if _, core := rel.Stream.Core(name); !own && !core && !slices.ContainsFunc(rel.Stream.Own(), func(c *catalog.StreamColumn) bool { return c.Name == name }) {
			return b.errorf(-1, types.CodeUndefinedColumn, "column %q of relation %q does not exist", name, rel.Name)
		}
		if slices.Contains(list[:i], name) {
			return b.errorf(-1, types.CodeDuplicateColumn, "column %q of relation %q appears more than once", name, rel.Name)
		}
	}
	return nil
}

// vacuumable tells who asks that a relation is not his to maintain, where that is so.
func (b *binder) vacuumable(rel catalog.Relation, command string) bool {
	if b.owns(rel, "table") == nil {
		return true
	}
	if b.c.Notice != nil {
		b.c.Notice(&types.Error{Severity: "WARNING", Code: "01000", Message: "permission denied to " + strings.ToLower(command) + " \"" + rel.Name + "\", skipping it"})
	}
	return false
}
