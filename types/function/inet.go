package function

import (
	"math/big"
	"net/netip"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerInet: inet and cidr.
func registerInet(r *registry) {
	inet := func(a *column.Vector, i int) types.InetAddr { return types.LoadInet(a.Str(i)) }
	text := func(f func(dst []byte, a types.InetAddr) []byte) Kernel {
		return textText(func(dst, s []byte) []byte { return f(dst, types.LoadInet(s)) })
	}
	r.total("host(inet)", text(func(dst []byte, a types.InetAddr) []byte { return types.AppendInetText(dst, a, false) }))
	r.total("text(inet)", text(func(dst []byte, a types.InetAddr) []byte { return types.AppendInetText(dst, a, true) }))
	r.total("abbrev(inet)", text(func(dst []byte, a types.InetAddr) []byte { return types.AppendInetText(dst, a, a.Bits != a.MaxBits()) }))
	r.total("abbrev(cidr)", text(appendAbbreviated))
	number := func(f func(a types.InetAddr) int64) Kernel {
		return textInt(func(s []byte) int64 { return f(types.LoadInet(s)) })
	}
	r.total("masklen(inet)", number(func(a types.InetAddr) int64 { return int64(a.Bits) }))
	r.total("family(inet)", number(func(a types.InetAddr) int64 {
		if a.Addr.Is4() {
			return 4
		}
		return 6
	}))
	address := func(f func(a types.InetAddr) types.InetAddr) Kernel {
		return textText(func(dst, s []byte) []byte { return types.AppendInet(dst, f(types.LoadInet(s))) })
	}
	network := address(types.InetAddr.Network)
	r.total("network(inet)", network)
	r.total("cidr(inet)", network)
	r.total("netmask(inet)", address(func(a types.InetAddr) types.InetAddr { return maskOf(a, false) }))
	r.total("hostmask(inet)", address(func(a types.InetAddr) types.InetAddr { return maskOf(a, true) }))
	r.total("broadcast(inet)", address(func(a types.InetAddr) types.InetAddr {
		return types.InetAddr{Addr: bytewise(a.Addr, maskOf(a, true).Addr, func(x, y byte) byte { return x | y }), Bits: a.Bits}
	}))
	r.total("inet_same_family(inet,inet)", inetPredicate(func(a, b types.InetAddr) bool { return a.Addr.Is4() == b.Addr.Is4() }))
	r.totalOp("inet << inet", inetPredicate(func(a, b types.InetAddr) bool { return a.Bits > b.Bits && b.Contains(a) }))
	r.totalOp("inet <<= inet", inetPredicate(func(a, b types.InetAddr) bool { return b.Contains(a) }))
	r.totalOp("inet >> inet", inetPredicate(func(a, b types.InetAddr) bool { return b.Bits > a.Bits && a.Contains(b) }))
	r.totalOp("inet >>= inet", inetPredicate(func(a, b types.InetAddr) bool { return a.Contains(b) }))
	r.totalOp("inet && inet", inetPredicate(func(a, b types.InetAddr) bool { return a.Contains(b) || b.Contains(a) }))
	for _, t := range []string{"inet", "cidr"} {
		r.fn("set_masklen("+t+",int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			x, bits := inet(a[0], i), a[1].Int(i)
			if bits == -1 {
				bits = int64(x.MaxBits())
			}
			if bits < 0 || bits > int64(x.MaxBits()) {
				return types.Errorf(types.CodeInvalidParameterValue, "invalid mask length: %d", bits)
			}
			if x.Bits = int(bits); t == "cidr" {
				x = x.Network()
			}
			appendInet(out, x)
			return nil
		}))
	}
	r.totalOp("~ inet", address(func(a types.InetAddr) types.InetAddr {
		return types.InetAddr{Addr: bytewise(a.Addr, a.Addr, func(x, _ byte) byte { return ^x }), Bits: a.Bits}
	}))
	r.op("inet & inet", inetBitwise("AND", func(x, y byte) byte { return x & y }))
	r.op("inet | inet", inetBitwise("OR", func(x, y byte) byte { return x | y }))
	plus := func(addr, n int, sign int64) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			return addToInet(out, inet(a[addr], i), sign*a[n].Int(i), 1) // the least number stays itself, as in PostgreSQL
		})
	}
	r.op("inet + int8", plus(0, 1, 1))
	r.op("int8 + inet", plus(1, 0, 1))
	r.op("inet - int8", plus(0, 1, -1))
	r.op("inet - inet", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		x, y := inet(a[0], i), inet(a[1], i)
		if x.Addr.Is4() != y.Addr.Is4() {
			return types.Errorf(types.CodeInvalidParameterValue, "cannot subtract inet values of different sizes")
		}
		d := new(big.Int).Sub(new(big.Int).SetBytes(x.Addr.AsSlice()), new(big.Int).SetBytes(y.Addr.AsSlice()))
		if !d.IsInt64() {
			return types.Errorf(types.CodeNumericOutOfRange, "result is out of range")
		}
		out.AppendInt(d.Int64())
		return nil
	}))
	r.fn("inet_merge(inet,inet)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		x, y := inet(a[0], i), inet(a[1], i)
		if x.Addr.Is4() != y.Addr.Is4() {
			return types.Errorf(types.CodeInvalidParameterValue, "cannot merge addresses from different families")
		}
		x.Bits = min(x.Bits, y.Bits)
		for !x.Contains(types.InetAddr{Addr: y.Addr, Bits: y.MaxBits()}) {
			x.Bits--
		}
		appendInet(out, x.Network())
		return nil
	}))
}

