package event

import "testing"

func TestDecodeNormalises(t *testing.T) {
	const at = `{"@t":"2020-01-02T03:04:05Z"`
	for _, c := range []struct{ name, in, want string }{
		{"sorts members bytewise, built-ins first", `{"b":1,"a":2,"@m":"x","@t":"2020-01-02T03:04:05Z","@mt":"y","@a":0,"":3,"@sp":"s","0":1}`,
			at + `,"@mt":"y","@m":"x","@sp":"s","":3,"0":1,"@a":0,"a":2,"b":1}`},
		{"sorts names by their characters, not their spelling", `{"@t":"2020-01-02T03:04:05Z","b":1,"\u0061z":2,"\u00e9":3}`, at + `,"az":2,"b":1,"é":3}`},
		{"sorts names longer than eight bytes", `{"@t":"2020-01-02T03:04:05Z","abcdefghz":1,"abcdefgh":2,"abcdefgha":3,"abcdefg":4}`,
			at + `,"abcdefg":4,"abcdefgh":2,"abcdefgha":3,"abcdefghz":1}`},
		{"drops white space", " \t\r\n{ \"@t\" : \"2020-01-02T03:04:05Z\" , \"a\" : [ 1 , { \"b\" : 2 } ] , \"c\":{ } , \"d\" :[ ] } ", at + `,"a":[1,{"b":2}],"c":{},"d":[]}`},
		{"sorts at every depth", `{"@t":"2020-01-02T03:04:05Z","o":{"z":{"y":1,"x":2},"a":[{"c":1,"b":[{"e":1,"d":2}]}]}}`,
			at + `,"o":{"a":[{"b":[{"d":2,"e":1}],"c":1}],"z":{"x":2,"y":1}}}`},
		{"nested built-in names are ordinary", `{"@t":"2020-01-02T03:04:05Z","o":{"a":1,"@t":2,"0":3}}`, at + `,"o":{"0":3,"@t":2,"a":1}}`},
		{"the last of duplicates wins", `{"a":1,"@t":"2020-01-02T03:04:05Z","a":2,"o":{"x":1,"x":{"y":1,"y":2}},"a":3}`, at + `,"a":3,"o":{"x":{"y":2}}}`},
		{"duplicates differ in spelling", `{"@t":"2020-01-02T03:04:05Z","a":1,"\u0061":2}`, at + `,"a":2}`},
		{"shortest escapes", `{"@t":"2020-01-02T03:04:05Z","a":"\/\u0022\u005c\u000a\u0008\u001F\u001f\u0041\u00e9\ud83d\ude00\b\f\n\r\t\"\\"}`,
			at + `,"a":"/\"\\\n\b\u001f\u001fAé😀\b\f\n\r\t\"\\"}`},
		{"names' escapes", `{"@t":"2020-01-02T03:04:05Z","\u0022\/\n":1}`, at + `,"\"/\n":1}`},
		{"numbers as spelled", `{"@t":"2020-01-02T03:04:05Z","a":[1.50,-0,1E+2,1e-07,123456789012345678901234567890]}`, at + `,"a":[1.50,-0,1E+2,1e-07,123456789012345678901234567890]}`},
		{"odd @ names stay", `{"@timestamp":"2020-01-02 03:04:05","@version":"1","@@foo":2,"@metadata":{"b":1}}`, at + `,"@@foo":2,"@metadata":{"b":1},"@version":"1"}`},
		{"@t before other times, which stay", `{"time":"x","@t":"2020-01-02T03:04:05Z"}`, at + `,"time":"x"}`},
		{"the last of duplicate times", `{"time":"x","time":"2020-01-02T03:04:05Z"}`, at + `}`},
		{"escaped @t", `{"\u0040t":"2020-01-02T03:04:05\u005a"}`, at + `}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := NewDecoder(Options{})
			got, ts, err := d.Decode(nil, []byte(c.in), new(Summary))
			if err != nil || string(got) != c.want {
				t.Fatalf("got  %s %v\nwant %s", got, err, c.want)
			}
			if ts != 15779342450000000 {
				t.Errorf("time %d", ts)
			}
		})
	}
}
