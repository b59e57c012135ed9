package relay

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"doorlink"
)

func TestBothSidesMeetAtTheRelay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		network string
		config  Config
	}{
		"over UDP":                         {"udp", Config{}},
		"over TCP":                         {"tcp", Config{}},
		"on all addresses":                 {"udp", Config{Listen: ":0"}},
		"on IPv6":                          {"udp", Config{Listen: "[::1]:0"}},
		"with ports of a range":            {"udp", Config{MinPort: 21000, MaxPort: 21999}},
		"where no router leads back":       {"udp", Config{Public: "203.0.113.7"}},
		"where no router leads back, wide": {"tcp", Config{Public: "203.0.113.7", Listen: ":0"}},
		"in a LAN":                         {"udp", Config{Lan: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, c.config)
			visitor, resident := both(t, s, c.network, newCall())
			for range 3 {
				if err := visitor.pass(resident); err != nil {
					t.Fatalf("visitor to resident: %v", err)
				}
				if err := resident.pass(visitor); err != nil {
					t.Fatalf("resident to visitor: %v", err)
				}
			}
			got := s.Stats()
			if got.Allocations != 2 || got.Packets != 12 || got.Dropped != 0 || got.Refused != 0 {
				t.Errorf("stats = %+v, want 2 allocations and 12 packets", got)
			}
		})
	}
}

func TestRelayedPortsStayInTheirRange(t *testing.T) {
	t.Parallel()
	s := start(t, Config{MinPort: 22000, MaxPort: 22001})
	a := connect(t, s, "udp", servers(s, newCall(), doorlink.Visitor))
	b := connect(t, s, "udp", servers(s, newCall(), doorlink.Visitor))
	for _, p := range []*probe{a, b} {
		if port := p.relay.LocalAddr().(*net.UDPAddr).Port; port != 22000 && port != 22001 {
			t.Errorf("relayed port %d, want 22000 or 22001", port)
		}
	}
	if _, err := s.probe(t.Context(), "udp", servers(s, newCall(), doorlink.Visitor)); err == nil {
		t.Error("a third allocation found a port in a range of two")
	}
}

// Two hours are the most; here they are over at once.
func TestAllocationEndsByItself(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	p := connect(t, s, "udp", servers(s, newCall(), doorlink.Visitor))
	addr := p.relay.LocalAddr().(*net.UDPAddr).AddrPort()
	if err := s.ledger.at(unmap(addr)).SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return s.Stats().Allocations == 0 })
}

func TestNothingButUDPIsRelayed(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Lan: true})
	p := connect(t, s, "tcp", servers(s, newCall(), doorlink.Visitor))
	p.relay.Close()
	if _, err := p.client.AllocateTCP(); err == nil || !strings.Contains(err.Error(), "508") {
		t.Errorf("allocating a TCP listener: got %v, want an error 508", err)
	}
}

func TestSelfTestMeasuresARoundTrip(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Config{
		"strict":               {},
		"on all addresses":     {Listen: ":0"},
		"on IPv6":              {Listen: "[::1]:0"},
		"with another address": {Public: "203.0.113.7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, c)
			took, err := s.SelfTest(t.Context())
			if err != nil || took <= 0 {
				t.Errorf("SelfTest = %v, %v; want a time and no error", took, err)
			}
			if got := s.Stats().Allocations; got != 0 {
				t.Errorf("the test left %d allocations", got)
			}
		})
	}
}

func TestSelfTestFailsWhenTheRelayDoesNotRun(t *testing.T) {
	t.Parallel()
	s, err := New(Config{Listen: "127.0.0.1:0", Secret: secret}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.SelfTest(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("SelfTest = %v, want %v", err, context.DeadlineExceeded)
	}
}

func TestEndOfRunHangsUp(t *testing.T) {
	t.Parallel()
	s, err := New(Config{Listen: "127.0.0.1:0", Secret: secret}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	visitor := connect(t, s, "udp", servers(s, newCall(), doorlink.Visitor))
	idle, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	waitFor(t, func() bool { return s.Stats().Streams == 1 })

	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run = %v, want nil", err)
	}
	if _, err := io.ReadAll(idle); err != nil {
		t.Errorf("an idle client reads %v, want the end", err)
	}
	if got := s.Stats().Allocations; got != 0 {
		t.Errorf("%d allocations are left", got)
	}
	free, err := net.ListenPacket("udp", visitor.relay.LocalAddr().String())
	if err != nil {
		t.Errorf("the relayed port is not free again: %v", err)
	} else {
		free.Close()
	}
}

// waitFor looks until something has happened that the test cannot be told of.
func waitFor(t testing.TB, happened func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !happened() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("it did not happen")
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	taken := start(t, Config{})
	for name, c := range map[string]Config{
		"a short secret":                     {Listen: "127.0.0.1:0", Secret: []byte("short")},
		"ports that end before they begin":   {Listen: "127.0.0.1:0", Secret: secret, MinPort: 2, MaxPort: 1},
		"ports that begin nowhere":           {Listen: "127.0.0.1:0", Secret: secret, MaxPort: 50000},
		"an address without a port":          {Listen: "127.0.0.1", Secret: secret},
		"an address that is not ours":        {Listen: "203.0.113.7:0", Secret: secret},
		"a port that another relay has":      {Listen: taken.Addr().String(), Secret: secret},
		"a public name with a port":          {Listen: "127.0.0.1:0", Secret: secret, Public: "relay.invalid:3478"},
		"a public address of another family": {Listen: "127.0.0.1:0", Secret: secret, Public: "2001:db8::1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := New(c, slog.New(slog.DiscardHandler))
			if err == nil {
				s.Close()
				t.Error("New accepted it")
			}
		})
	}
}
