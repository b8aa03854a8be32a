package sparse

//go:generate go -C asm run . -out ../kernels_amd64.s

// kernel is a set of instructions that the passes over text are written for.
type kernel uint8

const (
	portable  kernel = iota // words of eight bytes, in Go
	vector256               // AVX2
	vector512               // AVX-512 with byte masks and VBMI2's compression
)

// best is what this processor has; tests put another in its place.
var best = detect()
