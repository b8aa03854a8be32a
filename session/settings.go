package session

import (
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// values are settings that differ from the default, by lower-case name. A map is never changed once it is
// in use: SET makes a new one. So remembering the settings of a savepoint costs a pointer.
type values map[string]string

func (v values) with(name, value string) values {
	w := maps.Clone(v)
	if w == nil {
		w = values{}
	}
	w[name] = value
	return w
}

// settings are a session's settings.
type settings struct {
	table *table
	reset values // what the client asked for at start-up: RESET goes back to it
	now   values // in force
	kept  values // in force after COMMIT: without what SET LOCAL did
	told  map[string]string
	own   map[string]bool // custom settings that have had a value: they are there from then on, though empty once that is gone
	tx    *transaction    // for the settings that are the transaction's

	changes int // counts changes of settings that plans depend on
	version int // counts changes of any
	checked int // the version that the client was told of

	// Parsed forms of what is asked often, kept by refresh.
	location          *time.Location
	statementTimeout  time.Duration
	idleInTransaction time.Duration
	idleSession       time.Duration
	lockTimeout       time.Duration
	workMem           int64 // bytes
	hashMultiplier    float64
	timeZone          string
	dateForm          string
	dateOrder         string
	intervalForm      string
	floatDigits       int
	byteaEscape       bool
	temp              *tempSpace // is told its limit
}

// startSettings sets the session's settings from what the client said at start-up.
func (s *session) startSettings(st *pgwire.Startup, role *catalog.Role, global []catalog.TableOption) error {
	s.settings = settings{table: s.srv.settings, tx: &s.tx, temp: &tempSpace{make: s.srv.tempFile}}
	start := s.roleSettings(role, global, values{"session_authorization": st.User, "is_superuser": onOff(role.Super)})
	set := func(name, value string) error {
		d, err := s.settings.definition(name)
		if err != nil {
			return err
		}
		if d.readOnly {
			return types.Errorf(types.CodeCantChangeRuntimeParam, "parameter %q cannot be changed", d.name)
		}
		if d.superuser && !role.Super {
			return types.Errorf(types.CodeInsufficientPrivilege, "permission denied to set parameter %q", d.name)
		}
		canonical, err := d.canonical(value)
		if err != nil {
			return err
		}
		if err := function.CheckUTF8([]byte(canonical)); err != nil {
			return err
		}
		start = start.with(strings.ToLower(d.name), canonical)
		return nil
	}
	names := slices.Sorted(maps.Keys(st.Parameters))
	// Options first: what is named on its own overrides them.
	for _, o := range parseOptions(st.Parameters["options"]) {
		name, value, ok := strings.Cut(o, "=")
		if !ok {
			return types.Errorf(types.CodeSyntaxError, "invalid command-line argument for server process: %s", o)
		}
		if err := set(strings.ReplaceAll(name, "-", "_"), value); err != nil {
			return err
		}
	}
	for _, name := range names {
		if name == "options" || name == "replication" {
			continue
		}
		if err := set(name, st.Parameters[name]); err != nil {
			return err
		}
	}
	s.settings.reset, s.settings.now, s.settings.kept = start, start, start
	s.settings.refresh()
	s.settings.told = s.settings.reported()
	return nil
}

// parseOptions gives the name=value pairs of a start-up packet's options: -c name=value, --name=value; a backslash
// keeps the next character. Other switches come out without "=" and are refused.
func parseOptions(s string) []string {
	var words []string
	var w []byte
	in := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			w, in = append(w, s[i]), true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if in {
				words, w, in = append(words, string(w)), w[:0], false
			}
		default:
			w, in = append(w, c), true
		}
	}
	if in {
		words = append(words, string(w))
	}
	var out []string
	for i := 0; i < len(words); i++ {
		switch {
		case words[i] == "-c" && i+1 < len(words):
			i++
			out = append(out, words[i])
		case strings.HasPrefix(words[i], "-c"):
			out = append(out, words[i][2:])
		case strings.HasPrefix(words[i], "--"):
			out = append(out, words[i][2:])
		default:
			out = append(out, strings.ReplaceAll(words[i], "=", " "))
		}
	}
	return out
}

