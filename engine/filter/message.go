package filter

import (
	"encoding/binary"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// Messages are mostly made of a few templates: literal text, and holes in which values are shown. What is special about one message is which values meet in it, and in which
// template. So the keys of a page's messages are
//
//	trigrams of what is shown in holes, and of messages that have no template (AppendTrigrams of what Fold gives)
//	the seams: the ends of two values that are shown side by side, with the literal text between them (SeamKey)
//	the templates (TemplateKey); of messages without one that of none
//
// The section begins with the templates of all pages:
//
//	u  bytes that follow for them
//	   u number; for each: u length, the template
//
// A hole whose values are formatted or padded is in no seam.

// SeamBytes is how many bytes of a value are in a seam: the last ones of the first value and the first ones of the second. Of a shorter value all are.
const SeamBytes = 3

const (
	// MaxTemplates is how many templates a section has at most, and MaxTemplateBytes how long all of them are together.
	MaxTemplates     = 256
	MaxTemplateBytes = 64 << 10
)

// apart stands in no text.
const apart = 0xff

// SeamKey is the key of a seam: XXH64 of the last bytes of the first value, ff, the text between, ff, the first bytes of the second value, each as Fold has it.
func SeamKey(before, between, after []byte) uint64 {
	var room [128]byte
	const near = 4 * SeamBytes // which Fold makes SeamBytes of, or more, whatever they are
	b := Fold(room[:0], before[max(0, len(before)-near):])
	b = append(b[:0], b[max(0, len(b)-SeamBytes):]...)
	b = Fold(append(b, apart), between)
	b = append(b, apart)
	n := len(b)
	b = Fold(b, after[:min(len(after), near)])
	return xxhash.Sum64(b[:min(len(b), n+SeamBytes)])
}

// TemplateKey is the key of a template: XXH64 of ff and its characters. An empty one stands for messages that have none.
func TemplateKey(template string) uint64 {
	var room [128]byte
	return xxhash.Sum64(append(append(room[:0], apart), template...))
}

// Fold appends a text to dst in which A to Z are in lower case, and the two characters beyond ASCII whose lower case is within are that: the Kelvin sign is k,
// and İ is i.
func Fold(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		case c == 0xe2 && i+2 < len(text) && text[i+1] == 0x84 && text[i+2] == 0xaa:
			c = 'k'
			i += 2
		case c == 0xc4 && i+1 < len(text) && text[i+1] == 0xb0:
			c = 'i'
			i++
		}
		dst = append(dst, c)
	}
	return dst
}

// Template notes that messages of the section have a template; false where it has too many.
func (b *Builder) Template(template string) bool {
	if slices.Contains(b.templates, template) {
		return true
	}
	n := len(template)
	for _, t := range b.templates {
		n += len(t)
	}
	if len(b.templates) == MaxTemplates || n > MaxTemplateBytes {
		return false
	}
	b.templates = append(b.templates, template)
	return true
}

// Templates lists the templates that the messages of all pages have; an empty one stands for messages that have none.
func (p *Pages) Templates() []string { return p.templates }

func appendTemplates(dst []byte, templates []string) []byte {
	list := binary.AppendUvarint(nil, uint64(len(templates)))
	for _, t := range templates {
		list = append(binary.AppendUvarint(list, uint64(len(t))), t...)
	}
	return append(binary.AppendUvarint(dst, uint64(len(list))), list...)
}

// decodeTemplates reads what appendTemplates appends, and gives the rest.
func decodeTemplates(b []byte) (templates []string, rest []byte, ok bool) {
	r := reader{b: b}
	in := reader{b: r.take(r.number(1))}
	templates = make([]string, in.number(1))
	size := 0
	for i := range templates {
		templates[i] = string(in.take(in.number(1)))
		size += len(templates[i])
	}
	return templates, r.b, !r.bad && !in.bad && len(in.b) == 0 && len(templates) <= MaxTemplates && size <= MaxTemplateBytes
}
