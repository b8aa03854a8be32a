package grafana

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"
)

// Dashboard is the part of a dashboard's JSON that leads to statements.
type Dashboard struct {
	UID    string  `json:"uid"`
	Title  string  `json:"title"`
	Panels []Panel `json:"panels"`
	Time   struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"time"`
	Templating struct {
		List []Variable `json:"list"`
	} `json:"templating"`
	Annotations struct {
		List []Annotation `json:"list"`
	} `json:"annotations"`
}

// Panel is a panel; a row has panels of its own.
type Panel struct {
	ID         int        `json:"id"`
	Title      string     `json:"title"`
	Type       string     `json:"type"`
	Interval   string     `json:"interval"` // the least that $__interval is
	Datasource Datasource `json:"datasource"`
	Targets    []Target   `json:"targets"`
	Panels     []Panel    `json:"panels"`
}

// Datasource names a data source.
type Datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// Target is a query of a panel.
type Target struct {
	RefID      string     `json:"refId"`
	Datasource Datasource `json:"datasource"`
	RawSQL     string     `json:"rawSql"`
	Format     string     `json:"format"` // time_series or table
	RawQuery   bool       `json:"rawQuery"`
}

// Variable is a template variable.
type Variable struct {
	Name       string          `json:"name"`
	Type       string          `json:"type"` // query, custom, textbox, …
	Query      json.RawMessage `json:"query"`
	Multi      bool            `json:"multi"`
	IncludeAll bool            `json:"includeAll"`
	AllValue   string          `json:"allValue"`
}

// Annotation is a query for marks on the time axis; Grafana's own has no target.
type Annotation struct {
	Name       string     `json:"name"`
	Datasource Datasource `json:"datasource"`
	RawQuery   string     `json:"rawQuery"`
	Target     struct {
		RawSQL string `json:"rawSql"`
	} `json:"target"`
}

// Read reads a dashboard from a file.
func Read(path string) (*Dashboard, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := new(Dashboard)
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// Statement is a statement of a dashboard with what it is for.
type Statement struct {
	Kind   string // panel, annotation
	Title  string
	Panel  string // type of the panel
	Format string
	Raw    string
	SQL    string // as the server is sent it
}

// VariableQuery gives the statement that lists a variable's values; "" for one that has none.
func (v *Variable) VariableQuery(r Range) (string, error) {
	if v.Type != "query" {
		return "", nil
	}
	var text string
	if json.Unmarshal(v.Query, &text) != nil {
		var query Target
		if err := json.Unmarshal(v.Query, &query); err != nil {
			return "", fmt.Errorf("variable %s: %w", v.Name, err)
		}
		text = query.RawSQL
	}
	return Expand(text, r)
}

// All gives the value of a variable when everything is chosen, as a dashboard that is opened for the first time does; texts are what
// its query lists.
func (v *Variable) All(texts []string) Value {
	out := Value{Texts: texts, Multi: v.Multi || v.IncludeAll}
	if v.Type == "textbox" {
		var text string
		if json.Unmarshal(v.Query, &text) == nil {
			out.Texts = []string{text}
		}
	}
	return out
}

// Statements makes the statements of panels and annotations.
func (d *Dashboard) Statements(r Range, values map[string]Value) ([]Statement, error) {
	var out []Statement
	add := func(s Statement, r Range) error {
		text, err := Interpolate(s.Raw, values)
		if err == nil {
			s.SQL, err = Expand(text, r)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", d.Title, s.Title, err)
		}
		out = append(out, s)
		return nil
	}
	for _, p := range d.all() {
		own := r
		if least, err := parseInterval(strings.TrimPrefix(p.Interval, ">")); err == nil {
			own.Interval = max(own.Interval, least)
		}
		for _, t := range p.Targets {
			title := p.Title
			if len(p.Targets) > 1 {
				title += " " + t.RefID
			}
			if err := add(Statement{Kind: "panel", Title: title, Panel: p.Type, Format: t.Format, Raw: t.RawSQL}, own); err != nil {
				return nil, err
			}
		}
	}
	for _, a := range d.Annotations.List {
		raw := a.RawQuery + a.Target.RawSQL
		if raw == "" {
			continue
		}
		if err := add(Statement{Kind: "annotation", Title: a.Name, Format: "table", Raw: raw}, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// all lists the panels, those in rows too.
func (d *Dashboard) all() []Panel {
	var out []Panel
	var walk func([]Panel)
	walk = func(list []Panel) {
		for _, p := range list {
			out = append(out, p)
			walk(p.Panels)
		}
	}
	walk(d.Panels)
	return out
}

// relative is a time as a dashboard has it: now, now-1h.
var relative = regexp.MustCompile(`^now(?:-(\w+))?$`)

// Range gives the dashboard's own time range at a moment, at a panel's usual width.
func (d *Dashboard) Range(now time.Time) (Range, error) {
	at := func(s string) (time.Time, error) {
		m := relative.FindStringSubmatch(s)
		if m == nil {
			return now, fmt.Errorf("%s: time %q", d.Title, s)
		}
		if m[1] == "" {
			return now, nil
		}
		back, err := parseInterval(m[1])
		return now.Add(-back), err
	}
	from, err := at(d.Time.From)
	if err != nil {
		return Range{}, err
	}
	to, err := at(d.Time.To)
	return Range{From: from, To: to, Interval: interval(to.Sub(from))}, err
}

// interval is $__interval of a panel about 1,000 points wide.
func interval(long time.Duration) time.Duration {
	const points = 1000
	steps := []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute,
		2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour}
	for _, s := range steps {
		if long/points <= s {
			return s
		}
	}
	return 24 * time.Hour
}
