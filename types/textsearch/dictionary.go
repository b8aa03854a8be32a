package textsearch

import (
	"embed"
	"strings"
	"sync"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
)

// stemmers are the languages that words can be stemmed in, by the names of PostgreSQL's configurations.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"arabic": arabic.Stem, "danish": danish.Stem, "dutch": dutch.Stem, "english": english.Stem, "finnish": finnish.Stem, "french": french.Stem,
	"german": german.Stem, "hungarian": hungarian.Stem, "irish": irish.Stem, "italian": italian.Stem, "norwegian": norwegian.Stem,
	"portuguese": portuguese.Stem, "romanian": romanian.Stem, "russian": russian.Stem, "spanish": spanish.Stem, "swedish": swedish.Stem,
	"tamil": tamil.Stem, "turkish": turkish.Stem,
}

// stopFiles are the words that say too little to be looked for, a file a language. They are read off PostgreSQL 15's dictionaries
// (TestAnswersAreThoseOfPostgreSQL compares and, with -update, writes them).
//
//go:embed stop/*.txt
var stopFiles embed.FS

// A Dictionary makes lexemes of words: SQL's regdictionary. Its name is that of PostgreSQL's: simple, english_stem.
type Dictionary struct {
	Name  string
	stem  func(*snowballstem.Env) bool // nil: words stay as they are, in lower case
	stops func() map[string]bool
}

// longestStemmed is how many bytes a word may have at most that is stemmed.
const longestStemmed = 1000

var dictionaries = func() map[string]*Dictionary {
	all := map[string]*Dictionary{"simple": {Name: "simple", stops: func() map[string]bool { return nil }}}
	for language, stem := range stemmers {
		name := language + "_stem"
		all[name] = &Dictionary{Name: name, stem: stem, stops: sync.OnceValue(func() map[string]bool { return stopWords(language) })}
	}
	return all
}()

func stopWords(language string) map[string]bool {
	text, err := stopFiles.ReadFile("stop/" + language + ".txt")
	if err != nil { // there is none for some
		return nil
	}
	words := map[string]bool{}
	for w := range strings.FieldsSeq(string(text)) {
		words[w] = true
	}
	return words
}

// DictionaryNamed finds a dictionary; nil: we have none of that name.
func DictionaryNamed(name string) *Dictionary { return dictionaries[name] }

// Lexize gives a word's lexeme; ok is false for a stop word.
func (d *Dictionary) Lexize(word string) (lexeme string, ok bool) {
	return d.lexize(word, snowballstem.NewEnv(""))
}

func (d *Dictionary) lexize(word string, env *snowballstem.Env) (lexeme string, ok bool) {
	word = strings.ToLower(word)
	if d.stem == nil {
		return word, word != ""
	}
	switch {
	case len(word) > longestStemmed:
		return word, true
	case word == "" || d.stops()[word]:
		return "", false
	}
	env.SetCurrent(word)
	d.stem(env)
	if s := env.Current(); s != "" {
		return s, true
	}
	return word, true
}
