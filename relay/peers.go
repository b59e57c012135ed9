package relay

import (
	"log/slog"
	"net"
	"net/netip"
)

// policy decides with whom, outside the relay, an allocation may talk. The
// relayed addresses of its own call are no question of policy; see
// relayed.route.
type policy struct {
	lan bool
	own map[netip.Addr]bool // this machine's addresses, as they were at the start
}

// Addresses that are not one machine on the internet, from the IANA registries
// of special-purpose addresses (RFC 6890). In IPv6 only 2000::/3 is in use
// (RFC 4291), and of that the ways to wrap an IPv4 address are refused, for
// what is wrapped could be anything.
var (
	nowhere = prefixes("0.0.0.0/8", "240.0.0.0/4")

	notPublic = prefixes(
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // private, RFC 1918
		"100.64.0.0/10",                  // between a carrier and its customers, RFC 6598
		"127.0.0.0/8",                    // loopback
		"169.254.0.0/16",                 // link-local; also the clouds' metadata services
		"192.0.0.0/24", "192.88.99.0/24", // protocol assignments, 6to4 relays
		"192.0.2.0/24", "198.51.100.0/24", // documentation
		"203.0.113.0/24", // documentation
		"198.18.0.0/15",  // benchmarks between networks, RFC 2544
		"2001::/23",      // protocol assignments, Teredo among them
		"2001:db8::/32",  // documentation
		"2002::/16",      // 6to4
		"3fff::/20",      // documentation, RFC 9637
	)

	global6 = netip.MustParsePrefix("2000::/3")
)

// allows reports whether ip may be a peer. IPv4-mapped addresses count as what
// they map. Multicast, broadcast and reserved addresses never may; with lan,
// every other address may.
func (p policy) allows(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	switch {
	case !ip.IsValid() || ip.IsUnspecified() || ip.IsMulticast() || within(nowhere, ip):
		return false
	case p.lan:
		return true
	case ip.Is6() && !global6.Contains(ip):
		return false
	}
	return !within(notPublic, ip) && !p.own[ip]
}

func within(all []netip.Prefix, ip netip.Addr) bool {
	for _, p := range all {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

func prefixes(all ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range all {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// ownAddrs lists the addresses of this machine. A relay is otherwise a way
// round its firewall: what it sends to itself comes from inside.
func ownAddrs(log *slog.Logger) map[netip.Addr]bool {
	own := map[netip.Addr]bool{}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		log.Warn("relay cannot list this machine's addresses and will not refuse them as peers", "err", err)
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			own[p.Addr().Unmap().WithZone("")] = true
		}
	}
	return own
}
