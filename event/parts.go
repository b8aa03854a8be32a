package event

// Part is a part of a message template: text that its messages have as it is, or what stands for a property.
type Part struct {
	Text string // where Name is empty
	Name string // of the property, whose text is shown
	// Spelled is the hole as it is written, which is shown where there is no such property.
	Spelled string
	// Formatted: a number is not shown as it is spelled, but made of digits and what else FormattedBytes has.
	Formatted bool
	Padded    bool // spaces may stand before or behind the text
}

// FormattedBytes are those that a formatted number can be made of.
const FormattedBytes = "0123456789+-., %abcdefABCDEFIn"

// Parts takes a template apart. renderings reports whether an event's @r, where it has one, can stand for some of it.
func Parts(template string) (parts []Part, renderings bool) {
	text := ""
	end := func() {
		if text != "" {
			parts = append(parts, Part{Text: text})
		}
		text = ""
	}
	for _, p := range appendPieces(nil, template) {
		text += p.text
		if p.brace != 0 {
			text += string(rune(p.brace))
		}
		h := &p.hole
		renderings = renderings || h.formatted
		switch {
		case h.name == "":
		case IsBuiltin(h.name): // no property
			text += p.spelled
		default:
			end()
			parts = append(parts, Part{Name: h.name, Spelled: p.spelled, Formatted: h.formatted, Padded: h.align != 0})
		}
	}
	end()
	return parts, renderings
}
