package integration

import (
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/flare-pg/flare-pg/"

// floors ranks the rooms from the roof (1) to the ground; ARCHITECTURE.md draws the same list. An import may go
// to a higher number or to a package below the same room (engine may import engine/vfs), never up or sideways.
var floors = map[string]int{
	"cmd/flare-pg": 1,
	"session":      2,
	"ingest":       3, "pgwire": 3, "translate": 3,
	"exec":    4,
	"catalog": 5,
	"plan":    6,
	"types":   7,
	"engine":  8,
	"nql":     9,
	"event":   10,
	"column":  11, "nql/sparse": 11, "engine/vfs": 11, "auth": 11,
}

// outside may import anything: they hold no code of the product.
var outside = []string{"integration", "bench"}

// room finds the longest entry of floors that the package is or lies below.
func room(pkg string) string {
	for p := pkg; p != "."; {
		if _, ok := floors[p]; ok {
			return p
		}
		i := strings.LastIndexByte(p, '/')
		if i < 0 {
			break
		}
		p = p[:i]
	}
	return ""
}

func TestImportsPointDown(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		from, ok := strings.CutPrefix(p.ImportPath, module)
		if !ok || isOutside(from) {
			continue
		}
		r := room(from)
		if r == "" {
			t.Errorf("%s belongs to no room of ARCHITECTURE.md", from)
			continue
		}
		seen++
		for _, imp := range p.Imports {
			to, ok := strings.CutPrefix(imp, module)
			if !ok {
				continue
			}
			if isOutside(to) {
				t.Errorf("%s imports %s, which holds no code of the product", from, to)
				continue
			}
			q := room(to)
			below := q == r && strings.HasPrefix(to, from+"/") || q == r && strings.HasPrefix(from, r+"/") && to != r
			onRoom := q == r && to == r && from != r && r == "types" // types/function stands on types
			if floors[q] <= floors[r] && !below && !onRoom {
				t.Errorf("%s (floor %d) imports %s (floor %d): imports point down", from, floors[r], to, floors[q])
			}
		}
		if r == "pgwire" {
			for _, imp := range p.Imports {
				if to, ok := strings.CutPrefix(imp, module); ok && room(to) != "column" && to != "types" && to != "auth" && room(to) != "pgwire" {
					t.Errorf("pgwire imports %s: it knows no SQL and no storage", to)
				}
			}
		}
	}
	if seen < 10 {
		t.Fatalf("only %d packages were looked at", seen)
	}
}

func isOutside(pkg string) bool {
	for _, o := range outside {
		if pkg == o || strings.HasPrefix(pkg, o+"/") {
			return true
		}
	}
	return false
}
