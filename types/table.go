package types

import "github.com/flare-pg/flare-pg/column"

// More OIDs of the table.
const (
	Int2Vector            OID = 22
	Tid                   OID = 27
	Xid                   OID = 28
	Cid                   OID = 29
	OidVector             OID = 30
	PgNodeTree            OID = 194
	XID8                  OID = 5069
	ACLItem               OID = 1033
	RegProcedure          OID = 2202
	RegOper               OID = 2203
	RegOperator           OID = 2204
	CString               OID = 2275
	AnyArray              OID = 2277
	Trigger               OID = 2279
	Internal              OID = 2281
	AnyNonArray           OID = 2776
	RegConfig             OID = 3734
	RegDictionary         OID = 3769
	RegNamespace          OID = 4089
	RegRole               OID = 4096
	RegCollation          OID = 4191
	AnyCompatible         OID = 5077
	AnyCompatibleArray    OID = 5078
	AnyCompatibleNonArray OID = 5079
	BoolArray             OID = 1000
	ByteaArray            OID = 1001
	CharArray             OID = 1002
	NameArray             OID = 1003
	Int2Array             OID = 1005
	Int4Array             OID = 1007
	TextArray             OID = 1009
	BPCharArray           OID = 1014
	VarcharArray          OID = 1015
	Int8Array             OID = 1016
	Float4Array           OID = 1021
	Float8Array           OID = 1022
	OidArray              OID = 1028
	TimestampArray        OID = 1115
	DateArray             OID = 1182
	TimeArray             OID = 1183
	TimestamptzArray      OID = 1185
	IntervalArray         OID = 1187
	NumericArray          OID = 1231
	UUIDArray             OID = 2951
	JSONArray             OID = 199
	JSONBArray            OID = 3807
	RecordArray           OID = 2287
)

