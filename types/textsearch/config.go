package textsearch

import (
	"slices"
	"strings"
	"sync"

	"github.com/blevesearch/snowballstem"
)

// A Config says which dictionary makes lexemes of which tokens: SQL's regconfig.
type Config struct {
	Name        string
	ascii, word *Dictionary // of words of ASCII, and of others; numbers, names of hosts and files and the like go to simple
}

var configs = func() map[string]*Config {
	simple := dictionaries["simple"]
	all := map[string]*Config{"simple": {Name: "simple", ascii: simple, word: simple}}
	for language := range stemmers {
		own := dictionaries[language+"_stem"]
		c := &Config{Name: language, ascii: own, word: own}
		if language == "russian" { // whose letters are not ASCII's
			c.ascii = dictionaries["english_stem"]
		}
		all[language] = c
	}
	return all
}()

// ConfigNamed finds a configuration; nil: we have none of that name.
func ConfigNamed(name string) *Config { return configs[name] }

// ConfigNames lists the configurations.
func ConfigNames() []string {
	var names []string
	for n := range configs {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Dictionary is the one for tokens of a type; nil: they are no words.
func (c *Config) Dictionary(t TokenType) *Dictionary {
	switch t {
	case Blank, Tag, Protocol, Entity:
		return nil
	case AsciiWord, AsciiPart, AsciiHyphenWord:
		return c.ascii
	case Word, Part, HyphenWord:
		return c.word
	}
	return dictionaries["simple"]
}

// An analyzer makes lexemes of a text. It remembers what words became, for texts say the same ones again and again.
type analyzer struct {
	parser Parser
	env    *snowballstem.Env
	known  map[*Dictionary]map[string]string // "" for a stop word
	size   int
	words  []placed
}

type placed struct {
	lexeme string
	place  int
}

// mostKnown is how many words an analyzer remembers.
const mostKnown = 1 << 14

var analyzers = sync.Pool{New: func() any {
	return &analyzer{env: snowballstem.NewEnv(""), known: map[*Dictionary]map[string]string{}}
}}

func (a *analyzer) lexize(d *Dictionary, token []byte) (string, bool) {
	known := d.stem != nil && len(token) <= 64
	if known {
		if lexeme, ok := a.known[d][string(token)]; ok {
			return lexeme, lexeme != ""
		}
	}
	lexeme, ok := d.lexize(string(token), a.env)
	if known {
		if a.size >= mostKnown {
			clear(a.known)
			a.size = 0
		}
		if a.known[d] == nil {
			a.known[d] = map[string]string{}
		}
		a.known[d][string(token)] = lexeme
		a.size++
	}
	return lexeme, ok
}

// each gives f the lexemes of a text with their places, which count from after the ones before on; stop words take one, too. It gives the last place.
func (a *analyzer) each(c *Config, text []byte, after int, stopped func() error, f func(lexeme string, place int) error) (int, error) {
	a.parser.Reset(text)
	for asked := 0; ; {
		if a.parser.steps-asked > 1<<16 && stopped != nil {
			asked = a.parser.steps
			if err := stopped(); err != nil {
				return 0, err
			}
		}
		kind, token, ok := a.parser.Next()
		if !ok {
			return after, nil
		}
		d := c.Dictionary(kind)
		if d == nil || len(token) > MaxLexeme { // PostgreSQL, too, leaves long words out
			continue
		}
		after++
		if lexeme, ok := a.lexize(d, token); ok {
			if err := f(lexeme, min(after, MaxPosition)); err != nil {
				return 0, err
			}
		}
	}
}

// A Builder makes a document of texts that follow one another.
type Builder struct {
	a     *analyzer
	c     *Config
	after int
	words []placed
	// Stopped, where it is set, is asked now and then; an error of its ends the work.
	Stopped func() error
}

// NewBuilder begins a document. Close must be called when it is done.
func NewBuilder(c *Config) *Builder {
	a := analyzers.Get().(*analyzer)
	return &Builder{a: a, c: c, words: a.words[:0]}
}

// Close gives back what the Builder has borrowed.
func (b *Builder) Close() {
	if cap(b.words) < 1<<14 {
		b.a.words = b.words[:0]
	}
	b.a.parser.Reset(nil)
	analyzers.Put(b.a)
	b.a = nil
}

// Reset begins another document.
func (b *Builder) Reset() { b.words, b.after = b.words[:0], 0 }

// Add adds a text's lexemes.
func (b *Builder) Add(text []byte) (err error) {
	b.after, err = b.a.each(b.c, text, b.after, b.Stopped, func(lexeme string, place int) error {
		b.words = append(b.words, placed{lexeme, place})
		return nil
	})
	return err
}

// Gap leaves a place free, so that no phrase goes from one text to the next.
func (b *Builder) Gap() { b.after++ }

// Words is the number of lexemes that were added.
func (b *Builder) Words() int { return len(b.words) }

// Append appends the document.
func (b *Builder) Append(dst []byte) ([]byte, error) {
	slices.SortFunc(b.words, func(x, y placed) int {
		if c := strings.Compare(x.lexeme, y.lexeme); c != 0 {
			return c
		}
		return x.place - y.place
	})
	var lexemes []Lexeme
	var places []Place
	for i := 0; i < len(b.words); {
		word := b.words[i].lexeme
		places = places[:0]
		for ; i < len(b.words) && b.words[i].lexeme == word; i++ {
			p := placeAt(b.words[i].place, 0)
			if n := len(places); n == 0 || n < MaxPositions && places[n-1] != p {
				places = append(places, p)
			}
		}
		l := Lexeme{Text: []byte(word)}
		l.setPlaces(places)
		lexemes = append(lexemes, l)
	}
	if err := checkSize(lexemes); err != nil {
		return dst, err
	}
	return AppendVector(dst, lexemes), nil
}

// A Style is how a query is written.
type Style uint8

// The styles: with operators, as words that must all be there, as words that must follow one another, and as search engines take them.
const (
	Operators Style = iota
	Plain
	Phrases
	Web
)

// ToQuery makes a query of a text, of whose words it takes the lexemes, and appends it. The notice, where not "", is for the user.
func (c *Config) ToQuery(dst, text []byte, style Style) (_ []byte, notice string, err error) {
	a := analyzers.Get().(*analyzer)
	defer analyzers.Put(a)
	join := Phrase
	if style == Plain {
		join = And
	}
	n, notice, err := parseQuery(text, syntax{plain: style == Plain || style == Phrases, web: style == Web}, func(word []byte, weights uint8, prefix bool) (*Node, error) {
		var root *Node
		last := 0
		add := func(n *Node) {
			if root == nil {
				root = n
			} else {
				root = &Node{Op: join, Left: root, Right: n}
				if join == Phrase {
					root.Distance = 1
				}
			}
		}
		_, err := a.each(c, word, 0, nil, func(lexeme string, place int) error {
			for ; last > 0 && last+1 < place; last++ { // a stop word was here
				add(&Node{Op: stopWord})
			}
			last = place
			n, err := operand(text, []byte(lexeme), weights, prefix)
			if err == nil {
				add(n)
			}
			return err
		})
		return root, err
	})
	if err != nil {
		return dst, "", err
	}
	return AppendQuery(dst, n), notice, nil
}
