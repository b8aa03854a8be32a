package types

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
)

// The reg… types are OIDs that are shown and read as names. Names of types come from the type
// table, names of relations from the catalog (Env.Names), all others from there too where Env.Names is an Objects; else only
// the fixed schemas are known here, and the rest are numbers.

var schemaOIDs = map[string]int64{"pg_catalog": 11, "pg_toast": 99, "public": 2200}

func appendReg(dst []byte, env *Env, t OID, x int64) []byte {
	oid := OID(x)
	if oid == 0 {
		return append(dst, '-')
	}
	if o := ObjectsOf(env); o != nil && t != RegClass {
		if name, ok := o.RegName(t, oid); ok {
			return append(dst, name...)
		}
		return strconv.AppendInt(dst, x, 10)
	}
	switch t {
	case RegType:
		if _, ok := Lookup(oid); ok {
			return append(dst, FormatType(oid, -1)...)
		}
	case RegClass:
		if env != nil && env.Names != nil {
			if name, ok := env.Names.RelationName(oid); ok {
				return append(dst, name...)
			}
		}
	case RegNamespace:
		for name, o := range schemaOIDs {
			if o == x {
				return append(dst, name...)
			}
		}
	}
	return strconv.AppendInt(dst, x, 10)
}

// parseReg reads a number, "-" or a name. Errors are 42P01, 42704, 3F000 and 42883.
func parseReg(out *column.Vector, env *Env, t OID, s []byte) error {
	w := string(bytes.Trim(s, spaces))
	if w == "-" {
		out.AppendInt(0)
		return nil
	}
	if len(w) > 0 && isDigit(w[0]) {
		if n, err := strconv.ParseUint(w, 10, 32); err == nil {
			out.AppendInt(int64(n))
			return nil
		}
	}
	if o := ObjectsOf(env); o != nil && t != RegClass {
		oid, err := o.RegOID(t, w)
		if err != nil {
			return err
		}
		out.AppendInt(int64(oid))
		return nil
	}
	switch t {
	case RegType:
		oid, err := ParseTypeName(w)
		if err != nil {
			return err
		}
		out.AppendInt(int64(oid))
	case RegClass:
		if env != nil && env.Names != nil {
			if oid, ok := env.Names.Relation(w); ok {
				out.AppendInt(int64(oid))
				return nil
			}
		}
		return UndefinedRelation(w)
	case RegNamespace:
		oid, ok := schemaOIDs[w]
		if !ok {
			return Errorf(CodeInvalidSchemaName, "schema \"%s\" does not exist", w)
		}
		out.AppendInt(oid)
	case RegProc, RegProcedure:
		return Errorf(CodeUndefinedFunction, "function \"%s\" does not exist", w)
	case RegOper, RegOperator:
		return Errorf(CodeUndefinedFunction, "operator does not exist: %s", w)
	case RegRole:
		return Errorf(CodeUndefinedObject, "role \"%s\" does not exist", w)
	default:
		return Errorf(CodeFeatureNotSupported, "names of type %s are not supported", FormatType(t, -1))
	}
	return nil
}

// ParseTypeName finds a type by its name as a user writes it: in any case, maybe in schema
// pg_catalog, maybe with a length in parentheses or with []. The error is 42704.
func ParseTypeName(name string) (OID, error) {
	n := strings.TrimSpace(name)
	n = strings.TrimPrefix(n, "pg_catalog.")
	if strings.HasPrefix(n, "\"") && strings.HasSuffix(n, "\"") && len(n) > 1 {
		n = n[1 : len(n)-1] // "char" is not char
	} else {
		n = strings.ToLower(n)
		if open := strings.IndexByte(n, '('); open >= 0 {
			if end := strings.IndexByte(n[open:], ')'); end >= 0 {
				n = n[:open] + n[open+end+1:]
			}
		}
		n = strings.Join(strings.Fields(n), " ")
		if n == "char" {
			n = "bpchar"
		}
	}
	if t, ok := ByName(n); ok {
		return t.OID, nil
	}
	return 0, Errorf(CodeUndefinedObject, "type \"%s\" does not exist", name)
}

// UndefinedRelation is 42P01 for a relation's name as a user wrote it, maybe quoted: the message has the name itself.
func UndefinedRelation(written string) *Error {
	var name strings.Builder
	quoted := false
	for i := 0; i < len(written); i++ {
		switch c := written[i]; {
		case c == '"' && quoted && i+1 < len(written) && written[i+1] == '"':
			name.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && c >= 'A' && c <= 'Z':
			name.WriteByte(c + 'a' - 'A')
		default:
			name.WriteByte(c)
		}
	}
	return Errorf(CodeUndefinedTable, "relation \"%s\" does not exist", name.String())
}
