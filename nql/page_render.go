package nql

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// pageRender puts the messages of a page's rows together of the members that their templates show, without the rest of the documents.
type pageRender struct {
	known map[string]*pageTemplate // by @mt as it is spelled

	// Of the rows that were loaded.
	plain     column.Vector // @m, as JSON
	templates column.Vector // @mt, as JSON
	others    column.Vector // what stands in for both, where loaded
	of        []*pageTemplate
	vectors   []*column.Vector // of the members that are shown, as JSON
	names     map[string]int   // which of them a name is
	values    []sparse.Value
}

// pageTemplate is a template with the numbers of the members that it shows on the page at hand.
type pageTemplate struct {
	*event.Template
	members []int
}

const (
	// maxHoles bounds the members that are read for the messages of a page, and maxRendered the templates that are kept. Past the first whole documents are read.
	maxHoles    = 64
	maxRendered = 1024
)

// load reads what the messages of some rows are made of. ok is false where that is too much.
func (r *pageRender) load(page Page, sel column.Selection) (ok bool, err error) {
	if _, err := page.Show(&r.plain, PageMember{Names: []string{"@m"}}, column.JSON, sel, false); err != nil {
		return false, err
	}
	if _, err := page.Show(&r.templates, PageMember{Names: []string{"@mt"}}, column.JSON, sel, false); err != nil {
		return false, err
	}
	if r.known == nil || len(r.known) > maxRendered {
		r.known = map[string]*pageTemplate{}
	}
	r.names = map[string]int{}
	r.of = r.of[:0]
	others := false
	for i := range sel {
		var t *pageTemplate
		switch {
		case !r.plain.Null(i) && isScalar(r.plain.Str(i)):
		case r.templates.Null(i) || r.templates.Str(i)[0] != '"':
			others = true
		default:
			if t, ok = r.template(r.templates.Str(i)); !ok {
				return false, nil
			}
		}
		r.of = append(r.of, t)
	}
	if others {
		if _, err := page.Show(&r.others, PageMember{Core: Message}, column.Text, sel, false); err != nil {
			return false, err
		}
	}
	for name, k := range r.names {
		for len(r.vectors) <= k {
			r.vectors = append(r.vectors, new(column.Vector))
		}
		if _, err := page.Show(r.vectors[k], PageMember{Names: []string{name}}, column.JSON, sel, true); err != nil {
			return false, err
		}
	}
	return true, nil
}

// template gives a template, having noted the members that it shows.
func (r *pageRender) template(spelled []byte) (*pageTemplate, bool) {
	t := r.known[string(spelled)]
	if t == nil {
		if len(r.known) > maxRendered {
			return nil, false // messages that their senders have put together, most likely
		}
		t = &pageTemplate{Template: event.ParseTemplate(spelled)}
		r.known[string(spelled)] = t
	}
	names := t.Names()
	if len(t.members) == len(names) && r.noted(t) {
		return t, true
	}
	t.members = t.members[:0]
	for _, name := range names {
		k, there := r.names[name]
		if !there {
			if k = len(r.names); k == maxHoles {
				return nil, false
			}
			r.names[name] = k
		}
		t.members = append(t.members, k)
	}
	return t, true
}

// noted reports whether the members of a template are numbered as on this page.
func (r *pageRender) noted(t *pageTemplate) bool {
	for i, name := range t.Names() {
		if k, there := r.names[name]; !there || k != t.members[i] {
			return false
		}
	}
	return true
}

// isScalar reports whether a value that is spelled so is a text, as core columns have it.
func isScalar(spelled []byte) bool {
	return spelled[0] != '{' && spelled[0] != '[' && spelled[0] != 'n'
}

// append appends the message of row number i of those that were loaded; false where it has none.
func (r *pageRender) append(dst []byte, i int) ([]byte, bool) {
	t := r.of[i]
	switch {
	case t != nil:
		values := r.values[:0]
		for _, k := range t.members {
			v := sparse.Value{}
			if x := r.vectors[k]; !x.Null(i) {
				v = jsonValue(x.Str(i))
			}
			values = append(values, v)
		}
		r.values = values
		return t.Append(dst, values), true
	case !r.plain.Null(i) && isScalar(r.plain.Str(i)):
		raw := r.plain.Str(i)
		if raw[0] != '"' {
			return append(dst, raw...), true
		}
		return sparse.Unquote(dst, raw), true
	case r.others.Null(i):
		return dst, false
	}
	return append(dst, r.others.Str(i)...), true
}
