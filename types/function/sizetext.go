package function

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// sizeUnit is a unit that sizes are shown in, up to a limit. A size in it is counted in halves where halved, so that the last step rounds.
type sizeUnit struct {
	name   string
	limit  int64
	halved bool
	bits   uint
}

var sizeUnits = []sizeUnit{
	{"bytes", 10 * 1024, false, 0}, {"kB", 20*1024 - 1, true, 10}, {"MB", 20*1024 - 1, true, 20},
	{"GB", 20*1024 - 1, true, 30}, {"TB", 20*1024 - 1, true, 40}, {"PB", 20*1024 - 1, true, 50},
}

// step is by how many bits a size is shifted on the way to the next unit.
func (u sizeUnit) step(next sizeUnit) uint {
	bits := next.bits - u.bits
	if next.halved {
		bits--
	}
	if u.halved {
		bits++
	}
	return bits
}

func registerSizeText(r *registry) {
	r.total("pg_size_pretty(int8)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		size := a[0].Int(i)
		for k, u := range sizeUnits {
			if k+1 < len(sizeUnits) && (size >= u.limit || -size >= u.limit || size == -size && size != 0) {
				size /= 1 << u.step(sizeUnits[k+1])
				continue
			}
			if u.halved {
				if size < 0 {
					size--
				} else {
					size++
				}
				size /= 2
			}
			out.AppendString(strconv.FormatInt(size, 10) + " " + u.name)
			break
		}
		return nil
	}))
	r.fn("pg_size_pretty(numeric)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		var size, limit, n apd.Decimal
		types.LoadNumeric(&size, a[0].Str(i))
		divide := func(by int64) error {
			types.NumericFromInt(&n, by)
			return types.NumericDivTrunc(&size, &size, &n)
		}
		for k, u := range sizeUnits {
			var abs apd.Decimal
			types.NumericAbs(&abs, &size)
			types.NumericFromInt(&limit, u.limit)
			if k+1 < len(sizeUnits) && types.NumericCompare(&abs, &limit) >= 0 {
				if err := divide(1 << u.step(sizeUnits[k+1])); err != nil {
					return err
				}
				continue
			}
			if u.halved {
				types.NumericFromInt(&n, 1)
				n.Negative = size.Negative
				if err := types.NumericAdd(&size, &size, &n); err != nil {
					return err
				}
				if err := divide(2); err != nil {
					return err
				}
			}
			v := column.New(column.Decimal)
			v.AppendFunc(func(dst []byte) []byte { return types.AppendNumeric(dst, &size) })
			out.AppendString(types.TextOf(nil, types.Numeric, v, 0) + " " + u.name)
			break
		}
		return nil
	}))
	r.fn("pg_size_bytes(text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		text := string(a[0].Str(i))
		m := sizePattern.FindStringSubmatch(text)
		if m == nil {
			return types.Errorf(types.CodeInvalidParameterValue, "invalid size: \"%s\"", text)
		}
		var size, n apd.Decimal
		if err := types.ParseNumeric(&size, []byte(m[1])); err != nil {
			return err
		}
		if m[2] != "" {
			bits := -1
			for _, u := range sizeUnits {
				if strings.EqualFold(u.name, m[2]) {
					bits = int(u.bits)
				}
			}
			if bits < 0 {
				return types.Errorf(types.CodeInvalidParameterValue, "invalid size: \"%s\"", text).WithDetail("Invalid size unit: \"%s\".", m[2]).
					WithHint(`Valid units are "bytes", "kB", "MB", "GB", "TB", and "PB".`)
			}
			types.NumericFromInt(&n, 1<<bits)
			if err := types.NumericMul(&size, &size, &n); err != nil {
				return err
			}
		}
		x, err := types.NumericToInt(&size, types.Int8)
		if err != nil {
			return err
		}
		out.AppendInt(x)
		return nil
	}))
}

// sizePattern takes a size apart: a number, and maybe a unit.
var sizePattern = regexp.MustCompile(`(?s)^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$`)
