package span

import (
	"encoding/binary"
	"math/bits"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// minHead is what the head of an event takes at least.
const minHead = 3

// headSize is what appendHead adds.
func headSize(step int64, arrival uint64, length int) int {
	return uvarintSize(zigzag(step)) + uvarintSize(zigzag(int64(arrival))) + uvarintSize(uint64(length))
}

// appendHead encodes the head of an event: timestamp and arrival number less those of the event before.
func appendHead(dst []byte, step int64, arrival uint64, length int) []byte {
	dst = binary.AppendVarint(dst, step)
	dst = binary.AppendVarint(dst, int64(arrival))
	return binary.AppendUvarint(dst, uint64(length))
}

// rows are the heads of a page, decoded: the document of event i ends at ends[i] of the raw bytes, where the next one starts.
type rows struct {
	ts      []int64
	arrival []uint64
	ends    []uint32
	start   uint32 // of the first document
}

// decode reads the heads in raw, of the page that info describes, into r, using its memory again. It reports heads that do not
// agree with info, that are not in order or that leave bytes over. The error's offset is 0: the page is at fault.
func (r *rows) decode(raw []byte, info *PageInfo) *damage.Error {
	n := info.Events
	if min(cap(r.ts), cap(r.arrival), cap(r.ends)) < n || cap(r.ts) > keepBytes/8 && n <= keepBytes/8 {
		r.ts, r.arrival, r.ends = make([]int64, n), make([]uint64, n), make([]uint32, n)
	}
	r.ts, r.arrival, r.ends = r.ts[:n], r.arrival[:n], r.ends[:n]
	start := len(raw) - info.Docs
	r.start = uint32(start)

	heads, at := raw[:start], 0
	ts, arrival, end := info.First, info.FirstArrival, uint64(start)
	low, high := arrival, arrival
	for i := range n {
		step, a := uvarint(heads, at)
		arrivalStep, b := uvarint(heads, a)
		size, c := uvarint(heads, b)
		if at = c; at < 0 {
			return &damage.Error{What: "rows: the head of an event is cut short"}
		}
		before, arrivalBefore := ts, arrival
		ts += unzigzag(step)
		arrival += uint64(unzigzag(arrivalStep))
		if i == 0 && (step != 0 || arrivalStep != 0) || ts < before || i > 0 && ts == before && arrival <= arrivalBefore {
			return &damage.Error{What: "rows: events are not in order"}
		}
		low, high = min(low, arrival), max(high, arrival)
		if end += min(size, MaxRaw); end > uint64(len(raw)) {
			return &damage.Error{What: "rows: a document goes past its page"}
		}
		r.ts[i], r.arrival[i], r.ends[i] = ts, arrival, uint32(end)
	}
	if at != start || end != uint64(len(raw)) {
		return &damage.Error{What: "rows: heads do not fill their part of the page"}
	}
	if ts != info.Last || arrival != info.LastArrival || low != info.MinArrival || high != info.MaxArrival {
		return &damage.Error{What: "rows: events do not agree with the page header"}
	}
	return nil
}

func zigzag(n int64) uint64   { return uint64(n<<1) ^ uint64(n>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

func uvarintSize(u uint64) int { return (bits.Len64(u|1) + 6) / 7 }

// uvarint decodes a uvarint at b[i:], and gives where it ends: -1 where there is none or i is -1.
func uvarint(b []byte, i int) (uint64, int) {
	if uint(i) >= uint(len(b)) {
		return 0, -1
	}
	if b[i] < 0x80 {
		return uint64(b[i]), i + 1
	}
	u, n := binary.Uvarint(b[i:])
	if n <= 0 {
		return 0, -1
	}
	return u, i + n
}
