package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// registerTextQueries: what makes, changes and asks about a tsquery.
func registerTextQueries(r *registry) {
	for name, style := range map[string]textsearch.Style{
		"to_tsquery": textsearch.Operators, "plainto_tsquery": textsearch.Plain, "phraseto_tsquery": textsearch.Phrases, "websearch_to_tsquery": textsearch.Web,
	} {
		configured(r, name, "text", func() configRow {
			return func(_ *Call, config *textsearch.Config, a []*column.Vector, i int, out *column.Vector) error {
				return appendSearched(out, func(dst []byte) (_ []byte, err error) {
					dst, _, err = config.ToQuery(dst, a[0].Str(i), style)
					return dst, err
				})
			}
		})
	}
	join := func(op textsearch.Operator) Kernel {
		return searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
			distance := 1
			if op != textsearch.Phrase {
				distance = 0
			} else if len(a) > 2 {
				distance = int(a[2].Int(i))
			}
			return textsearch.Join(dst, op, distance, a[0].Str(i), a[1].Str(i))
		})
	}
	r.op("tsquery && tsquery", join(textsearch.And))
	r.op("tsquery || tsquery", join(textsearch.Or))
	r.op("tsquery <-> tsquery", join(textsearch.Phrase))
	r.fn("tsquery_phrase(tsquery,tsquery,int4)", join(textsearch.Phrase))
	r.op("!! tsquery", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		return textsearch.Negate(dst, a[0].Str(i))
	}))
	r.totalOp("tsquery @> tsquery", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(textsearch.Contains(a[0].Str(i), a[1].Str(i)))
		return nil
	}))
	r.totalOp("tsquery <@ tsquery", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(textsearch.Contains(a[1].Str(i), a[0].Str(i)))
		return nil
	}))
	r.total("numnode(tsquery)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(int64(textsearch.Query(a[0].Str(i)).Len()))
		return nil
	}))
	r.total("querytree(tsquery)", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		return textsearch.Query(a[0].Str(i)).Indexable(dst), nil
	}))
	r.fn("ts_rewrite(tsquery,tsquery,tsquery)", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		return textsearch.Rewrite(dst, a[0].Str(i), a[1].Str(i), a[2].Str(i))
	}))
}

// registerTextMatch: the operators @@, and @@@, which is the same.
func registerTextMatch(r *registry) {
	matching := func(document, query int, vector func(c *Call, config *textsearch.Config) func(v *column.Vector, i int) (textsearch.Vector, error),
		ask func(config *textsearch.Config, q []byte) (*textsearch.Matcher, error), configured bool) Kernel {
		return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
			var config *textsearch.Config
			if configured {
				var err error
				if config, err = currentConfig(c.Env); err != nil {
					return err
				}
			}
			vectorOf := vector(c, config)
			var asked remembered[*textsearch.Matcher]
			return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
				m, err := asked.of(a[query].Str(i), func(q []byte) (*textsearch.Matcher, error) { return ask(config, q) })
				if err != nil {
					return types.TextSearchError(err)
				}
				v, err := vectorOf(a[document], i)
				if err != nil {
					return types.TextSearchError(err)
				}
				out.AppendBool(m.Matches(v))
				return nil
			})
		}
	}
	asIs := func(*Call, *textsearch.Config) func(v *column.Vector, i int) (textsearch.Vector, error) {
		return func(v *column.Vector, i int) (textsearch.Vector, error) { return v.Str(i), nil }
	}
	made := func(c *Call, config *textsearch.Config) func(v *column.Vector, i int) (textsearch.Vector, error) {
		var buf []byte
		return func(v *column.Vector, i int) (textsearch.Vector, error) {
			b := textsearch.NewBuilder(config)
			defer b.Close()
			b.Stopped = c.ended
			err := b.Add(v.Str(i))
			if err == nil {
				buf, err = b.Append(buf[:0])
			}
			return buf, err
		}
	}
	plain := func(_ *textsearch.Config, q []byte) (*textsearch.Matcher, error) {
		return textsearch.NewMatcher(q), nil
	}
	words := func(config *textsearch.Config, s []byte) (*textsearch.Matcher, error) {
		q, _, err := config.ToQuery(nil, s, textsearch.Plain)
		return textsearch.NewMatcher(q), err
	}
	for _, name := range []string{"@@", "@@@"} {
		r.totalOp("tsvector "+name+" tsquery", matching(0, 1, asIs, plain, false))
		r.totalOp("tsquery "+name+" tsvector", matching(1, 0, asIs, plain, false))
	}
	r.op("text @@ tsquery", matching(0, 1, made, plain, true))
	r.op("text @@ text", matching(0, 1, made, words, true))
}