// definition finds a setting; a name with a dot that nobody defined is a custom one, a string.
func (s *settings) definition(name string) (*definition, error) {
	if d, ok := s.table.find(name); ok {
		return d, nil
	}
	if prefix, rest, ok := strings.Cut(name, "."); ok && prefix != "" && rest != "" && !strings.EqualFold(prefix, "flare") {
		return &definition{name: name, category: "Customized Options"}, nil
	}
	return nil, s.table.unknown(name)
}

// get gives the value in force of a known setting.
func (s *settings) get(name string) string {
	v, _ := s.lookup(name)
	return v
}

// lookup is current_setting.
func (s *settings) lookup(name string) (string, bool) {
	key := strings.ToLower(name)
	if s.tx.explicit || s.tx.begun {
		switch key {
		case "transaction_isolation":
			return s.tx.isolation, true
		case "transaction_read_only":
			return onOff(s.tx.readOnly), true
		}
	} else {
		switch key {
		case "transaction_isolation":
			key = "default_transaction_isolation"
		case "transaction_read_only":
			key = "default_transaction_read_only"
		}
	}
	if v, ok := s.now[key]; ok {
		return v, true
	}
	if d, ok := s.table.byName[key]; ok {
		return d.def, true
	}
	return "", s.own[key]
}

// set is SET and RESET of one setting; the value is canonical already. Name in any case.
func (s *settings) set(d *definition, value string, local bool) {
	key := strings.ToLower(d.name)
	s.now = s.now.with(key, value)
	if s.table.byName[key] == nil {
		if s.own == nil {
			s.own = map[string]bool{}
		}
		s.own[key] = true
	}
	if !local {
		s.kept = s.kept.with(key, value)
	}
	if d.binds {
		s.changes++
	}
	s.refresh()
}

// restore puts settings back as they were.
func (s *settings) restore(now, kept values) {
	if !maps.Equal(s.now, now) {
		s.now = now
		s.changes++
		s.refresh()
	}
	s.kept = kept
}

// resetValue is what RESET gives a setting.
func (s *settings) resetValue(d *definition) string {
	if v, ok := s.reset[strings.ToLower(d.name)]; ok {
		return v
	}
	return d.def
}

// refresh parses what is asked often.
func (s *settings) refresh() {
	s.version++
	s.timeZone, s.intervalForm = s.get("TimeZone"), s.get("IntervalStyle")
	s.dateForm, s.dateOrder, _ = strings.Cut(s.get("DateStyle"), ", ")
	if n, ok := parseNumber(s.get("extra_float_digits"), nil); ok {
		s.floatDigits = int(n)
	}
	s.byteaEscape = s.get("bytea_output") == "escape"
	if loc, err := types.ParseZone(s.get("TimeZone")); err == nil {
		s.location = loc
	} else {
		s.location = time.UTC // can't be: the value was checked when it was set
	}
	d := func(name string) time.Duration {
		def, _ := s.table.find(name)
		return def.duration(s.get(name))
	}
	s.statementTimeout = d("statement_timeout")
	s.idleInTransaction = d("idle_in_transaction_session_timeout")
	s.idleSession = d("idle_session_timeout")
	s.lockTimeout = d("lock_timeout")
	memory, _ := s.table.find("work_mem")
	s.workMem = memory.bytes(s.get("work_mem"))
	limit, _ := s.table.find("temp_file_limit")
	s.temp.limit.Store(limit.bytes(s.get("temp_file_limit")))
	s.hashMultiplier, _ = strconv.ParseFloat(s.get("hash_mem_multiplier"), 64) // it was checked when it was set
}

// reported gives the settings that clients are told of.
func (s *settings) reported() map[string]string {
	out := map[string]string{}
	for _, d := range s.table.list {
		if d.report {
			out[d.name] = s.get(d.name)
		}
	}
	return out
}

// Parameters implements pgwire.Session.
func (s *session) Parameters() map[string]string { return s.settings.told }

// Changed implements pgwire.Session.
func (s *session) Changed() [][2]string {
	if s.settings.told == nil || s.settings.version == s.settings.checked {
		return nil
	}
	s.settings.checked = s.settings.version
	if !s.settings.dirty() {
		return nil
	}
	var out [][2]string
	now := s.settings.reported()
	for name, value := range now {
		if s.settings.told[name] != value {
			out = append(out, [2]string{name, value})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i][0] < out[j][0] })
	s.settings.told = now
	return out
}

// dirty reports whether a reported setting may differ from what the client was told.
func (s *settings) dirty() bool {
	for name, value := range s.told {
		if s.get(name) != value {
			return true
		}
	}
	return false
}
