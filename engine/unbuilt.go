package engine

import (
	"context"

	"github.com/flare-pg/flare-pg/event"
)

type Store struct{}
type ReadTx struct{}
type Stage struct{}
type StageMark struct{}
type FileInfo struct {
	Path       string
	Stream     StreamID
	From, To   int64
	Events     int64
	Bytes, Raw int64
}
type Finding struct {
	File string
	Err  error
}
type CheckResult struct{}

func Open(dir string, o Options) (*Store, error)                                 { panic("unbuilt") }
func (s *Store) Close() error                                                    { panic("unbuilt") }
func (s *Store) Read() *ReadTx                                                   { panic("unbuilt") }
func (tx *ReadTx) Schema() *Schema                                               { panic("unbuilt") }
func (tx *ReadTx) Generation() uint64                                            { panic("unbuilt") }
func (tx *ReadTx) Scan(spec Spec) ([]Fragment, error)                            { panic("unbuilt") }
func (tx *ReadTx) Files() []FileInfo                                             { panic("unbuilt") }
func (tx *ReadTx) Retain() *ReadTx                                               { panic("unbuilt") }
func (tx *ReadTx) Close()                                                        { panic("unbuilt") }
func (s *Store) NewStage() *Stage                                                { panic("unbuilt") }
func (st *Stage) Append(stream StreamID, ts int64, doc []byte) error             { panic("unbuilt") }
func (st *Stage) Observe(stream StreamID, sum *event.Summary)                    { panic("unbuilt") }
func (st *Stage) Schema(base *Schema) *Schema                                    { panic("unbuilt") }
func (st *Stage) Events() int64                                                  { panic("unbuilt") }
func (st *Stage) Mark() StageMark                                                { panic("unbuilt") }
func (st *Stage) RollbackTo(m StageMark)                                         { panic("unbuilt") }
func (st *Stage) Discard()                                                       { panic("unbuilt") }
func (s *Store) Commit(ctx context.Context, st *Stage, d Durability) error       { panic("unbuilt") }
func (s *Store) Flush() error                                                    { panic("unbuilt") }
func (s *Store) CreateStream(schema, name string) (StreamID, error)              { panic("unbuilt") }
func (s *Store) Put(objects ...Object) error                                     { panic("unbuilt") }
func Check(dir string, o Options, report func(Finding)) (r CheckResult, _ error) { panic("unbuilt") }
