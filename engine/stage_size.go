package engine

import (
	"maps"
	"slices"
)

// StageSize is how much a transaction has to do at its commit.
type StageSize struct {
	Rows    int64 // inserted
	Bytes   int64 // held for them, in RAM or in the temporary file
	Deleted int64 // rows that are named one by one
	Ranges  int   // of time, or whole streams, that are deleted
	Changes int   // of the schema
}

// Size tells how much the transaction has gathered.
func (st *Stage) Size() StageSize {
	st.mu.Lock()
	defer st.mu.Unlock()
	out := StageSize{Rows: st.events, Changes: len(st.changes)}
	for _, p := range st.parts {
		out.Bytes += int64(len(p.open))
		for _, f := range p.frames {
			out.Bytes += int64(f.stored)
		}
	}
	if st.dead != nil {
		for _, d := range st.dead.streams {
			out.Ranges += len(d.ranges)
			if d.ids != nil {
				out.Deleted += int64(d.ids.GetCardinality())
			}
		}
	}
	return out
}

// Streams lists the streams that have got rows.
func (st *Stage) Streams() []StreamID {
	st.mu.Lock()
	defer st.mu.Unlock()
	seen := map[StreamID]bool{}
	for key, p := range st.parts {
		if p.events > 0 {
			seen[key.stream] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
