package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Window is one overload of a function that only OVER can call.
type Window struct {
	OID    types.OID
	Name   string
	Args   []types.OID
	Result types.OID
	// Eval appends the results for all rows of a partition to out, a Plain vector. args have a value for each row, in any form.
	Eval func(p *Partition, args []*column.Vector, out *column.Vector) error
}

// Partition is what a window function sees of the rows that it runs over: Rows of them, in order.
type Partition struct {
	Rows int
	// PeersFrom and PeersTo are, by row, where the rows begin and end that ORDER BY does not tell from it.
	PeersFrom, PeersTo []int32
	// From and To are, by row, where its frame begins and ends; nil where no function of the window asks for frames. Exclude takes rows out of it.
	From, To []int32
	Exclude  Exclusion
}

// Exclusion is what EXCLUDE takes out of a frame.
type Exclusion uint8

const (
	ExcludeNothing Exclusion = iota
	ExcludeCurrentRow
	ExcludeGroup // the row and its peers
	ExcludeTies  // its peers
)

// Part is a run of rows: From … To-1.
type Part struct{ From, To int }

// Frame appends to dst the parts of row i's frame that have rows, in order: three at most.
func (p *Partition) Frame(dst []Part, i int) []Part {
	from, to := int(p.From[i]), int(p.To[i])
	add := func(from, to int) {
		if from < to {
			dst = append(dst, Part{from, to})
		}
	}
	// without is the rows that are taken out, but for the row itself where it stays.
	without := Part{to, to}
	switch p.Exclude {
	case ExcludeCurrentRow:
		without = Part{i, i + 1}
	case ExcludeGroup, ExcludeTies:
		without = Part{int(p.PeersFrom[i]), int(p.PeersTo[i])}
	}
	add(from, min(to, without.From))
	if p.Exclude == ExcludeTies && i >= from && i < to {
		add(i, i+1)
	}
	add(max(from, without.To), to)
	return dst
}

// windowFunctions are the functions that only OVER can call, with PostgreSQL's numbers.
var windowFunctions = []*Window{
	{3100, "row_number", nil, types.Int8, rowByRow(func(p *Partition, i int, out *column.Vector) { out.AppendInt(int64(i) + 1) })},
	{3101, "rank", nil, types.Int8, rowByRow(func(p *Partition, i int, out *column.Vector) { out.AppendInt(int64(p.PeersFrom[i]) + 1) })},
	{3102, "dense_rank", nil, types.Int8, denseRank},
	{3103, "percent_rank", nil, types.Float8, rowByRow(func(p *Partition, i int, out *column.Vector) {
		out.AppendFloat(float64(p.PeersFrom[i]) / float64(max(p.Rows-1, 1)))
	})},
	{3104, "cume_dist", nil, types.Float8, rowByRow(func(p *Partition, i int, out *column.Vector) {
		out.AppendFloat(float64(p.PeersTo[i]) / float64(p.Rows))
	})},
	{3105, "ntile", []types.OID{types.Int4}, types.Int4, ntile},
	{3106, "lag", []types.OID{types.AnyElement}, types.AnyElement, neighbour(-1)},
	{3107, "lag", []types.OID{types.AnyElement, types.Int4}, types.AnyElement, neighbour(-1)},
	{3108, "lag", []types.OID{types.AnyCompatible, types.Int4, types.AnyCompatible}, types.AnyCompatible, neighbour(-1)},
	{3109, "lead", []types.OID{types.AnyElement}, types.AnyElement, neighbour(1)},
	{3110, "lead", []types.OID{types.AnyElement, types.Int4}, types.AnyElement, neighbour(1)},
	{3111, "lead", []types.OID{types.AnyCompatible, types.Int4, types.AnyCompatible}, types.AnyCompatible, neighbour(1)},
	{3112, "first_value", []types.OID{types.AnyElement}, types.AnyElement, firstValue},
	{3113, "last_value", []types.OID{types.AnyElement}, types.AnyElement, lastValue},
	{3114, "nth_value", []types.OID{types.AnyElement, types.Int4}, types.AnyElement, nthValue},
}

// IsWindow reports whether name is a function that only OVER can call (or one of that name is).
func IsWindow(name string) bool {
	for _, w := range windowFunctions {
		if w.Name == name {
			return true
		}
	}
	return false
}

// AllWindows lists the functions that only OVER can call, by OID.
func AllWindows() []*Window { return windowFunctions }

// OfFrame reports whether a window function reads the frame; the others are about the whole partition.
func (w *Window) OfFrame() bool { return w.OID >= 3112 }

