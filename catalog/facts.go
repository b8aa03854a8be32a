package catalog

import (
	"embed"
	"strings"
	"sync"

	"github.com/flare-pg/flare-pg/types"
)

// factFiles say of PostgreSQL 15's own objects what its catalogs say of them: a file a relation, a line a row, the first line the names of the
// columns. Values are in their text form and separated by tabs. They were read from a running server (TestFactsAreThoseOfPostgreSQL compares and, with
// -update, rewrites them). Which of the objects exist here too is for those to say who list them.
//
//go:embed facts/*.txt
var factFiles embed.FS

// noFact stands for null.
const noFact = `\N`

// facts are the lines of one relation.
type facts struct {
	columns []string
	lines   [][]string
	at      map[types.OID]int // line by the OID in the first column
}

// column gives the place of a column.
func (f *facts) column(name string) int {
	for i, c := range f.columns {
		if c == name {
			return i
		}
	}
	panic("catalog: no fact " + name)
}

// of gives the line of an object; nil: PostgreSQL has none of that OID.
func (f *facts) of(oid types.OID) []string {
	if i, ok := f.at[oid]; ok {
		return f.lines[i]
	}
	return nil
}

var (
	factsMutex sync.Mutex
	factsRead  = map[string]*facts{}
)

// factsOf reads the facts of a relation of pg_catalog, once.
func factsOf(relation string) *facts {
	factsMutex.Lock()
	defer factsMutex.Unlock()
	if f := factsRead[relation]; f != nil {
		return f
	}
	text, err := factFiles.ReadFile("facts/" + relation + ".txt")
	if err != nil {
		panic("catalog: " + err.Error())
	}
	f := &facts{at: map[types.OID]int{}}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if f.columns == nil {
			f.columns = fields
			continue
		}
		f.at[types.OID(number(fields[0]))] = len(f.lines)
		f.lines = append(f.lines, fields)
	}
	factsRead[relation] = f
	return f
}

// rowsOfFacts fills a relation with the lines that keep says exist here; also sets the columns that are the same in all rows.
func rowsOfFacts(relation string, keep func(f *facts, line []string) bool, also func(w *Rows)) func(*Registry, *Rows) {
	return func(_ *Registry, w *Rows) {
		f := factsOf(relation)
		for _, line := range f.lines {
			if keep != nil && !keep(f, line) {
				continue
			}
			w.Begin()
			for i, c := range f.columns {
				if line[i] != noFact {
					w.Value(c, line[i])
				}
			}
			if also != nil {
				also(w)
			}
			w.End()
		}
	}
}

// Value sets a column from a value's text form.
func (w *Rows) Value(name, text string) {
	v := w.at(name)
	if v == nil {
		return
	}
	t := w.typeOf(name)
	if types.ElemOf(t) == 0 && t != types.OidVector && t != types.Int2Vector {
		switch {
		case v.Kind == kindOf(types.Int8):
			v.AppendInt(number(text))
			return
		case v.Kind == kindOf(types.Bool):
			v.AppendBool(text == "t")
			return
		case v.Kind == kindOf(types.Text):
			v.AppendString(text)
			return
		}
	}
	if types.ParseText(v, nil, t, -1, []byte(text)) != nil {
		v.AppendNull()
	}
}

// Array sets a column of an array type to elements in their text form.
func (w *Rows) Array(name string, elements ...string) {
	if !w.Wants(name) {
		return
	}
	var b strings.Builder
	b.WriteByte('{')
	for i, e := range elements {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(e) + `"`)
	}
	b.WriteByte('}')
	w.Value(name, b.String())
}

func (w *Rows) typeOf(name string) types.OID {
	for _, c := range w.layout.columns {
		if c.Name == name {
			return c.Type
		}
	}
	return 0
}
