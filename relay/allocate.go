package relay

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"github.com/pion/turn/v5"
)

// generator opens relayed addresses for the library.
type generator struct{ server *Server }

var (
	errFamily = errors.New("relay: no address in the family asked for")
	errPort   = errors.New("relay: no relay port free")
	errOther  = errors.New("relay: nothing but UDP on any port is relayed")
)

// AllocatePacketConn opens a relayed address, or refuses it with errFamily,
// errPort, errOther or what ledger.enter says.
func (g generator) AllocatePacketConn(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	s := g.server
	p, ok := readID(c.UserID)
	if !ok || c.RequestedPort != 0 {
		return nil, nil, errOther
	}
	h := s.homes.v4
	if c.Network == "udp6" {
		h = s.homes.v6
	}
	if !h.public.IsValid() {
		return nil, nil, errFamily
	}
	r, err := s.open(c.Network, p, h)
	if err != nil {
		s.tally.refused.Add(1)
		s.log.Debug("relay refused an allocation", "call", p.call, "side", p.side, "err", err)
		return nil, nil, err
	}
	return r, net.UDPAddrFromAddrPort(r.addr), nil
}

// open binds a port and books it. The read deadline is the hard end of the
// allocation: the library closes what can no longer be read.
func (s *Server) open(network string, p party, h home) (*relayed, error) {
	conn, err := s.ports.listen(network, h.bind)
	if err != nil {
		return nil, err
	}
	port := conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	r := &relayed{
		UDPConn: conn, server: s, party: p, home: h,
		addr:   netip.AddrPortFrom(h.public, port),
		inside: netip.AddrPortFrom(h.inside(), port),
		peers:  map[netip.Addr]struct{}{},
	}
	now := time.Now()
	if err = conn.SetReadDeadline(now.Add(longest)); err == nil {
		err = s.ledger.enter(r, now)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return r, nil
}

// AllocateListener refuses: TCP towards peers would reach into networks.
func (generator) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errOther
}

// AllocateConn refuses like AllocateListener.
func (generator) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errOther }

// Validate has nothing to find: New has checked everything.
func (generator) Validate() error { return nil }

// portRange is the ports of relayed addresses, both ends inclusive. The zero
// value leaves the choice to the kernel.
type portRange struct{ min, max uint16 }

// listen binds a free port of the range, beginning anywhere. It returns errPort
// with the last cause if a hundred in a row are not to be had.
func (p portRange) listen(network string, bind netip.Addr) (*net.UDPConn, error) {
	span := int(p.max) - int(p.min) + 1
	start := rand.IntN(span)
	var failed error
	for i := range min(span, 100) {
		port := p.min + uint16((start+i)%span)
		conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(bind, port)))
		if err == nil {
			return conn, nil
		}
		failed = err
	}
	return nil, fmt.Errorf("%w: %w", errPort, failed)
}
