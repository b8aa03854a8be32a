package session

import (
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

// kind is a setting's type, as pg_settings names it.
type kind uint8

const (
	kindString kind = iota
	kindBool
	kindInteger
	kindReal
	kindEnum
	kindDuration // an integer of milliseconds
	kindBytes    // an integer of kilobytes
)

func (k kind) String() string {
	switch k {
	case kindBool:
		return "bool"
	case kindInteger, kindDuration, kindBytes:
		return "integer"
	case kindReal:
		return "real"
	case kindEnum:
		return "enum"
	}
	return "string"
}

// definition is one setting.
type definition struct {
	name     string
	def      string // the default, in canonical form, as SHOW prints it
	kind     kind
	unit     string
	report   bool // told to the client with ParameterStatus
	readOnly bool
	setBy    string // what pg_settings says of how it can be changed; "": by readOnly and superuser
	// superuser: others may not change it.
	superuser bool
	binds     bool // plans depend on it: a change makes prepared statements bind again
	enum      []string
	min, max  int64
	category  string
	desc      string
	// check validates and gives the canonical form; nil: by kind. Errors are *types.Error.
	check func(value string) (string, error)
}

func (d *definition) context() string {
	if d.setBy != "" {
		return d.setBy
	}
	if d.readOnly {
		return "internal"
	}
	return "user"
}

// table holds every setting by its lower-case name.
type table struct {
	list   []*definition // by name, in any case
	byName map[string]*definition
}

func (t *table) find(name string) (*definition, bool) {
	d, ok := t.byName[strings.ToLower(name)]
	return d, ok
}

// listings are what other systems SHOW, with how that is asked for here.
var listings = map[string]string{
	"tables":      `In psql, \d lists streams and views; elsewhere: SELECT * FROM pg_tables.`,
	"columns":     `In psql, \d stream lists columns; elsewhere: SELECT * FROM flare.columns.`,
	"databases":   `There is one database; in psql, \l lists it.`,
	"schemas":     `In psql, \dn lists schemas; elsewhere: SELECT * FROM pg_namespace.`,
	"indexes":     `In psql, \di lists indexes; elsewhere: SELECT * FROM pg_indexes.`,
	"index":       `In psql, \di lists indexes; elsewhere: SELECT * FROM pg_indexes.`,
	"users":       `In psql, \du lists roles; elsewhere: SELECT * FROM pg_roles.`,
	"roles":       `In psql, \du lists roles; elsewhere: SELECT * FROM pg_roles.`,
	"grants":      `In psql, \dp lists rights.`,
	"processlist": `Who is connected: SELECT * FROM pg_stat_activity.`,
	"variables":   `SHOW ALL lists all settings.`,
}

// unknown is the error for a name that no setting has.
func (t *table) unknown(name string) error {
	err := types.Errorf(types.CodeUndefinedObject, "unrecognized configuration parameter %q", name)
	if command, ok := listings[strings.ToLower(name)]; ok {
		return err.WithHint("%s", command)
	}
	if near := types.Nearest(name, slices.Sorted(maps.Keys(t.byName))); near != "" {
		return err.WithHint("Perhaps you meant %s.", t.byName[near].name)
	}
	return err
}

const (
	catClient    = "Client Connection Defaults / Statement Behavior"
	catLocale    = "Client Connection Defaults / Locale and Formatting"
	catPreset    = "Preset Options"
	catResources = "Resource Usage / Memory"
	catLogging   = "Reporting and Logging / What to Log"
	catWAL       = "Write-Ahead Log / Settings"
	catCompat    = "Version and Platform Compatibility / Previous PostgreSQL Versions"
	catFlare     = "flare-pg"
	catLimits    = "Connections and Authentication / Connection Settings"
)

const maxInt = 1<<31 - 1

// newTable makes the table of settings of a server of that version that lets so many clients in.
func newTable(version string, maxConnections int) *table {
	duration := func(name, category, desc string) *definition {
		return &definition{name: name, def: "0", kind: kindDuration, unit: "ms", max: maxInt, category: category, desc: desc}
	}
	boolean := func(name, def, category, desc string) *definition {
		return &definition{name: name, def: def, kind: kindBool, category: category, desc: desc}
	}
	enum := func(name, def, category, desc string, values ...string) *definition {
		return &definition{name: name, def: def, kind: kindEnum, enum: values, category: category, desc: desc}
	}
	preset := func(k kind, name, def, desc string) *definition {
		return &definition{name: name, def: def, kind: k, readOnly: true, category: catPreset, desc: desc}
	}
	with := func(d *definition, f func(*definition)) *definition { f(d); return d }
	reported := func(d *definition) { d.report = true }
	binding := func(d *definition) { d.binds = true }
	both := func(d *definition) { d.report, d.binds = true, true }

	levels := []string{"debug5", "debug4", "debug3", "debug2", "debug1", "debug", "log", "notice", "warning", "error"}
	isolation := []string{"serializable", "repeatable read", "read committed", "read uncommitted"}

	list := []*definition{
		with(&definition{name: "application_name", category: catLogging, desc: "Sets the application name to be reported in statistics.", check: checkApplicationName}, reported),
		enum("bytea_output", "hex", catClient, "Sets the output format for bytea.", "hex", "escape"),
		enum("client_min_messages", "notice", catClient, "Sets the message levels that are sent to the client.", levels...),
		with(&definition{name: "client_encoding", def: "UTF8", category: catLocale, desc: "Sets the client's character set encoding: UTF8 only.", check: checkEncoding}, reported),
		with(&definition{name: "DateStyle", def: "ISO, MDY", category: catLocale, desc: "Sets the display format for date and time values.", check: checkDateStyle}, both),
		enum("default_transaction_isolation", "read committed", catClient, "Sets the transaction isolation level of each new transaction.", isolation...),
		with(boolean("default_transaction_read_only", "off", catClient, "Sets the default read-only status of new transactions."), reported),
		boolean("default_transaction_deferrable", "off", catClient, "Accepted; a read-only transaction here never waits."),
		with(&definition{name: "extra_float_digits", def: "1", kind: kindInteger, min: -15, max: 3, category: catLocale, desc: "Sets the number of digits displayed for floating-point values."}, binding),
		with(enum("flare.unknown_columns", "error", catFlare, "What SELECT does with a column that no event has had so far.", "error", "null"), binding),
		boolean("flare.skip_damaged", "off", catFlare, "Skips damaged files with a warning instead of failing the statement."),
		duration("idle_in_transaction_session_timeout", catClient, "Sets the maximum allowed idle time between queries, when in a transaction."),
		duration("idle_session_timeout", catClient, "Sets the maximum allowed idle time between queries, when not in a transaction."),
		with(enum("IntervalStyle", "postgres", catLocale, "Sets the display format for interval values.", "postgres", "postgres_verbose", "sql_standard", "iso_8601"), both),
		duration("lock_timeout", catClient, "Sets the maximum allowed duration of any wait for a lock."),
		&definition{name: "default_text_search_config", def: types.DefaultTextConfig, category: catLocale, desc: "Sets default text search configuration.", binds: true, check: checkTextConfig},
		&definition{name: "search_path", def: `"$user", public`, category: catClient, desc: "Sets the schema search order for names that are not schema-qualified.", binds: true},
		with(&definition{name: "standard_conforming_strings", def: "on", kind: kindBool, category: catCompat, desc: "Backslashes in ordinary strings are taken literally, always.", check: checkConforming}, reported),
		duration("statement_timeout", catClient, "Sets the maximum allowed duration of any statement."),
		enum("synchronous_commit", "on", catWAL, "Sets when a commit returns: on, after the events survive a power cut; off, after they survive a killed process.", "on", "off", "local", "remote_write", "remote_apply"),
		with(&definition{name: "TimeZone", def: "UTC", category: catLocale, desc: "Sets the time zone for displaying and interpreting time stamps.", check: checkTimeZone}, both),
		enum("transaction_isolation", "read committed", catClient, "Sets the current transaction's isolation level.", isolation...),
		boolean("transaction_read_only", "off", catClient, "Sets the current transaction's read-only status."),
		boolean("transaction_deferrable", "off", catClient, "Accepted; a read-only transaction here never waits."),
		&definition{name: "work_mem", def: "64MB", kind: kindBytes, unit: "kB", min: 64, max: maxInt, category: catResources, desc: "Sets the memory that a sort takes before it goes to a temporary file; what all statements share bounds the memory of each."},
		&definition{name: "hash_mem_multiplier", def: "2", kind: kindReal, category: catResources, min: 1, max: 1000, check: hashMultiplier,
			desc: "Multiple of work_mem that a hash table takes before it goes to a temporary file."},
		&definition{name: "temp_file_limit", def: "-1", kind: kindBytes, unit: "kB", min: -1, max: maxInt, superuser: true, category: "Resource Usage / Disk",
			desc: "Limits the total size of all temporary files used by each session; -1 means no limit."},

		// Accepted because clients set them; they change nothing that can be seen here.
		boolean("check_function_bodies", "on", catClient, "Accepted; there are no function bodies."),
		boolean("row_security", "on", catClient, "Accepted; there are no row policies."),
		boolean("jit", "off", "Query Tuning", "Accepted; there is no just-in-time compilation."),
		boolean("synchronize_seqscans", "on", catCompat, "Accepted; scans of one session never depend on another's."),
		boolean("escape_string_warning", "on", catCompat, "Accepted."),
		boolean("geqo", "on", "Query Tuning", "Accepted."),
		boolean("enable_seqscan", "on", "Query Tuning", "Accepted."),
		boolean("enable_indexscan", "on", "Query Tuning", "Accepted."),
		boolean("quote_all_identifiers", "off", catCompat, "Accepted."),
		enum("xmloption", "content", catClient, "Accepted; there is no type xml.", "content", "document"),
		enum("backslash_quote", "safe_encoding", catCompat, "Accepted.", "safe_encoding", "on", "off"),
		enum("log_statement", "none", catLogging, "Accepted.", "none", "ddl", "mod", "all"),
		&definition{name: "log_min_duration_statement", def: "-1", kind: kindInteger, min: -1, max: maxInt, category: catLogging, desc: "Accepted."},
		&definition{name: "lc_messages", def: "C", category: catLocale, desc: "Accepted; messages are in English."},
		&definition{name: "lc_monetary", def: "C.UTF-8", category: catLocale, desc: "Accepted."},
		&definition{name: "lc_numeric", def: "C.UTF-8", category: catLocale, desc: "Accepted."},
		&definition{name: "lc_time", def: "C.UTF-8", category: catLocale, desc: "Accepted."},

		with(preset(kindString, "server_version", "15.0 (flare-pg "+version+")", "Shows the server version."), reported),
		preset(kindInteger, "server_version_num", "150000", "Shows the server version as an integer."),
		with(preset(kindString, "server_encoding", "UTF8", "Shows the server (database) character set encoding."), reported),
		with(preset(kindBool, "integer_datetimes", "on", "Shows whether datetimes are integer based."), reported),
		with(preset(kindBool, "is_superuser", "on", "Shows whether the current user is a superuser."), reported),
		with(preset(kindBool, "in_hot_standby", "off", "Shows whether hot standby is currently active."), reported),
		with(preset(kindString, "session_authorization", "", "Shows the session user name."), reported),
		preset(kindString, "role", "none", "Shows the current role."),
		preset(kindInteger, "max_identifier_length", "63", "Shows the maximum identifier length."),
		preset(kindInteger, "max_index_keys", "32", "Shows the maximum number of index keys."),
		preset(kindInteger, "max_function_args", "100", "Shows the maximum number of function arguments."),
		preset(kindInteger, "block_size", "8192", "Shows the size of a disk block, as clients expect it."),
		preset(kindString, "lc_collate", "C", "Shows the collation order locale."),
		preset(kindString, "lc_ctype", "C.UTF-8", "Shows the character classification and case conversion locale."),
		preset(kindString, "default_tablespace", "", "Shows the default tablespace."),
		preset(kindString, "default_table_access_method", "flare", "Shows the default table access method."),
		preset(kindBool, "transform_null_equals", "off", "Treats expr=NULL as expr IS NULL."),
		{name: "superuser_reserved_connections", def: "0", kind: kindInteger, readOnly: true, category: catLimits, desc: "Shows the number of connection slots reserved for superusers."},
		{name: "max_connections", def: strconv.Itoa(maxConnections), kind: kindInteger, readOnly: true, category: catLimits, desc: "Shows the maximum number of concurrent connections."},
	}
	known := map[string]bool{}
	for _, d := range list {
		known[strings.ToLower(d.name)] = true
	}
	list = append(list, inert(func(name string) bool { return known[strings.ToLower(name)] })...)
	t := &table{list: list, byName: map[string]*definition{}}
	sort.Slice(list, func(i, j int) bool { return strings.ToLower(list[i].name) < strings.ToLower(list[j].name) })
	for _, d := range list {
		t.byName[strings.ToLower(d.name)] = d
	}
	return t
}
