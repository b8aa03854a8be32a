package catalog

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// object finds what pg_class lists under an OID: a relation or an index.
func (l Lookup) object(oid types.OID) (schema, name string, kind byte, ok bool) {
	if r, ok := l.Snapshot.RelationByOID(oid); ok {
		return r.Schema, r.Name, relkind(r)[0], true
	}
	if x, ok := l.Snapshot.IndexByOID(oid); ok {
		return x.Schema, x.Name, 'i', true
	}
	return "", "", 0, false
}

// rowType finds the relation whose row type, or the array type of that, a type is.
func (l Lookup) rowType(oid types.OID) (r Relation, array, ok bool) {
	switch {
	case oid > rowArrayOIDs && oid < 2*rowArrayOIDs:
		r, ok = l.Snapshot.RelationByOID(oid - rowArrayOIDs)
		array = true
	case oid > rowTypeOIDs && oid < rowArrayOIDs:
		r, ok = l.Snapshot.RelationByOID(oid - rowTypeOIDs)
	}
	return r, array, ok && r.Source == nil
}

// formatType names relations' row types.
func (l Lookup) formatType(oid types.OID) (string, bool) {
	r, array, ok := l.rowType(oid)
	if !ok {
		return "", false
	}
	name := dotted(r.Schema, r.Name)
	if found, ok := l.Snapshot.Find(l.Path, r.Name); ok && found.OID == r.OID {
		name = function.QuoteIdent(r.Name)
	}
	if array {
		name += "[]"
	}
	return name, true
}

func (l Lookup) columnName(relation types.OID, attr int32) (string, bool) {
	r, ok := l.Snapshot.RelationByOID(relation)
	if !ok {
		return "", false
	}
	for _, c := range tableColumns(r) {
		if int32(c.attr) == attr {
			return c.name, true
		}
	}
	return "", false
}

// RelationSize implements types.Objects.
func (l Lookup) RelationSize(oid types.OID) (table, indexes int64, ok bool) {
	if r, ok := l.Snapshot.RelationByOID(oid); ok {
		if r.Stream == nil {
			return 0, 0, true
		}
		sizes, _ := l.Snapshot.registry.sizes()
		size := sizes[r.Stream.ID]
		return size.Bytes, size.IndexBytes, true
	}
	_, ok = l.Snapshot.IndexByOID(oid)
	return 0, 0, ok
}

// RoleName implements types.Objects.
func (l Lookup) RoleName(oid types.OID) (string, bool) { return l.roleName(oid) }

// StoreSize implements types.Objects.
func (l Lookup) StoreSize() int64 {
	sizes, _ := l.Snapshot.registry.sizes()
	total := int64(0)
	for _, s := range sizes {
		total += s.Bytes + s.IndexBytes
	}
	return total
}

// Definition implements types.Objects.
func (l Lookup) Definition(class, oid types.OID) (string, bool) {
	if class != classFunction {
		return "", false // there are no constraints, rules and triggers
	}
	t := l.fixed("pg_proc")
	row, ok := t.byOID(oid)
	if !ok {
		return "", false
	}
	text := func(column string) string { return string(t.column(column).Str(row)) }
	arguments, _ := l.FunctionArguments(oid, true)
	result, _ := l.FunctionResult(oid)
	var b strings.Builder
	b.WriteString("CREATE OR REPLACE FUNCTION " + dotted(l.schemaName(t.column("pronamespace").Int(row)), text("proname")) + "(" + arguments + ")\n RETURNS " + result + "\n LANGUAGE internal\n")
	var traits []string
	if text("prokind") == "w" {
		traits = append(traits, "WINDOW")
	}
	switch text("provolatile") {
	case "i":
		traits = append(traits, "IMMUTABLE")
	case "s":
		traits = append(traits, "STABLE")
	}
	switch text("proparallel") {
	case "s":
		traits = append(traits, "PARALLEL SAFE")
	case "r":
		traits = append(traits, "PARALLEL RESTRICTED")
	}
	if t.column("proisstrict").Bool(row) {
		traits = append(traits, "STRICT")
	}
	if t.column("proleakproof").Bool(row) {
		traits = append(traits, "LEAKPROOF")
	}
	if cost := t.column("procost").Float(row); cost != 1 {
		traits = append(traits, "COST "+strconv.FormatFloat(cost, 'g', -1, 32))
	}
	if rows := t.column("prorows").Float(row); rows > 0 && rows != 1000 {
		traits = append(traits, "ROWS "+strconv.FormatFloat(rows, 'g', -1, 32))
	}
	if support := types.OID(t.column("prosupport").Int(row)); support != 0 {
		if f := factsOf("pg_proc").of(support); f != nil {
			traits = append(traits, "SUPPORT "+function.QuoteIdent(f[1]))
		}
	}
	if len(traits) > 0 {
		b.WriteString(" " + strings.Join(traits, " ") + "\n")
	}
	b.WriteString("AS $function$" + text("prosrc") + "$function$\n")
	return b.String(), true
}

// FunctionArguments implements types.Objects.
func (l Lookup) FunctionArguments(oid types.OID, defaults bool) (string, bool) {
	facts := factsOf("pg_proc")
	if line := facts.of(oid); line != nil {
		text := line[facts.column("arguments")]
		if !defaults {
			text = withoutDefaults(text)
		}
		return text, true
	}
	o, ok := functionObject(oid)
	if !ok {
		return "", false
	}
	var out []string
	for i, t := range o.Args {
		text := types.FormatType(t, -1)
		if names := o.Details.Names; i < len(names) && names[i] != "" {
			text = function.QuoteIdent(names[i]) + " " + text
		}
		if o.Details.Variadic != 0 && i == len(o.Args)-1 {
			text = "VARIADIC " + text
		}
		out = append(out, text)
	}
	for i, mode := range []byte(o.Details.Modes) {
		if mode == 'o' {
			out = append(out, "OUT "+function.QuoteIdent(o.Details.Names[i])+" "+types.FormatType(o.Details.AllArgs[i], -1))
		}
	}
	return strings.Join(out, ", "), true
}

// functionObject finds a function of PostgreSQL's, here or not, or one of our own.
func functionObject(oid types.OID) (*types.Object, bool) {
	if o, ok := pgnames.ByOID(pgnames.Function, oid); ok {
		return o, true
	}
	return function.OwnObject(oid)
}

// withoutDefaults takes the defaults out of a list of arguments.
func withoutDefaults(list string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(list, " DEFAULT ")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		quoted, end := false, len(after)
		for i := range len(after) {
			if after[i] == '\'' {
				quoted = !quoted
			} else if after[i] == ',' && !quoted {
				end = i
				break
			}
		}
		list = after[end:]
	}
}

// FunctionResult implements types.Objects.
func (l Lookup) FunctionResult(oid types.OID) (string, bool) {
	o, ok := functionObject(oid)
	if !ok {
		return "", false
	}
	d := o.Details
	if strings.Contains(d.Modes, "t") {
		var columns []string
		for i, mode := range []byte(d.Modes) {
			if mode == 't' {
				columns = append(columns, function.QuoteIdent(d.Names[i])+" "+types.FormatType(d.AllArgs[i], -1))
			}
		}
		return "TABLE(" + strings.Join(columns, ", ") + ")", true
	}
	result := types.FormatType(o.Result, -1)
	if d.Set {
		result = "SETOF " + result
	}
	return result, true
}