// ResolveWindow finds the window function for arguments of the given types, to be cast to the result's Args. Errors: 42883, 42725.
func ResolveWindow(name string, args []types.OID) (*Window, error) {
	var cs []candidate[*Window]
	for _, w := range windowFunctions {
		if w.Name == name && len(w.Args) == len(args) {
			cs = append(cs, candidate[*Window]{w, w.Args})
		}
	}
	c, none, ok := choose(cs, args)
	switch {
	case ok:
		w := *c.of
		var err error
		w.Args, w.Result, err = concreteTypes(c.args, args, w.Result)
		return &w, err
	case none:
		return nil, types.Errorf(types.CodeUndefinedFunction, "function %s(%s) does not exist", name, sqlNames(args)).
			WithHint("%s", functionAdvice(name, args))
	}
	return nil, ambiguousFunction(name, args)
}

func rowByRow(f func(p *Partition, i int, out *column.Vector)) func(*Partition, []*column.Vector, *column.Vector) error {
	return func(p *Partition, _ []*column.Vector, out *column.Vector) error {
		for i := range p.Rows {
			f(p, i, out)
		}
		return nil
	}
}

func denseRank(p *Partition, _ []*column.Vector, out *column.Vector) error {
	rank := int64(0)
	for i := range p.Rows {
		if int(p.PeersFrom[i]) == i {
			rank++
		}
		out.AppendInt(rank)
	}
	return nil
}

// ntile deals the rows out to buckets as evenly as it goes, the larger ones first. How many there are is said by the first row that says something.
func ntile(p *Partition, args []*column.Vector, out *column.Vector) error {
	first := 0
	for ; first < p.Rows && args[0].Null(first); first++ {
		out.AppendNull()
	}
	if first == p.Rows {
		return nil
	}
	buckets := args[0].Int(first)
	if buckets <= 0 {
		return types.Errorf("22014", "argument of ntile must be greater than zero")
	}
	each, larger := int64(p.Rows)/buckets, int64(p.Rows)%buckets
	for i := range int64(p.Rows - first) {
		bucket := int64(0)
		if inLarger := larger * (each + 1); i < inLarger {
			bucket = i / (each + 1)
		} else {
			bucket = larger + (i-inLarger)/max(each, 1)
		}
		out.AppendInt(bucket + 1)
	}
	return nil
}

// neighbour is lag and lead: the value of the row so many rows away.
func neighbour(direction int64) func(*Partition, []*column.Vector, *column.Vector) error {
	return func(p *Partition, args []*column.Vector, out *column.Vector) error {
		for i := range p.Rows {
			at := int64(i) + direction
			if len(args) > 1 {
				if args[1].Null(i) {
					out.AppendNull()
					continue
				}
				at = int64(i) + direction*args[1].Int(i)
			}
			switch {
			case at >= 0 && at < int64(p.Rows):
				out.AppendFrom(args[0], int(at))
			case len(args) > 2:
				out.AppendFrom(args[2], i)
			default:
				out.AppendNull()
			}
		}
		return nil
	}
}

func firstValue(p *Partition, args []*column.Vector, out *column.Vector) error {
	var parts []Part
	for i := range p.Rows {
		if parts = p.Frame(parts[:0], i); len(parts) == 0 {
			out.AppendNull()
		} else {
			out.AppendFrom(args[0], parts[0].From)
		}
	}
	return nil
}

func lastValue(p *Partition, args []*column.Vector, out *column.Vector) error {
	var parts []Part
	for i := range p.Rows {
		if parts = p.Frame(parts[:0], i); len(parts) == 0 {
			out.AppendNull()
		} else {
			out.AppendFrom(args[0], parts[len(parts)-1].To-1)
		}
	}
	return nil
}

func nthValue(p *Partition, args []*column.Vector, out *column.Vector) error {
	var parts []Part
	for i := range p.Rows {
		if args[1].Null(i) {
			out.AppendNull()
			continue
		}
		n := args[1].Int(i)
		if n <= 0 {
			return types.Errorf("22016", "argument of nth_value must be greater than zero")
		}
		n--
		found := false
		parts = p.Frame(parts[:0], i)
		for _, part := range parts {
			if rows := int64(part.To - part.From); n < rows {
				out.AppendFrom(args[0], part.From+int(n))
				found = true
				break
			} else {
				n -= rows
			}
		}
		if !found {
			out.AppendNull()
		}
	}
	return nil
}
