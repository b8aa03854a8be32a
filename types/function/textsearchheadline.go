package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// registerHeadlines: ts_headline of texts, and of all strings in a json.
func registerHeadlines(r *registry) {
	for _, t := range []string{"text", "json", "jsonb"} {
		for _, args := range []string{t + ",tsquery", t + ",tsquery,text"} {
			configured(r, "ts_headline", args, func() configRow {
				var made remembered[*textsearch.Headliner]
				var of *textsearch.Config
				var key []byte
				return func(c *Call, config *textsearch.Config, a []*column.Vector, i int, out *column.Vector) error {
					var options []byte
					if len(a) > 2 {
						options = a[2].Str(i)
					}
					if of != config {
						made, of = remembered[*textsearch.Headliner]{}, config
					}
					key = append(append(append(key[:0], a[1].Str(i)...), 0), options...) // a query's form tells where it ends
					h, err := made.of(key, func([]byte) (*textsearch.Headliner, error) { return newHeadliner(config, a[1].Str(i), options) })
					if err != nil {
						return types.TextSearchError(err)
					}
					h.Stopped = c.ended
					return appendSearched(out, func(dst []byte) ([]byte, error) {
						switch t {
						case "json":
							return headlineJSON(dst, h, trimJSON(a[0].Str(i)))
						case "jsonb":
							text, err := headlineJSON(nil, h, trimJSON(types.AppendJSONB(nil, a[0].Str(i))))
							if err != nil {
								return dst, err
							}
							return types.ParseJSONB(dst, text)
						}
						return h.AppendHeadline(dst, a[0].Str(i))
					})
				}
			})
		}
	}
}

func newHeadliner(config *textsearch.Config, query, options []byte) (*textsearch.Headliner, error) {
	set, err := textsearch.Options(string(options))
	if err != nil {
		return nil, err
	}
	o, err := textsearch.NewHeadlineOptions(set)
	if err != nil {
		return nil, err
	}
	return textsearch.NewHeadliner(config, query, o), nil
}

// headlineJSON appends a json in which strings are headlines; what stands between its values is left out.
func headlineJSON(dst []byte, h *textsearch.Headliner, s []byte) (_ []byte, err error) {
	switch jsonKind(s) {
	case '{':
		dst = append(dst, '{')
		first := true
		members(s, func(key, value []byte) bool {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(types.AppendJSONString(dst, types.AppendJSONUnquoted(nil, key)), ':')
			dst, err = headlineJSON(dst, h, value)
			return err == nil
		})
		return append(dst, '}'), err
	case '[':
		dst = append(dst, '[')
		first := true
		elements(s, func(value []byte) bool {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst, err = headlineJSON(dst, h, value)
			return err == nil
		})
		return append(dst, ']'), err
	case '"':
		text, err := h.AppendHeadline(nil, types.AppendJSONUnquoted(nil, s))
		if err != nil {
			return dst, err
		}
		return types.AppendJSONString(dst, text), nil
	}
	return append(dst, s...), nil
}
