package pgnames

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// objectsText has a line for each object, fields separated by tabs: the class's word, the OID, and what testdata/objects.sql selects for the
// class (TestObjectsAreThoseOfPostgreSQL).
//
//go:embed objects.txt
var objectsText string

type objects struct {
	byName  map[key][]*Object
	byOID   map[number]*Object
	byClass map[uint32][]*Object
}

// words are what lines begin with.
var words = map[string]uint32{
	"namespace": Namespace, "type": Type, "function": Function, "operator": Operator, "collation": Collation, "config": TextConfig,
	"dictionary": TextDictionary, "parser": TextParser, "template": TextTemplate, "method": AccessMethod, "opclass": OperatorClass,
	"opfamily": OperatorFamily, "conversion": Conversion, "language": Language, "tablespace": Tablespace,
}

// inNoSchema are the classes whose objects lie in no schema.
var inNoSchema = map[uint32]bool{
	Namespace: true, AccessMethod: true, Language: true, Tablespace: true, Role: true, Database: true, ForeignServer: true, ForeignWrapper: true,
	LargeObject: true, Parameter: true,
}

// Schemaless reports whether objects of a class lie in no schema.
func Schemaless(class uint32) bool { return inNoSchema[class] }

var table = sync.OnceValue(func() *objects {
	t := &objects{byName: make(map[key][]*Object, 4096), byOID: make(map[number]*Object, 6000), byClass: map[uint32][]*Object{}}
	for line := range strings.Lines(objectsText) {
		o := parse(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		k := key{o.Class, o.Schema, o.Name}
		t.byName[k] = append(t.byName[k], o)
		t.byOID[number{o.Class, o.OID}] = o
		t.byClass[o.Class] = append(t.byClass[o.Class], o)
	}
	return t
})

// parse reads a line's fields. A broken line is a broken build: it panics.
func parse(f []string) *Object {
	class, ok := words[f[0]]
	if !ok {
		panic("pgnames: bad line in objects.txt: " + strings.Join(f, " "))
	}
	o := &Object{Class: class, OID: oid(f[1])}
	if !inNoSchema[class] {
		o.Schema = "pg_catalog"
	}
	switch class {
	case Type:
		o.Schema, o.Name, o.Kind, o.Within, o.Display = f[2], f[3], f[4][0], oid(f[5]), f[6]
		if o.Schema != "pg_catalog" { // whether the schema is shown is not for the table to say
			o.Display = strings.TrimPrefix(o.Display, o.Schema+".")
		}
	case Function:
		o.Schema, o.Name, o.Args, o.Result, o.Kind = f[2], f[3], oids(f[4]), oid(f[5]), f[6][0]
		o.Details = functionDetails(f)
	case Operator:
		o.Name, o.Args, o.Result = f[2], []uint32{oid(f[3]), oid(f[4])}, oid(f[5])
		o.Operator = &OperatorDetails{
			Function: oid(f[6]), Commutator: oid(f[7]), Negator: oid(f[8]), Restriction: oid(f[9]), Join: oid(f[10]),
			Merges: strings.Contains(f[11], "m"), Hashes: strings.Contains(f[11], "h"),
		}
	default:
		o.Name = f[2]
		for _, a := range f[3:] {
			o.Args = append(o.Args, oid(a))
		}
	}
	return o
}

func functionDetails(f []string) *FunctionDetails {
	flags := f[6]
	d := &FunctionDetails{
		Volatility: flags[1], Parallel: flags[2], Strict: strings.Contains(flags[3:], "S"), Set: strings.Contains(flags[3:], "R"),
		Leakproof: strings.Contains(flags[3:], "L"), AsDefiner: strings.Contains(flags[3:], "D"),
		Variadic: oid(f[7]), Language: oid(f[8]), Cost: float(f[9]), Rows: float(f[10]), Support: oid(f[11]),
		AllArgs: oids(f[12]), Modes: f[13], Source: sourceLines.Replace(f[16]), Library: f[17],
	}
	if f[14] != "" {
		d.Names = strings.Split(f[14], " ")
	}
	if f[15] != "" {
		d.Defaults = strings.Split(f[15], "|")
	}
	return d
}

func oid(s string) uint32 {
	x, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		panic(fmt.Sprintf("pgnames: objects.txt: %v", err))
	}
	return uint32(x)
}

func oids(s string) []uint32 {
	var out []uint32
	for w := range strings.FieldsSeq(s) {
		out = append(out, oid(w))
	}
	return out
}

func float(s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(fmt.Sprintf("pgnames: objects.txt: %v", err))
	}
	return x
}

// sourceLines are the line ends and tabs of a function's body as the table spells them.
var sourceLines = strings.NewReplacer(`\n`, "\n", `\t`, "\t")
