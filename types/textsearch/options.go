package textsearch

import "strings"

// Options reads a list of names with values, as ts_headline takes it: MaxWords=20, StartSel = '<b>', StopSel="</b>".
func Options(s string) ([]Option, error) {
	r := optionReader{text: s}
	var all []Option
	for {
		for r.at < len(s) && (isASCIISpace(s[r.at]) || s[r.at] == ',') {
			r.at++
		}
		if r.at == len(s) {
			return all, nil
		}
		name, nameOK := r.name()
		value, ok := r.value()
		if !nameOK || !ok {
			return nil, errorf(syntaxError, "invalid parameter list format: \"%s\"", s)
		}
		all = append(all, Option{name, value})
	}
}

func isASCIISpace(c byte) bool { return asciiClasses[c&127]&space != 0 && c < 128 }

type optionReader struct {
	text string
	at   int
}

func (r *optionReader) spaces() {
	for r.at < len(r.text) && isASCIISpace(r.text[r.at]) {
		r.at++
	}
}

// name reads a name and the sign behind it.
func (r *optionReader) name() (name string, ok bool) {
	if r.text[r.at] == '"' {
		r.at++
		if name, ok = r.quoted('"', false); !ok {
			return "", false
		}
	} else {
		from := r.at
		for r.at++; r.at < len(r.text) && !isASCIISpace(r.text[r.at]) && r.text[r.at] != '='; r.at++ {
		}
		name = r.text[from:r.at]
	}
	r.spaces()
	if r.at == len(r.text) || r.text[r.at] != '=' {
		return "", false
	}
	r.at++
	return name, true
}

func (r *optionReader) value() (string, bool) {
	r.spaces()
	if r.at == len(r.text) {
		return "", false
	}
	rest := r.text[r.at:]
	switch {
	case rest[0] == '\'':
		r.at++
		return r.quoted('\'', true)
	case strings.HasPrefix(rest, "E'"):
		r.at += 2
		return r.quoted('\'', true)
	case rest[0] == '"':
		r.at++
		return r.quoted('"', false)
	}
	from := r.at
	for r.at < len(r.text) && !isASCIISpace(r.text[r.at]) && r.text[r.at] != ',' {
		r.at++
	}
	return r.text[from:r.at], true
}

// quoted reads up to and with a quote, which stands for itself where it is doubled; backslashes do where they are to.
func (r *optionReader) quoted(quote byte, backslash bool) (string, bool) {
	var b strings.Builder
	for ; r.at < len(r.text); r.at++ {
		c := r.text[r.at]
		doubled := r.at+1 < len(r.text) && r.text[r.at+1] == c
		switch {
		case c == quote && !doubled:
			r.at++
			return b.String(), true
		case c == quote || c == '\\' && backslash && doubled:
			r.at++
		}
		b.WriteByte(c)
	}
	return "", false
}
