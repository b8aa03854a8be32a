package function

import (
	"regexp"
	"slices"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// refusal is a group of PostgreSQL's functions and aggregates that are not here, with the reason that the error gives.
type refusal struct {
	group string // the row's title in docs/sql.md
	types.Lack
	fits func(o *pgnames.Object) bool
}

// refusals are in order: the first that a function fits is its group. TestEachFunctionIsThereOrRefused holds that each function of PostgreSQL is either
// built or of a group.
var refusals = []refusal{
	{"Conversions between encodings", types.Lack{Why: "Only PostgreSQL itself calls it.", Instead: "Use convert(bytes, from, to), convert_from or convert_to."},
		func(o *pgnames.Object) bool { return len(o.Args) == 6 && o.Args[2] == types.CString }},
	{"Input and output of types", types.Lack{Why: "Only PostgreSQL itself calls it, to read and write values.", Instead: "Write a cast, such as CAST(value AS text)."},
		func(o *pgnames.Object) bool {
			return slices.Contains(o.Args, uint32(types.CString)) || o.Result == types.CString || named(`.*(recv|send|typmodin|typmodout)`)(o)
		}},
	{"Inside of indexes, aggregates, window functions and the planner", types.Lack{Why: "Only PostgreSQL itself calls it."},
		either(over(types.Internal), over(269, 325, 3115, 3310, 3642), named(`.*_(transfn|finalfn|accum|accum_inv|combine|canonical|subdiff)|in_range|b[rt].*equalimage|bttidcmp|brin_.*|gin_.*|amvalidate|satisfies_hash_partition|`+
			`float8_(avg|corr|covar|regr|stddev|var).*|int(2|4|2int4|8)_(sum|avg).*|int2int4_sum|int8(inc|dec)_.*|interval_avg|pg_indexam_.*|bernoulli|system|bt.*`))},
	{"Text search by queries and triggers", types.Lack{Why: "No function runs a query that it is given as text, and there are no triggers.",
		Instead: "Use ts_rewrite(query, target, substitute) for one replacement, and SELECT lexeme, count(*) FROM …, unnest(to_tsvector(…)) GROUP BY lexeme for what ts_stat counts."},
		named(`ts_rewrite|ts_stat|tsvector_update_trigger.*`)},
	{"XML", types.LackXML, either(over(types.XML), named(`.*xml.*|xpath.*`))},
	{"Geometric types", types.LackGeometry, overCategory('G')},
	{"Enumerated types", types.LackEnum, over(types.AnyEnum)},
	{"Large objects", types.Lack{Why: "There are no large objects.", Instead: "Keep bytes in a column of type bytea."}, named(`lo_.*|loread|lowrite`)},
	{"Triggers, languages, extensions and foreign data", types.Lack{Why: "There are no triggers, languages, extensions and foreign tables.", Instead: ""},
		either(over(types.Trigger), over(3838, 2280), named(`RI_FKey_.*|pg_event_trigger_.*|pg_extension_.*|fmgr_.*|plpgsql_.*|postgresql_fdw_validator|pg_available_extension.*|pg_get_catalog_foreign_keys`))},
	{"Replication and the write-ahead log", types.Lack{Why: "There is no replication, and no write-ahead log that SQL could read.", Instead: "flare-pg backup copies a store beside a running server."},
		named(`pg_.*(replication|logical|_wal|wal_|walfile|publication|lsn).*|pg_(promote|backup_start|backup_stop|export_snapshot|create_restore_point)|pg_stat_get_(wal_senders|subscription|recovery_prefetch)`)},
	{"Files of the server", types.Lack{Why: "SQL reads no files of the server.", Instead: "COPY … FROM STDIN and flare-pg import read files of a client."},
		named(`pg_(read|ls|stat)_(binary_)?(file|dir|\w+dir).*|pg_(current|rotate)_logfile.*|pg_(hba|ident)_file_.*|pg_show_all_file_settings`)},
	{"What views show", types.Lack{Why: "Only views read it.", Instead: "Read the view, such as pg_settings, pg_locks, pg_cursors or pg_stat_activity."},
		named(`pg_(cursor|prepared_statement|prepared_xact|lock_status|show_all_settings|config|get_backend_memory_contexts|get_shmem_allocations)|pg_stat_get_(activity|slru|progress_info|backend_idset)|_pg_.*`)},
	{"How PostgreSQL keeps data", types.Lack{Why: "Data are kept in another way here.", Instead: "EXPLAIN (ANALYZE, BUFFERS) and flare-pg check say how."},
		named(`pg_control_.*|pg_filenode_relation|pg_column_size|pg_tablespace_databases|pg_get_multixact_members|pg_last_committed_xact|pg_xact_commit_timestamp.*|currtid2|pg_mcv_list_items|pg_partition_tree|pg_sequence_parameters`)},
	{"Statistics that PostgreSQL gathers", types.Lack{Why: "There are no such statistics."}, named(`pg_stat_.*`)},
	{"Care and tests of a PostgreSQL server", types.Lack{Why: "It serves a PostgreSQL server's set-up and tests."},
		named(`binary_upgrade_.*|pg_nextoid|pg_stop_making_pinned_objects|pg_import_system_collations|pg_log_backend_memory_contexts|pg_isolation_test_.*|pg_settings_get_flags`)},
	{"Addresses of objects", types.Lack{Why: "It serves PostgreSQL's own dumps and triggers.", Instead: "pg_describe_object says what an object is, and casts such as 'name'::regclass find it."},
		named(`pg_get_object_address|pg_identify_object.*`)},
}

// named tests for functions whose whole name matches a regular expression.
func named(expression string) func(o *pgnames.Object) bool {
	re := regexp.MustCompile(`^(?:` + expression + `)$`)
	return func(o *pgnames.Object) bool { return re.MatchString(o.Name) }
}

// over tests for functions that take or give values of types, or arrays of them.
func over(list ...types.OID) func(o *pgnames.Object) bool {
	return overType(func(t types.OID) bool { return slices.Contains(list, t) || slices.Contains(list, types.ElemOf(t)) })
}

func overCategory(c byte) func(o *pgnames.Object) bool {
	return overType(func(t types.OID) bool { return category(t) == c })
}

func overType(is func(t types.OID) bool) func(o *pgnames.Object) bool {
	return func(o *pgnames.Object) bool { return is(o.Result) || slices.ContainsFunc(o.Args, is) }
}

func either(tests ...func(o *pgnames.Object) bool) func(o *pgnames.Object) bool {
	return func(o *pgnames.Object) bool {
		return slices.ContainsFunc(tests, func(fits func(o *pgnames.Object) bool) bool { return fits(o) })
	}
}

// refusalOf finds the group of a function that is not built.
func refusalOf(o *pgnames.Object) (*refusal, bool) {
	for i := range refusals {
		if refusals[i].fits(o) {
			return &refusals[i], true
		}
	}
	return nil, false
}

// refused is 0A000 for a function or an aggregate (kind) of PostgreSQL that is not built; shown is its name as it was called.
func refused(kind, shown string, oid types.OID, args []types.OID) error {
	e := types.Errorf(types.CodeFeatureNotSupported, "%s %s(%s) is not supported", kind, shown, sqlNames(args))
	if o, ok := pgnames.ByOID(pgnames.Function, oid); ok {
		if r, ok := refusalOf(o); ok {
			return r.Refuse(e)
		}
	}
	return e
}

// refusedOperator is the same for an operator.
func refusedOperator(o *Operator) error {
	left := ""
	if o.Left != 0 {
		left = sqlName(o.Left) + " "
	}
	e := types.Errorf(types.CodeFeatureNotSupported, "operator %s%s %s is not supported", left, o.Name, sqlName(o.Right))
	if f, ok := pgnames.ByOID(pgnames.Function, o.Function.OID); ok {
		if r, ok := refusalOf(f); ok {
			return r.Refuse(e)
		}
	}
	return e
}
