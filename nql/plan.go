package nql

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Plan is what the planner makes of a query: what a scan is told, and what it finds out by itself.
type Plan struct {
	From, To int64 // bounds of @t: From <= @t < To; MinTime, MaxTime: none
	// Where is what the bounds leave to be asked, in its plainest form; nil: nothing.
	Where Expr
	Never bool // no event matches
	// Reads are the paths that the predicate reads of each event that is asked, Later those that are read besides of events that match.
	Reads, Later []*Path
	before       prefilter
}

// MakePlan plans a query over params. It compiles the query too, so that an error says whatever is wrong with it.
func MakePlan(q *Query, params []Value) (*Plan, error) {
	if _, err := Compile(q, params); err != nil {
		return nil, err
	}
	p := &Plan{From: MinTime, To: MaxTime}
	if q.Where != nil {
		var rest Expr
		p.From, p.To, rest = TimeBounds(Bind(q.Where, params))
		p.Where = Simplify(rest)
	}
	p.Never = Never(p.Where) || period{p.From, p.To}.empty()
	p.before = prefilterOf(p.Where)
	p.Reads = Paths(p.Where)
	for _, it := range q.Select {
		for _, path := range Paths(it.Expr) {
			if !slices.ContainsFunc(p.Reads, path.Equal) && !slices.ContainsFunc(p.Later, path.Equal) {
				p.Later = append(p.Later, path)
			}
		}
	}
	if len(q.Select) == 0 {
		p.Later = []*Path{{Root: Document}}
	}
	return p, nil
}

// Prefilter shows what the raw bytes of an event must contain for it to match: something of each list, the letters in either case.
func (p *Plan) Prefilter() [][]string {
	var out [][]string
	for _, c := range p.before {
		var list []string
		for _, n := range c {
			list = append(list, string(n.text))
		}
		out = append(out, list)
	}
	return out
}

// Explain gives the plan of a query as text for people, a line for each thing.
func Explain(q *Query, params []Value) (string, error) {
	p, err := MakePlan(q, params)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	line := func(name, text string) { fmt.Fprintf(&b, "%-11s %s\n", name+":", text) }
	line("stream", q.Stream)
	if p.Never {
		line("where", "false: no event can match")
		return b.String(), nil
	}
	if p.From != MinTime || p.To != MaxTime {
		line("time", p.times())
	}
	if p.Where != nil {
		line("where", Print(p.Where))
	}
	if len(p.Reads) > 0 {
		line("reads", printPaths(p.Reads))
	}
	if len(p.Later) > 0 {
		line("then reads", printPaths(p.Later))
	}
	if len(p.before) > 0 {
		line("pre-filter", p.before.String())
	}
	if q.Order == Ascending {
		line("order", "@t asc")
	}
	if q.Order == Descending {
		line("order", "@t desc")
	}
	if q.Limit >= 0 {
		line("limit", fmt.Sprint(q.Limit))
	}
	return b.String(), nil
}

func (p *Plan) times() string {
	var b []byte
	if p.From != MinTime {
		b = append(appendInstant(b, p.From), " <= "...)
	}
	b = append(b, "@t"...)
	if p.To != MaxTime {
		b = appendInstant(append(b, " < "...), p.To)
	}
	return string(b)
}

func printPaths(list []*Path) string {
	var names []string
	for _, p := range list {
		names = append(names, Print(p))
	}
	return strings.Join(names, ", ")
}

// String shows the needles as NQL shows strings.
func (p prefilter) String() string {
	var all []string
	for _, c := range p {
		var list []string
		for _, n := range c {
			shown := string(appendString(nil, string(bytes.ToValidUTF8(n.text, []byte("\ufffd")))))
			if n.fold {
				shown += " ci"
			}
			if n.probe != nil {
				shown += " (" + n.probe.text + ")"
			}
			list = append(list, shown)
		}
		s := strings.Join(list, " or ")
		if len(list) > 1 && len(p) > 1 {
			s = "(" + s + ")"
		}
		all = append(all, s)
	}
	return strings.Join(all, " and ")
}