// scalars are the rows of the table that are no arrays, as pg_type.dat has them.
var scalars = []Type{
	{OID: Bool, Name: "bool", SQL: "boolean", Array: BoolArray, Len: 1, Category: 'B', Preferred: true, Kind: column.Bool},
	{OID: Bytea, Name: "bytea", SQL: "bytea", Array: ByteaArray, Len: -1, Category: 'U', Kind: column.Text},
	{OID: Char, Name: "char", SQL: `"char"`, Array: CharArray, Len: 1, Category: 'Z', Kind: column.Text},
	{OID: Name, Name: "name", SQL: "name", Array: NameArray, Len: 64, Category: 'S', Kind: column.Text},
	{OID: Int8, Name: "int8", SQL: "bigint", Array: Int8Array, Len: 8, Category: 'N', Kind: column.Int64},
	{OID: Int2, Name: "int2", SQL: "smallint", Array: Int2Array, Len: 2, Category: 'N', Kind: column.Int64},
	{OID: Int2Vector, Name: "int2vector", SQL: "int2vector", Array: 1006, Elem: Int2, Len: -1, Category: 'A', Kind: column.Text},
	{OID: Int4, Name: "int4", SQL: "integer", Array: Int4Array, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: RegProc, Name: "regproc", SQL: "regproc", Array: 1008, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: Text, Name: "text", SQL: "text", Array: TextArray, Len: -1, Category: 'S', Preferred: true, Kind: column.Text},
	{OID: Oid, Name: "oid", SQL: "oid", Array: OidArray, Len: 4, Category: 'N', Preferred: true, Kind: column.Int64},
	{OID: Tid, Name: "tid", SQL: "tid", Array: 1010, Len: 6, Category: 'U', Kind: column.Text},
	{OID: Xid, Name: "xid", SQL: "xid", Array: 1011, Len: 4, Category: 'U', Kind: column.Int64},
	{OID: Cid, Name: "cid", SQL: "cid", Array: 1012, Len: 4, Category: 'U', Kind: column.Int64},
	{OID: OidVector, Name: "oidvector", SQL: "oidvector", Array: 1013, Elem: Oid, Len: -1, Category: 'A', Kind: column.Text},
	{OID: JSON, Name: "json", SQL: "json", Array: JSONArray, Len: -1, Category: 'U', Kind: column.JSON},
	{OID: PgNodeTree, Name: "pg_node_tree", SQL: "pg_node_tree", Len: -1, Category: 'Z', Kind: column.Text},
	{OID: Float4, Name: "float4", SQL: "real", Array: Float4Array, Len: 4, Category: 'N', Kind: column.Float64},
	{OID: Float8, Name: "float8", SQL: "double precision", Array: Float8Array, Len: 8, Category: 'N', Preferred: true, Kind: column.Float64},
	{OID: Unknown, Name: "unknown", SQL: "unknown", Len: -2, Category: 'X', Kind: column.Text},
	{OID: ACLItem, Name: "aclitem", SQL: "aclitem", Array: 1034, Len: 12, Category: 'U', Kind: column.Text},
	{OID: BPChar, Name: "bpchar", SQL: "character", Array: BPCharArray, Len: -1, Category: 'S', Kind: column.Text},
	{OID: Varchar, Name: "varchar", SQL: "character varying", Array: VarcharArray, Len: -1, Category: 'S', Kind: column.Text},
	{OID: Date, Name: "date", SQL: "date", Array: DateArray, Len: 4, Category: 'D', Kind: column.Int64},
	{OID: Time, Name: "time", SQL: "time without time zone", Array: TimeArray, Len: 8, Category: 'D', Kind: column.Int64},
	{OID: Timestamp, Name: "timestamp", SQL: "timestamp without time zone", Array: TimestampArray, Len: 8, Category: 'D', Kind: column.Timestamp},
	{OID: Timestamptz, Name: "timestamptz", SQL: "timestamp with time zone", Array: TimestamptzArray, Len: 8, Category: 'D', Preferred: true, Kind: column.Timestamp},
	{OID: Interval, Name: "interval", SQL: "interval", Array: IntervalArray, Len: 16, Category: 'T', Preferred: true, Kind: column.Interval},
	{OID: Numeric, Name: "numeric", SQL: "numeric", Array: NumericArray, Len: -1, Category: 'N', Kind: column.Decimal},
	{OID: RegProcedure, Name: "regprocedure", SQL: "regprocedure", Array: 2207, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: RegOper, Name: "regoper", SQL: "regoper", Array: 2208, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: RegOperator, Name: "regoperator", SQL: "regoperator", Array: 2209, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: RegClass, Name: "regclass", SQL: "regclass", Array: 2210, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: RegType, Name: "regtype", SQL: "regtype", Array: 2211, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: Record, Name: "record", SQL: "record", Array: RecordArray, Len: -1, Category: 'P', Kind: column.Text},
	{OID: CString, Name: "cstring", SQL: "cstring", Array: 1263, Len: -2, Category: 'P', Kind: column.Text},
	{OID: Any, Name: "any", SQL: `"any"`, Len: 4, Category: 'P', Kind: column.Text},
	{OID: AnyArray, Name: "anyarray", SQL: "anyarray", Len: -1, Category: 'P', Kind: column.Text},
	{OID: Void, Name: "void", SQL: "void", Len: 4, Category: 'P', Kind: column.Text},
	{OID: Trigger, Name: "trigger", SQL: "trigger", Len: 4, Category: 'P', Kind: column.Text},
	{OID: Internal, Name: "internal", SQL: "internal", Len: 8, Category: 'P', Kind: column.Text},
	{OID: AnyElement, Name: "anyelement", SQL: "anyelement", Len: 4, Category: 'P', Kind: column.Text},
	{OID: AnyNonArray, Name: "anynonarray", SQL: "anynonarray", Len: 4, Category: 'P', Kind: column.Text},
	{OID: UUID, Name: "uuid", SQL: "uuid", Array: UUIDArray, Len: 16, Category: 'U', Kind: column.Text},
	{OID: RegConfig, Name: "regconfig", SQL: "regconfig", Array: 3735, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: RegDictionary, Name: "regdictionary", SQL: "regdictionary", Array: 3770, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: JSONB, Name: "jsonb", SQL: "jsonb", Array: JSONBArray, Len: -1, Category: 'U', Kind: column.JSON},
	{OID: RegNamespace, Name: "regnamespace", SQL: "regnamespace", Array: 4090, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: RegRole, Name: "regrole", SQL: "regrole", Array: 4097, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: RegCollation, Name: "regcollation", SQL: "regcollation", Array: 4192, Len: 4, Category: 'N', Kind: column.Int64},
	{OID: XID8, Name: "xid8", SQL: "xid8", Array: 271, Len: 8, Category: 'U', Kind: column.Int64},
	{OID: AnyCompatible, Name: "anycompatible", SQL: "anycompatible", Len: 4, Category: 'P', Kind: column.Text},
	{OID: AnyCompatibleArray, Name: "anycompatiblearray", SQL: "anycompatiblearray", Len: -1, Category: 'P', Kind: column.Text},
	{OID: AnyCompatibleNonArray, Name: "anycompatiblenonarray", SQL: "anycompatiblenonarray", Len: 4, Category: 'P', Kind: column.Text},
}
