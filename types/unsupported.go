package types

// Lack says of something of PostgreSQL's why it is not here, and what to write instead: an error's detail and hint.
type Lack struct{ Why, Instead string }

// Refuse adds both to an error.
func (l Lack) Refuse(e *Error) *Error {
	e.Detail, e.Hint = l.Why, l.Instead
	return e
}

// What is said of types that have no values here, and of the functions over them.
var (
	LackXML = Lack{"There are no values of type xml.",
		"Keep XML as text: regexp_match and regexp_matches find parts of it."}
	LackGeometry = Lack{"There are no geometric types.",
		"Keep coordinates as double precision, or as arrays of it."}
	LackEnum     = Lack{"There are no types but PostgreSQL's own, and so no enumerated ones.", "Use text."}
	LackInternal = Lack{"It is a type of PostgreSQL's insides.", ""}
)

// LackOf finds what is said of a type without values; a type that has some, or that isn't known, has none.
func LackOf(t OID) (Lack, bool) {
	if e := ElemOf(t); e != 0 {
		if row, ok := Lookup(t); ok && row.Category == 'A' {
			t = e
		}
	}
	switch t {
	case XML:
		return LackXML, true
	case AnyEnum:
		return LackEnum, true
	}
	if row, ok := Lookup(t); ok && row.Category == 'G' {
		return LackGeometry, true
	}
	return Lack{}, false
}
