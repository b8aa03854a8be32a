package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// digest sums up the rows of an answer: in any order, and in theirs.
type digest struct {
	rows  int64
	sum   uint64 // of each row's hash
	chain uint64 // of the hash before and the row's
}

// digestOf runs a statement and digests its rows, in text, as they come from the wire.
func digestOf(ctx context.Context, c *pgconn.PgConn, sql string) (digest, error) {
	r := c.ExecParams(ctx, sql, nil, nil, nil, nil)
	var d digest
	var buf []byte
	for r.NextRow() {
		buf = d.add(buf[:0], r.Values())
	}
	_, err := r.Close()
	return d, err
}

// add takes a row in; buf is scratch, and given back.
//
//	│ hash before u64 │ for each value: │ length + 1 u32, 0: null │ bytes │
func (d *digest) add(buf []byte, row [][]byte) []byte {
	buf = binary.LittleEndian.AppendUint64(buf, d.chain)
	for _, v := range row {
		if v == nil {
			buf = binary.LittleEndian.AppendUint32(buf, 0)
			continue
		}
		buf = append(binary.LittleEndian.AppendUint32(buf, uint32(len(v))+1), v...)
	}
	alone, chained := sha256.Sum256(buf[8:]), sha256.Sum256(buf)
	d.rows++
	d.sum += binary.LittleEndian.Uint64(alone[:])
	d.chain = binary.LittleEndian.Uint64(chained[:])
	return buf
}

// differ is an error where another answer has other rows, or, where that counts, has them in another order.
func (d digest) differ(o digest, ordered bool) error {
	switch {
	case d.rows != o.rows:
		return fmt.Errorf("%d rows instead of %d", o.rows, d.rows)
	case d.sum != o.sum:
		return fmt.Errorf("other rows")
	case ordered && d.chain != o.chain:
		return fmt.Errorf("the rows in another order")
	}
	return nil
}
