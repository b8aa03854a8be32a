// Command asm writes the kernels of package sparse for amd64, in Plan 9 assembly. It is a module of its own, so that the generator avo is
// none of the product's dependencies: `make generate` runs it, and its output is kept with the source.
//
// Each kernel is there twice, for AVX2 and for AVX-512 (BW, VL, VBMI2). Their Go declarations, and what they promise, are in
// kernels_amd64.go of package sparse, by hand.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("!purego")
	for _, isa := range []isa{avx512{}, avx2{}} {
		index(isa)
		structure(isa)
		probe(isa, false)
		probe(isa, true)
		specials(isa)
	}
	passBelow()
	Generate()
}
