package relay

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"time"

	"doorlink"

	"github.com/pion/turn/v5"
)

// SelfTest sends a packet through the running relay to and fro, as two browsers
// would that can only meet there: one connected over UDP, the other over TCP,
// each with a credential of its side of a call made up for the test. It returns
// the time of the round trip.
//
// It proves listeners, credentials, relay ports and the way between two relayed
// addresses. It does not leave the machine, so it says nothing about a firewall
// or router in front of it. It gives up with ctx, or after five seconds; a relay
// that is not running fails it.
func (s *Server) SelfTest(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	call := doorlink.NewID[doorlink.CallID]("call")
	defer s.End(call)

	until := time.Now().Add(time.Minute)
	near, err := s.probe(ctx, "udp", s.Servers(call, doorlink.Visitor, until)[0])
	if err != nil {
		return 0, fmt.Errorf("relay over UDP: %w", err)
	}
	defer near.close()
	far, err := s.probe(ctx, "tcp", s.Servers(call, doorlink.Resident, until)[0])
	if err != nil {
		return 0, fmt.Errorf("relay over TCP: %w", err)
	}
	defer far.close()

	// Blocked calls of the client know no context; a closed socket ends them.
	defer context.AfterFunc(ctx, near.close)()
	defer context.AfterFunc(ctx, far.close)()
	if err := meet(near, far); err != nil {
		return 0, fmt.Errorf("relay permissions: %w", err)
	}
	start := time.Now()
	if err := near.pass(far); err != nil {
		return 0, fmt.Errorf("relaying from UDP to TCP: %w", err)
	}
	if err := far.pass(near); err != nil {
		return 0, fmt.Errorf("relaying from TCP to UDP: %w", err)
	}
	return time.Since(start), nil
}

// probe is a client of the relay with one allocation.
type probe struct {
	conn   net.PacketConn
	client *turn.Client
	relay  net.PacketConn
}

// probe connects over network, "udp" or "tcp", and allocates with the given
// credential. The context bounds that alone.
func (s *Server) probe(ctx context.Context, network string, with doorlink.ICEServer) (*probe, error) {
	at := s.reach().String()
	conn, err := dial(ctx, network, at)
	if err != nil {
		return nil, err
	}
	client, err := turn.NewClient(&turn.ClientConfig{
		TURNServerAddr: at, Conn: conn, LoggerFactory: silence,
		Username: with.Username, Password: with.Credential,
		RequestedAddressFamily: s.homes.first().family(),
	})
	if err != nil {
		conn.Close()
		return nil, err
	}
	p := &probe{conn: conn, client: client}
	if err = client.Listen(); err == nil {
		p.relay, err = client.AllocateWithContext(ctx)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func dial(ctx context.Context, network, address string) (net.PacketConn, error) {
	if network == "udp" {
		return net.ListenPacket("udp", ":0")
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return turn.NewSTUNConn(conn), nil
}

// reach is where a program on this machine finds the relay.
func (s *Server) reach() netip.AddrPort {
	ip := s.addr.Addr()
	if ip.IsUnspecified() {
		ip = s.homes.first().inside()
	}
	return netip.AddrPortFrom(ip, s.addr.Port())
}

func (h home) family() turn.RequestedAddressFamily {
	if h.public.Is4() {
		return turn.RequestedAddressFamilyIPv4
	}
	return turn.RequestedAddressFamilyIPv6
}

// meet lets each of two probes hear the other.
func meet(a, b *probe) error {
	if err := a.client.CreatePermission(b.relay.LocalAddr()); err != nil {
		return err
	}
	return b.client.CreatePermission(a.relay.LocalAddr())
}

// pass sends something unguessable to the other probe's relayed address and
// waits for it there.
func (p *probe) pass(to *probe) error {
	sent := []byte(rand.Text())
	if _, err := p.relay.WriteTo(sent, to.relay.LocalAddr()); err != nil {
		return err
	}
	got := make([]byte, len(sent)+1)
	n, from, err := to.relay.ReadFrom(got)
	if err != nil {
		return err
	}
	if !bytes.Equal(got[:n], sent) || from.String() != p.relay.LocalAddr().String() {
		return fmt.Errorf("%d bytes arrived, but not what was sent", n)
	}
	return nil
}

// close may be called twice, and ends what waits on the probe.
func (p *probe) close() {
	if p.relay != nil {
		p.relay.Close()
	}
	p.client.Close()
	p.conn.Close()
}
