package main

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// normal puts an answer into a form in which answers of different systems can be compared, in a copy: times to the microsecond, in UTC; documents as normalDocument says.
func normal(a answer) answer {
	out := make(answer, len(a))
	for i, row := range a {
		for _, cell := range row {
			out[i] = append(out[i], normalCell(cell))
		}
	}
	return out
}

func normalCell(cell *string) *string {
	if cell == nil {
		return nil
	}
	text := *cell
	if at, ok := parseTime(text); ok {
		text = at.UTC().Truncate(time.Microsecond).Format("2006-01-02 15:04:05.000000")
	} else if document, ok := normalDocument(text); ok {
		text = document
	}
	return &text
}

var timeForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00(:?00)?)?$`)

// parseTime reads the forms in which the systems write times; one without a zone is in UTC.
func parseTime(s string) (time.Time, bool) {
	m := timeForm.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	s = strings.Replace(strings.TrimSuffix(s, m[2]), "T", " ", 1)
	at, err := time.Parse("2006-01-02 15:04:05.999999999", s)
	return at, err == nil
}

// normalDocument writes what a JSON object says of an event, whether it was kept as it came, taken apart into typed columns, or into fields that are all
// text: each scalar by its path, as text. Members that are null and empty arrays count as absent, a level that is absent as Information; the time is left out, which
// systems keep in a column with their own precision.
func normalDocument(s string) (string, bool) {
	if !strings.HasPrefix(s, "{") {
		return "", false
	}
	v, err := parseJSON(s)
	if err != nil {
		return "", false
	}
	leaves := map[string]string{"@l": "Information"}
	addLeaves(leaves, "", v)
	delete(leaves, "@t")
	delete(leaves, "message") // what VictoriaLogs was given besides
	b, err := json.Marshal(leaves)
	return string(b), err == nil
}

func addLeaves(to map[string]string, path string, v any) {
	below := func(step string) string {
		if path == "" {
			return step
		}
		return path + "." + step
	}
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for name, member := range v {
			addLeaves(to, below(name), member)
		}
	case []any:
		for i, element := range v {
			addLeaves(to, below(strconv.Itoa(i)), element)
		}
	case bool:
		to[path] = strconv.FormatBool(v)
	case json.Number:
		to[path] = normalNumber(v.String())
	case string:
		if strings.HasPrefix(v, "[") { // an array within a text field
			if elements, err := parseJSON(v); err == nil {
				addLeaves(to, path, elements)
				return
			}
		}
		to[path] = normalNumber(v)
	}
}

// normalNumber writes a number that is no integer as its double; other text stays.
func normalNumber(s string) string {
	if !strings.ContainsAny(s, ".eE") {
		return s
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return s
}
