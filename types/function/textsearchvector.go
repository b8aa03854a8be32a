package function

import (
	"bytes"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// registerDocuments: what makes and changes a tsvector.
func registerDocuments(r *registry) {
	document := func(add func(b *textsearch.Builder, a []*column.Vector, i int) error) func() configRow {
		return func() configRow {
			return func(c *Call, config *textsearch.Config, a []*column.Vector, i int, out *column.Vector) error {
				b := textsearch.NewBuilder(config)
				defer b.Close()
				b.Stopped = c.ended
				if err := add(b, a, i); err != nil {
					return types.TextSearchError(err)
				}
				return appendSearched(out, b.Append)
			}
		}
	}
	configured(r, "to_tsvector", "text", document(func(b *textsearch.Builder, a []*column.Vector, i int) error { return b.Add(a[0].Str(i)) }))
	for _, t := range []string{"json", "jsonb"} {
		ordered := t == "jsonb"
		configured(r, "to_tsvector", t, document(func(b *textsearch.Builder, a []*column.Vector, i int) error {
			return addJSON(b, a[0].Str(i), ordered, jsonStrings)
		}))
		configured(r, t+"_to_tsvector", t+",jsonb", document(func(b *textsearch.Builder, a []*column.Vector, i int) error {
			wanted, err := jsonParts(a[1].Str(i))
			if err != nil {
				return err
			}
			return addJSON(b, a[0].Str(i), ordered, wanted)
		}))
	}
	r.total("length(tsvector)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(int64(textsearch.Vector(a[0].Str(i)).Len()))
		return nil
	}))
	r.total("strip(tsvector)", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		return textsearch.Vector(a[0].Str(i)).Strip(dst), nil
	}))
	r.fn("setweight(tsvector,char)", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		w, ok := weightOf(a[1].Str(i))
		if !ok {
			return dst, types.Errorf(types.CodeInternalError, "unrecognized weight: %d", firstByte(a[1].Str(i)))
		}
		return textsearch.Vector(a[0].Str(i)).SetWeight(dst, w, nil), nil
	}))
	r.fn("setweight(tsvector,char,_text)", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		w, ok := weightOf(a[1].Str(i))
		if !ok {
			return dst, types.Errorf(types.CodeInternalError, "unrecognized weight: %s", a[1].Str(i))
		}
		return textsearch.Vector(a[0].Str(i)).SetWeight(dst, w, isOneOf(a[2], i)), nil
	}))
	r.total("ts_delete(tsvector,text)", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		return textsearch.Vector(a[0].Str(i)).Without(dst, func(s []byte) bool { return bytes.Equal(s, a[1].Str(i)) }), nil
	}))
	r.total("ts_delete(tsvector,_text)", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		return textsearch.Vector(a[0].Str(i)).Without(dst, isOneOf(a[1], i)), nil
	}))
	r.fn("ts_filter(tsvector,_char)", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		weights := types.ReadArray(types.Char, a[1].Str(i)).Values
		var mask uint8
		for k := range weights.Len {
			if weights.Null(k) {
				return dst, types.Errorf("22004", "weight array may not contain nulls")
			}
			w, ok := weightOf(weights.Str(k))
			if !ok {
				return dst, types.Errorf(types.CodeInvalidParameterValue, "unrecognized weight: \"%s\"", weights.Str(k))
			}
			mask |= 1 << w
		}
		return textsearch.Vector(a[0].Str(i)).WithWeights(dst, mask), nil
	}))
	concat := searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		return textsearch.Vector(a[0].Str(i)).Concat(dst, a[1].Str(i))
	})
	r.op("tsvector || tsvector", concat)
	r.total("tsvector_to_array(tsvector)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		v := column.New(column.Text)
		for _, l := range textsearch.Vector(a[0].Str(i)).Lexemes(nil) {
			v.AppendBytes(l.Text)
		}
		out.AppendFunc(func(dst []byte) []byte { return types.AppendList(dst, v) })
		return nil
	}))
	r.fn("array_to_tsvector(_text)", searchRow(func(dst []byte, a []*column.Vector, i int) ([]byte, error) {
		v := types.ReadArray(types.Text, a[0].Str(i)).Values
		texts := make([][]byte, v.Len)
		for k := range v.Len {
			switch {
			case v.Null(k):
				return dst, types.Errorf("22004", "lexeme array may not contain nulls")
			case len(v.Str(k)) == 0:
				return dst, types.Errorf("2200F", "lexeme array may not contain empty strings")
			}
			texts[k] = v.Str(k)
		}
		return textsearch.FromLexemes(dst, texts)
	}))
}

