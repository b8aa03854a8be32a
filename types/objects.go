package types

// Objects is what a Names has besides where a whole catalog is behind it: what the reg* types and functions about catalog objects ask.
// Objects are told apart by the OID of the catalog relation that lists them (class) and their own.
type Objects interface {
	// RegName gives the text of a value of a reg* type: the object's name, qualified where the search path would not find it.
	RegName(reg, oid OID) (string, bool)
	// RegOID finds the object that a text names as a value of a reg* type. Errors are PostgreSQL's.
	RegOID(reg OID, name string) (OID, error)
	// Visible reports whether an object is found by its bare name; ok is false where there is no such object.
	Visible(class, oid OID) (visible, ok bool)
	// RoleName names a role, without quotes.
	RoleName(oid OID) (string, bool)
	// FormatType is format_type for types that only the catalog knows: the row types of relations.
	FormatType(oid OID) (string, bool)
	// Describe says in words what an object is, and Identify gives its type, schema, name and identity (pg_identify_object).
	Describe(class, oid OID, sub int32) (string, bool)
	Identify(class, oid OID, sub int32) (Identity, bool)
	// Definition gives the SQL that an object was or could have been made by: of a constraint, a function.
	Definition(class, oid OID) (string, bool)
	// FunctionArguments lists a function's arguments as CREATE FUNCTION takes them, with their defaults or without; FunctionResult
	// is what stands behind RETURNS.
	FunctionArguments(oid OID, defaults bool) (string, bool)
	FunctionResult(oid OID) (string, bool)
	// ColumnNumber finds a relation's column by its name.
	ColumnNumber(relation OID, name string) (int16, bool)
	// RelationKind is pg_class.relkind.
	RelationKind(relation OID) (byte, bool)
	// RelationSize is how many bytes a relation takes, that of its indexes apart; what takes none has 0.
	RelationSize(relation OID) (table, indexes int64, ok bool)
	// StoreSize is how many bytes all of them take.
	StoreSize() int64
}

// Identity is what pg_identify_object says of an object; empty texts are nulls.
type Identity struct{ Type, Schema, Name, Identity string }

// Privileges is what a Names has besides where roles have privileges. Without it everybody may do everything.
type Privileges interface {
	// HasPrivilege reports whether a role has a privilege ("SELECT", "USAGE" …) on an object, or on a column of it where attr isn't 0; anyColumn
	// asks for the privilege on any one column at least. grant asks for the right to grant it.
	HasPrivilege(role, class, oid OID, attr int16, privilege string, anyColumn, grant bool) bool
	// HasRole reports whether a role is a member of another: privilege is "MEMBER", "USAGE" or either with admin option.
	HasRole(role, of OID, privilege string, admin bool) bool
}

// ObjectsOf gives what a statement knows of catalog objects; nil: nothing.
func ObjectsOf(env *Env) Objects {
	if env == nil || env.Names == nil {
		return nil
	}
	o, _ := env.Names.(Objects)
	return o
}
