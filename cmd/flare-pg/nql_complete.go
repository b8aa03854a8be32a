package main

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
)

// spellNQL spells the path of a property as NQL has it.
func spellNQL(path []string) string { return nql.Print(nql.PropertyPath(path...)) }

// completions lists what Tab knows: keywords, built-in properties, streams and the properties that their events have.
func completions(store *engine.Store) []string {
	names := strings.Fields(`select from where order by @t asc desc limit as and or not like in is null between ci true false undefined
		if then else @mt @m @l @x @i @r @tr @sp @p @d @id @Timestamp @MessageTemplate @Message @Level @Exception @EventType @TraceId @SpanId @Properties`)
	tx := store.Read()
	defer tx.Close()
	for _, st := range tx.Schema().Streams {
		names = append(names, st.Name)
		for _, p := range st.Properties {
			names = append(names, spellNQL(p.Path))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// complete is called for each key: on Tab it extends the word before the cursor as far as all names that begin so agree.
func (s *shell) complete(line string, pos int, key rune) (newLine string, newPos int, ok bool) {
	if key != '\t' {
		return "", 0, false
	}
	start := strings.LastIndexAny(line[:pos], " ,()[]{}=<>+-*/%:'\t") + 1
	word := line[start:pos]
	common, found := "", 0
	for _, n := range s.names {
		if len(n) < len(word) || !strings.EqualFold(n[:len(word)], word) {
			continue
		}
		if found++; found == 1 {
			common = n
			continue
		}
		for !strings.HasPrefix(n, common) {
			common = common[:len(common)-1]
		}
		for !utf8.ValidString(common) {
			common = common[:len(common)-1]
		}
	}
	if found == 0 || word == "" || len(common) < len(word) {
		return line, pos, true
	}
	if found == 1 {
		common += " "
	}
	return line[:start] + common + line[pos:], start + len(common), true
}
