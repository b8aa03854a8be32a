package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/types"
)

// explain binds EXPLAIN.
func (b *binder) explain(n *pg.ExplainStmt) (Bound, error) {
	out := &Explain{Format: "text"}
	if err := b.explainOptions(n.Options, out); err != nil {
		return nil, err
	}
	inner, err := b.statement(n.Query)
	if err != nil {
		return nil, err
	}
	switch inner := inner.(type) {
	case *Query, *Modify, *Execute:
		out.Statement = inner
		return out, nil
	case *CreateTableAs:
		if out.Analyze {
			return nil, b.unsupported(-1, "EXPLAIN ANALYZE of %s is not supported", inner.Command).WithHint("Explain the query alone.")
		}
		out.Statement = inner.Source
		return out, nil
	case *DeclareCursor: // as its query, which is all that there is to explain
		out.Statement = inner.Query
		return out, nil
	}
	return nil, b.unsupported(-1, "EXPLAIN of this statement is not supported yet")
}

// explainOptions reads the options. Those of PostgreSQL that are about what there isn't (costs, settings, the write-ahead log) are taken and change nothing.
func (b *binder) explainOptions(options []*pg.Node, out *Explain) error {
	on := map[string]*bool{"analyze": &out.Analyze, "verbose": &out.Verbose, "buffers": &out.Buffers, "timing": &out.Timing, "summary": &out.Summary,
		"costs": new(bool), "settings": new(bool), "wal": new(bool)}
	given := map[string]bool{}
	for _, o := range options {
		d := o.GetDefElem()
		name := d.GetDefname()
		switch flag, known := on[name]; {
		case known:
			v, ok := defBool(d.Arg)
			if !ok {
				return types.Errorf(types.CodeSyntaxError, "%s requires a Boolean value", name)
			}
			*flag, given[name] = v, true
		case name == "format":
			switch f := defString(d.Arg); f {
			case "text", "json", "yaml", "xml":
				out.Format = f
			default:
				return b.errorf(d.Location, types.CodeInvalidParameterValue, "unrecognized value for EXPLAIN option \"format\": %q", f)
			}
		default:
			return b.errorf(d.Location, types.CodeSyntaxError, "unrecognized EXPLAIN option %q", name)
		}
	}
	for _, name := range []string{"wal", "timing"} {
		if *on[name] && !out.Analyze {
			return types.Errorf(types.CodeInvalidParameterValue, "EXPLAIN option %s requires ANALYZE", map[string]string{"wal": "WAL", "timing": "TIMING"}[name])
		}
	}
	out.Timing = out.Timing || out.Analyze && !given["timing"]
	out.Summary = out.Summary || out.Analyze && !given["summary"]
	return nil
}
