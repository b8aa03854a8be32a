package tick

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// Head describes the frame behind it.
type Head struct {
	Arrival  uint64 // number of the first event
	Events   uint32
	Raw      uint32
	Stored   uint32 // bytes of the chunks
	Min, Max int64  // timestamps; at most Range apart
}

// AppendHead encodes h.
func AppendHead(dst []byte, h Head) []byte {
	at := len(dst)
	dst = append(dst, chunkHead, HeadBytes-4, 0, 0)
	dst = binary.LittleEndian.AppendUint64(dst, h.Arrival)
	dst = binary.LittleEndian.AppendUint32(dst, h.Events)
	dst = binary.LittleEndian.AppendUint32(dst, h.Raw)
	dst = binary.LittleEndian.AppendUint32(dst, h.Stored)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(h.Min))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(h.Max-h.Min))
	return binary.LittleEndian.AppendUint32(dst, Sum(dst[at:]))
}

// decodeHead decodes HeadBytes whose first byte is known to be right.
func decodeHead(b []byte) (h Head, err *damage.Error) {
	want, found := binary.LittleEndian.Uint32(b[36:]), Sum(b[:36])
	if want != found {
		return h, &damage.Error{What: "head of a frame", HasSum: true, Expected: want, Found: found}
	}
	h = Head{
		Arrival: binary.LittleEndian.Uint64(b[4:]),
		Events:  binary.LittleEndian.Uint32(b[12:]),
		Raw:     binary.LittleEndian.Uint32(b[16:]),
		Stored:  binary.LittleEndian.Uint32(b[20:]),
		Min:     int64(binary.LittleEndian.Uint64(b[24:])),
	}
	h.Max = h.Min + int64(binary.LittleEndian.Uint32(b[32:]))
	if b[1] != HeadBytes-4 || b[2] != 0 || b[3] != 0 || h.Raw > MaxRaw || h.Events == 0 ||
		uint64(h.Events)*EventOverhead > uint64(h.Raw) || h.Max < h.Min || uint64(h.Stored) > MaxStored(int(h.Raw)) {
		return h, &damage.Error{What: "head of a frame: impossible values"}
	}
	return h, nil
}

// MaxStored bounds the chunks of a frame with raw bytes.
func MaxStored(raw int) uint64 {
	return uint64(raw) + 8*uint64(raw/ChunkBytes+1)
}

// AppendEvent encodes one event.
func AppendEvent(dst []byte, ts int64, payload []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, uint64(ts))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(payload)))
	dst = append(dst, payload...)
	return binary.LittleEndian.AppendUint32(dst, Sum(payload))
}

// NextEvent decodes the first event of raw, which DecodeChunks gave: its checksums have just verified every byte, so the event's own
// is not looked at again (CheckEvent does). The payload is a part of raw.
func NextEvent(raw []byte) (ts int64, payload, rest []byte, err *damage.Error) {
	if len(raw) < EventOverhead {
		return 0, nil, nil, &damage.Error{What: "event: cut short"}
	}
	ts = int64(binary.LittleEndian.Uint64(raw))
	n := int64(binary.LittleEndian.Uint32(raw[8:]))
	if n > int64(len(raw)-EventOverhead) {
		return 0, nil, nil, &damage.Error{What: "event: length goes past its frame"}
	}
	return ts, raw[12 : 12+n : 12+n], raw[EventOverhead+n:], nil
}

// CheckEvent is NextEvent and verifies the event's checksum, which was taken when the event arrived and so covers what came between.
func CheckEvent(raw []byte) (ts int64, payload, rest []byte, err *damage.Error) {
	ts, payload, rest, err = NextEvent(raw)
	if err != nil {
		return 0, nil, nil, err
	}
	want, found := binary.LittleEndian.Uint32(raw[12+len(payload):]), Sum(payload)
	if want != found {
		return 0, nil, nil, &damage.Error{What: "payload of an event", HasSum: true, Expected: want, Found: found}
	}
	return ts, payload, rest, nil
}

