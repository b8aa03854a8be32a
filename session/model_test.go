package session

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// model is what a session's transactions should do: events are numbers.
type model struct {
	committed []int
	staged    []int // of the open transaction
	open      bool
	failed    bool
	saves     []save
}

type save struct {
	name string
	at   int
}

func (m *model) find(name string) int {
	for i := len(m.saves) - 1; i >= 0; i-- {
		if m.saves[i].name == name {
			return i
		}
	}
	return -1
}

func (m *model) reset() { m.staged, m.open, m.failed, m.saves = nil, false, false, nil }

// TestTransactionsAgreeWithModel: whatever a client does with transactions, it sees what a model says, and so does another session.
func TestTransactionsAgreeWithModel(t *testing.T) {
	l := serve(t)
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		a, b := l.connect(), l.connect()
		defer a.Close(t.Context())
		defer b.Close(t.Context())
		m := &model{}
		next := 0
		// do runs a statement that the model expects to be answered so; "!…" is an error, which fails a transaction.
		do := func(sql, want string) {
			got, err := a.simple(sql)
			if err != nil {
				got = "!" + pgCode(err)
				m.failed = m.open
			}
			if got != want {
				t.Fatalf("%s: %s, want %s", sql, got, want)
			}
		}
		refuse := func(sql string) bool {
			if m.failed {
				do(sql, "!25P02")
			}
			return m.failed
		}
		name := rapid.SampledFrom([]string{"s", "u"})
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) {
				next++
				sql := fmt.Sprintf("insert into stream (run, n) values (%d, %d)", run, next)
				if refuse(sql) {
					return
				}
				do(sql, "INSERT 0 1")
				if m.open {
					m.staged = append(m.staged, next)
				} else {
					m.committed = append(m.committed, next)
				}
			},
			"several": func(t *rapid.T) {
				if m.open {
					t.Skip("a query of several statements is tested outside of blocks")
				}
				next++
				sql := fmt.Sprintf("insert into stream (run, n) values (%d, %d); select 1/%d", run, next, next%2)
				if next%2 == 0 {
					do(sql, "!22012")
				} else {
					do(sql, "INSERT 0 1\n1\nSELECT 1")
					m.committed = append(m.committed, next)
				}
			},
			"fail": func(*rapid.T) {
				if !refuse("select nonsense") {
					do("select nonsense", "!42703")
				}
			},
			"begin": func(*rapid.T) {
				if !refuse("begin") {
					do("begin", "BEGIN")
					m.open = true
				}
			},
			"commit": func(*rapid.T) {
				if m.failed {
					do("commit", "ROLLBACK")
				} else {
					do("commit", "COMMIT")
					m.committed = append(m.committed, m.staged...)
				}
				m.reset()
			},
			"rollback": func(*rapid.T) { do("rollback", "ROLLBACK"); m.reset() },
			"savepoint": func(t *rapid.T) {
				n := name.Draw(t, "name")
				switch {
				case refuse("savepoint " + n):
				case !m.open:
					do("savepoint "+n, "!25P01")
				default:
					do("savepoint "+n, "SAVEPOINT")
					m.saves = append(m.saves, save{n, len(m.staged)})
				}
			},
			"release": func(t *rapid.T) {
				n := name.Draw(t, "name")
				i := m.find(n)
				switch {
				case refuse("release " + n):
				case !m.open:
					do("release "+n, "!25P01")
				case i < 0:
					do("release "+n, "!3B001")
				default:
					do("release "+n, "RELEASE")
					m.saves = m.saves[:i]
				}
			},
			"rollback to": func(t *rapid.T) {
				n := name.Draw(t, "name")
				i := m.find(n)
				switch {
				case !m.open:
					do("rollback to "+n, "!25P01")
				case i < 0:
					do("rollback to "+n, "!3B001")
				default:
					do("rollback to "+n, "ROLLBACK")
					m.staged, m.saves, m.failed = m.staged[:m.saves[i].at], m.saves[:i+1], false
				}
			},
			"": func(t *rapid.T) {
				seen := func(c *conn, want []int) {
					if len(m.committed)+len(m.staged) == 0 && run == 1 {
						return // the columns are not there yet
					}
					got, err := c.simple(fmt.Sprintf("select n from stream where run = %d order by n", run))
					lines := ""
					for _, n := range slices.Sorted(slices.Values(want)) {
						lines += fmt.Sprintf("%d\n", n)
					}
					if lines += fmt.Sprintf("SELECT %d", len(want)); err != nil && len(want) > 0 || err == nil && got != lines {
						t.Fatalf("seen %q, %v; want %q", got, err, lines)
					}
				}
				if !m.failed {
					seen(a, append(slices.Clone(m.committed), m.staged...))
					if a.status() == 'E' { // the columns were not there: see above
						m.failed = m.open
					}
				}
				seen(b, m.committed)
				want := byte('I')
				if m.open {
					want = 'T'
				}
				if m.failed {
					want = 'E'
				}
				if a.status() != want {
					t.Fatalf("status %c, want %c", a.status(), want)
				}
			},
		})
	})
}
