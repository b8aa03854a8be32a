package types

import (
	"bytes"
	"cmp"
	"net/netip"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
)

// InetAddr is a value of inet or cidr: an address and the number of bits of its network. An IPv4 address is never in its IPv6 form here,
// and an IPv6 address that holds an IPv4 one is an IPv6 address.
type InetAddr struct {
	Addr netip.Addr
	Bits int
}

// A vector holds it as bytes: the family (4 or 6), the number of bits, then the address' 4 or 16 bytes.

// LoadInet reads a value as a vector holds it.
func LoadInet(s []byte) InetAddr {
	if len(s) < 2 {
		return InetAddr{Addr: netip.IPv4Unspecified(), Bits: 32} // lies under a null
	}
	a, _ := netip.AddrFromSlice(s[2:])
	return InetAddr{Addr: a, Bits: int(s[1])}
}

// AppendInet appends a value as a vector holds it.
func AppendInet(dst []byte, a InetAddr) []byte {
	family := byte(6)
	if a.Addr.Is4() {
		family = 4
	}
	return append(append(dst, family, byte(a.Bits)), a.Addr.AsSlice()...)
}

// MaxBits is the number of bits of an address of the family.
func (a InetAddr) MaxBits() int { return a.Addr.BitLen() }

// Network is the address with the bits behind the network's set to 0.
func (a InetAddr) Network() InetAddr {
	p, err := a.Addr.Prefix(a.Bits)
	if err != nil {
		return a
	}
	return InetAddr{Addr: p.Addr(), Bits: a.Bits}
}

// Contains reports whether b's network is a's or lies in it.
func (a InetAddr) Contains(b InetAddr) bool {
	if a.Addr.Is4() != b.Addr.Is4() || b.Bits < a.Bits {
		return false
	}
	return a.Network().Addr == InetAddr{Addr: b.Addr, Bits: a.Bits}.Network().Addr
}

// compareInets orders by family, then by what the networks have in common, by their bits, and at last by all of the address.
func compareInets(x, y []byte) int {
	a, b := LoadInet(x), LoadInet(y)
	if a.Addr.Is4() != b.Addr.Is4() {
		if a.Addr.Is4() {
			return -1
		}
		return 1
	}
	shared := min(a.Bits, b.Bits)
	an, bn := InetAddr{a.Addr, shared}.Network(), InetAddr{b.Addr, shared}.Network()
	if c := an.Addr.Compare(bn.Addr); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Bits, b.Bits); c != 0 {
		return c
	}
	return a.Addr.Compare(b.Addr)
}

// parseInet reads the text of an inet, or of a cidr, which may leave out octets and has no bits set behind its network.
func parseInet(out *column.Vector, t OID, s []byte) error {
	a, ok := readInet(t, s)
	if !ok {
		return badSyntax(t, s)
	}
	if t == Cidr && a.Network().Addr != a.Addr {
		return Errorf(CodeInvalidTextRepresentation, "invalid cidr value: \"%s\"", s).WithDetail("Value has bits set to right of mask.")
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendInet(dst, a) })
	return nil
}

func readInet(t OID, s []byte) (InetAddr, bool) {
	switch {
	case bytes.IndexByte(s, ':') >= 0:
		return readInet6(s)
	case t == Cidr:
		return readCidr4(s)
	}
	octets, rest, ok := readOctets(s, true)
	if !ok || len(octets) == 0 {
		return InetAddr{}, false
	}
	bits, given, ok := readBits(rest, 32)
	switch {
	case !ok, !given && len(octets) < 4, given && bits/8 > len(octets):
		return InetAddr{}, false
	case !given:
		bits = 32
	}
	return address4(octets, bits), true
}

func address4(octets []byte, bits int) InetAddr {
	var a [4]byte
	copy(a[:], octets)
	return InetAddr{netip.AddrFrom4(a), bits}
}

// readOctets reads up to four numbers between dots; rest is empty or begins with a slash. A dot at the end is let be where lax.
func readOctets(s []byte, lax bool) (octets, rest []byte, ok bool) {
	for len(s) > 0 && isDigit(s[0]) {
		n := 0
		for len(s) > 0 && isDigit(s[0]) {
			if n = n*10 + int(s[0]-'0'); n > 255 {
				return nil, nil, false
			}
			s = s[1:]
		}
		if len(octets) == 4 {
			return nil, nil, false
		}
		octets = append(octets, byte(n))
		if len(s) == 0 || s[0] == '/' {
			return octets, s, true
		}
		if s[0] != '.' {
			return nil, nil, false
		}
		s = s[1:]
	}
	return octets, s, lax && (len(s) == 0 || s[0] == '/')
}

// readBits reads a slash and a number, or nothing.
func readBits(s []byte, most int) (bits int, given, ok bool) {
	if len(s) == 0 {
		return 0, false, true
	}
	if s[0] != '/' || len(s) == 1 {
		return 0, false, false
	}
	for _, c := range s[1:] {
		if !isDigit(c) {
			return 0, false, false
		}
		if bits = bits*10 + int(c-'0'); bits > most {
			return 0, false, false
		}
	}
	return bits, true, true
}

