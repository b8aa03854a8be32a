package plan

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// EXPLAIN's formats for programs: the same plan as a tree of named values, written as JSON, YAML or XML in the shape that PostgreSQL gives it.

// Property is a named value of a node: a string, bool, int64, float64, or a list of strings.
type Property struct {
	Name  string
	Value any
}

// Explained is a node with what is said of it.
type Explained struct {
	Properties []Property
	Plans      []*Explained
}

// ExplainTree describes a plan. What Facts says of a node is put behind its own properties; Note and Details are for text only.
func ExplainTree(n Node, o ExplainOptions) *Explained {
	e := explainer{ExplainOptions: o}
	return e.tree(n, "")
}

func (e *explainer) tree(n Node, parent string) *Explained {
	out := new(Explained)
	add := func(name string, value any) { out.Properties = append(out.Properties, Property{name, value}) }
	kind, relation, _ := strings.Cut(Title(n), " on ")
	switch n := n.(type) {
	case *Aggregate:
		add("Node Type", "Aggregate")
		add("Strategy", map[bool]string{true: "Plain", false: "Hashed"}[len(n.Keys) == 0])
	case *Sort:
		add("Node Type", "Sort")
	case *Join:
		add("Node Type", map[bool]string{true: "Nested Loop", false: "Hash Join"}[len(n.LeftKeys) == 0])
	case *Delete:
		add("Node Type", "ModifyTable")
		add("Operation", "Delete")
		kind, relation = "", n.StreamName
	case *Insert:
		add("Node Type", "ModifyTable")
		add("Operation", "Insert")
		kind, relation = "", n.StreamName
	default:
		add("Node Type", kind)
	}
	if parent != "" {
		add("Parent Relationship", parent)
	}
	if j, ok := n.(*Join); ok {
		add("Join Type", [...]string{InnerJoin: "Inner", LeftJoin: "Left", RightJoin: "Right", FullJoin: "Full"}[j.Kind])
	}
	if scan, ok := n.(*Scan); ok {
		relation = scan.StreamName
	}
	if relation != "" {
		add("Relation Name", relation)
	}
	if schema := e.schema(n); schema != "" {
		add("Schema", schema)
	}
	if names := e.puts(n); len(names) > 0 {
		add("Output", names)
	}
	out.Properties = append(out.Properties, e.properties(n)...)
	if e.Facts != nil {
		out.Properties = append(out.Properties, e.Facts(n)...)
	}
	_, members := n.(*Append)
	if w, ok := n.(*With); ok {
		for _, c := range w.CTEs {
			x := e.tree(c.Plan, "InitPlan")
			x.Properties = append(x.Properties, Property{"Subplan Name", "CTE " + c.Name})
			out.Plans = append(out.Plans, x)
		}
		out.Plans = append(out.Plans, e.tree(w.Input, "Outer"))
		return out
	}
	for i, c := range n.Children() {
		relationship := "Outer"
		if members {
			relationship = "Member"
		} else if i > 0 {
			relationship = "Inner"
		}
		out.Plans = append(out.Plans, e.tree(c, relationship))
	}
	return out
}

// properties says what a node does: as lists where there are several things, else as in the text.
func (e *explainer) properties(n Node) []Property {
	each := func(exprs []Expr) []string {
		out := []string{}
		for _, x := range exprs {
			out = append(out, Deparse(x, e.ExplainOptions))
		}
		return out
	}
	switch n := n.(type) {
	case *Project:
		return []Property{{"Output", each(n.Exprs)}}
	case *Aggregate:
		var out []Property
		if len(n.Keys) > 0 {
			out = append(out, Property{"Group Key", each(n.Keys)})
		}
		var aggs []string
		for i := range n.Aggs {
			d := deparser{o: e.ExplainOptions}
			d.aggregate(&n.Aggs[i])
			aggs = append(aggs, d.b.String())
		}
		if len(aggs) > 0 {
			out = append(out, Property{"Aggregates", aggs})
		}
		return out
	case *Window:
		var out []Property
		if len(n.Partition) > 0 {
			out = append(out, Property{"Partition By", each(n.Partition)})
		}
		return append(out, Property{"Functions", e.windowCalls(n)})
	case *Sort:
		var keys []string
		for _, k := range n.Keys {
			d := deparser{o: e.ExplainOptions}
			d.sortKeys([]SortKey{k})
			keys = append(keys, d.b.String())
		}
		out := []Property{{"Sort Key", keys}}
		if n.Limit >= 0 {
			out = append(out, Property{"Sort Rows", n.Limit})
		}
		return out
	}
	var out []Property
	for _, line := range e.details(n) {
		if name, value, ok := strings.Cut(line, ": "); ok {
			out = append(out, Property{name, value})
		} else {
			out = append(out, Property{"Detail", line})
		}
	}
	return out
}

