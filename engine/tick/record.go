package tick

import (
	"encoding/binary"
	"math"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// Record ends a batch.
type Record struct {
	Seq     uint64 // store-wide, one a transaction
	Length  uint64 // bytes of the batch before the record
	Events  uint64
	Arrival uint64 // number of the batch's first event
	// Durable is the highest sequence number that was known to be durable when the record was written: where one up to it is
	// not found, that is damage and not the loss of something that was never flushed. Less than Seq.
	Durable uint64
	// PrevFile and PrevEnd say where transaction Seq-1 ends, so that a file which lost its end is known; 0: the MANIFEST knows.
	PrevFile, PrevEnd uint64
	Sum               uint32 // of the batch before the record
	// Manifest: the transaction counts only once the MANIFEST says so.
	Manifest bool
}

// AppendRecord encodes r.
func AppendRecord(dst []byte, r Record) []byte {
	at := len(dst)
	dst = append(dst, chunkRecord, RecordBytes-4, 0, 0)
	for _, n := range [...]uint64{r.Seq, r.Length, r.Events, r.Arrival, r.Durable, r.PrevFile, r.PrevEnd} {
		dst = binary.LittleEndian.AppendUint64(dst, n)
	}
	dst = binary.LittleEndian.AppendUint32(dst, r.Sum)
	var flags byte
	if r.Manifest {
		flags = 1
	}
	dst = append(dst, flags)
	dst = binary.LittleEndian.AppendUint32(dst, Sum(dst[at:]))
	return append(dst, lastByte)
}

// decodeRecord decodes RecordBytes whose first byte is known to be right.
func decodeRecord(b []byte) (r Record, err *damage.Error) {
	want, found := binary.LittleEndian.Uint32(b[65:]), Sum(b[:65])
	if want != found {
		return r, &damage.Error{What: "commit record", HasSum: true, Expected: want, Found: found}
	}
	r = Record{
		Seq:      binary.LittleEndian.Uint64(b[4:]),
		Length:   binary.LittleEndian.Uint64(b[12:]),
		Events:   binary.LittleEndian.Uint64(b[20:]),
		Arrival:  binary.LittleEndian.Uint64(b[28:]),
		Durable:  binary.LittleEndian.Uint64(b[36:]),
		PrevFile: binary.LittleEndian.Uint64(b[44:]),
		PrevEnd:  binary.LittleEndian.Uint64(b[52:]),
		Sum:      binary.LittleEndian.Uint32(b[60:]),
		Manifest: b[64]&1 != 0,
	}
	if b[69] != lastByte || b[1] != RecordBytes-4 || b[2] != 0 || b[3] != 0 || b[64] > 1 || r.Length > math.MaxInt64 || r.PrevEnd > math.MaxInt64 ||
		r.Durable >= r.Seq || r.Seq > math.MaxInt64 || r.Arrival > math.MaxInt64 || r.Events > math.MaxInt64-r.Arrival {
		return r, &damage.Error{What: "commit record: impossible values"}
	}
	return r, nil
}
