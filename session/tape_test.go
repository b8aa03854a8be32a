package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/types"
	"pgregory.net/rapid"
)

// tapeKinds are the kinds of columns that the tapes of these tests have.
var tapeKinds = []column.Kind{column.Int64, column.Text, column.Bool, column.Float64, column.Interval, column.Decimal}

// drawBatch draws a batch whose first column numbers the rows from first on.
func drawBatch(t *rapid.T, first int64) *column.Batch {
	b := &column.Batch{}
	b.Reset(tapeKinds)
	n := rapid.IntRange(1, 130).Draw(t, "rows")
	nulls := rapid.Bool().Draw(t, "nulls")
	for i := range n {
		b.Cols[0].AppendInt(first + int64(i))
		if nulls && i%3 == 0 {
			for _, v := range b.Cols[1:] {
				v.AppendNull()
			}
			continue
		}
		b.Cols[1].AppendString(strings.Repeat("ä", i%7))
		b.Cols[2].AppendBool(i%2 == 0)
		b.Cols[3].AppendFloat(float64(i) / 3)
		b.Cols[4].AppendSpan(column.Span{Months: int32(i), Days: -1, Micros: int64(i) << 40})
		b.Cols[5].AppendString(fmt.Sprintf("%d.50", i))
	}
	b.Len = n
	return b
}

// shown is row i of a batch's selection.
func shown(b *column.Batch, i int) string {
	if b.Sel != nil {
		i = int(b.Sel[i])
	}
	var out []string
	for k, oid := range []types.OID{types.Int8, types.Text, types.Bool, types.Float8, types.Interval, types.Numeric} {
		if b.Cols[k].Null(i) {
			out = append(out, "NULL")
		} else {
			out = append(out, types.TextOf(nil, oid, b.Cols[k], i))
		}
	}
	return strings.Join(out, "|")
}

// limitedAccount refuses more than there is.
type limitedAccount struct{ left int64 }

var errNoMemory = errors.New("no memory")

func (a *limitedAccount) Reserve(n int64) error {
	if n > a.left {
		return errNoMemory
	}
	a.left -= n
	return nil
}

func (a *limitedAccount) Release(n int64) { a.left += n }

// TestTapeInFile: a tape answers the same whether its rows are in memory or, for want of it, in a file; nothing stays reserved, and no file is left.
func TestTapeInFile(t *testing.T) {
	mem := vfs.NewMem()
	store, err := engine.Open("/data", engine.Options{FS: mem, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	files := func() int {
		names, err := mem.List(filepath.Join("/data", "tmp"))
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	rapid.Check(t, func(t *rapid.T) {
		memory := rapid.Int64Range(0, 40_000).Draw(t, "memory")
		account := &limitedAccount{memory}
		tp := &tape{account: account, create: func() (exec.TempFile, error) { return store.NewTempFile() }}
		var rows []string
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			b := drawBatch(t, int64(len(rows))+1)
			if rapid.Bool().Draw(t, "selected") {
				b.Sel = column.Selection{}
				for i := 0; i < b.Len; i += 2 {
					b.Sel = append(b.Sel, int32(i))
				}
			}
			first := rapid.IntRange(0, b.Rows()-1).Draw(t, "first")
			for i := first; i < b.Rows(); i++ {
				rows = append(rows, shown(b, i))
			}
			if err := tp.add(b, first); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			at, most := rapid.Int64Range(1, int64(len(rows))).Draw(t, "at"), rapid.Int64Range(1, 200).Draw(t, "most")
			step, move := 1, tp.forward
			if rapid.Bool().Draw(t, "backward") {
				step, move = -1, tp.backward
			}
			var b column.Batch
			n, err := move(at, most, &b)
			if err != nil || n < 1 || n > most || int(n) != b.Rows() {
				t.Fatalf("%d rows of %d, %v", n, b.Rows(), err)
			}
			for i := range int(n) {
				if got, want := shown(&b, i), rows[int(at)-1+i*step]; got != want {
					t.Fatalf("row %d is %s, want %s", int(at)+i*step, got, want)
				}
			}
		}
		tp.forget()
		if account.left != memory {
			t.Fatalf("%d bytes of %d are left", account.left, memory)
		}
		if n := files(); n != 0 {
			t.Fatalf("%d files are left", n)
		}
	})
}

// TestTapeWithoutFile: where there is no room for a file either, the error says so.
func TestTapeWithoutFile(t *testing.T) {
	b := &column.Batch{}
	b.Reset(tapeKinds[:1])
	b.Cols[0].AppendInt(1)
	b.Len = 1
	if err := (&tape{account: &limitedAccount{}}).add(b, 0); !errors.Is(err, errNoMemory) {
		t.Error(err)
	}
	broken := errors.New("broken")
	tp := &tape{account: &limitedAccount{}, create: func() (exec.TempFile, error) { return nil, broken }}
	if err := tp.add(b, 0); !errors.Is(err, broken) {
		t.Error(err)
	}
	tp.forget()
}

// TestLargeCursors: a cursor goes back over more rows than stay in memory, held ones too; its file is deleted with it, and one that a crash leaves
// behind at the next start.
func TestLargeCursors(t *testing.T) {
	dir := t.TempDir() + "/data"
	store, err := engine.Open(dir, engine.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	files := func(want int) {
		t.Helper()
		found, err := os.ReadDir(filepath.Join(dir, "tmp"))
		if err != nil || len(found) != want {
			t.Errorf("%d temporary files, want %d (%v)", len(found), want, err)
		}
	}
	c := serveStore(t, store).connect()
	const query = "select n, repeat('x', 1000) as x from generate_series(1, 40000) n"
	c.want("begin; declare c scroll cursor for select n from ("+query+") q; move last c", "BEGIN\nDECLARE CURSOR\nMOVE 1")
	files(0) // x was never made
	c.want("declare d scroll cursor for "+query+"; move last d", "DECLARE CURSOR\nMOVE 1")
	files(1)
	c.want("declare e scroll cursor with hold for select n, length(x) from ("+query+" offset 0) q", "DECLARE CURSOR")
	c.want("move absolute 20000 d; move prior d; move backward all d", "MOVE 1\nMOVE 1\nMOVE 19998")
	c.want("commit", "COMMIT")
	files(0)
	c.want("begin; declare h scroll cursor with hold for "+query+"; move 3 h; commit", "BEGIN\nDECLARE CURSOR\nMOVE 3\nCOMMIT")
	files(1)
	c.want("fetch absolute 40000 e", "40000|1000\nFETCH 1")
	c.want("fetch absolute 3 e; fetch absolute -2 e", "3|1000\nFETCH 1\n39999|1000\nFETCH 1")
	c.want("move absolute 39999 h; move forward all h; move backward all h", "MOVE 1\nMOVE 1\nMOVE 40000")
	c.want("close h", "CLOSE CURSOR")
	files(0)
	if err := os.WriteFile(filepath.Join(dir, "tmp", "stage-99"), []byte("left behind"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := engine.Open(dir, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	files(0)
}
