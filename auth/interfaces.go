package auth

import (
	"net"
	"net/netip"
)

// networks lists the addresses of this machine with their networks.
func networks() []netip.Prefix {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []netip.Prefix
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok {
			ip, ok := netip.AddrFromSlice(n.IP)
			if bits, _ := n.Mask.Size(); ok {
				out = append(out, netip.PrefixFrom(ip.Unmap(), bits))
			}
		}
	}
	return out
}

func sameHost(a netip.Addr) bool {
	for _, p := range networks() {
		if p.Addr().WithZone("") == a {
			return true
		}
	}
	return false
}

func sameNet(a netip.Addr) bool {
	for _, p := range networks() {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
