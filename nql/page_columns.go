package nql

import (
	"fmt"
	"slices"

	"github.com/flare-pg/flare-pg/column"
)

// pageColumn is a column of the projection as it is read from a page.
type pageColumn struct {
	readColumn
	how pageRead
	of  PageMember
}

type pageRead uint8

const (
	readTime     pageRead = iota // the events' timestamps
	readMember                   // a member, or the text of a core column
	readDocument                 // the whole document
	readRows                     // computed row by row
)

// projection compiles the columns.
func (code *pageCode) projection(columns []readColumn) error {
	c := newCompiler(nil)
	code.columns = nil
	var paths []*Path
	for _, col := range columns {
		p := pageColumn{readColumn: col, how: readRows}
		if col.Path != nil {
			p.how, p.of = howRead(col.Column)
		}
		if p.how == readRows {
			var err error
			if p.readColumn, err = c.column(col.Column); err != nil {
				return err
			}
			if col.Path != nil {
				paths = append(paths, col.Path)
			} else {
				paths = append(paths, Paths(col.Expr)...)
			}
		}
		code.columns = append(code.columns, p)
	}
	code.fit(c)
	code.later = *readsOf(c, paths)
	return nil
}

// howRead tells how a path is read.
func howRead(col Column) (pageRead, PageMember) {
	p := col.Path
	switch p.Root {
	case Timestamp:
		if col.Kind == column.Timestamp {
			return readTime, PageMember{}
		}
		return readRows, PageMember{}
	case Level, Exception, TraceID, SpanID:
		if col.Kind == column.Text {
			return readMember, PageMember{Core: p.Root}
		}
		return readRows, PageMember{}
	case Message, ID:
		return readRows, PageMember{}
	case Document:
		if col.Kind == column.JSON && len(p.Steps) == 0 {
			return readDocument, PageMember{}
		}
	}
	if steps, rest, ok := sparseSteps(p); ok && len(rest) == 0 && len(steps) > 0 && hasNoElements(p) && (p.Root != Document && p.Root != Properties) {
		var m PageMember
		for _, s := range steps {
			m.Names = append(m.Names, s.Name)
		}
		return readMember, m
	}
	return readRows, PageMember{}
}

// Columns fills b, whose vectors are of Kinds(), with the columns of the rows of sel (nil: all), in any form. The rows are copies but for dictionaries, which are
// never changed.
func (p *PageProgram) Columns(page Page, sel column.Selection, b *column.Batch) error {
	if len(b.Cols) != len(p.columns) {
		return fmt.Errorf("nql: the batch has %d columns, the program %d", len(b.Cols), len(p.columns))
	}
	n := sel.Count(page.Rows())
	b.Len = n
	each := false
	for i := range p.columns {
		col, out := &p.columns[i], b.Cols[i]
		out.Reset(col.Kind)
		switch col.how {
		case readTime:
			ts, err := page.Times()
			if err != nil {
				return err
			}
			appendMicroseconds(out, ts, sel)
		case readMember:
			if sel == nil && p.AnyOrder && len(p.columns) == 1 {
				if done, err := page.ShowAny(out, col.of, col.Kind); done || err != nil {
					return err
				}
			}
			misfits, err := page.Show(out, col.of, col.Kind, sel, col.KeepNull)
			if err != nil {
				return err
			}
			if misfits > 0 && col.Misfits != nil {
				col.Misfits.Add(int64(misfits))
			}
		case readDocument:
			if err := appendDocuments(out, page, sel, n); err != nil {
				return err
			}
		default:
			each = true
		}
	}
	if !each || n == 0 {
		return nil
	}
	if sel == nil {
		p.all = everyRow(p.all, n)
		sel = p.all
	}
	if err := p.rows.load(page, sel); err != nil {
		return err
	}
	for i, row := range sel {
		if err := p.rows.turn(p, page, i, row); err != nil {
			return err
		}
		for k := range p.columns {
			if p.columns[k].how == readRows {
				p.columns[k].append(p.st, b.Cols[k])
			}
		}
		if p.st.failed != nil {
			return p.st.failed
		}
	}
	return nil
}

// appendDocuments appends the documents of n rows.
func appendDocuments(out *column.Vector, page Page, sel column.Selection, n int) (err error) {
	for i := range n {
		row := i
		if sel != nil {
			row = int(sel[i])
		}
		out.AppendFunc(func(dst []byte) []byte {
			var failed error
			if dst, failed = page.Document(dst, row); failed != nil {
				err = failed
			}
			return dst
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Column makes out column i alone, of the rows of sel (nil: all); ok is false where it is not read by column.
func (p *PageProgram) Column(page Page, i int, sel column.Selection, out *column.Vector) (ok bool, err error) {
	col := &p.columns[i]
	out.Reset(col.Kind)
	switch col.how {
	case readTime:
		ts, err := page.Times()
		if err == nil {
			appendMicroseconds(out, ts, sel)
		}
		return true, err
	case readMember:
		_, err := page.Show(out, col.of, col.Kind, sel, col.KeepNull)
		return true, err
	}
	return false, nil
}

// appendMicroseconds makes out the timestamps of rows.
func appendMicroseconds(out *column.Vector, ts []int64, sel column.Selection) {
	n := sel.Count(len(ts))
	v := slices.Grow(out.Ints[:0], n)[:n]
	if sel == nil {
		for i, t := range ts {
			v[i] = microseconds(t)
		}
	} else {
		for i, row := range sel {
			v[i] = microseconds(ts[row])
		}
	}
	out.Ints, out.Len = v, n
}
