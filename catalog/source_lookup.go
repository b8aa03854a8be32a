package catalog

// LooksUp reports whether Open finds the rows that an equality of a column with a constant leaves without making all others, so that it
// may be opened for one value after the other.
func (s *systemSource) LooksUp() bool { return s.relation.rows == nil }
