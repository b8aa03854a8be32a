// Package pgnames knows the named objects of PostgreSQL 15's own catalogs: its functions, operators, types, collations,
// operator classes and so on with their OIDs, also those that nothing here computes. It is what the reg* types and the
// functions about the catalog look names up in; what exists beyond (relations, roles, schemas of users) they ask others for.
//
// It is a table of facts and imports nothing of ours.
package pgnames

// Classes are the catalogs that name objects, by their OIDs in pg_class.
const (
	Relation       uint32 = 1259 // pg_class
	Attribute      uint32 = 1249
	Type           uint32 = 1247
	Function       uint32 = 1255
	Operator       uint32 = 2617
	Namespace      uint32 = 2615
	Role           uint32 = 1260 // pg_authid
	Database       uint32 = 1262
	Tablespace     uint32 = 1213
	Language       uint32 = 2612
	Collation      uint32 = 3456
	Conversion     uint32 = 2607
	AccessMethod   uint32 = 2601
	OperatorClass  uint32 = 2616
	OperatorFamily uint32 = 2753
	TextConfig     uint32 = 3602
	TextDictionary uint32 = 3600
	TextParser     uint32 = 3601
	TextTemplate   uint32 = 3764
	Statistics     uint32 = 3381
	Constraint     uint32 = 2606
	Default        uint32 = 2604
	Cast           uint32 = 2605
	Trigger        uint32 = 2620
	Rewrite        uint32 = 2618
	ForeignServer  uint32 = 1417
	ForeignWrapper uint32 = 2328
	LargeObject    uint32 = 2613
	Parameter      uint32 = 6243 // pg_parameter_acl
)

// Object is a named object. It is shared and must not be changed.
type Object struct {
	Class  uint32
	OID    uint32
	Schema string // "" for what lies in none: roles, languages, schemas themselves
	Name   string

	Kind    byte     // pg_class.relkind, pg_type.typtype, pg_proc.prokind
	Args    []uint32 // of functions their input arguments; of operators left (0: none) and right; of operator classes and families method (and type)
	Result  uint32   // of functions and operators
	Display string   // of types: what format_type shows where the type is visible
	Within  uint32   // of composite types the relation; of indexes the table

	Details  *FunctionDetails // of functions
	Operator *OperatorDetails // of operators
}

// FunctionDetails are the other columns of pg_proc.
type FunctionDetails struct {
	Volatility, Parallel              byte
	Strict, Set, Leakproof, AsDefiner bool
	Variadic, Language, Support       uint32
	Cost, Rows                        float64
	AllArgs                           []uint32 // nil where all arguments are input arguments
	Modes                             string   // a letter for each of AllArgs: i, o, b, v, t; "" likewise
	Names                             []string // of all arguments, "" for one without; nil where none has a name
	Defaults                          []string // of the last input arguments, as SQL
	Source, Library                   string
}

// OperatorDetails are the other columns of pg_operator.
type OperatorDetails struct {
	Function, Commutator, Negator, Restriction, Join uint32
	Merges, Hashes                                   bool
}

type key struct {
	class        uint32
	schema, name string
}

type number struct{ class, oid uint32 }

// Find lists the objects of a class by their exact schema and name, in order of OID: functions and operators may be several.
func Find(class uint32, schema, name string) []*Object {
	return table().byName[key{class, schema, name}]
}

// ByOID finds an object by its number.
func ByOID(class, oid uint32) (*Object, bool) {
	o, ok := table().byOID[number{class, oid}]
	return o, ok
}

// All lists a class by OID. The slice must not be changed.
func All(class uint32) []*Object { return table().byClass[class] }
