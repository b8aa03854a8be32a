package textsearch

import (
	"bytes"
	"strconv"
	"strings"
)

// HeadlineOptions say what a headline is to look like.
type HeadlineOptions struct {
	MinWords, MaxWords, ShortWord, MaxFragments int
	HighlightAll                                bool
	StartSel, StopSel, FragmentDelimiter        string
}

// Option is a name with a value, as Options reads them.
type Option struct{ Name, Value string }

// NewHeadlineOptions is the usual ones, with some set.
func NewHeadlineOptions(set []Option) (*HeadlineOptions, error) {
	h := &HeadlineOptions{MinWords: 15, MaxWords: 35, ShortWord: 3, StartSel: "<b>", StopSel: "</b>", FragmentDelimiter: " ... "}
	numbers := map[string]*int{"minwords": &h.MinWords, "maxwords": &h.MaxWords, "shortword": &h.ShortWord, "maxfragments": &h.MaxFragments}
	texts := map[string]*string{"startsel": &h.StartSel, "stopsel": &h.StopSel, "fragmentdelimiter": &h.FragmentDelimiter}
	for _, o := range set {
		name := strings.ToLower(o.Name)
		switch {
		case numbers[name] != nil:
			n, err := strconv.ParseInt(strings.Trim(o.Value, " \t\n\v\f\r"), 10, 32)
			if err != nil && err.(*strconv.NumError).Err == strconv.ErrRange {
				return nil, errorf("22003", "value \"%s\" is out of range for type integer", o.Value)
			} else if err != nil {
				return nil, errorf("22P02", "invalid input syntax for type integer: \"%s\"", o.Value)
			}
			*numbers[name] = int(n)
		case texts[name] != nil:
			*texts[name] = o.Value
		case name == "highlightall":
			switch strings.ToLower(o.Value) {
			case "1", "on", "true", "t", "y", "yes":
				h.HighlightAll = true
			default:
				h.HighlightAll = false
			}
		default:
			return nil, errorf(invalidParameter, "unrecognized headline parameter: \"%s\"", o.Name)
		}
	}
	if !h.HighlightAll {
		switch {
		case h.MinWords >= h.MaxWords:
			return nil, errorf(invalidParameter, "MinWords should be less than MaxWords")
		case h.MinWords <= 0:
			return nil, errorf(invalidParameter, "MinWords should be positive")
		case h.ShortWord < 0:
			return nil, errorf(invalidParameter, "ShortWord should be >= 0")
		case h.MaxFragments < 0:
			return nil, errorf(invalidParameter, "MaxFragments should be >= 0")
		}
	}
	return h, nil
}

// headWord is a token of the text of a headline. One that several operands of the query match is there once more for each further one, repeated.
type headWord struct {
	text             []byte
	kind             TokenType
	place            int
	operand          *Node // that it matches
	repeated         bool
	in, chosen       bool // it is in the headline; and marked
	asBlank, leftOut bool // how it is shown
}

// A Headliner shows parts of texts that fit a query, and marks what fits. It is used by one goroutine.
type Headliner struct {
	options  *HeadlineOptions
	config   *Config
	tree     *Node
	operands []*Node
	words    []headWord
	found    []int // words with an operand
	// Stopped, where it is set, is asked now and then; an error of its ends the work.
	Stopped func() error
	steps   int
}

// NewHeadliner makes one, with a copy of the query.
func NewHeadliner(c *Config, q Query, o *HeadlineOptions) *Headliner {
	tree := Query(bytes.Clone(q)).Tree()
	return &Headliner{options: o, config: c, tree: tree, operands: tree.operands(nil)}
}

// AppendHeadline appends the headline of a text.
func (h *Headliner) AppendHeadline(dst, text []byte) ([]byte, error) {
	if err := h.read(text); err != nil {
		return dst, err
	}
	var err error
	if h.options.MaxFragments == 0 {
		err = h.markWords()
	} else {
		err = h.markFragments()
	}
	if err != nil {
		return dst, err
	}
	return h.appendMarked(dst), nil
}

// tick asks now and then whether to stop.
func (h *Headliner) tick() error {
	if h.steps++; h.steps&255 == 0 && h.Stopped != nil {
		return h.Stopped()
	}
	return nil
}

