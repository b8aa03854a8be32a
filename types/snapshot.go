package types

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
)

// Snapshot tells which transactions are seen: those before Min, and those before Max that are not among Running, which is in order. A vector holds a
// pg_snapshot, and a txid_snapshot, which is the same, as its text.
type Snapshot struct {
	Min, Max uint64
	Running  []uint64
}

// Sees reports whether the work of a transaction is seen.
func (s Snapshot) Sees(transaction uint64) bool {
	if transaction < s.Min || transaction >= s.Max {
		return transaction < s.Min
	}
	_, running := slices.BinarySearch(s.Running, transaction)
	return !running
}

// ReadSnapshot reads min:max:running,…; ok is false where that is not what s is.
func ReadSnapshot(s []byte) (out Snapshot, ok bool) {
	rest := string(bytes.TrimLeft(s, spaces))
	number := func() (x uint64, ok bool) {
		n := 0
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		x, err := strconv.ParseUint(rest[:n], 10, 64)
		rest = rest[n:]
		return x, err == nil
	}
	for _, bound := range []*uint64{&out.Min, &out.Max} {
		if *bound, ok = number(); !ok || rest == "" || rest[0] != ':' {
			return out, false
		}
		rest = rest[1:]
	}
	if out.Min == 0 || out.Max < out.Min {
		return out, false
	}
	last := uint64(0)
	for rest != "" {
		x, ok := number()
		if !ok || x < out.Min || x >= out.Max || x < last {
			return out, false
		}
		if x != last {
			out.Running = append(out.Running, x)
		}
		last = x
		if rest != "" {
			if rest[0] != ',' {
				return out, false
			}
			rest = rest[1:]
		}
	}
	return out, true
}

// AppendSnapshot appends a snapshot's text.
func AppendSnapshot(dst []byte, s Snapshot) []byte {
	dst = append(strconv.AppendUint(dst, s.Min, 10), ':')
	dst = append(strconv.AppendUint(dst, s.Max, 10), ':')
	for i, x := range s.Running {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendUint(dst, x, 10)
	}
	return dst
}

func parseSnapshot(out *column.Vector, s []byte) error {
	snapshot, ok := ReadSnapshot(s)
	if !ok {
		return badSyntax(PgSnapshot, s)
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendSnapshot(dst, snapshot) })
	return nil
}

// The binary form: how many run (4 bytes), min, max and each that runs (8 bytes each), the highest byte first.

func appendSnapshotBinary(dst, s []byte) []byte {
	snapshot, _ := ReadSnapshot(s)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(snapshot.Running)))
	for _, x := range append([]uint64{snapshot.Min, snapshot.Max}, snapshot.Running...) {
		dst = binary.BigEndian.AppendUint64(dst, x)
	}
	return dst
}

func parseSnapshotBinary(out *column.Vector, b []byte) error {
	if len(b) < 20 {
		return shortBinary()
	}
	n := binary.BigEndian.Uint32(b)
	numbers := b[4:]
	var list []uint64
	for len(numbers) >= 8 {
		list = append(list, binary.BigEndian.Uint64(numbers))
		numbers = numbers[8:]
	}
	if len(numbers) > 0 || uint64(len(list)) != uint64(n)+2 {
		return Errorf(CodeInvalidBinary, "invalid external pg_snapshot data")
	}
	snapshot := Snapshot{Min: list[0], Max: list[1]}
	last := uint64(0)
	for _, x := range list[2:] {
		if x < snapshot.Min || x >= snapshot.Max || x < last {
			return Errorf(CodeInvalidBinary, "invalid external pg_snapshot data")
		}
		if x != last {
			snapshot.Running = append(snapshot.Running, x)
		}
		last = x
	}
	if snapshot.Min == 0 || snapshot.Max < snapshot.Min || snapshot.Max > math.MaxInt64 {
		return Errorf(CodeInvalidBinary, "invalid external pg_snapshot data")
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendSnapshot(dst, snapshot) })
	return nil
}
