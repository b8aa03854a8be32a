package chart

import (
	"encoding/xml"
	"flag"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite golden files")

func draw(t interface{ Fatal(...any) }, c *Chart) string {
	var b strings.Builder
	if err := c.SVG(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	got := draw(t, &Chart{
		Title: "Two tasks & <three> systems", Note: "Milliseconds.",
		Series: []string{"flare-pg", "A", "B, typed"},
		Groups: []Group{
			{Name: "Q1", Label: "count all", Values: []float64{0.08, 4, 1200}, Texts: []string{"0.08", "4.00", "1,200"}},
			{Name: "Q2", Label: "one is missing", Values: []float64{10, 0, 100}, Texts: []string{"10.0", "–", "≈100"}},
		},
	})
	const golden = "testdata/chart.svg"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the chart is not that of %s; with -update it is rewritten:\n%s", golden, got)
	}
}

// Whatever the values are, the chart is well-formed XML and every bar lies within the axis.
func TestBarsLieWithinTheAxis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 10).Draw(t, "series")
		c := &Chart{Title: rapid.StringMatching(`[ -~]*`).Draw(t, "title")}
		for range n {
			c.Series = append(c.Series, rapid.StringMatching(`[ -~]*`).Draw(t, "name"))
		}
		bars := 0
		for range rapid.IntRange(0, 5).Draw(t, "groups") {
			var g Group
			for range n {
				v := 0.0
				if rapid.Bool().Draw(t, "there") {
					v = math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "magnitude"))
					bars++
				}
				g.Values, g.Texts = append(g.Values, v), append(g.Texts, "x")
			}
			c.Groups = append(c.Groups, g)
		}
		drawn := 0
		d := xml.NewDecoder(strings.NewReader(draw(t, c)))
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			e, ok := token.(xml.StartElement)
			if !ok || e.Name.Local != "rect" {
				continue
			}
			at := map[string]float64{}
			for _, a := range e.Attr {
				at[a.Name.Local], _ = strconv.ParseFloat(a.Value, 64)
			}
			if at["x"] != left {
				continue // the background and the legend
			}
			drawn++
			if at["width"] < 1 || left+at["width"] > width-right+0.1 {
				t.Fatalf("a bar of %v pixels", at["width"])
			}
		}
		if drawn != bars {
			t.Fatalf("%d bars for %d values", drawn, bars)
		}
	})
}

// The axis has room for every value, and has a length.
func TestDecadesHoldAllValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float64Range(1e-9, 1e9), 1, 5).Draw(t, "values")
		low, high := (&Chart{Groups: []Group{{Values: v}}}).decades()
		for _, x := range v {
			if l := math.Log10(x); l < float64(low) || l > float64(high) {
				t.Fatalf("%v is not between 10^%d and 10^%d", x, low, high)
			}
		}
		if low >= high {
			t.Fatalf("an axis from 10^%d to 10^%d", low, high)
		}
	})
}
