package relay

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"doorlink"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var secret = []byte("a secret of thirty-two bytes, yes")

// start runs a relay on a free loopback port until the test is over. What c
// leaves empty is filled in.
func start(t testing.TB, c Config) *Server {
	t.Helper()
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if strings.Contains(c.Listen, "::1") && !hasIPv6() {
		t.Skip("this machine has no IPv6")
	}
	c.Secret = secret
	s, err := New(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return s
}

func hasIPv6() bool {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil
}

func newCall() doorlink.CallID { return doorlink.NewID[doorlink.CallID]("call") }

// servers gives a side of a call its credential, good for a minute.
func servers(s *Server, call doorlink.CallID, side doorlink.Side) doorlink.ICEServer {
	return s.Servers(call, side, time.Now().Add(time.Minute))[0]
}

// connect allocates, or ends the test. A packet that does not come within ten
// seconds is an error of the read that waits for it.
func connect(t testing.TB, s *Server, network string, with doorlink.ICEServer) *probe {
	t.Helper()
	p, err := s.probe(t.Context(), network, with)
	if err != nil {
		t.Fatalf("allocating over %s: %v", network, err)
	}
	t.Cleanup(p.close)
	if err := p.relay.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return p
}

// both connects the two sides of a call and lets them hear each other.
func both(t testing.TB, s *Server, network string, call doorlink.CallID) (visitor, resident *probe) {
	t.Helper()
	visitor = connect(t, s, network, servers(s, call, doorlink.Visitor))
	resident = connect(t, s, network, servers(s, call, doorlink.Resident))
	if err := meet(visitor, resident); err != nil {
		t.Fatal(err)
	}
	return visitor, resident
}

// peer is a socket outside the relay, on loopback.
func peer(t testing.TB) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}
