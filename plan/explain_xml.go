package plan

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
)

// XML writes a plan as JSON and YAML do, as elements: what is a list there is a list of Item here.
func (p *Explained) XML(whole []Property) string {
	var w xmlWriter
	w.open(0, `explain xmlns="http://www.postgresql.org/2009/explain"`)
	w.open(1, "Query")
	w.plan(2, p)
	for _, x := range whole {
		w.property(2, x)
	}
	w.close(1, "Query")
	w.close(0, "explain")
	return strings.TrimRight(w.b.String(), "\n")
}

// xmlText escapes what PostgreSQL's escape_xml does; quotes stay as they are between elements.
var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#x0d;")

type xmlWriter struct{ b bytes.Buffer }

func (w *xmlWriter) indent(depth int) { w.b.WriteString(strings.Repeat("  ", depth)) }

func (w *xmlWriter) open(depth int, name string) {
	w.indent(depth)
	w.b.WriteString("<" + name + ">\n")
}

func (w *xmlWriter) close(depth int, name string) {
	w.indent(depth)
	w.b.WriteString("</" + name + ">\n")
}

func (w *xmlWriter) plan(depth int, p *Explained) {
	w.open(depth, "Plan")
	for _, x := range p.Properties {
		w.property(depth+1, x)
	}
	if len(p.Plans) > 0 {
		w.open(depth+1, "Plans")
		for _, c := range p.Plans {
			w.plan(depth+2, c)
		}
		w.close(depth+1, "Plans")
	}
	w.close(depth, "Plan")
}

func (w *xmlWriter) property(depth int, x Property) {
	name := xmlName(x.Name)
	list, ok := x.Value.([]string)
	if !ok {
		w.element(depth, name, x.Value)
		return
	}
	w.open(depth, name)
	for _, s := range list {
		w.element(depth+1, "Item", s)
	}
	w.close(depth, name)
}

func (w *xmlWriter) element(depth int, name string, value any) {
	w.indent(depth)
	w.b.WriteString("<" + name + ">")
	switch v := value.(type) {
	case string:
		_, _ = xmlText.WriteString(&w.b, v)
	case bool:
		w.b.WriteString(strconv.FormatBool(v))
	case int:
		w.b.WriteString(strconv.Itoa(v))
	case int64:
		w.b.WriteString(strconv.FormatInt(v, 10))
	case float64: // PostgreSQL writes times to the microsecond
		w.b.WriteString(strconv.FormatFloat(v, 'f', 3, 64))
	}
	w.b.WriteString("</" + name + ">\n")
}

// xmlName makes a property's name an element's, as PostgreSQL does: what may not stand in one is a hyphen.
func xmlName(name string) string {
	return strings.Map(func(c rune) rune {
		if c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)) || c == '_' || c == '.' || c == '-' {
			return c
		}
		return '-'
	}, name)
}
