package nql

// Nodes are immutable once built; rooms above build them directly. Every node prints (Print)
// to text that parses back to the same AST.

// Query is select … from stream [where …] [order by @t …] [limit n].
type Query struct {
	Select []Item // empty means *: the whole document
	Stream string
	Where  Expr // nil: none
	Order  Order
	Limit  int64 // -1: none
}

// Order of a query's rows by @t.
type Order uint8

const (
	Unordered Order = iota
	Ascending
	Descending
)

// Item is an expression of the select list with the name of its column.
type Item struct {
	Expr Expr
	Name string // given with "as", else made from the expression
	As   bool   // given in the text
}

// Expr is an expression.
type Expr interface{ expr() }

// Step is one step of a path.
type Step struct {
	Kind  StepKind
	Name  string // Member
	Index int    // Element; negative: from the end, as in SQL's jsonb ->
}

// StepKind tells steps apart.
type StepKind uint8

const (
	Member  StepKind = iota // .Name or ['Name']
	Element                 // [3]
	AnyOf                   // [?]
	AllOf                   // [*]
)

// Builtin is one of the built-in properties.
type Builtin uint8

const (
	NoBuiltin  Builtin = iota
	Timestamp          // @t  @Timestamp
	Template           // @mt @MessageTemplate
	Message            // @m  @Message: the core column with its fall-backs
	Level              // @l  @Level: likewise
	Exception          // @x  @Exception: likewise
	EventType          // @i  @EventType
	Renderings         // @r  @Renderings
	TraceID            // @tr @TraceId: the core column with its fall-backs
	SpanID             // @sp @SpanId: likewise
	Properties         // @p  @Properties: an object of every property that is not built in
	Document           // @d  @Document: the whole event as stored
	ID                 // @id @Id: the event's id, a string
)

// Path reads a property: a built-in root or else a first step that is a Member, and further steps.
type Path struct {
	Root  Builtin
	Steps []Step
}

// Literal is a constant.
type Literal struct{ Value Value }

// Param stands for a value given when the query is run; the first is 0 (printed $1).
type Param struct{ Index int }

// Unary is not x, -x.
type Unary struct {
	Op Op
	X  Expr
}

// Binary is an operator between two operands.
type Binary struct {
	Op   Op
	L, R Expr
	CI   bool // comparisons: ignoring case
}

// Op is an operator.
type Op uint8

const (
	And Op = iota + 1
	Or
	Not
	Eq
	Ne
	Lt
	Le
	Gt
	Ge
	Add
	Sub
	Mul
	Div
	Mod
	Neg
)

// Like is x [not] like pattern [ci]; % any run, _ any character, backslash escapes.
type Like struct {
	X, Pattern Expr
	Not, CI    bool
}

// In is x [not] in [a, b, c] [ci].
type In struct {
	X       Expr
	List    []Expr
	Not, CI bool
}

// Between is x [not] between a and b.
type Between struct {
	X, Low, High Expr
	Not          bool
}

// IsNull is x is [not] null; true of null and of undefined.
type IsNull struct {
	X   Expr
	Not bool
}

// Call is a function call: has(x), length(x), … Name is in lower case.
type Call struct {
	Name string
	Args []Expr
}

// InArray is x [not] in y [ci], where y is an expression whose value is an array: x in Tags. A list that holds
// a Spread is one too: x in [..Tags, 'a'].
type InArray struct {
	X, Array Expr
	Not, CI  bool
}

// Regex is x = /pattern/ [ci], or x <> /pattern/ where Not is set: the pattern, in RE2's syntax, is found somewhere in x. A slash
// stands in Pattern as it is; in the text it is escaped with a backslash.
type Regex struct {
	X       Expr
	Pattern string
	Not, CI bool
}

// If is if c then x else y. Cond is a truth; Then and Else are of any kind.
type If struct{ Cond, Then, Else Expr }

// Lambda is x => body. It is an argument of functions that call it for each element of an array (some, every, map, filter), and
// nothing else. Param is a plain name.
type Lambda struct {
	Param string
	Body  Expr
}

// Local is the parameter of the innermost Lambda around it that has this name.
type Local struct{ Name string }

// Access reads a part of a value that an expression gives: split(Path, '/')[1], item.Price. X is no Path and no Access: those take the
// steps themselves.
type Access struct {
	X     Expr
	Steps []Step
}

// Object is { a: x, b: y, ..z }. Of members of one name the last counts.
type Object struct{ Members []Property }

// Property is one member of an Object literal. Where Value is a Spread it has no name: it stands for all members of an object.
type Property struct {
	Name  string
	Value Expr
}

// Array is [x, y, ..z].
type Array struct{ Items []Expr }

// Spread is ..x among the items of an Array or the members of an Object: all elements, or all members, of x.
type Spread struct{ X Expr }

func (*Path) expr()    {}
func (*Literal) expr() {}
func (*Param) expr()   {}
func (*Unary) expr()   {}
func (*Binary) expr()  {}
func (*Like) expr()    {}
func (*In) expr()      {}
func (*Between) expr() {}
func (*IsNull) expr()  {}
func (*Call) expr()    {}
func (*InArray) expr() {}
func (*Regex) expr()   {}
func (*If) expr()      {}
func (*Lambda) expr()  {}
func (*Local) expr()   {}
func (*Access) expr()  {}
func (*Object) expr()  {}
func (*Array) expr()   {}
func (*Spread) expr()  {}
