package nql

// TypeOf tells of which kind an expression's values are, besides null and undefined, as far as the text alone says it; Undefined
// where they may be of several. All numbers are Number. Columns tell it of what stands in documents, which this doesn't know.
func TypeOf(e Expr) ValueKind {
	switch e := e.(type) {
	case *Literal:
		return kindClass(e.Value.Kind)
	case *Path:
		return builtinType(e)
	case *Array:
		return ArrayValue
	case *Object:
		return ObjectValue
	case *Unary:
		if e.Op == Neg {
			if t := TypeOf(e.X); t == Duration || neverDuration(e.X) {
				return orNumber(t)
			}
			return Undefined
		}
		return Boolean
	case *Binary:
		if e.Op < Add {
			return Boolean
		}
		return arithmeticType(e)
	case *Like, *In, *InArray, *Regex, *Between, *IsNull:
		return Boolean
	case *Access:
		if hasWildcard(e.Steps) {
			return ArrayValue
		}
	case *If:
		return commonType(e.Then, e.Else)
	case *Call:
		return callType(e)
	}
	return Undefined
}

func kindClass(k ValueKind) ValueKind {
	switch k {
	case Integer, Float:
		return Number
	case Null:
		return Undefined
	}
	return k
}

func orNumber(t ValueKind) ValueKind {
	if t == Duration {
		return Duration
	}
	return Number
}

func builtinType(p *Path) ValueKind {
	if hasWildcard(p.Steps) {
		return ArrayValue // where a value is wanted
	}
	if len(p.Steps) > 0 {
		return Undefined
	}
	switch p.Root {
	case Timestamp:
		return Instant
	case Message, Level, Exception, TraceID, SpanID, ID:
		return String
	case Properties, Document:
		return ObjectValue
	}
	return Undefined
}

// neverDuration reports whether a value is no time and no duration, which no document holds.
func neverDuration(e Expr) bool {
	switch e := e.(type) {
	case *Path:
		return e.Root != Timestamp || len(e.Steps) > 0
	case *Local, *Access:
		return true
	case *Literal:
		return e.Value.Kind != Duration && e.Value.Kind != Instant
	}
	switch TypeOf(e) {
	case Undefined, Duration, Instant:
		return false
	}
	return true
}

// arithmeticType knows that times and durations come from literals, @t and what is computed of them.
func arithmeticType(e *Binary) ValueKind {
	if neverDuration(e.L) && neverDuration(e.R) {
		return Number
	}
	l, r := TypeOf(e.L), TypeOf(e.R)
	switch {
	case l == Instant && r == Instant && e.Op == Sub:
		return Duration
	case l == Instant && r == Duration, l == Duration && r == Instant && e.Op == Add:
		return Instant
	case l == Duration && r == Duration && (e.Op == Add || e.Op == Sub):
		return Duration
	case l == Duration && neverDuration(e.R) && e.Op != Add && e.Op != Sub:
		return Duration
	case r == Duration && neverDuration(e.L) && e.Op == Mul:
		return Duration
	}
	return Undefined
}

// callType is what a function gives.
func callType(e *Call) ValueKind {
	switch e.Name {
	case "coalesce", "least", "greatest":
		return commonType(e.Args...)
	case "nullif":
		if len(e.Args) > 0 {
			return TypeOf(e.Args[0])
		}
	case "abs":
		if len(e.Args) > 0 && neverDuration(e.Args[0]) {
			return Number
		}
	}
	if f := registry[e.Name]; f != nil {
		return f.gives
	}
	return Undefined
}

// commonType is the type that all of some expressions have, if there is one. Null and undefined are of any.
func commonType(list ...Expr) ValueKind {
	t := Undefined
	for _, x := range list {
		if absent(x) {
			continue
		}
		k := TypeOf(x)
		if k == Undefined || t != Undefined && k != t {
			return Undefined
		}
		t = k
	}
	return t
}
