package engine

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// stageRows makes a stage with a row in each of some ticks of both streams.
func stageRows(s *Store, ticks ...int) (*Stage, error) {
	st := s.NewStage()
	for i, n := range ticks {
		d := fmt.Sprintf(`{"n":%d,"new":"%0300d"}`, 5000+i, n)
		if err := st.Append(StreamID(1+i%2), base+int64(n)*5*minute, []byte(d)); err != nil {
			st.Discard()
			return nil, err
		}
		observe(st, StreamID(1+i%2), []byte(d))
	}
	return st, nil
}

func commitRows(d Durability, ticks ...int) func(s *Store) error {
	return func(s *Store) error {
		st, err := stageRows(s, ticks...)
		if err != nil {
			return err
		}
		return s.Commit(context.Background(), st, d)
	}
}

func alter(change func(e *SchemaEdit) error) func(s *Store) error {
	return func(s *Store) error { return s.Alter(change) }
}

// step does one step of maintenance, which must be of a kind.
func step(kind StepKind, o MaintainOptions) func(s *Store) error {
	return func(s *Store) error {
		x, done, err := s.Maintain(context.Background(), o)
		if err == nil && (done || x.Kind != kind) {
			return fmt.Errorf("the step was %q, done %v", x.Kind, done)
		}
		return err
	}
}

// deleteRange deletes from both streams.
func deleteRange(from, to int64) func(s *Store) error {
	return func(s *Store) error {
		tx := s.Read()
		defer tx.Close()
		st := s.NewStage()
		for _, id := range []StreamID{1, 2} {
			if err := st.DeleteRange(tx, id, from, to); err != nil {
				return err
			}
		}
		return s.Commit(context.Background(), st, Sync)
	}
}

// deleteSome deletes single rows.
func deleteSome(s *Store) error {
	w := &workload{}
	tx := s.Read()
	defer tx.Close()
	rows, err := w.find(tx, 1, &written{id: 7})
	if err != nil {
		return err
	}
	st := s.NewStage()
	if err := st.Delete(1, rows); err != nil {
		return err
	}
	return s.Commit(context.Background(), st, Sync)
}

// acts lists each kind of transaction.
func acts() []act {
	small := Options{SpanRaw: 500, PageBytes: 60, RAMBytes: -1}
	with := func(change func(*Options)) Options {
		o := small
		change(&o)
		return o
	}
	numbered := func(t testing.TB, s *Store) {
		for i := range 6 {
			commitDocs(t, s, base+int64(20+i%3)*5*minute, fmt.Sprintf(`{"tx":%d,"of":"rows"}`, 7+i%2))
		}
	}
	spans := func(t testing.TB, s *Store) {
		for i := range 6 {
			commitDocs(t, s, base+int64(30+i)*5*minute, fmt.Sprintf(`{"m":%d,"pad":"%0200d"}`, i, i), fmt.Sprintf(`{"m":%d,"pad":"%0100d"}`, i, i))
		}
		maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
	}
	// The other indexes and filters are read once, or a failing read would make them the ones to build.
	looked := func(_ testing.TB, s *Store) {
		tx := s.Read()
		defer tx.Close()
		s.due(tx.g, MaintainOptions{Now: base}.withDefaults())
	}
	age := func(from int64) MaintainOptions {
		return MaintainOptions{Now: base + 60*minute + from, Retention: func(StreamID) Retention { return Retention{Age: time.Hour} }}
	}
	signal := Signal{ID: 50, Stream: 1, Name: "more", Where: below(3)}
	return []act{
		{name: "commit in one tick", o: small, do: commitRows(Sync, 20)},
		{name: "commit in a tick with others", o: small, warm: func(t testing.TB, s *Store) { must(t, commitRows(Sync, 20)(s)) }, do: commitRows(Sync, 20)},
		{name: "commit in a new tick", o: small, do: commitRows(Sync, 40)},
		{name: "commit in several ticks", o: small, do: commitRows(Sync, 20, 20, 41, 42, 43)},
		{name: "commit of a large stage", o: with(func(o *Options) { o.StageBytes = 300 }), do: commitRows(Sync, 20, 20, 41, 42, 43)},
		{name: "commit of a load", o: with(func(o *Options) { o.BulkTicks, o.SortBytes = 2, 200 }), do: commitRows(Sync, 20, 20, 41, 42, 43)},
		{name: "async commit", o: small, warm: func(t testing.TB, s *Store) { must(t, commitRows(Sync, 20)(s)) }, do: commitRows(Async, 20), async: true},
		{name: "commit behind async ones", o: small, warm: func(t testing.TB, s *Store) {
			must(t, commitRows(Sync, 20, 20, 22)(s))
		}, loose: commitRows(Async, 22), do: commitRows(Sync, 20)},
		{name: "create stream", o: small, do: alter(func(e *SchemaEdit) error { return e.CreateStream(70, "public", "made") })},
		{name: "drop stream", o: small, do: alter(func(e *SchemaEdit) error { return e.DropStream(2) })},
		{name: "create signal", o: small, do: alter(func(e *SchemaEdit) error { return e.CreateSignal(signal) })},
		{name: "drop signal", o: small, do: alter(func(e *SchemaEdit) error { return e.DropSignal(1) })},
		{name: "put object", o: small, do: func(s *Store) error { return s.Put(Object{ObjectKey{"view", "w"}, []byte("select 2")}) }},
		{name: "checkpoint", o: small, do: func(s *Store) error { return s.Put(Object{ObjectKey{"view", "w"}, make([]byte, 300<<10)}) }},
		{name: "delete rows", o: small, prepare: numbered, do: deleteSome, reads: true},
		{name: "delete range", o: small, do: deleteRange(base+2*minute, base+30*minute), reads: true},
		{name: "delete all", o: small, do: deleteRange(MinTime, MaxTime), reads: true},
		{name: "merge ticks", o: small, do: step(StepMergeTicks, MaintainOptions{Now: base, Force: true}), reads: true},
		{name: "merge ticks, spilled", o: with(func(o *Options) { o.SortBytes = 50 }), prepare: numbered, do: step(StepMergeTicks, MaintainOptions{Now: base, Force: true}), reads: true},
		{name: "merge spans", o: with(func(o *Options) { o.SpanRaw = 1 << 20 }), prepare: spans, do: step(StepMergeSpans, MaintainOptions{Now: base}), reads: true},
		{name: "build index", o: small, prepare: func(t testing.TB, s *Store) {
			must(t, alter(func(e *SchemaEdit) error { return e.CreateSignal(signal) })(s))
		}, warm: looked, do: step(StepIndex, MaintainOptions{Now: base}), reads: true},
		{name: "build filter", o: with(func(o *Options) { o.filterAll = true }), prepare: func(t testing.TB, s *Store) {
			numbered(t, s)
			for next := StepMergeTicks; next != StepFilter; {
				_, _, err := s.Maintain(t.Context(), MaintainOptions{Now: base, Force: true})
				must(t, err)
				tx := s.Read()
				next = s.due(tx.g, MaintainOptions{Now: base, Force: true}.withDefaults()).kind
				tx.Close()
			}
		}, warm: looked, do: step(StepFilter, MaintainOptions{Now: base}), reads: true},
		{name: "retention, whole files", o: small, do: step(StepRetention, age(90*minute)), reads: true},
		{name: "retention, part of a file", o: with(func(o *Options) { o.PageBytes = 30 }), do: step(StepRetention, age(17*minute)), reads: true},
		{name: "clean stop", o: small, loose: commitRows(Async, 20), do: (*Store).Close, closes: true},
	}
}
