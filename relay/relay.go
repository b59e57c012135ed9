// Package relay carries the audio of calls whose two browsers cannot reach each
// other: a TURN server (RFC 8656) in the process, over UDP and TCP.
//
// It is made to be of no use for anything but a call:
//
//   - A credential belongs to one side of one call (see Servers) and dies with
//     the call (see End).
//   - Peers are public addresses and the relayed addresses of the same call.
//     Loopback, private and other special addresses, and every other port of
//     this machine, are refused unless Config.Lan is set; see peers.go.
//   - One side of one call may open a handful of relayed addresses, may talk to
//     a few dozen peers, and passes 256 kbit/s in each direction; see quota.go.
//   - Only UDP is relayed. Clients may connect over TCP, but TCP connections to
//     peers (RFC 6062) and reserved ports (EVEN-PORT) are refused.
//
// Every node runs its own relay and all share one secret, so any node honours
// what another has signed. State is not shared: an allocation lives on the node
// whose address the client was told, and End closes it on that node only. Each
// node that gave a side its servers must therefore be told of the call's end.
// On a node that is not told, nothing new is allocated once the credential has
// expired, and what is open ends after two hours at the latest.
package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
)

// longest is how long a credential is good for at most, and how long an
// allocation lives at most, however often it is refreshed.
const longest = 2 * time.Hour

// realm is the protection space of RFC 8489 section 9.2; clients echo it.
const realm = "doorlink"

// minSecret is the least length of Config.Secret in bytes.
const minSecret = 16

// Config says where the relay listens and what it is called outside.
type Config struct {
	// Listen is host:port for UDP and TCP alike. An empty host means all
	// addresses of the machine; port 0 takes a free port, the same for both.
	Listen string

	// Public is the name or address at which clients and peers reach the relay
	// from outside, without a port. A name is looked up once, by New. Empty
	// means the address listened on, or, when that is all of them, the one the
	// machine uses towards the internet.
	Public string

	// Secret signs credentials: at least 16 bytes, the same on every node.
	Secret []byte

	// MinPort and MaxPort bound the UDP ports of relayed addresses, both
	// inclusive. Both zero leave the choice to the kernel.
	MinPort, MaxPort uint16

	// Lan also allows peers with loopback, private and link-local addresses:
	// for a house whose calls stay in its own network, and for the demo. Never
	// set it on a server that strangers reach and that stands beside others.
	Lan bool
}

// Server is one node's relay. Its methods may be called from any goroutine,
// before Run and after it.
type Server struct {
	log     *slog.Logger
	secret  []byte
	addr    netip.AddrPort
	urls    []string
	homes   homes
	policy  policy
	ports   portRange
	sockets sockets
	streams *streams
	ledger  *ledger
	tally   tally
}

// New checks c and opens the sockets of the relay, which then wait, unserved,
// for Run. A Server that is never run must be closed. New looks up c.Public if
// it is a name and gives up after five seconds; errors are for the operator.
func New(c Config, log *slog.Logger) (*Server, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("relay settings: %w", err)
	}
	socks, err := open(c.Listen, log)
	if err != nil {
		return nil, fmt.Errorf("opening the relay on %q: %w", c.Listen, err)
	}
	at := socks.addr()
	at = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	homes, err := findHomes(c.Public, at.Addr())
	if err != nil {
		socks.close()
		return nil, fmt.Errorf("finding the relay's public address: %w", err)
	}
	s := &Server{
		log:     log,
		secret:  c.Secret,
		addr:    at,
		urls:    urls(c.Public, homes, at.Port()),
		homes:   homes,
		policy:  policy{lan: c.Lan, own: ownAddrs(log)},
		ports:   portRange{c.MinPort, c.MaxPort},
		sockets: socks,
		streams: newStreams(socks.tcp, log),
		ledger:  newLedger(),
	}
	return s, nil
}

func (c Config) check() error {
	var errs []error
	if len(c.Secret) < minSecret {
		errs = append(errs, fmt.Errorf("the secret has %d bytes, it needs %d", len(c.Secret), minSecret))
	}
	if c.MinPort > c.MaxPort || c.MinPort == 0 && c.MaxPort != 0 {
		errs = append(errs, fmt.Errorf("relay ports %d to %d are no range", c.MinPort, c.MaxPort))
	}
	return errors.Join(errs...)
}

// Run serves until ctx ends, then closes every socket and allocation and
// returns nil. It can run once.
func (s *Server) Run(ctx context.Context) error {
	defer s.Close()
	var conns []turn.PacketConnConfig
	for _, udp := range s.sockets.udp {
		conns = append(conns, turn.PacketConnConfig{
			PacketConn:            socket{udp, s.log},
			RelayAddressGenerator: generator{s},
			PermissionHandler:     s.permits,
		})
	}
	// The library's server has no more to close than the sockets given to it.
	_, err := turn.NewServer(turn.ServerConfig{
		Realm:             realm,
		PacketConnConfigs: conns,
		ListenerConfigs: []turn.ListenerConfig{{
			Listener:              s.streams,
			RelayAddressGenerator: generator{s},
			PermissionHandler:     s.permits,
		}},
		AuthHandler:  s.authorise,
		QuotaHandler: s.hasRoom,
		EventHandler: turn.EventHandler{
			OnAuth:              s.onAuth,
			OnAllocationCreated: s.onAllocation,
			OnChannelCreated:    s.onChannel,
			OnChannelDeleted:    s.offChannel,
		},
		// A client on IPv6 that names no family gets IPv4 (RFC 8656 section 7.2),
		// so that both sides of a call have relayed addresses of one family.
		StrictAddressFamily: s.homes.v4.public.IsValid(),
		LoggerFactory:       silence,
	})
	if err != nil {
		return fmt.Errorf("starting the relay: %w", err)
	}
	s.log.Info("relay serves", "listen", s.addr.String(), "public", s.urls[0], "sockets", len(conns))
	<-ctx.Done()
	return nil
}

// Close ends every allocation and closes the sockets, which makes the
// goroutines that read them end. Run calls it; only a Server that is never run
// needs it. Closing twice does nothing more.
func (s *Server) Close() {
	s.sockets.close()
	s.streams.closeAll()
	for _, r := range s.ledger.shut() {
		r.Close()
	}
}

// Addr is the address listened on, over UDP and TCP.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// silence keeps the library's own log out of ours: it is written for its
// developers and full of addresses.
var silence = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}

// urls are the ways to this relay as RFC 7065 writes them, UDP first: browsers
// try them in parallel and prefer the former.
func urls(public string, h homes, port uint16) []string {
	host := public
	if host == "" {
		host = h.first().public.String()
	}
	at := net.JoinHostPort(host, fmt.Sprint(port))
	return []string{"turn:" + at + "?transport=udp", "turn:" + at + "?transport=tcp"}
}