func appendInet(out *column.Vector, a types.InetAddr) {
	out.AppendFunc(func(dst []byte) []byte { return types.AppendInet(dst, a) })
}

func inetPredicate(f func(a, b types.InetAddr) bool) Kernel {
	return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(f(types.LoadInet(a[0].Str(i)), types.LoadInet(a[1].Str(i))))
		return nil
	})
}

// bytewise combines two addresses of a family byte by byte.
func bytewise(a, b netip.Addr, f func(x, y byte) byte) netip.Addr {
	x, y := a.AsSlice(), b.AsSlice()
	for i := range x {
		x[i] = f(x[i], y[i])
	}
	out, _ := netip.AddrFromSlice(x)
	return out
}

// maskOf is the mask of an address' network, or the one of its hosts.
func maskOf(a types.InetAddr, hosts bool) types.InetAddr {
	b := a.Addr.AsSlice()
	for i := range b {
		n := min(max(a.Bits-8*i, 0), 8)
		if b[i] = byte(0xff << (8 - n)); hosts {
			b[i] = ^b[i]
		}
	}
	out, _ := netip.AddrFromSlice(b)
	return types.InetAddr{Addr: out, Bits: a.MaxBits()}
}

func inetBitwise(name string, f func(x, y byte) byte) Kernel {
	return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		x, y := types.LoadInet(a[0].Str(i)), types.LoadInet(a[1].Str(i))
		if x.Addr.Is4() != y.Addr.Is4() {
			return types.Errorf(types.CodeInvalidParameterValue, "cannot %s inet values of different sizes", name)
		}
		appendInet(out, types.InetAddr{Addr: bytewise(x.Addr, y.Addr, f), Bits: max(x.Bits, y.Bits)})
		return nil
	})
}

func addToInet(out *column.Vector, a types.InetAddr, n, sign int64) error {
	sum := new(big.Int).SetBytes(a.Addr.AsSlice())
	sum.Add(sum, new(big.Int).Mul(big.NewInt(n), big.NewInt(sign)))
	if sum.Sign() < 0 || sum.BitLen() > a.MaxBits() {
		return types.Errorf(types.CodeNumericOutOfRange, "result is out of range")
	}
	b := make([]byte, a.MaxBits()/8)
	addr, _ := netip.AddrFromSlice(sum.FillBytes(b))
	appendInet(out, types.InetAddr{Addr: addr, Bits: a.Bits})
	return nil
}

// appendAbbreviated writes a network with the octets or words that its bits reach.
func appendAbbreviated(dst []byte, a types.InetAddr) []byte {
	raw := a.Network().Addr.AsSlice()
	if a.Addr.Is4() {
		for i := range max(1, (a.Bits+7)/8) {
			if i > 0 {
				dst = append(dst, '.')
			}
			dst = strconv.AppendInt(dst, int64(raw[i]), 10)
		}
		return strconv.AppendInt(append(dst, '/'), int64(a.Bits), 10)
	}
	if a.Bits == 0 {
		return append(dst, "::/0"...)
	}
	words := max(2, (a.Bits+15)/16)
	word := func(i int) int64 { return int64(raw[2*i])<<8 | int64(raw[2*i+1]) }
	from, length := 0, 0 // the longest run of zeros
	for i := 0; i < words; i++ {
		n := 0
		for i+n < words && word(i+n) == 0 {
			n++
		}
		if n > length {
			from, length = i, n
		}
		i += n
	}
	v4 := length != words && from == 0 &&
		(length == 6 || length == 5 && word(5) == 0xffff || length == 7 && raw[14] != 0 && raw[15] != 1)
	begin := len(dst)
	for i := 0; i < words; i++ {
		switch {
		case length > 0 && i >= from && i < from+length:
			if i == from {
				dst = append(dst, ':')
			}
			if i == words-1 {
				dst = append(dst, ':')
			}
		case v4 && i > 5:
			if i == 6 {
				dst = append(dst, ':')
			} else {
				dst = append(dst, '.')
			}
			dst = strconv.AppendInt(dst, int64(raw[2*i]), 10)
			if i != 7 || a.Bits > 120 {
				dst = strconv.AppendInt(append(dst, '.'), int64(raw[2*i+1]), 10)
			}
		default:
			if len(dst) > begin {
				dst = append(dst, ':')
			}
			dst = strconv.AppendInt(dst, word(i), 16)
		}
	}
	return strconv.AppendInt(append(dst, '/'), int64(a.Bits), 10)
}
