package grafana

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Value is what a template variable stands for: one text, or, where several can be chosen (or All), a list.
type Value struct {
	Texts []string
	// Multi: the variable can have several values, so that its texts are quoted where no format is asked for.
	Multi bool
}

// reference is a variable in a statement: $name, ${name}, ${name:format}, [[name]], [[name:format]].
var reference = regexp.MustCompile(`\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)(?::(\w+))?\]\]`)

// Interpolate puts the values of variables into a statement. Names that are no variables stay, since macros look alike.
func Interpolate(sql string, values map[string]Value) (string, error) {
	var failed error
	out := reference.ReplaceAllStringFunc(sql, func(s string) string {
		m := reference.FindStringSubmatch(s)
		name, format := m[1]+m[2]+m[4], m[3]+m[5]
		v, ok := values[name]
		if !ok {
			return s
		}
		text, err := v.text(format)
		if err != nil && failed == nil {
			failed = err
		}
		return text
	})
	return out, failed
}

// text writes a variable's value.
func (v Value) text(format string) (string, error) {
	each := func(f func(string) string, with string) string {
		var out []string
		for _, t := range v.Texts {
			out = append(out, f(t))
		}
		return strings.Join(out, with)
	}
	same := func(s string) string { return s }
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	switch format {
	case "":
		if v.Multi {
			return each(quoted, ","), nil
		}
		return each(func(s string) string { return strings.ReplaceAll(s, "'", "''") }, ","), nil
	case "sqlstring":
		return each(quoted, ","), nil
	case "singlequote":
		return each(func(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }, ","), nil
	case "doublequote":
		return each(func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }, ","), nil
	case "csv", "raw":
		return each(same, ","), nil
	case "pipe":
		return each(same, "|"), nil
	case "regex":
		if len(v.Texts) == 1 {
			return regexp.QuoteMeta(v.Texts[0]), nil
		}
		return "(" + each(regexp.QuoteMeta, "|") + ")", nil
	case "json":
		text, err := json.Marshal(v.Texts)
		return string(text), err
	}
	return "", fmt.Errorf("format %q of variables is not known here", format)
}
