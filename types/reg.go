package types

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// The reg… types are OIDs that are shown and read as names.

// regClasses tells which catalog a type's values are numbers in.
var regClasses = map[OID]OID{
	RegClass: pgnames.Relation, RegType: pgnames.Type, RegProc: pgnames.Function, RegProcedure: pgnames.Function, RegOper: pgnames.Operator,
	RegOperator: pgnames.Operator, RegNamespace: pgnames.Namespace, RegRole: pgnames.Role, RegCollation: pgnames.Collation,
	RegConfig: pgnames.TextConfig, RegDictionary: pgnames.TextDictionary,
}

// RegClassOf gives the catalog whose OIDs values of a reg* type are, ok is false for another type.
func RegClassOf(t OID) (class OID, ok bool) {
	class, ok = regClasses[t]
	return class, ok
}

// appendReg appends the name of an object; its number where there is none such.
func appendReg(dst []byte, env *Env, t OID, x int64) []byte {
	oid := OID(x)
	operator := t == RegOper || t == RegOperator
	if oid == 0 && !operator { // - is an operator's name
		return append(dst, '-')
	}
	if t == RegType {
		if _, ok := Lookup(oid); ok {
			return append(dst, FormatType(oid, -1)...)
		}
	}
	o, ok := env.ObjectByOID(regClasses[t], oid)
	if !ok {
		return strconv.AppendUint(dst, uint64(oid), 10)
	}
	switch t {
	case RegType:
		return append(dst, env.FormatType(oid, -1)...)
	case RegProcedure:
		return env.AppendSignature(dst, o)
	case RegOperator:
		return env.appendOperator(dst, o)
	case RegProc, RegOper: // shown plainly only where the name alone is enough
		if named := env.InPath(o.Class, o.Name); len(named) != 1 || named[0].OID != oid {
			dst = append(AppendIdent(dst, o.Schema), '.')
		}
		if t == RegOper {
			return append(dst, o.Name...)
		}
		return AppendIdent(dst, o.Name)
	}
	return env.AppendName(dst, o)
}

// AppendSignature appends a function's name and the types of its input arguments.
func (e *Env) AppendSignature(dst []byte, o *Object) []byte {
	dst = append(e.AppendName(dst, o), '(')
	for i, a := range o.Args {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, e.FormatType(a, -1)...)
	}
	return append(dst, ')')
}

func (e *Env) appendOperator(dst []byte, o *Object) []byte {
	if !e.Visible(o) {
		dst = append(AppendIdent(dst, o.Schema), '.')
	}
	dst = append(append(dst, o.Name...), '(')
	for i, a := range o.Args {
		if i > 0 {
			dst = append(dst, ',')
		}
		if a == 0 {
			dst = append(dst, "NONE"...)
		} else {
			dst = append(dst, e.FormatType(a, -1)...)
		}
	}
	return append(dst, ')')
}

// parseReg reads a number, "-" or a name.
func parseReg(out *column.Vector, env *Env, t OID, s []byte) error {
	oid, err := env.ResolveReg(t, string(s))
	if err != nil {
		return err
	}
	out.AppendInt(int64(oid))
	return nil
}

// ResolveReg is the input function of a reg* type.
func (e *Env) ResolveReg(t OID, s string) (OID, error) {
	if s == "-" && t != RegOper && t != RegOperator {
		return 0, nil
	}
	if s != "" && strings.Trim(s, "0123456789") == "" {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			return 0, Errorf(CodeNumericOutOfRange, "value \"%s\" is out of range for type oid", s)
		}
		return OID(n), nil
	}
	oid, known, err := e.resolve(t, s)
	if err != nil {
		return 0, err
	}
	if oid == 0 && !known {
		return 0, e.undefined(t, s)
	}
	return oid, nil
}

// FindReg is what to_regclass and its like do: as ResolveReg, but a name that there is not gives known = false, and a number is no name.
func (e *Env) FindReg(t OID, s string) (oid OID, known bool, err error) {
	oid, known, err = e.resolve(t, s)
	if err != nil {
		x, ok := err.(*Error)
		missing := ok && (x.Code == CodeInvalidSchemaName || x.Code == CodeAmbiguousFunction)
		if missing || ok && t == RegType && x.Code == CodeUndefinedObject { // not for a type among the arguments: that is an error
			return 0, false, nil
		}
		return 0, false, err
	}
	return oid, known, nil
}

// resolve looks a name up; known is false where there is no such object.
func (e *Env) resolve(t OID, s string) (oid OID, known bool, err error) {
	class := regClasses[t]
	var args []OID
	name := s
	switch t {
	case RegType:
		oid, err := e.ParseTypeName(s)
		return oid, err == nil, err
	case RegProcedure, RegOperator:
		if name, args, err = e.nameAndArgs(s, t == RegOperator); err != nil {
			return 0, false, err
		}
	}
	parts, err := SplitName(name)
	if err != nil {
		return 0, false, err
	}
	if pgnames.Schemaless(class) && len(parts) != 1 {
		return 0, false, Errorf(CodeInvalidName, "invalid name syntax")
	}
	found, err := e.named(class, parts)
	if err != nil {
		return 0, false, err
	}
	switch t {
	case RegProcedure, RegOperator:
		for _, o := range found {
			if sameArgs(o.Args, args) {
				return o.OID, true, nil
			}
		}
		return 0, false, nil
	case RegProc, RegOper:
		if len(found) > 1 && t == RegProc {
			return 0, false, Errorf(CodeAmbiguousFunction, "more than one function named \"%s\"", s)
		}
		if len(found) > 1 {
			return 0, false, Errorf(CodeAmbiguousFunction, "more than one operator named %s", s)
		}
	}
	if len(found) == 0 {
		return 0, false, nil
	}
	return found[0].OID, true, nil
}

