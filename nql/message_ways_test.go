package nql

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Each way is what stands within values, then the seams.
func TestMessageWays(t *testing.T) {
	show := func(w MessageWay) string {
		all := []string{}
		for _, x := range w.Within {
			all = append(all, "in "+x)
		}
		for _, s := range w.Seams {
			before, after := "…"+s.Before, s.After+"…"
			if s.BeforeWhole {
				before = s.Before
			}
			if s.AfterWhole {
				after = s.After
			}
			all = append(all, fmt.Sprintf("%s|%s|%s", before, s.Between, after))
		}
		return strings.Join(all, ", ")
	}
	for _, x := range []struct {
		template string
		l        Lookup
		want     []string
	}{
		{"{Path} gave {Status}", Lookup{Message: "/42 gave 503"}, []string{"in /42 gave 503", "in /42, in 503, …/42| gave |503…", "in /42 gave 503"}},
		{"{Path} gave {Status}", Lookup{Message: "Gave 5"}, []string{"in Gave 5", "in Gave 5"}},
		{"{Path} gave {Status}", Lookup{Message: "öl gave öl k", AnyCase: true}, []string{"in l gave , in l k", "in l k, …l| gave |…", "in l gave , in l k"}},
		{"{A}{B}", Lookup{Message: "xyz"}, []string{"in xyz", "…x||yz…", "…xy||z…", "in xyz"}},
		{"took {Elapsed:0.0} ms", Lookup{Message: "k 7.5 m"}, []string{"in k 7.5 m", "in k 7.5", "in 7.5 m", ""}},
		{"{A} of {B,7} of {C}", Lookup{Message: "one of two of three"}, []string{
			"in one of two of three", "in one, in two of three", "in one, in two, in three", "in one of two, in three",
			"in one of two of three", "in one, in two of three", "in one of two, in three", "in one of two of three",
		}},
		{"{A} is {B} or {C}", Lookup{Message: "a is  or c"}, []string{"in a is  or c", "in  or c, …a| is | or c…", "…a| is |, | or |c…", "in a is , …a is | or |c…", "in a is  or c", "in a is  or c"}},
		{"nothing is shown", Lookup{Message: "is"}, []string{""}},
		{"nothing is shown", Lookup{Message: "was"}, nil},
	} {
		ways, ok := x.l.MessageWays(x.template)
		var got []string
		for _, w := range ways {
			got = append(got, show(w))
		}
		slices.Sort(got)
		slices.Sort(x.want)
		if !ok || !slices.Equal(got, x.want) {
			t.Errorf("%s: %v:\n%q, want\n%q", x.template, x.l, got, x.want)
		}
	}
}