// JSON writes a statement's plan and what is said of the statement as a whole.
func (p *Explained) JSON(whole []Property) string {
	w := &jsonWriter{}
	w.line(0, "[")
	w.line(1, "{")
	w.name(2, "Plan")
	w.plan(2, p)
	for _, x := range whole {
		w.b.WriteString(",\n")
		w.name(2, x.Name)
		w.value(x.Value)
	}
	w.b.WriteString("\n")
	w.line(1, "}")
	w.indent(0)
	w.b.WriteString("]")
	return w.b.String()
}

type jsonWriter struct{ b bytes.Buffer }

func (w *jsonWriter) indent(depth int) { w.b.WriteString(strings.Repeat("  ", depth)) }

func (w *jsonWriter) line(depth int, text string) {
	w.indent(depth)
	w.b.WriteString(text + "\n")
}

func (w *jsonWriter) name(depth int, name string) {
	w.indent(depth)
	w.value(name)
	w.b.WriteString(": ")
}

func (w *jsonWriter) value(v any) {
	switch v := v.(type) {
	case float64: // PostgreSQL writes times to the microsecond
		w.b.WriteString(strconv.FormatFloat(v, 'f', 3, 64))
	case []string:
		w.b.WriteByte('[')
		for i, s := range v {
			if i > 0 {
				w.b.WriteString(", ")
			}
			w.value(s)
		}
		w.b.WriteByte(']')
	default:
		var one bytes.Buffer
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(v) // strings, booleans and integers
		w.b.Write(bytes.TrimRight(one.Bytes(), "\n"))
	}
}

func (w *jsonWriter) plan(depth int, p *Explained) {
	w.b.WriteString("{\n")
	for i, x := range p.Properties {
		if i > 0 {
			w.b.WriteString(",\n")
		}
		w.name(depth+1, x.Name)
		w.value(x.Value)
	}
	if len(p.Plans) > 0 {
		w.b.WriteString(",\n")
		w.name(depth+1, "Plans")
		w.b.WriteString("[\n")
		for i, c := range p.Plans {
			w.indent(depth + 2)
			w.plan(depth+2, c)
			if i < len(p.Plans)-1 {
				w.b.WriteString(",")
			}
			w.b.WriteString("\n")
		}
		w.indent(depth + 1)
		w.b.WriteString("]")
	}
	w.b.WriteString("\n")
	w.indent(depth)
	w.b.WriteString("}")
}

// YAML writes the same as YAML.
func (p *Explained) YAML(whole []Property) string {
	var b strings.Builder
	b.WriteString("- Plan: \n")
	p.yaml(&b, 2, false)
	for _, x := range whole {
		yamlProperty(&b, 1, x)
	}
	return strings.TrimRight(b.String(), "\n")
}

// yaml writes a node at a depth; dashed: as an element of a list.
func (p *Explained) yaml(b *strings.Builder, depth int, dashed bool) {
	for i, x := range p.Properties {
		if i == 0 && dashed {
			b.WriteString(strings.Repeat("  ", depth-1) + "- ")
			yamlProperty(b, 0, x)
			continue
		}
		yamlProperty(b, depth, x)
	}
	if len(p.Plans) > 0 {
		b.WriteString(strings.Repeat("  ", depth) + "Plans: \n")
		for _, c := range p.Plans {
			c.yaml(b, depth+2, true)
		}
	}
}

func yamlProperty(b *strings.Builder, depth int, x Property) {
	indent := strings.Repeat("  ", depth)
	w := &jsonWriter{}
	if list, ok := x.Value.([]string); ok {
		b.WriteString(indent + x.Name + ": \n")
		for _, s := range list {
			w.b.Reset()
			w.value(s)
			b.WriteString(indent + "  - " + w.b.String() + "\n")
		}
		return
	}
	w.value(x.Value) // a JSON string is a YAML one
	b.WriteString(indent + x.Name + ": " + w.b.String() + "\n")
}
