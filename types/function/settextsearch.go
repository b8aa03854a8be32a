package function

import (
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// registerTextSearchSets gives the functions about text search their rows.
func registerTextSearchSets(s *setFunctions) {
	s.define("unnest(tsvector)", func(c *SetCall) (Rows, error) {
		return &lexemeRows{lexemes: textsearch.Vector(c.Args[0].Str(0)).Lexemes(nil)}, nil
	})
	for _, t := range []string{"oid", "text"} {
		s.define("ts_token_type("+t+")", func(c *SetCall) (Rows, error) {
			var rows []func(out []*column.Vector)
			for i, k := range textsearch.TokenTypes {
				rows = append(rows, func(out []*column.Vector) {
					out[0].AppendInt(int64(i + 1))
					out[1].AppendString(k.Alias)
					out[2].AppendString(k.Description)
				})
			}
			return &listRows{rows}, textParser(c, t)
		})
		s.define("ts_parse("+t+",text)", func(c *SetCall) (Rows, error) {
			return &tokenRows{env: c.Env, parser: textsearch.NewParser(c.Args[1].Str(0))}, textParser(c, t)
		})
	}
	s.define("ts_debug(regconfig,text)", func(c *SetCall) (Rows, error) {
		return debugTokens(c.Env, types.OID(c.Args[0].Int(0)), c.Args[1].Str(0))
	})
	s.define("ts_debug(text)", func(c *SetCall) (Rows, error) {
		oid, err := types.CurrentTextConfig(c.Env)
		if err != nil {
			return nil, err
		}
		return debugTokens(c.Env, oid, c.Args[0].Str(0))
	})
}

// defaultParser is the OID of PostgreSQL's only parser.
const defaultParser = 3722

// textParser checks that a call means the default parser.
func textParser(c *SetCall, t string) error {
	if t == "oid" {
		if oid := c.Args[0].Int(0); oid != defaultParser {
			return types.Errorf(types.CodeInternalError, "cache lookup failed for text search parser %d", oid)
		}
		return nil
	}
	parts, err := types.SplitName(string(c.Args[0].Str(0)))
	if err != nil {
		return err
	}
	if len(parts) == 2 {
		if !c.Env.HasSchema(parts[0]) {
			return types.Errorf(types.CodeInvalidSchemaName, "schema \"%s\" does not exist", parts[0])
		}
		if parts[0] == "pg_catalog" {
			parts = parts[1:]
		}
	}
	if len(parts) != 1 || parts[0] != "default" {
		return types.Errorf(types.CodeUndefinedObject, "text search parser \"%s\" does not exist", strings.Join(parts, "."))
	}
	return nil
}

// lexemeRows yields the lexemes of a document with their places, nulls where there are none.
type lexemeRows struct{ lexemes []textsearch.Lexeme }

func (r *lexemeRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && len(r.lexemes) > 0; max-- {
		l := &r.lexemes[0]
		r.lexemes = r.lexemes[1:]
		out[0].AppendBytes(l.Text)
		if l.Places() == 0 {
			out[1].AppendNull()
			out[2].AppendNull()
			continue
		}
		numbers, weights := make([]int64, l.Places()), make([]string, l.Places())
		for i := range numbers {
			p := l.Place(i)
			numbers[i], weights[i] = int64(p.Number()), "DCBA"[p.Weight():p.Weight()+1]
		}
		out[1].AppendFunc(func(dst []byte) []byte { return types.AppendInts(dst, types.Int2, numbers...) })
		out[2].AppendFunc(func(dst []byte) []byte { return types.AppendTexts(dst, weights...) })
	}
	return nil
}

// tokenRows yields the tokens of a text.
type tokenRows struct {
	env    *types.Env
	parser *textsearch.Parser
}

func (r *tokenRows) Next(max int, out []*column.Vector) error {
	for ; max > 0; max-- {
		kind, token, ok := r.parser.Next()
		if !ok {
			return nil
		}
		out[0].AppendInt(int64(kind))
		out[1].AppendBytes(token)
	}
	return envEnded(r.env)
}

// debugRows yields the tokens of a text with what a configuration makes of them.
type debugRows struct {
	env    *types.Env
	config *textsearch.Config
	parser *textsearch.Parser
}

func debugTokens(env *types.Env, config types.OID, text []byte) (Rows, error) {
	c, err := types.TextConfig(env, config)
	return &debugRows{env, c, textsearch.NewParser(text)}, err
}

func (r *debugRows) Next(max int, out []*column.Vector) error {
	for ; max > 0; max-- {
		kind, token, ok := r.parser.Next()
		if !ok {
			return nil
		}
		out[0].AppendString(kind.String())
		out[1].AppendString(textsearch.TokenTypes[kind-1].Description)
		out[2].AppendBytes(token)
		d := r.config.Dictionary(kind)
		if d == nil {
			out[3].AppendFunc(func(dst []byte) []byte { return types.AppendInts(dst, types.RegDictionary) })
			out[4].AppendNull()
			out[5].AppendNull()
			continue
		}
		var oid int64
		for _, o := range pgnames.Find(pgnames.TextDictionary, "pg_catalog", d.Name) {
			oid = int64(o.OID)
		}
		out[3].AppendFunc(func(dst []byte) []byte { return types.AppendInts(dst, types.RegDictionary, oid) })
		out[4].AppendInt(oid)
		var lexemes []string
		if lexeme, ok := d.Lexize(string(token)); ok {
			lexemes = append(lexemes, lexeme)
		}
		out[5].AppendFunc(func(dst []byte) []byte { return types.AppendTexts(dst, lexemes...) })
	}
	return envEnded(r.env)
}
