//go:build !amd64 || purego

package sparse

func specials(marks, text []byte) { specialsPortable(marks, text) }
