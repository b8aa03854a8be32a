package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// registerTextSearch: full text search.
func registerTextSearch(r *registry) {
	registerDocuments(r)
	registerTextQueries(r)
	registerTextMatch(r)
	registerRanks(r)
	registerHeadlines(r)
	for i, name := range comparisons {
		op := comparison(i)
		r.totalOp("tsvector "+name+" tsvector", compareRows(op, types.TSVector))
		r.totalOp("tsquery "+name+" tsquery", compareRows(op, types.TSQuery))
	}
	r.fn("get_current_ts_config()", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		oid, err := types.CurrentTextConfig(c.Env)
		out.AppendInt(int64(oid))
		return err
	}))
	r.fn("ts_lexize(regdictionary,text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		d, err := types.TextDictionary(c.Env, types.OID(a[0].Int(i)))
		if err != nil {
			return err
		}
		var lexemes []string
		if lexeme, ok := d.Lexize(string(a[1].Str(i))); ok {
			lexemes = append(lexemes, lexeme)
		}
		out.AppendFunc(func(dst []byte) []byte { return types.AppendTexts(dst, lexemes...) })
		return nil
	}))
}

// textConfigs finds configurations by their OIDs, of which a column has few.
type textConfigs struct {
	oid    types.OID
	config *textsearch.Config
}

func (t *textConfigs) of(env *types.Env, oid types.OID) (*textsearch.Config, error) {
	if t.config == nil || t.oid != oid {
		c, err := types.TextConfig(env, oid)
		if err != nil {
			return nil, err
		}
		t.oid, t.config = oid, c
	}
	return t.config, nil
}

// configRow computes a row with a text search configuration; a are the arguments behind it.
type configRow func(c *Call, config *textsearch.Config, a []*column.Vector, i int, out *column.Vector) error

// configured gives a function its kernel in both forms, with the configuration as the first argument and without, where the session's is meant. begin is called for
// each batch.
func configured(r *registry, name, args string, begin func() configRow) {
	r.fn(name+"(regconfig,"+args+")", func(c *Call, n int, sel column.Selection, a []*column.Vector, out *column.Vector) error {
		var configs textConfigs
		f := begin()
		return eachRow(c, n, sel, a, out, func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			config, err := configs.of(c.Env, types.OID(a[0].Int(i)))
			if err != nil {
				return err
			}
			return f(c, config, a[1:], i, out)
		})
	})
	r.fn(name+"("+args+")", func(c *Call, n int, sel column.Selection, a []*column.Vector, out *column.Vector) error {
		config, err := currentConfig(c.Env)
		if err != nil {
			return err
		}
		f := begin()
		return eachRow(c, n, sel, a, out, func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			return f(c, config, a, i, out)
		})
	})
}

func currentConfig(env *types.Env) (*textsearch.Config, error) {
	oid, err := types.CurrentTextConfig(env)
	if err != nil {
		return nil, err
	}
	return types.TextConfig(env, oid)
}

// searchRow is a simple kernel of a function whose rows are made by package textsearch.
func searchRow(f func(dst []byte, a []*column.Vector, i int) ([]byte, error)) Kernel {
	return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) (err error) {
		return appendSearched(out, func(dst []byte) ([]byte, error) { return f(dst, a, i) })
	})
}

func appendSearched(out *column.Vector, f func(dst []byte) ([]byte, error)) (err error) {
	out.AppendFunc(func(dst []byte) []byte {
		var added []byte
		if added, err = f(dst); err != nil {
			return dst
		}
		return added
	})
	return types.TextSearchError(err)
}

// weightOf reads a weight's letter.
func weightOf(s []byte) (int, bool) {
	if len(s) == 1 {
		switch s[0] | 0x20 {
		case 'a', 'b', 'c', 'd':
			return 3 - int(s[0]|0x20-'a'), true
		}
	}
	return 0, false
}
