package oldevent

// Limits of the paths that are observed. Past them a property is reachable through the column properties only.
const (
	MaxPaths     = 2000 // a stream, nested ones included
	MaxNameBytes = 63   // a name
	MaxLevels    = 8    // steps of a path
)

// Property is what is known of one path's values. The zero value knows nothing.
type Property struct {
	Path []string
	// Type is what the first value that was not null decided, widened by the numbers that followed.
	Type PropertyType
	// Big is set when an integer beyond 2^53 was seen while Type is Bigint: a fraction then makes it
	// Numeric rather than Double. A store that keeps Type must keep Big with it.
	Big bool
	// Long is set when Type is Double and a number was seen whose spelling may say more than a double holds (over 15
	// digits, or an exponent). Without it, comparing the numbers as doubles and by the values spelled comes to the same.
	Long bool
	// Count is the number of events that have the path, nulls included.
	Count int64
	// Misfits is how many values a column of this type can't show.
	Misfits int64

	counts [classes]int64
	traits numberTraits
}

// class is a kind of value as far as property types tell them apart.
type class uint8

const (
	classNull class = iota
	classBool
	classNumber
	classText
	classJSON
	classes
)

// classOf gives the class of values that decide for a type.
func classOf(t PropertyType) class {
	switch t {
	case Boolean:
		return classBool
	case Bigint, Double, Numeric:
		return classNumber
	case Text:
		return classText
	case JSONB:
		return classJSON
	}
	return classNull
}

// fits reports whether a column of type t shows values of class c.
func (c class) fits(t PropertyType) bool {
	switch {
	case c == classNull || t == JSONB || t == NoType:
		return true
	case t == Text:
		return c != classJSON
	}
	return c == classOf(t)
}

// settle derives Type, Big, Count and Misfits from the counts, the first class and the traits.
func (p *Property) settle(first class) {
	switch first {
	case classNull:
		p.Type = NoType
	case classBool:
		p.Type = Boolean
	case classNumber:
		p.Type = p.traits.numericType()
	case classText:
		p.Type = Text
	case classJSON:
		p.Type = JSONB
	}
	p.Big = p.Type == Bigint && p.traits&seenBig != 0
	p.Long = p.Type == Double && p.traits&seenLong != 0
	p.Count, p.Misfits = 0, 0
	for c, n := range p.counts {
		p.Count += n
		if !class(c).fits(p.Type) {
			p.Misfits += n
		}
	}
}

// Merge adds what o knows, of events that came after p's: a stored property and a new summary's, or
// two summaries'. Merging in any grouping, the order kept, gives what observing one by one gives. The
// Path is taken over where p has none.
//
// A property whose exported fields alone were kept (in a store) merges to the same Type, Big, Count;
// its earlier misfits stay, and o's are judged by the type that stands.
func (p *Property) Merge(o *Property) {
	if p.Path == nil {
		p.Path = o.Path
	}
	a, b := p.restored(), o.restored()
	first := classOf(p.Type)
	if first == classNull {
		first = classOf(o.Type)
	}
	for c := range p.counts {
		p.counts[c] = a.counts[c] + b.counts[c]
	}
	p.traits = a.traits | b.traits
	p.settle(first)
}

// restored gives p with counts and traits, made up from the exported fields where only those are known.
func (p *Property) restored() Property {
	r := *p
	if r.counts != [classes]int64{} {
		return r
	}
	c := classOf(p.Type)
	r.counts[c] = p.Count - p.Misfits
	if p.Misfits > 0 {
		// Any class that the type does not fit keeps them misfits.
		r.counts[misfitClass(p.Type)] += p.Misfits
	}
	switch p.Type {
	case Bigint:
		if p.Big {
			r.traits |= seenBig
		}
	case Double:
		r.traits |= seenFraction
		if p.Long {
			r.traits |= seenLong
		}
	case Numeric:
		r.traits |= seenHuge
	}
	return r
}

// misfitClass names a class whose values a column of type t can't show.
func misfitClass(t PropertyType) class {
	if t == Boolean || t.Number() {
		return classJSON
	}
	if t == Text {
		return classJSON
	}
	return classNull
}