// firstByte is a "char" as a number.
func firstByte(s []byte) int8 {
	if len(s) == 0 {
		return 0
	}
	return int8(s[0])
}

// isOneOf tells the texts of an array, nulls left out.
func isOneOf(v *column.Vector, i int) func(s []byte) bool {
	list := types.ReadArray(types.Text, v.Str(i)).Values
	set := make(map[string]bool, list.Len)
	for k := range list.Len {
		if !list.Null(k) {
			set[string(list.Str(k))] = true
		}
	}
	return func(s []byte) bool { return set[string(s)] }
}

// jsonPart says which values of a json are words of a document.
type jsonPart uint8

const (
	jsonKeys jsonPart = 1 << iota
	jsonStrings
	jsonNumbers
	jsonBooleans
)

var jsonPartNames = map[string]jsonPart{
	"all": jsonKeys | jsonStrings | jsonNumbers | jsonBooleans, "key": jsonKeys, "string": jsonStrings, "numeric": jsonNumbers, "boolean": jsonBooleans,
}

// jsonParts reads the argument that names them: a string or an array of strings.
func jsonParts(s []byte) (jsonPart, error) {
	s = types.AppendJSONB(nil, s)
	var parts jsonPart
	one := func(v []byte) error {
		if jsonKind(v) != '"' {
			return types.Errorf(types.CodeInvalidParameterValue, "flag array element is not a string").
				WithHint("%s", jsonPartHint)
		}
		name := bytes.ToLower(types.AppendJSONUnquoted(nil, v))
		p, ok := jsonPartNames[string(name)]
		if !ok {
			return types.Errorf(types.CodeInvalidParameterValue, "wrong flag in flag array: \"%s\"", types.AppendJSONUnquoted(nil, v)).
				WithHint("%s", jsonPartHint)
		}
		parts |= p
		return nil
	}
	switch s = trimJSON(s); jsonKind(s) {
	case '{':
		return 0, types.Errorf(types.CodeInvalidParameterValue, "wrong flag type, only arrays and scalars are allowed")
	case '[':
		var err error
		elements(s, func(v []byte) bool {
			err = one(v)
			return err == nil
		})
		return parts, err
	}
	err := one(s)
	return parts, err
}

const jsonPartHint = "Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", and \"all\"."

// addJSON adds the wanted values of a json to a document, each a text of its own. ordered: it is a jsonb.
func addJSON(b *textsearch.Builder, s []byte, ordered bool, wanted jsonPart) error {
	if ordered {
		s = types.AppendJSONB(nil, s)
	}
	var err error
	add := func(text []byte) {
		if err != nil {
			return
		}
		before := b.Words()
		if err = b.Add(text); b.Words() > before {
			b.Gap()
		}
	}
	var walk func(v []byte)
	walk = func(v []byte) {
		switch jsonKind(v) {
		case '{':
			members(v, func(key, value []byte) bool {
				if wanted&jsonKeys != 0 {
					add(types.AppendJSONUnquoted(nil, key))
				}
				walk(value)
				return err == nil
			})
		case '[':
			elements(v, func(value []byte) bool {
				walk(value)
				return err == nil
			})
		case '"':
			if wanted&jsonStrings != 0 {
				add(types.AppendJSONUnquoted(nil, v))
			}
		case 't', 'f':
			if wanted&jsonBooleans != 0 {
				add(v)
			}
		case 'n':
		default:
			if wanted&jsonNumbers != 0 {
				add(v)
			}
		}
	}
	walk(trimJSON(s))
	return err
}
