package exec

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// tempFiles makes temporary files in memory and knows which are open.
type tempFiles struct {
	mu    sync.Mutex
	open  int
	made  int
	wrote int64
	full  int64  // bytes after which the disk is full; 0: never
	flip  bool   // reads give other bytes
	after func() // is told of each write
}

var errDiskFull = errors.New("no space left")

type tempFile struct {
	of   *tempFiles
	data []byte
}

func (f *tempFiles) create() (TempFile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open++
	f.made++
	return &tempFile{of: f}, nil
}

func (t *tempFile) Append(b []byte) (int64, error) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	if t.of.full > 0 && t.of.wrote+int64(len(b)) > t.of.full {
		return 0, errDiskFull
	}
	t.of.wrote += int64(len(b))
	if t.of.after != nil {
		t.of.after()
	}
	at := len(t.data)
	t.data = append(t.data, b...)
	return int64(at), nil
}

func (t *tempFile) ReadAt(b []byte, at int64) error {
	copy(b, t.data[at:])
	if t.of.flip {
		b[len(b)/2] ^= 1
	}
	return nil
}

func (t *tempFile) Close() error {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.of.open--
	return nil
}

// tight gives rt so little memory before it goes to files that nearly every batch does, or some do, or none.
func tight(t *rapid.T, rt *Runtime) *tempFiles {
	files := new(tempFiles)
	rt.Temp, rt.least = files.create, 1
	rt.WorkMem = rapid.SampledFrom([]int64{1, 70_000, 100_000, 0}).Draw(t, "work_mem")
	return files
}

// wide is rows of every kind of column.
var wideTypes = []types.OID{types.Bool, types.Int8, types.Float8, types.Numeric, types.Text, types.JSONB, types.Timestamptz, types.Interval, types.UUID}

// wideBatch makes rows of which many are alike and some null, by a generator of numbers: x is its state.
func wideBatch(b *column.Batch, x *uint32, rows int) {
	next := func(n uint32) uint32 {
		*x = *x*1664525 + 1013904223
		return (*x >> 8) % n
	}
	b.Reset(kindsOf(wideTypes))
	for range rows {
		for c, v := range b.Cols {
			k := int64(next(40))
			switch {
			case next(8) == 0:
				v.AppendNull()
			case v.Kind == column.Bool:
				v.AppendBool(k%2 == 0)
			case v.Kind == column.Int64, v.Kind == column.Timestamp:
				v.AppendInt(k - 20)
			case v.Kind == column.Float64:
				v.AppendFloat(float64(k)/4 - 3)
			case v.Kind == column.Interval:
				v.AppendSpan(column.Span{Months: int32(k % 3), Days: int32(k), Micros: k << 33})
			case wideTypes[c] == types.Numeric: // equal ones are spelled in several ways
				v.AppendString(fmt.Sprintf("%d.%0*d", k/4, 1+k%3, 0))
			case wideTypes[c] == types.JSONB:
				v.AppendString(fmt.Sprintf(`{"a": [%d, "%d"]}`, k%5, k))
			case wideTypes[c] == types.UUID:
				v.AppendString(fmt.Sprintf("00000000-0000-4000-8000-%012d", k))
			default:
				v.AppendString(fmt.Sprintf("%.*s-%d", int(k), "some text that is quite long and longer", k%7))
			}
		}
	}
	b.Len = rows
}

// wideSource yields rows that are the same each time.
type wideSource struct {
	seed    uint32
	batches int
	rows    int // of each
}

func (s *wideSource) Columns() []plan.Column { return columnsOf(wideTypes...).Cols }

func (s *wideSource) Open(context.Context, *types.Env, []int, []plan.Expr) (plan.Batches, error) {
	return &wideBatches{wideSource: *s}, nil
}

type wideBatches struct{ wideSource }

func (s *wideBatches) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if s.batches == 0 {
		return false, ended(ctx)
	}
	s.batches--
	wideBatch(b, &s.seed, s.rows)
	return true, nil
}

func (s *wideBatches) Close() {}

func wideScan(s *wideSource) *plan.SourceScan {
	n := &plan.SourceScan{Output: columnsOf(wideTypes...), Source: s, Name: "wide"}
	for i := range wideTypes {
		n.Want = append(n.Want, i)
	}
	return n
}

// textRows draws a plan to its end as text.
func textRows(t interface {
	Context() context.Context
	Fatal(...any)
}, n plan.Node, rt *Runtime) []string {
	in, err := Open(t.Context(), n, rt)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := lines(t.Context(), n, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lines draws rows to their end as text.
func lines(ctx context.Context, n plan.Node, in plan.Batches) (out []string, err error) {
	var b column.Batch
	for {
		ok, err := in.Next(ctx, &b)
		if !ok || err != nil {
			return out, err
		}
		for i := range each(b.Sel, b.Len) {
			line := ""
			for c, v := range b.Cols {
				if v.Null(i) {
					line += "|NULL"
				} else {
					line += "|" + types.TextOf(nil, n.Columns()[c].Type, v, i)
				}
			}
			out = append(out, line)
		}
	}
}