// read cuts the text into words and finds those that the query asks for.
func (h *Headliner) read(text []byte) error {
	h.words, h.found = h.words[:0], h.found[:0]
	a := analyzers.Get().(*analyzer)
	defer analyzers.Put(a)
	a.parser.Reset(text)
	defer a.parser.Reset(nil)
	place := 0
	for {
		if err := h.tick(); err != nil {
			return err
		}
		kind, token, ok := a.parser.Next()
		if !ok {
			return nil
		}
		if len(token) > MaxLexeme {
			continue
		}
		at := len(h.words)
		h.words = append(h.words, headWord{text: token, kind: kind})
		d := h.config.Dictionary(kind)
		if d == nil {
			continue
		}
		place++
		lexeme, ok := a.lexize(d, token)
		if !ok {
			continue
		}
		w := &h.words[at]
		w.place = min(place, MaxPosition)
		for _, o := range h.operands {
			if string(o.Text) != lexeme && !(o.Prefix && strings.HasPrefix(lexeme, string(o.Text))) {
				continue
			}
			if h.words[at].operand == nil {
				h.words[at].operand = o
				h.found = append(h.found, at)
				continue
			}
			again := h.words[at]
			again.operand, again.repeated = o, true
			h.found = append(h.found, len(h.words))
			h.words = append(h.words, again)
		}
	}
}

// appendMarked appends what was chosen.
func (h *Headliner) appendMarked(dst []byte) []byte {
	o := h.options
	inside, fragments := false, 0
	for i := range h.words {
		w := &h.words[i]
		if w.repeated {
			continue
		}
		if !w.in {
			inside = false
			continue
		}
		if !inside {
			inside = true
			if fragments++; fragments > 1 {
				dst = append(dst, o.FragmentDelimiter...)
			}
		}
		switch {
		case w.asBlank:
			dst = append(dst, ' ')
		case !w.leftOut:
			if w.chosen {
				dst = append(dst, o.StartSel...)
			}
			dst = append(dst, w.text...)
			if w.chosen {
				dst = append(dst, o.StopSel...)
			}
		}
	}
	return dst
}

// isWhole tells tokens that are followed by their parts.
func (t TokenType) isWhole() bool { return t.in(URL, NumHyphenWord, AsciiHyphenWord, HyphenWord) }

// counts reports whether a token counts as a word.
func (w *headWord) counts() bool { return w.kind != Blank && w.kind != Tag && !w.kind.isWhole() }

// wanted reports whether the query asks for a word.
func (w *headWord) wanted() bool { return w.operand != nil && !w.repeated }

// badEnd reports whether a headline should not end with a word.
func (h *Headliner) badEnd(i int) bool {
	w := &h.words[i]
	if w.wanted() {
		return false
	}
	return !w.counts() || len(w.text) <= h.options.ShortWord || w.kind.in(Scientific, Version, Decimal, SignedInt, UnsignedInt, Protocol, Entity)
}

// mark puts words first to last into the headline.
func (h *Headliner) mark(first, last int) {
	for i := first; i <= last && i < len(h.words); i++ {
		w := &h.words[i]
		w.chosen = w.chosen || w.operand != nil
		if w.kind == Tag && !h.options.HighlightAll {
			w.asBlank = true
		}
		w.leftOut = w.leftOut || w.kind.isWhole()
		w.in = !w.repeated
	}
}

// cover finds the first shortest stretch of words from a word on that matches the query, of no more than most words.
func (h *Headliner) cover(from int) (first, last int, ok bool, err error) {
	most := max(h.options.MaxWords*10, 100)
	if h.options.MaxFragments > 0 {
		most *= h.options.MaxFragments
	}
	seen := make([][]int, len(h.operands))
	k := 0
	for k < len(h.found) && h.found[k] < from {
		k++
	}
	for ; k < len(h.found); k++ {
		for i := range seen {
			seen[i] = seen[i][:0]
		}
		for m := k; m < len(h.found) && (m == k || h.found[m]-h.found[k] < most); m++ {
			if err := h.tick(); err != nil {
				return 0, 0, false, err
			}
			w := &h.words[h.found[m]]
			if places := seen[w.operand.index]; len(places) == 0 || places[len(places)-1] < w.place {
				seen[w.operand.index] = append(places, w.place)
			}
			if h.tree.execute(func(o *Node, found *matched) answer {
				places := seen[o.index]
				if len(places) == 0 {
					return no
				}
				if found != nil {
					found.places = places
				}
				return yes
			}) != no {
				return h.found[k], h.found[m], true, nil
			}
		}
	}
	return 0, 0, false, nil
}
