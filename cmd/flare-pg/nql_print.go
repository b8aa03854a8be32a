package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/nql"
)

// ndjsonPrinter prints an object a row.
type ndjsonPrinter struct {
	w       io.Writer
	program *nql.Program
	line    []byte
}

func newNDJSONPrinter(w io.Writer, p *nql.Program) rowPrinter {
	return &ndjsonPrinter{w: w, program: p}
}

func (p *ndjsonPrinter) row(v []nql.Value) error {
	p.line = append(p.program.AppendRow(p.line[:0], v), '\n')
	_, err := p.w.Write(p.line)
	return err
}

func (p *ndjsonPrinter) end() error { return nil }

// csvPrinter prints a header and RFC 4180 lines; null and undefined are empty.
type csvPrinter struct {
	w      *csv.Writer
	record []string
	err    error
}

func newCSVPrinter(w io.Writer, p *nql.Program) rowPrinter {
	c := &csvPrinter{w: csv.NewWriter(w), record: make([]string, len(p.Names()))}
	c.err = c.w.Write(p.Names())
	return c
}

func (p *csvPrinter) row(v []nql.Value) error {
	if p.err != nil {
		return p.err
	}
	for i := range v {
		p.record[i] = string(nql.AppendText(nil, v[i]))
	}
	return p.w.Write(p.record)
}

func (p *csvPrinter) end() error {
	p.w.Flush()
	if p.err != nil {
		return p.err
	}
	return p.w.Error()
}

// measured is how many rows decide a table's column widths; they are held back until then. Later rows that
// are wider push their line out of shape, but memory stays bounded.
const measured = 1000

// tablePrinter prints an aligned table as psql does, numbers to the right, and the number of rows.
type tablePrinter struct {
	w      io.Writer
	names  []string
	widths []int
	right  []bool
	held   [][]string
	n      int
	begun  bool
	err    error
}

func newTablePrinter(w io.Writer, p *nql.Program) rowPrinter {
	t := &tablePrinter{w: w, names: p.Names()}
	for _, n := range t.names {
		t.widths = append(t.widths, utf8.RuneCountInString(n))
		t.right = append(t.right, true)
	}
	return t
}

func (t *tablePrinter) row(v []nql.Value) error {
	cells := make([]string, len(v))
	for i := range v {
		cells[i] = oneLine(string(nql.AppendText(nil, v[i])))
		switch v[i].Kind {
		case nql.Undefined, nql.Null, nql.Integer, nql.Float, nql.Number:
		default:
			if !t.begun {
				t.right[i] = false
			}
		}
	}
	t.n++
	if t.begun {
		t.print(cells)
		return t.err
	}
	for i, c := range cells {
		t.widths[i] = max(t.widths[i], utf8.RuneCountInString(c))
	}
	if t.held = append(t.held, cells); len(t.held) == measured {
		t.begin()
	}
	return t.err
}

func (t *tablePrinter) begin() {
	t.begun = true
	centred := make([]string, len(t.names))
	rules := make([]string, len(t.names))
	for i, n := range t.names {
		pad := t.widths[i] - utf8.RuneCountInString(n)
		centred[i] = strings.Repeat(" ", pad/2) + n + strings.Repeat(" ", pad-pad/2)
		rules[i] = strings.Repeat("-", t.widths[i]+2)
	}
	t.line(" " + strings.TrimRight(strings.Join(centred, " | "), " "))
	t.line(strings.Join(rules, "+"))
	for _, r := range t.held {
		t.print(r)
	}
	t.held = nil
}

func (t *tablePrinter) print(cells []string) {
	for i, c := range cells {
		if pad := strings.Repeat(" ", max(0, t.widths[i]-utf8.RuneCountInString(c))); t.right[i] {
			cells[i] = pad + c
		} else {
			cells[i] = c + pad
		}
	}
	t.line(" " + strings.TrimRight(strings.Join(cells, " | "), " "))
}

func (t *tablePrinter) line(s string) {
	if t.err == nil {
		_, t.err = fmt.Fprintln(t.w, s)
	}
}

func (t *tablePrinter) end() error {
	if !t.begun {
		t.begin()
	}
	if t.n == 1 {
		t.line("(1 row)")
	} else {
		t.line(fmt.Sprintf("(%d rows)", t.n))
	}
	return t.err
}

// oneLine keeps a value on its line.
func oneLine(s string) string {
	return strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
}
