package eval

import (
	"net/netip"
	"strconv"
	"strings"
)

// parseAddress reads an IP address of a request. Leading zeros are taken, a
// prefix length and a zone are not; an IPv4-mapped address is IPv4 (recorded
// cases ctx-ip-*, err-ctx-ip-*).
func parseAddress(s string) (netip.Addr, bool) {
	if !strings.Contains(s, ":") {
		s = stripZeros(s)
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

func stripZeros(s string) string {
	parts := strings.Split(s, ".")
	for i, p := range parts {
		if t := strings.TrimLeft(p, "0"); t != "" {
			parts[i] = t
		} else if p != "" {
			parts[i] = "0"
		}
	}
	return strings.Join(parts, ".")
}

// parseRange reads an address range of a policy; an address alone is a range
// of one. IPv4 ranges with host bits are masked; IPv6 ranges with host bits
// and those in dotted form match nothing (recorded cases ip-*).
func parseRange(s string) (netip.Prefix, bool) {
	if strings.Contains(s, ":") && strings.Contains(s, ".") {
		return netip.Prefix{}, false
	}
	if !strings.Contains(s, "/") {
		a, ok := parseAddress(s)
		if !ok {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	address, bits, _ := strings.Cut(s, "/")
	if !strings.Contains(address, ":") {
		address = stripZeros(address)
	}
	a, err := netip.ParseAddr(address)
	// The length may be written +24 or 024 (live-085, live-086).
	n, convErr := strconv.Atoi(bits)
	if err != nil || convErr != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	p, err := a.Prefix(n)
	if err != nil || a.Is6() && p.Addr() != a {
		return netip.Prefix{}, false
	}
	return p, true
}
