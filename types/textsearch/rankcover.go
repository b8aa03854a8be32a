package textsearch

import (
	"cmp"
	"math"
	"slices"
)

// hit is a place of a document where operands of a query stand: those that one lexeme matches.
type hit struct {
	place    Place
	lexeme   int
	operands []*Node
}

// RankCovers says how well a document fits a query, by the covers: the shortest stretches that match by themselves (SQL's ts_rank_cd). stopped, where it is not
// nil, is asked now and then; an error of its ends the work.
func RankCovers(w Weights, v Vector, q Query, method int, stopped func() error) (float32, error) {
	tree := q.Tree()
	if tree == nil || v.Len() == 0 {
		return 0, nil
	}
	lexemes := v.Lexemes(nil)
	c := covers{tree: tree, hits: hitsOf(lexemes, tree), seen: make([][]int, len(tree.operands(nil))), stopped: stopped}
	if len(c.hits) == 0 {
		return 0, nil
	}
	rank, distances, last := 0.0, 0.0, 0.0
	count := 0
	for {
		found, err := c.next()
		if err != nil {
			return 0, err
		}
		if !found {
			break
		}
		inverse := 0.0
		for _, h := range c.hits[c.first : c.last+1] {
			inverse += 1 / float64(w[h.place.Weight()])
		}
		begin, end := c.hits[c.first].place.Number(), c.hits[c.last].place.Number()
		between := c.last - c.first
		noise := end - begin - between
		if noise < 0 {
			noise = between / 2
		}
		rank += float64(between+1) / inverse / float64(1+noise)
		middle := float64(end+begin) / 2
		if count > 0 && middle > last {
			distances += 1 / (middle - last)
		}
		last = middle
		count++
	}
	if method&byLogLength != 0 {
		rank /= math.Log(float64(length(lexemes) + 1))
	}
	if method&byLength != 0 {
		rank /= float64(length(lexemes))
	}
	if method&byDistance != 0 && count > 0 && distances > 0 {
		rank /= float64(count) / distances
	}
	if method&byUnique != 0 {
		rank /= float64(len(lexemes))
	}
	if method&byLogUnique != 0 {
		rank /= math.Log(float64(len(lexemes)+1)) / math.Log(2)
	}
	if method&byItself != 0 {
		rank /= rank + 1
	}
	return float32(rank), nil
}

// hitsOf lists where a query's operands stand in a document, in the order of places.
func hitsOf(lexemes []Lexeme, tree *Node) []hit {
	var hits []hit
	for _, o := range tree.operands(nil) {
		found := matching(lexemes, o)
		if len(found) == 0 {
			continue
		}
		from, _ := findLexeme(lexemes, found[0].Text)
		for k := range found {
			for _, p := range found[k].all() {
				if o.Weights == 0 || o.Weights>>p.Weight()&1 != 0 {
					hits = append(hits, hit{p, from + k, []*Node{o}})
				}
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(a.place.Number()-b.place.Number(), a.place.Weight()-b.place.Weight(), a.lexeme-b.lexeme)
	})
	out := hits[:0]
	for _, h := range hits {
		if n := len(out); n > 0 && out[n-1].place == h.place && out[n-1].lexeme == h.lexeme {
			out[n-1].operands = append(out[n-1].operands, h.operands...)
		} else {
			out = append(out, h)
		}
	}
	return out
}

// covers finds the covers of a document one after the other.
type covers struct {
	tree        *Node
	hits        []hit
	from        int     // where the next one may begin
	first, last int     // hits of the one that was found
	seen        [][]int // places of each operand among the hits that were looked at
	stopped     func() error
	steps       int
}

func (c *covers) forget() {
	for i := range c.seen {
		c.seen[i] = c.seen[i][:0]
	}
}

// see notes the operands of a hit; turned: hits come from the last to the first.
func (c *covers) see(h *hit, turned bool) {
	for _, o := range h.operands {
		places, p := c.seen[o.index], h.place.Number()
		switch n := len(places); {
		case n > 0 && places[n-1] == p:
		case n > 0 && turned && places[0] == p:
		case turned:
			c.seen[o.index] = slices.Insert(places, 0, p)
		default:
			c.seen[o.index] = append(places, p)
		}
	}
}

func (c *covers) matches() bool {
	return c.tree.execute(func(o *Node, found *matched) answer {
		places := c.seen[o.index]
		if len(places) == 0 {
			return no
		}
		if found != nil {
			found.places = places
		}
		return yes
	}) != no
}

// tick asks now and then whether to stop.
func (c *covers) tick() error {
	if c.steps++; c.steps&255 == 0 && c.stopped != nil {
		return c.stopped()
	}
	return nil
}

func (c *covers) next() (bool, error) {
	for {
		c.forget()
		end := -1
		for i := c.from; i < len(c.hits); i++ {
			if err := c.tick(); err != nil {
				return false, err
			}
			c.see(&c.hits[i], false)
			if c.matches() {
				end = i
				break
			}
		}
		if end < 0 {
			return false, nil
		}
		c.forget()
		begin := -1
		i := end
		for ; i >= c.from; i-- {
			if err := c.tick(); err != nil {
				return false, err
			}
			c.see(&c.hits[i], true)
			if c.matches() {
				begin = i
				break
			}
		}
		if begin >= 0 {
			c.first, c.last, c.from = begin, end, begin+1
			return true, nil
		}
		c.from++
	}
}
