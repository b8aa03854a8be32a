package exec

// groupSet is the distinct integers of each of many groups. An integer and its group are one integer together, so that both lie close together where they do by themselves:
//
//	near: │ x: 64 - wide bits │ group: wide bits │
//	far:  x that has more bits, and its group
type groupSet struct {
	near intSet
	wide uint // for all groups so far
	far  groupSlots
}

func (s *groupSet) len() int { return s.near.len() + s.far.n }

// addAll puts integers in, of[i] being that of xs[i]'s group, of so many groups in all.
func (s *groupSet) addAll(of []int32, xs []int64, groups int) {
	s.fit(groups)
	var keys, far [readTogether]int64
	var farOf [readTogether]int32
	for len(xs) > 0 {
		block, groups := xs[:min(len(xs), readTogether)], of[:min(len(xs), readTogether)]
		xs, of = xs[len(block):], of[len(block):]
		near, n := 0, 0
		for i, x := range block {
			key := x << (s.wide & 63)
			if key>>(s.wide&63) != x {
				far[n&(readTogether-1)], farOf[n&(readTogether-1)] = x, groups[i]
				n++
				continue
			}
			keys[near&(readTogether-1)] = key | int64(groups[i])
			near++
		}
		s.near.addAll(keys[:near])
		s.far.addAll(farOf[:n], far[:n])
	}
}

// fit makes keys wide enough for so many groups.
func (s *groupSet) fit(groups int) {
	if groups <= 1<<s.wide {
		return
	}
	old := *s
	s.near, s.wide = intSet{}, width(groups)
	for of, xs := range old.eachNear {
		s.addAll(of, xs, groups)
	}
}

// each yields groups and their integers, in no order, many at a time; the slices are used anew.
func (s *groupSet) each(yield func(of []int32, xs []int64) bool) {
	for of, xs := range s.eachNear {
		if !yield(of, xs) {
			return
		}
	}
	for of, xs := range s.far.each {
		if !yield(of, xs) {
			return
		}
	}
}

func (s *groupSet) eachNear(yield func(of []int32, xs []int64) bool) {
	of := make([]int32, 0, perYield)
	for keys := range s.near.each {
		of = of[:0]
		for i, key := range keys {
			of = append(of, int32(key&(1<<s.wide-1)))
			keys[i] = key >> s.wide
		}
		if !yield(of, keys) {
			return
		}
	}
}

func (s *groupSet) bytes() int64 { return s.near.bytes() + s.far.bytes() }

// growth is what so many more integers take at most, of so many groups in all.
func (s *groupSet) growth(more, groups int) int64 {
	n := s.near.growth(more) + s.far.growth(more)
	if groups > 1<<s.wide { // all are put in anew
		all := s.near.len() + more
		n = 8*int64(all) + slotGrowth(0, all, 8) + s.far.growth(all)
	}
	return n
}
