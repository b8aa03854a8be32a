package strip

import (
	"fmt"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"pgregory.net/rapid"
)

// TestLongListsAreLookedUp: a list of many ids, or numbers, finds the rows of a page that it finds row by row.
func TestLongListsAreLookedUp(t *testing.T) {
	b := NewBuilder()
	var r Reader
	var c Columns
	var batch column.Batch
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(rapid.SampledFrom([]string{`[0-9a-f]{4}-4[0-9a-f]{7}`, `[0-9A-F]{21}`, `[0-9a-f]{2}`, `[a-z]{1,8}`}).Draw(t, "ids"))
		number := rapid.OneOf(rapid.IntRange(-20, 20), rapid.Int())
		digits := rapid.SampledFrom([]string{"", "", ".5"}).Draw(t, "digits")
		a := asked{}
		var ids, numbers []string
		for i := range rapid.IntRange(8, 100).Draw(t, "events") {
			ids, numbers = append(ids, id.Draw(t, "id")), append(numbers, fmt.Sprint(number.Draw(t, "number"), digits))
			a.all = append(a.all, sample{int64(i), uint64(i), []byte(fmt.Sprintf(`{"@t":"2024-01-01T00:00:00Z","Id":%q,"N":%s}`, ids[i], numbers[i]))})
		}
		body, ok := smallPage(t, b, a.all)
		if !ok {
			return
		}
		if err := openBody(&r, body, len(a.all), size(a.all)); err != nil {
			t.Fatal(err)
		}
		c.Turn(&r)
		for range 2 { // the second list is of the same page
			not := rapid.Bool().Draw(t, "not")
			byId, byNumber := &nql.In{X: nql.PropertyPath("Id"), Not: not}, &nql.In{X: nql.PropertyPath("N"), Not: not}
			for range rapid.IntRange(1, 40).Draw(t, "list") {
				text, n := rapid.SampledFrom(ids).Draw(t, "one of them"), rapid.SampledFrom(numbers).Draw(t, "one of them")
				if rapid.Bool().Draw(t, "other") {
					text, n = id.Draw(t, "other"), fmt.Sprint(number.Draw(t, "other"))
				}
				byId.List = append(byId.List, &nql.Literal{Value: nql.StringValue(text)})
				byNumber.List = append(byNumber.List, &nql.Literal{Value: nql.NumberValue(n)})
			}
			a.check(t, &c, &batch, byId)
			a.check(t, &c, &batch, byNumber)
		}
	})
}
