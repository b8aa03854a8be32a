package nql

// ValueKind tells values apart.
type ValueKind uint8

const (
	Undefined ValueKind = iota // what a property that is not there yields
	Null
	Boolean
	Integer // Int
	Float   // Float
	Number  // Text: a decimal that is exact neither as int64 nor as float64
	String  // Text
	Instant // Int: 100 ns since 1970-01-01T00:00:00Z
	Duration
	ArrayValue  // Text: JSON
	ObjectValue // Text: JSON
)

// Value is an NQL value: a literal, a parameter, the result of an expression.
type Value struct {
	Kind  ValueKind
	Bool  bool
	Int   int64 // Integer; Instant; Duration (100 ns)
	Float float64
	Text  string
}
