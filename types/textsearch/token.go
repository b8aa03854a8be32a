package textsearch

// TokenType is what the parser takes a piece of text for. The numbers are those of PostgreSQL's default parser.
type TokenType uint8

// The token types.
const (
	AsciiWord TokenType = 1 + iota
	Word
	NumWord
	Email
	URL
	Host
	Scientific
	Version
	NumPart
	Part
	AsciiPart
	Blank
	Tag
	Protocol
	NumHyphenWord
	AsciiHyphenWord
	HyphenWord
	URLPath
	File
	Decimal
	SignedInt
	UnsignedInt
	Entity
)

// TokenTypes lists the types' names and what they are, by number from 1 on.
var TokenTypes = [...]struct{ Alias, Description string }{
	{"asciiword", "Word, all ASCII"},
	{"word", "Word, all letters"},
	{"numword", "Word, letters and digits"},
	{"email", "Email address"},
	{"url", "URL"},
	{"host", "Host"},
	{"sfloat", "Scientific notation"},
	{"version", "Version number"},
	{"hword_numpart", "Hyphenated word part, letters and digits"},
	{"hword_part", "Hyphenated word part, all letters"},
	{"hword_asciipart", "Hyphenated word part, all ASCII"},
	{"blank", "Space symbols"},
	{"tag", "XML tag"},
	{"protocol", "Protocol head"},
	{"numhword", "Hyphenated word, letters and digits"},
	{"asciihword", "Hyphenated word, all ASCII"},
	{"hword", "Hyphenated word, all letters"},
	{"url_path", "URL path"},
	{"file", "File or path name"},
	{"float", "Decimal notation"},
	{"int", "Signed integer"},
	{"uint", "Unsigned integer"},
	{"entity", "XML entity"},
}

func (t TokenType) String() string { return TokenTypes[t-1].Alias }

func (t TokenType) in(types ...TokenType) bool {
	for _, u := range types {
		if t == u {
			return true
		}
	}
	return false
}
