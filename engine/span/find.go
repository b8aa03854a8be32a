package span

import "sort"

// Find gives the pages that may hold events with from <= timestamp < to: f.Pages[first:end]. Every other page certainly holds none. It
// looks at the directory alone.
//
// Events come at a rate that changes slowly, so the page's place is guessed from where from lies between Min and Max; the search then
// widens around the guess in doubling steps and bisects between the two pages that enclose what is sought.
func (f *Footer) Find(from, to int64) (first, end int) {
	first = f.search(from, func(p *PageInfo) bool { return p.Last >= from })
	end = f.search(to, func(p *PageInfo) bool { return p.First >= to })
	return first, max(first, end)
}

// search gives the first page for which is, false and then true along the pages, is true; len(f.Pages) where there is none.
func (f *Footer) search(ts int64, is func(*PageInfo) bool) int {
	n := len(f.Pages)
	if n == 0 {
		return 0
	}
	guess := f.guess(ts)
	low, high := 0, n // is is false before low, and true from high on
	if is(&f.Pages[guess]) {
		high = guess
		for step := 1; high > 0; step *= 2 {
			at := max(high-step, 0)
			if !is(&f.Pages[at]) {
				low = at + 1
				break
			}
			high = at
		}
	} else {
		low = guess + 1
		for step := 1; low < n; step *= 2 {
			at := min(low+step-1, n-1)
			if is(&f.Pages[at]) {
				high = at
				break
			}
			low = at + 1
		}
	}
	return low + sort.Search(high-low, func(i int) bool { return is(&f.Pages[low+i]) })
}

// guess is the page that ts is in if events are spread evenly.
func (f *Footer) guess(ts int64) int {
	last := len(f.Pages) - 1
	switch {
	case ts <= f.Min:
		return 0
	case ts >= f.Max:
		return last
	}
	share := float64(uint64(ts-f.Min)) / float64(uint64(f.Max-f.Min))
	return min(int(share*float64(len(f.Pages))), last)
}
