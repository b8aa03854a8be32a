package span

import (
	"encoding/binary"

	"github.com/flare-pg/flare-pg/engine/damage"
)

const (
	minHead = 3  // bytes of an event's head, at least
	maxHead = 25 // at most
)

// rows are the events of a page, decoded. docs[i] ends at ends[i] in raw.
type rows struct {
	ts      []int64
	arrival []uint64
	ends    []uint32
	start   uint32 // of the first document in raw
}

// appendHead encodes the head of an event in the layout rows.
func appendHead(dst []byte, ts int64, arrival uint64, length int) []byte {
	dst = binary.AppendVarint(dst, ts)
	dst = binary.AppendVarint(dst, int64(arrival))
	return binary.AppendUvarint(dst, uint64(length))
}

// decode reads the heads in raw, of the page that h describes, into r, using its memory again. It reports heads that do not
// agree with h, that are not in order or that leave bytes over. The error's offset is 0: the page is at fault.
func (r *rows) decode(raw []byte, h *PageInfo) *damage.Error {
	n := h.Events
	if cap(r.ts) < n {
		r.ts, r.arrival, r.ends = make([]int64, n), make([]uint64, n), make([]uint32, n)
	}
	r.ts, r.arrival, r.ends = r.ts[:n], r.arrival[:n], r.ends[:n]
	at, start := 0, len(raw)-h.Docs
	heads := raw[:start]
	ts, arrival, end := h.First, h.FirstArrival, uint64(start)
	low, high := arrival, arrival
	for i := range n {
		dt, a := varint(heads, at)
		da, b := varint(heads, a)
		size, c := uvarint(heads, b)
		if c < 0 {
			return &damage.Error{What: "rows: head of an event is cut short"}
		}
		at = c
		before, arrivalBefore := ts, arrival
		ts += dt
		arrival += uint64(da)
		if i == 0 && (dt != 0 || da != 0) || i > 0 && (dt < 0 || ts < before || dt == 0 && arrival <= arrivalBefore) {
			return &damage.Error{What: "rows: events are not in order"}
		}
		low, high = min(low, arrival), max(high, arrival)
		if end += size; size > MaxRaw || end > uint64(len(raw)) {
			return &damage.Error{What: "rows: document goes past its page"}
		}
		r.ts[i], r.arrival[i], r.ends[i] = ts, arrival, uint32(end)
	}
	if at != start || end != uint64(len(raw)) {
		return &damage.Error{What: "rows: bytes left over"}
	}
	if ts != h.Last || arrival != h.LastArrival || low != h.MinArrival || high != h.MaxArrival {
		return &damage.Error{What: "rows: events do not agree with the page header"}
	}
	r.start = uint32(start)
	return nil
}

// varint decodes a zigzag varint at b[i:]; the second result is where it ends, -1 where there is none.
func varint(b []byte, i int) (int64, int) {
	u, i := uvarint(b, i)
	return int64(u>>1) ^ -int64(u&1), i
}

// uvarint is varint without the sign.
func uvarint(b []byte, i int) (uint64, int) {
	if i < 0 || i >= len(b) {
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
