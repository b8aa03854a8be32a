package types

import "github.com/flare-pg/flare-pg/column"

// OIDs of types that clients name seldom.
const (
	XML                     OID = 142
	Cidr                    OID = 650
	MacAddr8                OID = 774
	Money                   OID = 790
	MacAddr                 OID = 829
	Inet                    OID = 869
	TimeTZ                  OID = 1266
	Bit                     OID = 1560
	VarBit                  OID = 1562
	RefCursor               OID = 1790
	TxidSnapshot            OID = 2970
	PgLSN                   OID = 3220
	AnyEnum                 OID = 3500
	TSVector                OID = 3614
	TSQuery                 OID = 3615
	AnyRange                OID = 3831
	JSONPathOID             OID = 4072
	AnyMultirange           OID = 4537
	AnyCompatibleMultirange OID = 4538
	PgSnapshot              OID = 5038
	AnyCompatibleRange      OID = 5080
)

// moreScalars are the rest of PostgreSQL's types that are no arrays. They are in the table so that it is whole: catalogs list them and
// overloads are told apart by them. Not all have values here.
var moreScalars = []Type{
	{OID: 32, Name: "pg_ddl_command", SQL: "pg_ddl_command", Len: 8, Category: 'P', Kind: column.Text},
	{OID: XML, Name: "xml", SQL: "xml", Array: 143, Len: -1, Category: 'U', Kind: column.Text},
	{OID: 269, Name: "table_am_handler", SQL: "table_am_handler", Len: 4, Category: 'P', Kind: column.Text},
	{OID: 325, Name: "index_am_handler", SQL: "index_am_handler", Len: 4, Category: 'P', Kind: column.Text},
	{OID: 600, Name: "point", SQL: "point", Array: 1017, Elem: 701, Len: 16, Category: 'G', Kind: column.Text},
	{OID: 601, Name: "lseg", SQL: "lseg", Array: 1018, Elem: 600, Len: 32, Category: 'G', Kind: column.Text},
	{OID: 602, Name: "path", SQL: "path", Array: 1019, Len: -1, Category: 'G', Kind: column.Text},
	{OID: 603, Name: "box", SQL: "box", Array: 1020, Elem: 600, Len: 32, Category: 'G', Kind: column.Text},
	{OID: 604, Name: "polygon", SQL: "polygon", Array: 1027, Len: -1, Category: 'G', Kind: column.Text},
	{OID: 628, Name: "line", SQL: "line", Array: 629, Elem: 701, Len: 24, Category: 'G', Kind: column.Text},
	{OID: Cidr, Name: "cidr", SQL: "cidr", Array: 651, Len: -1, Category: 'I', Kind: column.Text},
	{OID: 718, Name: "circle", SQL: "circle", Array: 719, Len: 24, Category: 'G', Kind: column.Text},
	{OID: MacAddr8, Name: "macaddr8", SQL: "macaddr8", Array: 775, Len: 8, Category: 'U', Kind: column.Text},
	{OID: Money, Name: "money", SQL: "money", Array: 791, Len: 8, Category: 'N', Kind: column.Int64},
	{OID: MacAddr, Name: "macaddr", SQL: "macaddr", Array: 1040, Len: 6, Category: 'U', Kind: column.Text},
	{OID: Inet, Name: "inet", SQL: "inet", Array: 1041, Len: -1, Category: 'I', Preferred: true, Kind: column.Text},
	{OID: TimeTZ, Name: "timetz", SQL: "time with time zone", Array: 1270, Len: 12, Category: 'D', Kind: column.Text},
	{OID: Bit, Name: "bit", SQL: "bit", Array: 1561, Len: -1, Category: 'V', Kind: column.Text},
	{OID: VarBit, Name: "varbit", SQL: "bit varying", Array: 1563, Len: -1, Category: 'V', Preferred: true, Kind: column.Text},
	{OID: RefCursor, Name: "refcursor", SQL: "refcursor", Array: 2201, Len: -1, Category: 'U', Kind: column.Text},
	{OID: 2280, Name: "language_handler", SQL: "language_handler", Len: 4, Category: 'P', Kind: column.Text},
	{OID: TxidSnapshot, Name: "txid_snapshot", SQL: "txid_snapshot", Array: 2949, Len: -1, Category: 'U', Kind: column.Text},
	{OID: 3115, Name: "fdw_handler", SQL: "fdw_handler", Len: 4, Category: 'P', Kind: column.Text},
	{OID: PgLSN, Name: "pg_lsn", SQL: "pg_lsn", Array: 3221, Len: 8, Category: 'U', Kind: column.Text},
	{OID: 3310, Name: "tsm_handler", SQL: "tsm_handler", Len: 4, Category: 'P', Kind: column.Text},
	{OID: 3361, Name: "pg_ndistinct", SQL: "pg_ndistinct", Len: -1, Category: 'Z', Kind: column.Text},
	{OID: 3402, Name: "pg_dependencies", SQL: "pg_dependencies", Len: -1, Category: 'Z', Kind: column.Text},
	{OID: AnyEnum, Name: "anyenum", SQL: "anyenum", Len: 4, Category: 'P', Kind: column.Text},
	{OID: TSVector, Name: "tsvector", SQL: "tsvector", Array: 3643, Len: -1, Category: 'U', Kind: column.Text},
	{OID: TSQuery, Name: "tsquery", SQL: "tsquery", Array: 3645, Len: -1, Category: 'U', Kind: column.Text},
	{OID: 3642, Name: "gtsvector", SQL: "gtsvector", Array: 3644, Len: -1, Category: 'U', Kind: column.Text},
	{OID: AnyRange, Name: "anyrange", SQL: "anyrange", Len: -1, Category: 'P', Kind: column.Text},
	{OID: 3838, Name: "event_trigger", SQL: "event_trigger", Len: 4, Category: 'P', Kind: column.Text},
	{OID: Int4Range, Name: "int4range", SQL: "int4range", Array: 3905, Len: -1, Category: 'R', Kind: column.Text},
	{OID: NumRange, Name: "numrange", SQL: "numrange", Array: 3907, Len: -1, Category: 'R', Kind: column.Text},
	{OID: TSRange, Name: "tsrange", SQL: "tsrange", Array: 3909, Len: -1, Category: 'R', Kind: column.Text},
	{OID: TSTZRange, Name: "tstzrange", SQL: "tstzrange", Array: 3911, Len: -1, Category: 'R', Kind: column.Text},
	{OID: DateRange, Name: "daterange", SQL: "daterange", Array: 3913, Len: -1, Category: 'R', Kind: column.Text},
	{OID: Int8Range, Name: "int8range", SQL: "int8range", Array: 3927, Len: -1, Category: 'R', Kind: column.Text},
	{OID: JSONPathOID, Name: "jsonpath", SQL: "jsonpath", Array: 4073, Len: -1, Category: 'U', Kind: column.Text},
	{OID: Int4Multirange, Name: "int4multirange", SQL: "int4multirange", Array: 6150, Len: -1, Category: 'R', Kind: column.Text},
	{OID: NumMultirange, Name: "nummultirange", SQL: "nummultirange", Array: 6151, Len: -1, Category: 'R', Kind: column.Text},
	{OID: TSMultirange, Name: "tsmultirange", SQL: "tsmultirange", Array: 6152, Len: -1, Category: 'R', Kind: column.Text},
	{OID: TSTZMultirange, Name: "tstzmultirange", SQL: "tstzmultirange", Array: 6153, Len: -1, Category: 'R', Kind: column.Text},
	{OID: DateMultirange, Name: "datemultirange", SQL: "datemultirange", Array: 6155, Len: -1, Category: 'R', Kind: column.Text},
	{OID: Int8Multirange, Name: "int8multirange", SQL: "int8multirange", Array: 6157, Len: -1, Category: 'R', Kind: column.Text},
	{OID: AnyMultirange, Name: "anymultirange", SQL: "anymultirange", Len: -1, Category: 'P', Kind: column.Text},
	{OID: AnyCompatibleMultirange, Name: "anycompatiblemultirange", SQL: "anycompatiblemultirange", Len: -1, Category: 'P', Kind: column.Text},
	{OID: 4600, Name: "pg_brin_bloom_summary", SQL: "pg_brin_bloom_summary", Len: -1, Category: 'Z', Kind: column.Text},
	{OID: 4601, Name: "pg_brin_minmax_multi_summary", SQL: "pg_brin_minmax_multi_summary", Len: -1, Category: 'Z', Kind: column.Text},
	{OID: 5017, Name: "pg_mcv_list", SQL: "pg_mcv_list", Len: -1, Category: 'Z', Kind: column.Text},
	{OID: PgSnapshot, Name: "pg_snapshot", SQL: "pg_snapshot", Array: 5039, Len: -1, Category: 'U', Kind: column.Text},
	{OID: AnyCompatibleRange, Name: "anycompatiblerange", SQL: "anycompatiblerange", Len: -1, Category: 'P', Kind: column.Text},
}
