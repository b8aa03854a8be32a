package strip

import (
	"slices"

	"github.com/flare-pg/flare-pg/nql"
)

// diskPage is how many bytes between two parts are as well announced with them.
const diskPage = 4 << 10

// Places calls f with where in the file the parts lie, in order, that reading members of all rows takes, and the timestamps where times is set. Nothing is read.
func (c *Columns) Places(members []nql.PageMember, times bool, f func(offset, length int64)) {
	r := c.r
	parts := r.wanted[:0]
	if times {
		parts = append(parts, partTimes)
	}
	for _, m := range members {
		if m.Core != nql.NoBuiltin {
			c.sources = c.coreSources(c.sources, m.Core)
			parts = append(parts, partShapes)
			for _, s := range c.sources {
				if s >= 0 {
					parts = append(parts, partStrips+int(s))
				}
			}
			continue
		}
		p := r.Find(m.Names...)
		node := p.node()
		if node <= 0 {
			continue
		}
		if r.covering(&p) < 0 {
			parts = append(parts, partShapes)
		}
		for _, s := range r.dir.nodes[node].strips {
			if s >= 0 {
				parts = append(parts, partStrips+int(s))
			}
		}
	}
	slices.Sort(parts)
	parts = slices.Compact(parts)
	r.wanted = parts
	for len(parts) > 0 {
		n := 1
		for n < len(parts) && r.gap(parts[n-1], parts[n]) <= diskPage {
			n++
		}
		first, last := &r.front.parts[parts[0]], &r.front.parts[parts[n-1]]
		f(r.base+int64(first.at), int64(last.at+last.length-first.at))
		parts = parts[n:]
	}
}
