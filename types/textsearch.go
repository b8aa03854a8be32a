package types

import (
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types/pgnames"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// A vector holds a tsvector and a tsquery in the forms that package textsearch shows, which are those of the binary protocol.

// TextSearchError makes an Error of what package textsearch says is wrong.
func TextSearchError(err error) error {
	if e, ok := err.(*textsearch.Error); ok {
		return &Error{Code: e.Code, Message: e.Message}
	}
	return err
}

func parseTextSearch(out *column.Vector, t OID, s []byte) error {
	if err := checkText(s); err != nil {
		return err
	}
	return appendTextSearch(out, func(dst []byte) (_ []byte, err error) {
		if t == TSVector {
			return textsearch.ParseVector(dst, s)
		}
		dst, _, err = textsearch.ParseQuery(dst, s)
		return dst, err
	})
}

func parseTextSearchBinary(out *column.Vector, t OID, b []byte) error {
	return appendTextSearch(out, func(dst []byte) ([]byte, error) {
		if t == TSVector {
			return textsearch.ParseVectorBinary(dst, b)
		}
		return textsearch.ParseQueryBinary(dst, b)
	})
}

// TextConfig gives the text search configuration of an OID. One of PostgreSQL's whose language we have no stemmer for is 0A000.
func TextConfig(env *Env, oid OID) (*textsearch.Config, error) {
	o, ok := env.ObjectByOID(pgnames.TextConfig, oid)
	if !ok {
		return nil, Errorf(CodeInternalError, "cache lookup failed for text search configuration %d", oid)
	}
	if c := textsearch.ConfigNamed(o.Name); c != nil {
		return c, nil
	}
	return nil, Errorf(CodeFeatureNotSupported, "text search configuration \"%s\" is not supported", o.Name).
		WithHint("There are %s.", strings.Join(textsearch.ConfigNames(), ", "))
}

// TextDictionary gives the text search dictionary of an OID.
func TextDictionary(env *Env, oid OID) (*textsearch.Dictionary, error) {
	o, ok := env.ObjectByOID(pgnames.TextDictionary, oid)
	if !ok {
		return nil, Errorf(CodeInternalError, "cache lookup failed for text search dictionary %d", oid)
	}
	if d := textsearch.DictionaryNamed(o.Name); d != nil {
		return d, nil
	}
	return nil, Errorf(CodeFeatureNotSupported, "text search dictionary \"%s\" is not supported", o.Name).
		WithHint("There are simple, and those of the languages that have a configuration in pg_ts_config.")
}

// DefaultTextConfig is what the setting default_text_search_config is where nobody sets it.
const DefaultTextConfig = "pg_catalog.english"

// CurrentTextConfig is the OID of the configuration that functions take where a call names none.
func CurrentTextConfig(env *Env) (OID, error) {
	name := DefaultTextConfig
	if env != nil && env.Setting != nil {
		if s, ok := env.Setting("default_text_search_config"); ok {
			name = s
		}
	}
	return env.ResolveReg(RegConfig, name)
}

// CanonicalTextConfig is the name of a configuration with its schema, "" where there is none of the name; the error is for what can't be a name.
func CanonicalTextConfig(name string) (string, error) {
	var env *Env
	oid, err := env.ResolveReg(RegConfig, name)
	if e, ok := err.(*Error); ok && (e.Code == CodeUndefinedObject || e.Code == CodeInvalidSchemaName) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	o, ok := env.ObjectByOID(pgnames.TextConfig, oid)
	if !ok {
		return "", nil
	}
	return string(AppendFullName(nil, o)), nil
}

// appendTextSearch appends a value that make appends to the bytes of a vector, unless it fails.
func appendTextSearch(out *column.Vector, make func(dst []byte) ([]byte, error)) error {
	b, err := make(nil)
	if err != nil {
		return TextSearchError(err)
	}
	out.AppendBytes(b)
	return nil
}
