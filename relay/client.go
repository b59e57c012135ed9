package relay

import (
	"net"
	"net/netip"
)

// client is where a client of the relay sends from.
type client struct {
	addr netip.AddrPort
	tcp  bool
}

// clientAt reads an address as the library has it; two clients on one address
// and port differ by their transport.
func clientAt(a net.Addr) client {
	switch a := a.(type) {
	case *net.UDPAddr:
		return client{addr: unmap(a.AddrPort())}
	case *net.TCPAddr:
		return client{addr: unmap(a.AddrPort()), tcp: true}
	}
	return client{}
}

// unmap makes addresses comparable: sockets of both families report IPv4 ones
// inside IPv6.
func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// permits answers the library for CreatePermission and ChannelBind.
func (s *Server) permits(from net.Addr, peer net.IP) bool {
	ip, ok := netip.AddrFromSlice(peer)
	r := s.ledger.of(clientAt(from))
	if !ok || r == nil || !r.permit(ip.Unmap()) {
		s.tally.refused.Add(1)
		return false
	}
	return true
}

// onAllocation learns whose the new allocation is, before the client does.
func (s *Server) onAllocation(from, _ net.Addr, _, _, _ string, addr net.Addr, _ int) {
	udp, ok := addr.(*net.UDPAddr)
	if !ok {
		return
	}
	c := clientAt(from)
	if r, ok := s.ledger.settle(c, unmap(udp.AddrPort())); ok {
		s.streams.stay(c)
		s.log.Debug("relay allocated", "call", r.party.call, "side", r.party.side)
	}
}

// onChannel and offChannel count the channels of an allocation, since the
// library looks through all of them for every packet.
func (s *Server) onChannel(from, _ net.Addr, _, _, _ string, _, _ net.Addr, _ uint16) {
	if r := s.ledger.of(clientAt(from)); r != nil {
		r.channels.Add(1)
	}
}

func (s *Server) offChannel(from, _ net.Addr, _, _, _ string, _, _ net.Addr, _ uint16) {
	if r := s.ledger.of(clientAt(from)); r != nil {
		r.channels.Add(-1)
	}
}
