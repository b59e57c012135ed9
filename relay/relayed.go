package relay

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// relayed is one relayed address: the socket on which peers send to one client
// of the relay, and from which it sends to them. The library reads and writes
// it as any packet connection; what must not pass is dropped here, as the
// network may drop any packet.
type relayed struct {
	*net.UDPConn
	server *Server
	party  party
	home   home
	addr   netip.AddrPort // what peers know
	inside netip.AddrPort // the same port, reached on this machine
	share  *share
	client client // guarded by the ledger

	closing  sync.Once
	channels atomic.Int32
	mu       sync.Mutex
	peers    map[netip.Addr]struct{}
}

// ReadFrom waits for a packet from a peer that may pass.
func (r *relayed) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := r.ReadFromUDPAddrPort(p)
		if err != nil {
			return 0, nil, err // the library closes r
		}
		peer, ok := r.origin(unmap(from))
		if ok && r.share.in.take(n+headers, time.Now()) {
			r.server.tally.pass(n)
			return n, net.UDPAddrFromAddrPort(peer), nil
		}
		r.server.tally.dropped.Add(1)
	}
}

// WriteTo sends a packet to a peer, or drops it and says nothing.
func (r *relayed) WriteTo(p []byte, to net.Addr) (int, error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, fmt.Errorf("relay: no way to send to a %T", to)
	}
	dest, ok := r.route(unmap(udp.AddrPort()))
	if !ok || !r.share.out.take(len(p)+headers, time.Now()) {
		r.server.tally.dropped.Add(1)
		return len(p), nil
	}
	r.server.tally.pass(len(p))
	return r.WriteToUDPAddrPort(p, dest)
}

// Close gives the address back; when it returns, the port is free. Both the end
// of a call and the library close it: the later of them waits for the former,
// and is told of no error. The ledger strikes it out last, so that whoever
// closes all there is waits for this one too.
func (r *relayed) Close() (err error) {
	r.closing.Do(func() {
		err = r.UDPConn.Close()
		r.server.streams.hurry(r.server.ledger.leave(r))
	})
	return err
}

// route decides where a packet for a peer goes. The relay's own address stands
// for the other relayed addresses of the same call, which are reached without
// leaving the machine: many routers do not lead a packet back in. Its other
// ports are other services, and no peers unless in a LAN.
func (r *relayed) route(to netip.AddrPort) (netip.AddrPort, bool) {
	if to.Addr() != r.home.public {
		return to, true // the permission was checked by policy
	}
	if other := r.server.ledger.at(to); other != nil {
		return other.inside, other.party.call == r.party.call
	}
	return to, r.server.policy.lan
}

// origin is the inverse of route: it gives a packet that another allocation
// sent inside the machine the address under which the peer is known.
func (r *relayed) origin(from netip.AddrPort) (netip.AddrPort, bool) {
	if from.Addr() != r.inside.Addr() {
		return from, true // the library asks for a permission
	}
	if other := r.server.ledger.at(netip.AddrPortFrom(r.home.public, from.Port())); other != nil {
		return other.addr, other.party.call == r.party.call
	}
	return from, r.server.policy.lan
}

// permit decides whether packets may be exchanged with ip. Ports of the relay's
// own address are decided packet by packet, in route.
func (r *relayed) permit(ip netip.Addr) bool {
	if ip != r.home.public && !r.server.policy.allows(ip) || r.channels.Load() >= maxPeers {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.peers[ip]; !known && len(r.peers) >= maxPeers {
		return false
	}
	r.peers[ip] = struct{}{}
	return true
}