func sameArgs(a, b []OID) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// named looks up a name that may be qualified, and may have the database in front. A schema that there is not is 3F000.
func (e *Env) named(class OID, parts []string) ([]*Object, error) {
	full := strings.Join(parts, ".")
	relation := class == pgnames.Relation
	switch {
	case len(parts) == 1:
		return e.InPath(class, parts[0]), nil
	case len(parts) > 3 && relation:
		return nil, Errorf(CodeSyntaxError, "improper relation name (too many dotted names): %s", full)
	case len(parts) > 3:
		return nil, Errorf(CodeSyntaxError, "improper qualified name (too many dotted names): %s", full)
	case len(parts) == 3 && (e == nil || parts[0] != e.Database):
		if relation {
			full = `"` + full + `"`
		}
		return nil, Errorf(CodeFeatureNotSupported, "cross-database references are not implemented: %s", full)
	}
	parts = parts[len(parts)-2:]
	if !e.HasSchema(parts[0]) {
		return nil, Errorf(CodeInvalidSchemaName, "schema \"%s\" does not exist", parts[0])
	}
	return e.Find(class, parts[0], parts[1]), nil
}

// Relation finds a relation by its name as a user writes it. The errors are 42P01, 3F000, 42602 and those for names of too many parts.
func (e *Env) Relation(name string) (*Object, error) {
	parts, err := SplitName(name)
	if err != nil {
		return nil, err
	}
	found, err := e.named(pgnames.Relation, parts)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, Errorf(CodeUndefinedTable, "relation \"%s\" does not exist", strings.Join(parts, "."))
	}
	return found[0], nil
}

// undefined is the error for a name of a reg* type that there is not.
func (e *Env) undefined(t OID, s string) error {
	full := s
	if parts, err := SplitName(s); err == nil {
		full = strings.Join(parts, ".")
	}
	switch t {
	case RegClass:
		return Errorf(CodeUndefinedTable, "relation \"%s\" does not exist", full)
	case RegNamespace:
		return Errorf(CodeInvalidSchemaName, "schema \"%s\" does not exist", full)
	case RegProc, RegProcedure:
		return Errorf(CodeUndefinedFunction, "function \"%s\" does not exist", s)
	case RegOper, RegOperator:
		return Errorf(CodeUndefinedFunction, "operator does not exist: %s", s)
	case RegCollation:
		return Errorf(CodeUndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", full)
	case RegConfig:
		return Errorf(CodeUndefinedObject, "text search configuration \"%s\" does not exist", full)
	case RegDictionary:
		return Errorf(CodeUndefinedObject, "text search dictionary \"%s\" does not exist", full)
	case RegRole:
		return Errorf(CodeUndefinedObject, "role \"%s\" does not exist", full)
	}
	return Errorf(CodeUndefinedObject, "type \"%s\" does not exist", full)
}

// nameAndArgs takes apart what regprocedure and regoperator read: a name and the types of the arguments in parentheses.
func (e *Env) nameAndArgs(s string, operator bool) (name string, args []OID, err error) {
	quoted := false
	open := strings.IndexFunc(s, func(c rune) bool {
		quoted = quoted != (c == '"')
		return c == '(' && !quoted
	})
	if open < 0 {
		return "", nil, Errorf(CodeInvalidTextRepresentation, "expected a left parenthesis")
	}
	name, list := s[:open], strings.TrimRight(s[open+1:], spaces)
	if !strings.HasSuffix(list, ")") {
		return "", nil, Errorf(CodeInvalidTextRepresentation, "expected a right parenthesis")
	}
	list = list[:len(list)-1]
	if strings.Trim(list, spaces) != "" {
		for _, word := range splitArgs(list) {
			word = strings.Trim(word, spaces)
			switch {
			case word == "":
				return "", nil, Errorf(CodeInvalidTextRepresentation, "expected a type name")
			case operator && strings.EqualFold(word, "none"):
				args = append(args, 0)
				continue
			}
			oid, err := e.ParseTypeName(word)
			if err != nil {
				return "", nil, err
			}
			args = append(args, oid)
		}
	}
	switch {
	case !operator:
	case len(args) == 1:
		return "", nil, Errorf(CodeUndefinedParameter, "missing argument").
			WithHint("Use NONE to denote the missing argument of a unary operator.")
	case len(args) != 2:
		return "", nil, Errorf(CodeTooManyArguments, "too many arguments").WithHint("Provide two argument types for operator.")
	}
	return name, args, nil
}

// splitArgs splits at commas outside of quotes, parentheses and brackets.
func splitArgs(s string) []string {
	var out []string
	depth, from, quoted := 0, 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}
