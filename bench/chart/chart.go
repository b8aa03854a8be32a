// Package chart draws grouped horizontal bars over a logarithmic axis as SVG: times of several systems at several tasks, which lie
// orders of magnitude apart.
package chart

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
)

// Chart is what is drawn. Values are positive; a value of 0 is one that is missing, and gets no bar.
type Chart struct {
	Title  string
	Note   string
	Series []string // the first is drawn in a colour of its own
	Groups []Group
}

// Group is the bars of one task, in the order of the series.
type Group struct {
	Name   string
	Label  string
	Values []float64
	Texts  []string // beside each bar
}

// Sizes in pixels.
const (
	width  = 960
	left   = 285 // of the axis
	right  = 80  // room for the text of the longest bar
	bar    = 12
	gap    = 14 // between groups
	margin = 20
	line   = 18 // of the legend
)

// Colours that people with impaired colour vision tell apart too (Okabe and Ito), the strongest first; they come round after eight.
var colours = []string{"#d55e00", "#0072b2", "#56b4e9", "#009e73", "#8fd1b8", "#cc79a7", "#7f7f7f", "#bdbdbd"}

// SVG writes the chart.
func (c *Chart) SVG(w io.Writer) error {
	low, high := c.decades()
	x := func(v float64) float64 {
		return left + (math.Log10(v)-float64(low))/float64(high-low)*(width-left-right)
	}
	columns := 3
	legend := (len(c.Series) + columns - 1) / columns * line
	top := 64 + legend
	height := top + 34
	for range c.Groups {
		height += len(c.Series)*bar + gap
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="system-ui, sans-serif" font-size="12" fill="#222">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<title>%s</title>`+"\n", html.EscapeString(c.Title))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	text(&b, margin, 26, `font-size="17" font-weight="600"`, c.Title)
	text(&b, margin, 46, `fill="#555" font-size="11"`, c.Note)
	for i, name := range c.Series {
		lx, ly := margin+i%columns*(width-2*margin)/columns, 58+i/columns*line
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="11" height="11" fill="%s"/>`+"\n", lx, ly, colour(i))
		text(&b, float64(lx+16), float64(ly+10), weight(i), name)
	}
	for d := low; d <= high; d++ {
		at := x(math.Pow10(d))
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#ddd"/>`+"\n", at, top, at, height-26)
		text(&b, at, float64(height-10), `text-anchor="middle" fill="#555"`, decade(d))
	}
	y := top + gap/2
	for _, g := range c.Groups {
		middle := float64(y + len(c.Series)*bar/2)
		text(&b, margin, middle+4, `font-weight="600"`, g.Name)
		text(&b, margin+34, middle+4, `font-size="11"`, g.Label)
		for i := range c.Series {
			if i < len(g.Values) && g.Values[i] > 0 {
				fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", left, y, max(1, x(g.Values[i])-left), bar-2, colour(i))
				text(&b, max(left+1, x(g.Values[i]))+4, float64(y+bar-3), strings.TrimSpace(`font-size="10" `+weight(i)), g.Texts[i])
			}
			y += bar
		}
		y += gap
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// decades are the powers of ten between which all values lie, at least one apart.
func (c *Chart) decades() (low, high int) {
	least, most := math.Inf(1), math.Inf(-1)
	for _, g := range c.Groups {
		for _, v := range g.Values {
			if v > 0 {
				least, most = min(least, v), max(most, v)
			}
		}
	}
	if least > most {
		return 0, 1
	}
	low, high = int(math.Floor(math.Log10(least))), int(math.Ceil(math.Log10(most)))
	return low, max(high, low+1)
}

// decade writes a power of ten.
func decade(d int) string {
	if d < 0 {
		return fmt.Sprintf("%.*f", -d, math.Pow10(d))
	}
	digits := fmt.Sprintf("%.0f", math.Pow10(d))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func colour(i int) string { return colours[i%len(colours)] }

func weight(i int) string {
	if i == 0 {
		return `font-weight="600"`
	}
	return ""
}

func text(b *strings.Builder, x, y float64, attributes, s string) {
	if attributes != "" {
		attributes = " " + attributes
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f"%s>%s</text>`+"\n", x, y, attributes, html.EscapeString(s))
}
