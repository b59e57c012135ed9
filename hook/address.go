package hook

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"doorlink"
)

// Failures of an address that a manager has entered.
var (
	errURL     = doorlink.Fail(doorlink.Invalid, "hook.url")
	errHTTPS   = doorlink.Fail(doorlink.Invalid, "hook.https")
	errPrivate = doorlink.Fail(doorlink.Invalid, "hook.private")
)

// maxURL is the longest address accepted, in bytes.
const maxURL = 2048

// CheckURL looks at the address of an endpoint as a manager enters it. With
// private, http and addresses of the own network are accepted, as Config.Private
// has it. It returns Invalid errors: hook.url, hook.https or hook.private.
//
// It does not resolve names: what a name means is decided anew at each delivery.
func CheckURL(raw string, private bool) error {
	if len(raw) > maxURL {
		return errURL
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || !validPort(u) {
		return errURL
	}
	if u.Scheme != "https" && !(private && u.Scheme == "http") {
		return errHTTPS
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	addr, err := netip.ParseAddr(host)
	literal := err == nil
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	if literal && !reachable(addr, private) || local && !private {
		return errPrivate
	}
	return nil
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}

// errAddress stops a connection before its first packet.
var errAddress = errors.New("hook: not on the public internet")

// control refuses addresses right before they are dialled. By then names have
// been resolved, so a name that changes its mind between two look-ups gains
// nothing.
func control(private bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !reachable(at.Addr(), private) {
			return errAddress
		}
		return nil
	}
}

// reachable reports whether deliveries may go to an address. Private networks
// and this machine are a setting; what only hardware, protocols and clouds'
// metadata services answer on stays closed with either.
func reachable(a netip.Addr, private bool) bool {
	if a.Zone() != "" {
		return false // a link-local address, by definition
	}
	a = embedded(a.Unmap())
	if private && (a.IsPrivate() || a.IsLoopback() || sharedSpace.Contains(a)) {
		return true
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// embedded is the IPv4 address that a NAT64 gateway would turn an address into
// (RFC 6052), or the address itself.
func embedded(a netip.Addr) netip.Addr {
	if !nat64.Contains(a) {
		return a
	}
	b := a.As16()
	return netip.AddrFrom4([4]byte(b[12:]))
}

var (
	nat64       = netip.MustParsePrefix("64:ff9b::/96")
	sharedSpace = netip.MustParsePrefix("100.64.0.0/10") // carriers' NAT, RFC 6598

	// globalUnicast is all of IPv6 that is handed out to networks (RFC 4291).
	// Everything else, from loopback to local NAT64, lies outside.
	globalUnicast = netip.MustParsePrefix("2000::/3")
)

// special lists what is not globally reachable, or is a way around: the IANA
// registries of special-purpose addresses for IPv4 and IPv6, and multicast.
var special = prefixes(
	"0.0.0.0/8",         // this network
	"10.0.0.0/8",        // private
	"100.64.0.0/10",     // carriers' NAT
	"127.0.0.0/8",       // loopback
	"169.254.0.0/16",    // link-local, and the metadata services of clouds
	"172.16.0.0/12",     // private
	"192.0.0.0/24",      // protocol assignments
	"192.0.2.0/24",      // documentation
	"192.31.196.0/24",   // AS112
	"192.52.193.0/24",   // AMT
	"192.88.99.0/24",    // 6to4 relays
	"192.168.0.0/16",    // private
	"192.175.48.0/24",   // AS112
	"198.18.0.0/15",     // benchmarks
	"198.51.100.0/24",   // documentation
	"203.0.113.0/24",    // documentation
	"224.0.0.0/4",       // multicast
	"240.0.0.0/4",       // reserved, and broadcast
	"2001::/23",         // protocol assignments, with Teredo and ORCHID
	"2001:db8::/32",     // documentation
	"2002::/16",         // 6to4: embeds any IPv4 address
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
)

func prefixes(texts ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, t := range texts {
		all = append(all, netip.MustParsePrefix(t))
	}
	return all
}