// readCidr4 reads an IPv4 network: where it doesn't say how many bits it has, its class does, and its octets.
func readCidr4(s []byte) (InetAddr, bool) {
	var octets, rest []byte
	var ok bool
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		octets, rest, ok = readHexOctets(s[2:])
	} else {
		octets, rest, ok = readOctets(s, false)
	}
	if !ok || len(octets) == 0 {
		return InetAddr{}, false
	}
	bits, given, ok := readBits(rest, 32)
	if !ok {
		return InetAddr{}, false
	}
	if !given {
		switch first := octets[0]; {
		case first >= 240:
			bits = 32
		case first >= 224:
			bits = 8
		case first >= 192:
			bits = 24
		case first >= 128:
			bits = 16
		default:
			bits = 8
		}
		bits = max(bits, 8*len(octets))
		if bits == 8 && octets[0] == 224 {
			bits = 4
		}
	}
	return address4(octets, bits), true
}

// readHexOctets reads an address written as 0x0a01, two digits an octet; the last octet may have one digit, its upper half.
func readHexOctets(s []byte) (octets, rest []byte, ok bool) {
	half := false
	for len(s) > 0 && hexValue(s[0]) >= 0 {
		switch {
		case half:
			octets[len(octets)-1] |= byte(hexValue(s[0]))
		case len(octets) == 4:
			return nil, nil, false
		default:
			octets = append(octets, byte(hexValue(s[0])<<4))
		}
		half = !half
		s = s[1:]
	}
	return octets, s, len(s) == 0 || s[0] == '/'
}

func readInet6(s []byte) (InetAddr, bool) {
	text, mask, masked := bytes.Cut(s, []byte{'/'})
	bits := 128
	if masked {
		n, err := strconv.ParseUint(string(mask), 10, 8)
		if err != nil || n > 128 || len(mask) > 1 && mask[0] == '0' || mask[0] == '+' {
			return InetAddr{}, false
		}
		bits = int(n)
	}
	a, err := netip.ParseAddr(string(text))
	if err != nil || a.Zone() != "" {
		return InetAddr{}, false
	}
	return InetAddr{a, bits}, true
}

// AppendInetText appends the text of an address; the number of its network's bits too, if wanted.
func AppendInetText(dst []byte, a InetAddr, bits bool) []byte {
	if a.Addr.Is4() {
		dst = a.Addr.AppendTo(dst)
	} else {
		dst = appendInet6(dst, a.Addr.As16())
	}
	if bits {
		dst = strconv.AppendInt(append(dst, '/'), int64(a.Bits), 10)
	}
	return dst
}

// appendInet6 writes an IPv6 address with the first longest run of at least two zero words left out, and an IPv4 address that it holds as that.
func appendInet6(dst []byte, a [16]byte) []byte {
	var words [8]uint16
	for i := range words {
		words[i] = uint16(a[2*i])<<8 | uint16(a[2*i+1])
	}
	from, length := -1, 1
	for i := 0; i < 8; i++ {
		n := 0
		for i+n < 8 && words[i+n] == 0 {
			n++
		}
		if n > length {
			from, length = i, n
		}
		i += n
	}
	v4 := from == 0 && (length == 6 || length == 7 && words[7] != 1 || length == 5 && words[5] == 0xffff)
	for i := 0; i < 8; i++ {
		if i == from {
			dst = append(dst, ':')
			if i += length - 1; i == 7 {
				dst = append(dst, ':')
			}
			continue
		}
		if i > 0 {
			dst = append(dst, ':')
		}
		if i == 6 && v4 {
			return netip.AddrFrom4([4]byte(a[12:])).AppendTo(dst)
		}
		dst = strconv.AppendUint(dst, uint64(words[i]), 16)
	}
	return dst
}

// appendInetValue appends the text of an inet, or of a cidr, which always shows its bits.
func appendInetValue(dst []byte, t OID, s []byte) []byte {
	a := LoadInet(s)
	return AppendInetText(dst, a, t == Cidr || a.Bits != a.MaxBits())
}

// The families in the binary format.
const (
	binaryInet4 = 2
	binaryInet6 = 3
)

func appendInetBinary(dst []byte, t OID, s []byte) []byte {
	a := LoadInet(s)
	family, cidr := byte(binaryInet6), byte(0)
	if a.Addr.Is4() {
		family = binaryInet4
	}
	if t == Cidr {
		cidr = 1
	}
	raw := a.Addr.AsSlice()
	return append(append(dst, family, byte(a.Bits), cidr, byte(len(raw))), raw...)
}

func parseInetBinary(out *column.Vector, t OID, b []byte) error {
	bad := func(what string) error {
		return Errorf(CodeInvalidBinary, "invalid %s in external \"%s\" value", what, nameOf(t))
	}
	if len(b) < 4 {
		return Errorf(CodeProtocolViolation, "no data left in message")
	}
	length := 4
	switch b[0] {
	case binaryInet4:
	case binaryInet6:
		length = 16
	default:
		return bad("address family")
	}
	switch {
	case int(b[1]) > 8*length:
		return bad("bits")
	case int(b[3]) != length:
		return bad("length")
	case len(b) < 4+length:
		return Errorf(CodeProtocolViolation, "insufficient data left in message")
	case len(b) > 4+length:
		return badBinary(t)
	}
	addr, _ := netip.AddrFromSlice(b[4:])
	a := InetAddr{addr, int(b[1])}
	if t == Cidr && a.Network().Addr != a.Addr {
		return Errorf(CodeInvalidBinary, "invalid external \"cidr\" value").WithDetail("Value has bits set to right of mask.")
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendInet(dst, a) })
	return nil
}
