package nql

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/event"
)

// TestPrefilterHoldsNothingBack: a document for which a predicate is true passes its prefilter, whatever escapes, other scalars and core
// columns are in it; and some documents do not pass, or it would be good for nothing.
func TestPrefilterHoldsNothingBack(t *testing.T) {
	wild := []string{"abc", "Straße", "x\ny", "it's", "日本", "50%", "true", "100.5", `a\b"c`, "Information", "Error", "\u007f\u2028", "null"}
	matched, held := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(wild).Draw(t, "text")
		var e Expr
		p := paths(true).Draw(t, "path")
		if rapid.Bool().Draw(t, "a path that has it") { // any path seldom meets the text
			p = &Path{Steps: []Step{{Kind: Member, Name: "Text"}}}
		}
		switch rapid.IntRange(0, 2).Draw(t, "form") {
		case 0:
			e = &Binary{Op: Eq, L: p, R: &Literal{StringValue(text)}}
		case 1:
			e = &Binary{Op: Eq, L: &Literal{StringValue(text)}, R: p, CI: rapid.Bool().Draw(t, "ci")}
		default:
			e = &Like{X: p, Pattern: &Literal{StringValue("%" + text + "_%")}, Not: rapid.Bool().Draw(t, "not")}
		}
		filter := prefilterOf(e)
		for range 3 {
			doc := appendObject(t, nil, 2, []string{"@mt", "@m", "@l", "@x", "@tr", "Level", "severity"})
			if rapid.Bool().Draw(t, "has it") { // the value at a path, as a shipper would spell it
				doc = doc[:len(doc)-1]
				if len(doc) > 1 {
					doc = append(doc, ',')
				}
				doc = append(doc, `"a":`...)
				doc = append(event.AppendString(doc, []byte("<"+text+">")), `,"b":[`...)
				doc = append(event.AppendString(doc, []byte(text)), `],"Text":`...)
				doc = append(event.AppendString(doc, []byte(text)), '}')
			}
			ts := int64(0)
			stored, _, err := event.NewDecoder(event.Options{Now: &ts}).Decode(nil, doc, nil)
			if err != nil {
				t.Skip(err)
			}
			ev := &Event{Document: stored}
			if newReference(&testing.T{}, ev).truth(e) == yes {
				matched++
				if !filter.passes(stored) {
					t.Fatalf("%s\nis true of %s\nwhich does not pass %q", Print(e), stored, filter)
				}
			} else if !filter.passes(stored) {
				held++
			}
		}
	})
	if matched < 5 || held < 20 {
		t.Errorf("%d documents matched and %d were held back: the generator shows nothing", matched, held)
	}
}
