package types

// Objects is what a Names has besides where a whole catalog is behind it: what functions about catalog objects ask.
// Objects are told apart by the OID of the catalog relation that lists them (class) and their own.
type Objects interface {
	// Describe says in words what an object is, and Identify gives its type, schema, name and identity (pg_identify_object).
	Describe(class, oid OID, sub int32) (string, bool)
	Identify(class, oid OID, sub int32) (Identity, bool)
	// Definition gives the SQL that an object was or could have been made by: of a constraint, a function.
	Definition(class, oid OID) (string, bool)
	// FunctionArguments lists a function's arguments as CREATE FUNCTION takes them, with their defaults or without; FunctionResult
	// is what stands behind RETURNS.
	FunctionArguments(oid OID, defaults bool) (string, bool)
	FunctionResult(oid OID) (string, bool)
	// RelationSize is how many bytes a relation takes, that of its indexes apart; what takes none has 0.
	RelationSize(relation OID) (table, indexes int64, ok bool)
	// StoreSize is how many bytes all of them take.
	StoreSize() int64
}

// Identity is what pg_identify_object says of an object; empty texts are nulls.
type Identity struct{ Type, Schema, Name, Identity string }

// ObjectsOf gives what a statement knows of catalog objects; nil: nothing.
func ObjectsOf(env *Env) Objects {
	if env == nil || env.Names == nil {
		return nil
	}
	o, _ := env.Names.(Objects)
	return o
}
