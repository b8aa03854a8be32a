package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// registerRanks: ts_rank and ts_rank_cd.
func registerRanks(r *registry) {
	for _, weights := range []bool{true, false} {
		for _, method := range []bool{true, false} {
			args := "tsvector,tsquery"
			if weights {
				args = "_float4," + args
			}
			if method {
				args += ",int4"
			}
			rank := func(name string, f func(c *Call, w textsearch.Weights, v textsearch.Vector, q textsearch.Query, method int) (float32, error)) {
				r.fn(name+"("+args+")", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
					w := textsearch.DefaultWeights
					if weights {
						var err error
						if w, err = rankWeights(a[0].Str(i)); err != nil {
							return err
						}
						a = a[1:]
					}
					how := 0
					if method {
						how = int(a[2].Int(i))
					}
					x, err := f(c, w, a[0].Str(i), a[1].Str(i), how)
					out.AppendFloat(float64(x))
					return err
				}))
			}
			rank("ts_rank", func(_ *Call, w textsearch.Weights, v textsearch.Vector, q textsearch.Query, method int) (float32, error) {
				return textsearch.Rank(w, v, q, method), nil
			})
			rank("ts_rank_cd", func(c *Call, w textsearch.Weights, v textsearch.Vector, q textsearch.Query, method int) (float32, error) {
				return textsearch.RankCovers(w, v, q, method, c.ended)
			})
		}
	}
}

// rankWeights reads the four weights, those of D first.
func rankWeights(s []byte) (w textsearch.Weights, err error) {
	a := types.ReadArray(types.Float4, s)
	switch {
	case len(a.Dims) != 1:
		return w, types.Errorf("2202E", "array of weight must be one-dimensional")
	case a.Values.Len < len(w):
		return w, types.Errorf("2202E", "array of weight is too short")
	}
	for i := range a.Values.Len {
		if a.Values.Null(i) {
			return w, types.Errorf("22004", "array of weight must not contain nulls")
		}
	}
	for i := range w {
		w[i] = float32(a.Values.Float(i))
	}
	w, err = w.Valid()
	return w, types.TextSearchError(err)
}
