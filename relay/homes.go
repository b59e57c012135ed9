package relay

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// home is where the relayed addresses of one IP family live. The zero value is
// a family that is not served.
type home struct {
	public netip.Addr // what peers send to
	bind   netip.Addr // what the sockets are bound to; may be unspecified
}

// inside is where, on this machine, the ports of h are reached without going
// through a router that may not lead back.
func (h home) inside() netip.Addr {
	switch {
	case !h.bind.IsUnspecified():
		return h.bind
	case h.bind.Is4():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

type homes struct{ v4, v6 home }

// first is the family that clients are told of: IPv4 if there is one.
func (h homes) first() home {
	if h.v4.public.IsValid() {
		return h.v4
	}
	return h.v6
}

// findHomes works out the public address of each family that a relay listening
// on bind can serve. A given public name or address must fit bind.
func findHomes(public string, bind netip.Addr) (homes, error) {
	var known []netip.Addr
	var err error
	switch {
	case public != "":
		known, err = lookUp(public)
	case bind.IsUnspecified():
		known = outbound()
	default:
		known = []netip.Addr{bind}
	}
	if err != nil {
		return homes{}, err
	}
	var h homes
	for _, ip := range known {
		ip = ip.Unmap().WithZone("")
		if ip.Is4() && !h.v4.public.IsValid() && (bind.Is4() || bind.IsUnspecified()) {
			h.v4 = home{ip, bindFor(bind, netip.IPv4Unspecified())}
		}
		if ip.Is6() && !h.v6.public.IsValid() && bind.Is6() {
			h.v6 = home{ip, bindFor(bind, netip.IPv6Unspecified())}
		}
	}
	if !h.first().public.IsValid() {
		return homes{}, errors.New("the public address and the address listened on are of different families")
	}
	return h, nil
}

// bindFor keeps relay sockets to the address listened on, if it is one.
func bindFor(bind, unspecified netip.Addr) netip.Addr {
	if bind.IsUnspecified() {
		return unspecified
	}
	return bind
}

func lookUp(host string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// outbound lists the addresses from which this machine would reach the
// internet, or the loopback address if it has no way there. It sends nothing:
// connecting a UDP socket only looks up the route.
func outbound() []netip.Addr {
	var found []netip.Addr
	for _, to := range []string{"198.51.100.1:9", "[2001:db8::1]:9"} {
		conn, err := net.Dial("udp", to)
		if err != nil {
			continue // no route in this family
		}
		found = append(found, conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr())
		conn.Close()
	}
	if len(found) == 0 {
		found = append(found, netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	}
	return found
}
