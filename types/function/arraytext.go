package function

import "github.com/flare-pg/flare-pg/types"

// textElement is one element of a text[]; nil bytes with null set stand for NULL.
type textElement struct {
	text []byte
	null bool
}

// readTextArray gives the elements of a text[]: what paths into JSON and lists of keys are given as.
func readTextArray(s []byte) []textElement {
	a := types.ReadArray(types.Text, s)
	es := make([]textElement, a.Values.Len)
	for i := range es {
		if es[i].null = a.Values.Null(i); !es[i].null {
			es[i].text = a.Values.Str(i)
		}
	}
	return es
}
