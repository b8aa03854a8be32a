// Package types knows SQL's values: the type table with PostgreSQL's OIDs, text and binary formats,
// casts in and out, numeric, time and jsonb arithmetic, and what a value needs of the world (Env).
// Functions, operators and aggregates are in package types/function, which is built on this one.
//
// A SQL value is never boxed: it lives in a column.Vector whose Kind follows from its type
// (Type.Kind), also when there is only one of it (a constant, a parameter).
//
// It knows no statements, no relations, no storage and no protocol messages.
package types

import "github.com/flare-pg/flare-pg/column"

// OID identifies a type, function or relation, as in PostgreSQL.
type OID = uint32

// The types' OIDs (PostgreSQL's pg_type.dat).
const (
	Bool        OID = 16
	Bytea       OID = 17
	Char        OID = 18 // "char", one byte
	Name        OID = 19
	Int8        OID = 20
	Int2        OID = 21
	Int4        OID = 23
	RegProc     OID = 24
	Text        OID = 25
	Oid         OID = 26
	JSON        OID = 114
	Float4      OID = 700
	Float8      OID = 701
	Unknown     OID = 705
	BPChar      OID = 1042
	Varchar     OID = 1043
	Date        OID = 1082
	Time        OID = 1083
	Timestamp   OID = 1114
	Timestamptz OID = 1184
	Interval    OID = 1186
	Numeric     OID = 1700
	RegClass    OID = 2205
	RegType     OID = 2206
	Record      OID = 2249
	Void        OID = 2278
	UUID        OID = 2950
	JSONB       OID = 3802
	Any         OID = 2276
	AnyElement  OID = 2283
)

// Type is a row of the type table.
type Type struct {
	OID       OID
	Name      string      // pg_type.typname: "int8"
	SQL       string      // format_type's: "bigint"
	Array     OID         // its array type, 0 if none
	Elem      OID         // of an array type: its element's type
	Len       int16       // pg_type.typlen: bytes of the binary form, -1 variable
	Category  byte        // pg_type.typcategory: 'N', 'S', 'D', …
	Preferred bool        // pg_type.typispreferred
	Kind      column.Kind // how a vector holds it
}

// Physical forms that Kind alone doesn't tell:
//
//	bool                   Bool
//	int2 int4 int8 oid …   Int64
//	float4 float8          Float64 (float4: rounded to float32)
//	numeric                Decimal
//	text varchar name …    Text (bytea: the raw bytes; uuid: 16 raw bytes; "char": its byte; inet, macaddr, timetz, bit: bytes that their
//	                       files show)
//	tsvector tsquery       Text, in the forms of package textsearch
//	json jsonb             JSON (jsonb: any valid JSON text; the output form is made when it is shown or compared)
//	date                   Int64, days since 1970-01-01; minimum and maximum int64 mean -infinity and infinity
//	time                   Int64, microseconds since midnight
//	timestamp timestamptz  Timestamp (timestamp: as if its wall clock were UTC)
//	interval               Interval
//	array types            Text, in the form that array.go shows
//	record                 Text, in the form that record.go shows
//	ranges, multiranges    Text, in the forms that range.go and multirange.go show
