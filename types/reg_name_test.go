package types

import "testing"

func TestUndefinedRelationNamesWhatWasMeant(t *testing.T) {
	for written, want := range map[string]string{
		"Events":       `relation "events" does not exist`,
		`"Events"`:     `relation "Events" does not exist`,
		`s."a""B".c`:   `relation "s.a"B.c" does not exist`,
		`"unfinished`:  `relation "unfinished" does not exist`,
		`public.Größe`: `relation "public.größe" does not exist`,
	} {
		if got := UndefinedRelation(written).Message; got != want {
			t.Errorf("%s: %s, want %s", written, got, want)
		}
	}
}
