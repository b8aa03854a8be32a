package engine

import (
	"hash/crc32"

	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// copyBuffer is how many bytes are written to a tick at once.
const copyBuffer = 1 << 20

// appender gathers bytes and writes them to a file at an offset.
type appender struct {
	f   vfs.File
	at  int64
	buf []byte
}

func (a *appender) flush() error {
	if len(a.buf) == 0 {
		return nil
	}
	_, err := a.f.WriteAt(a.buf, a.at)
	a.at += int64(len(a.buf))
	a.buf = a.buf[:0]
	return err
}

func (a *appender) room(n int) error {
	if len(a.buf)+n > copyBuffer {
		return a.flush()
	}
	return nil
}

// copy writes a target's batches behind what it has, each with its record or, without records, with as many zero bytes; and
// describes the file afterwards. manifest flags the records: they count only once the MANIFEST says so.
func (w *writer) copy(t *target, manifest, records bool) error {
	t.after = *t.file // from here on the file may differ from what it was
	h, err := w.handle(t)
	if err != nil {
		return err
	}
	a := &appender{f: h.f, at: t.file.Length, buf: w.s.buffers.get(0)}
	defer func() {
		if t.region == nil {
			w.s.buffers.put(a.buf)
		}
	}()
	if t.fresh {
		a.at = 0
		a.buf = tick.AppendHeader(a.buf, tick.Header{Stream: t.file.Stream, ID: t.file.ID, Start: t.file.Start})
	}
	m := &t.after.File
	for i := range t.batches {
		b := &t.batches[i]
		if err := b.copy(a); err != nil {
			return err
		}
		if err := a.room(tick.RecordBytes); err != nil {
			return err
		}
		if records {
			a.buf = tick.AppendRecord(a.buf, w.record(b, manifest))
		} else {
			a.buf = append(a.buf, make([]byte, tick.RecordBytes)...)
		}
		if m.Events == 0 {
			m.Min, m.Max = b.min, b.max
		}
		m.Min, m.Max = min(m.Min, b.min), max(m.Max, b.max)
		m.Events += b.events
		m.Raw += b.raw
		m.Length += b.stored + tick.RecordBytes
	}
	if !records && !t.fresh && a.at == t.file.Length { // all of it is in the buffer still
		t.region = a.buf
	}
	return a.flush()
}

// copy writes the frames of a batch with their heads and takes their checksum.
func (b *batch) copy(a *appender) error {
	b.sum = 0
	arrival := b.arrival
	var loaded []byte
	for _, f := range b.frames {
		if err := a.room(tick.HeadBytes + f.stored); err != nil {
			return err
		}
		at := len(a.buf)
		a.buf = tick.AppendHead(a.buf, tick.Head{Arrival: arrival, Events: uint32(f.events), Raw: uint32(f.raw), Stored: uint32(f.stored), Min: f.min, Max: f.max})
		stored, err := f.load(b.spill, loaded)
		if err != nil {
			return err
		}
		if f.data == nil {
			loaded = stored
		}
		a.buf = append(a.buf, stored...)
		b.sum = crc32.Update(b.sum, castagnoli, a.buf[at:])
		arrival += uint64(f.events)
	}
	return nil
}
