package engine

// Still gives the stage as it is now, to be scanned by one who must not see what its transaction does afterwards: a cursor opens
// some of its scans late. It takes no rows, and ends with Discard.
func (st *Stage) Still() *Stage {
	st.mu.Lock()
	defer st.mu.Unlock()
	c := st.store.NewStage()
	c.spill, c.dead, c.events = st.spill.retain(), st.dead, st.events
	for key, p := range st.parts {
		q := *p
		q.frames = p.frames[:len(p.frames):len(p.frames)]
		if len(p.open) > 0 {
			p.shared = true
		}
		q.open, q.shared = p.open[:len(p.open):len(p.open)], true
		c.parts[key] = &q
	}
	return c
}
