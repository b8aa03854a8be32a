//go:build !amd64 || purego

package sparse

func specials(masks []uint64, text []byte) { specialsPortable(masks, text) }
