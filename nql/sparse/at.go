package sparse

// At gives the value that begins at offset i of a text, which may go on behind it. In what is no JSON it gives something within the text, or nothing.
func At(text []byte, i int) Value {
	if i < 0 || i >= len(text) {
		return Value{}
	}
	k := kindOf[text[i]]
	if k == Missing {
		return Value{}
	}
	end := skipValue(text, i)
	return Value{k, text[i:end:end]}
}