// AppendChunks compresses raw, the events of one frame, into chunks.
func AppendChunks(dst, raw []byte) []byte {
	for len(raw) > 0 {
		n := min(len(raw), ChunkBytes)
		dst = appendChunk(dst, raw[:n])
		raw = raw[n:]
	}
	return dst
}

func appendChunk(dst, raw []byte) []byte {
	at := len(dst)
	need := 8 + s2.MaxEncodedLen(len(raw))
	if cap(dst)-at < need {
		grown := make([]byte, at, at+max(need, at/2))
		copy(grown, dst)
		dst = grown
	}
	body := s2.EncodeSnappy(dst[at+8:at+need], raw)
	kind := byte(chunkSnappy)
	if len(body) >= len(raw)-len(raw)/8 { // as the framing format advises: not worth the decoder's time
		kind = chunkPlain
		body = dst[at+8 : at+8+len(raw)]
		copy(body, raw)
	}
	dst = dst[:at+8+len(body)]
	n := len(body) + 4
	dst[at], dst[at+1], dst[at+2], dst[at+3] = kind, byte(n), byte(n>>8), byte(n>>16)
	binary.LittleEndian.PutUint32(dst[at+4:], mask(Sum(raw)))
	return dst
}

// mask is Snappy's masking of checksums.
func mask(crc uint32) uint32 { return (crc>>15 | crc<<17) + 0xa282ead8 }

func unmask(m uint32) uint32 { m -= 0xa282ead8; return m<<15 | m>>17 }

var errChunk = errors.New("not a valid Snappy block")

// DecodeChunks appends the raw bytes of a frame's chunks to dst, verifying every checksum. The error's offset
// counts from the start of the chunks.
func DecodeChunks(dst, chunks []byte, raw int) ([]byte, *damage.Error) {
	start := len(dst)
	if raw < 0 || raw > MaxRaw {
		return dst, &damage.Error{What: "frame: impossible size"}
	}
	if cap(dst)-start < raw {
		grown := make([]byte, start, start+raw)
		copy(grown, dst)
		dst = grown
	}
	for off := 0; off < len(chunks); {
		b := chunks[off:]
		if len(b) < 8 {
			return dst, &damage.Error{Offset: int64(off), What: "chunk: cut short"}
		}
		n := int(b[1]) | int(b[2])<<8 | int(b[3])<<16
		if n < 4 || n > len(b)-4 || b[0] > chunkPlain {
			return dst, &damage.Error{Offset: int64(off), What: fmt.Sprintf("chunk: type %#02x with %d bytes", b[0], n)}
		}
		body, at := b[8:4+n], len(dst)
		room := min(ChunkBytes, start+raw-at)
		size := len(body)
		if b[0] == chunkSnappy {
			var err error
			if size, err = s2.DecodedLen(body); err != nil {
				return dst, &damage.Error{Offset: int64(off), What: "chunk", Err: errChunk}
			}
		}
		if size > room {
			return dst, &damage.Error{Offset: int64(off), What: "chunk: larger than its frame says"}
		}
		if b[0] == chunkPlain {
			dst = append(dst, body...)
		} else {
			if _, err := s2.Decode(dst[at:at+size:at+size], body); err != nil {
				return dst, &damage.Error{Offset: int64(off), What: "chunk", Err: errChunk}
			}
			dst = dst[:at+size]
		}
		want, found := unmask(binary.LittleEndian.Uint32(b[4:])), Sum(dst[at:])
		if want != found {
			return dst[:at], &damage.Error{Offset: int64(off), What: "chunk", HasSum: true, Expected: want, Found: found}
		}
		off += 4 + n
	}
	if len(dst)-start != raw {
		return dst, &damage.Error{What: fmt.Sprintf("frame: %d raw bytes instead of %d", len(dst)-start, raw)}
	}
	return dst, nil
}
