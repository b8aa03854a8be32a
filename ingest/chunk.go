package ingest

import (
	"bytes"
	"fmt"
	"io"

	"github.com/flare-pg/flare-pg/event"
)

// chunkBytes is how much is decoded as one piece of work.
const chunkBytes = 1 << 20

// chunk is some whole lines on their way through a worker.
type chunk struct {
	text    []byte // whole lines; the last of an input may lack its end
	tooLong bool   // instead of text: one line past the limit, which nobody holds
	limit   int
	read    int64 // bytes that it stands for
	done    chan struct{}

	lines   int64
	docs    []byte
	events  []decoded
	bad     []badLine
	summary event.Summary
}

// decoded is an event in docs.
type decoded struct {
	end int
	ts  int64
}

type badLine struct {
	line int64 // from 1, in the chunk
	err  *event.Error
}

// reset empties the chunk; buffers larger than most bytes are given back.
func (c *chunk) reset(most int) {
	if cap(c.text) > most {
		c.text = nil
	}
	if cap(c.docs) > most {
		c.docs = nil
	}
	c.text, c.docs, c.events, c.bad = c.text[:0], c.docs[:0], c.events[:0], c.bad[:0]
	c.tooLong, c.read, c.lines = false, 0, 0
	c.summary.Reset()
}

// decode decodes the lines; with stop it leaves off after the first bad one.
func (c *chunk) decode(d *event.Decoder, stop bool) {
	if c.tooLong {
		c.lines = 1
		c.bad = append(c.bad, badLine{1, c.tooLongError()})
		return
	}
	for text := c.text; len(text) > 0; {
		line := text
		if n := bytes.IndexByte(text, '\n'); n >= 0 {
			line, text = text[:n], text[n+1:]
		} else {
			text = nil
		}
		c.lines++
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		if len(line) > c.limit {
			c.bad = append(c.bad, badLine{c.lines, c.tooLongError()})
			if stop {
				return
			}
			continue
		}
		if blank(line) {
			continue
		}
		docs, ts, err := d.Decode(c.docs, line, &c.summary)
		if err != nil {
			c.bad = append(c.bad, badLine{c.lines, asEventError(err)})
			if stop {
				return
			}
			continue
		}
		c.docs = docs
		c.events = append(c.events, decoded{len(docs), ts})
	}
}

// tooLongError is the same for lines that were held and lines that were not.
func (c *chunk) tooLongError() *event.Error {
	return &event.Error{
		Code: event.CodeTooLarge, Offset: -1, Reason: "line is longer than the limit of " + limitText(c.limit),
	}
}

func limitText(n int) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// asEventError: Decode returns no other errors.
func asEventError(err error) *event.Error {
	if e, ok := err.(*event.Error); ok {
		return e
	}
	return &event.Error{Code: "XX000", Reason: err.Error(), Offset: -1}
}

func blank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// splitter cuts a text into chunks of whole lines, of about size bytes each.
type splitter struct {
	text  io.Reader // fills what it is given, or says why not
	size  int
	limit int    // of a line, its end not counted
	carry []byte // read, but not given out: the beginning of a line
	begun bool   // the text's first bytes are read
	ended bool
}

// next fills c with lines, or with the notice that a line is too long. more is false at the end of the text.
func (p *splitter) next(c *chunk) (more bool, err error) {
	c.limit = p.limit
	c.text = append(c.text[:0], p.carry...)
	p.carry = p.carry[:0]
	if n := bytes.LastIndexByte(c.text, '\n'); n >= 0 && !p.ended { // read behind a line that was too long
		p.carry = append(p.carry, c.text[n+1:]...)
		c.text = c.text[:n+1]
		c.read = int64(len(c.text))
		return true, nil
	}
	for !p.ended {
		old := len(c.text)
		if old > p.limit+len("\r\n") {
			return true, p.discard(c)
		}
		if err := p.fill(c); err != nil {
			return false, err
		}
		if n := bytes.LastIndexByte(c.text[old:], '\n'); n >= 0 && !p.ended {
			p.carry = append(p.carry, c.text[old+n+1:]...)
			c.text = c.text[:old+n+1]
			break
		}
	}
	c.read = int64(len(c.text))
	return len(c.text) > 0, nil
}

// fill reads size bytes more.
func (p *splitter) fill(c *chunk) error {
	old := len(c.text)
	if cap(c.text) < old+p.size {
		grown := make([]byte, old, max(old+p.size, min(2*old, p.limit+2*p.size)))
		copy(grown, c.text)
		c.text = grown
	}
	n, err := p.text.Read(c.text[old : old+p.size])
	c.text = c.text[:old+n]
	if err == io.EOF {
		p.ended = true
	} else if err != nil {
		return err
	}
	if !p.begun {
		p.begun = len(c.text) >= len(bom) || p.ended
		c.text = bytes.TrimPrefix(c.text, bom)
	}
	return nil
}

// discard makes c the notice of a line that is too long, and reads on behind that line.
func (p *splitter) discard(c *chunk) error {
	c.tooLong = true
	c.read = int64(len(c.text))
	for !p.ended {
		c.text = c.text[:0]
		if err := p.fill(c); err != nil {
			return err
		}
		c.read += int64(len(c.text))
		if n := bytes.IndexByte(c.text, '\n'); n >= 0 {
			p.carry = append(p.carry[:0], c.text[n+1:]...)
			c.read -= int64(len(p.carry))
			break
		}
	}
	c.text = c.text[:0]
	return nil
}
