package relay

import (
	"net"
	"strings"
	"testing"
	"time"

	"doorlink"

	"pgregory.net/rapid"
)

func TestQuotaIsPerCallAndSide(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	call := newCall()
	for i := range visitorAllocations {
		connect(t, s, []string{"udp", "tcp"}[i%2], servers(s, call, doorlink.Visitor))
	}
	for _, network := range []string{"udp", "tcp"} {
		p, err := s.probe(t.Context(), network, servers(s, call, doorlink.Visitor))
		if err == nil {
			p.close()
		}
		if err == nil || !strings.Contains(err.Error(), "486") {
			t.Errorf("one too many over %s: got %v, want an error 486", network, err)
		}
	}
	connect(t, s, "udp", servers(s, call, doorlink.Resident))
	connect(t, s, "udp", servers(s, newCall(), doorlink.Visitor))
}

func TestAllocationGivenBackMakesRoom(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	call := newCall()
	var first *probe
	for range visitorAllocations {
		first = connect(t, s, "udp", servers(s, call, doorlink.Visitor))
	}
	first.close() // a Refresh of no lifetime
	waitFor(t, func() bool { return s.Stats().Allocations == visitorAllocations-1 })
	connect(t, s, "udp", servers(s, call, doorlink.Visitor))
}

func TestAllocationTalksToSoManyPeersOnly(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	p := connect(t, s, "udp", servers(s, newCall(), doorlink.Visitor))
	for i := range maxPeers {
		if err := p.client.CreatePermission(&net.UDPAddr{IP: net.IPv4(8, 8, 8, byte(i)), Port: 9}); err != nil {
			t.Fatalf("peer %d: %v", i+1, err)
		}
	}
	if err := p.client.CreatePermission(&net.UDPAddr{IP: net.IPv4(9, 9, 9, 9), Port: 9}); err == nil {
		t.Errorf("peer %d is permitted", maxPeers+1)
	}
	if err := p.client.CreatePermission(&net.UDPAddr{IP: net.IPv4(8, 8, 8, 0), Port: 9}); err != nil {
		t.Errorf("a known peer is refused: %v", err)
	}
}

// The client is connected over TCP so that nothing is lost before the relay
// counts it.
func TestBandwidthIsCapped(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	call := newCall()
	visitor, resident := both(t, s, "tcp", call)
	const packets, size = 1000, 1000
	for range packets {
		if _, err := visitor.relay.WriteTo(make([]byte, size), resident.relay.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	// The answer to a request comes after everything sent before it was seen.
	if err := meet(visitor, resident); err != nil {
		t.Fatal(err)
	}
	got := s.Stats()
	if burst := uint64(reserve / perByte / (size + headers)); got.Packets < burst {
		t.Errorf("%d packets passed, want the reserve of %d at least", got.Packets, burst)
	}
	if got.Dropped < packets/2 {
		t.Errorf("%d of %d packets were dropped, want most", got.Dropped, packets)
	}
	// The other side, and another call, have their own.
	if err := resident.pass(visitor); err != nil {
		t.Errorf("resident to visitor: %v", err)
	}
	a, b := both(t, s, "udp", newCall())
	if err := a.pass(b); err != nil {
		t.Errorf("in another call: %v", err)
	}
}

func TestBucket(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	full := int(reserve / perByte)
	var b bucket
	if b.take(full+1, now) {
		t.Error("more than the reserve passed at once")
	}
	if !b.take(full, now) {
		t.Error("the reserve did not pass")
	}
	if b.take(1, now) {
		t.Error("a byte passed an empty bucket")
	}
	if !b.take(1000, now.Add(1000*perByte)) || b.take(1, now.Add(1000*perByte)) {
		t.Error("after the time of 1000 bytes not exactly 1000 passed")
	}
	if later := now.Add(time.Hour); !b.take(full, later) || b.take(1, later) {
		t.Error("after an hour not exactly the reserve passed")
	}
}

func TestBucketNeverExceedsItsRate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := time.Unix(1_700_000_000, 0)
		now := start
		var b bucket
		var passed time.Duration // as the time the bytes are worth
		for range rapid.IntRange(1, 200).Draw(t, "packets") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "pause")))
			n := rapid.IntRange(0, 1600).Draw(t, "bytes")
			if b.take(n, now) {
				passed += time.Duration(n) * perByte
			}
			if most := reserve + now.Sub(start); passed > most {
				t.Fatalf("%v worth of bytes passed in %v", passed, now.Sub(start))
			}
		}
	})
}
