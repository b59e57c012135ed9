package relay

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"doorlink"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	own := netip.MustParseAddr("1.2.3.4")
	strict := policy{own: map[netip.Addr]bool{own: true}}
	lan := policy{own: strict.own, lan: true}
	for name, c := range map[string]struct {
		ip          string
		strict, lan bool
	}{
		"public":                     {"8.8.4.4", true, true},
		"public IPv6":                {"2606:4700::1111", true, true},
		"public, written as IPv6":    {"::ffff:8.8.4.4", true, true},
		"our own public address":     {"1.2.3.4", false, true},
		"our own, written as IPv6":   {"::ffff:1.2.3.4", false, true},
		"loopback":                   {"127.0.0.1", false, true},
		"another loopback":           {"127.8.8.8", false, true},
		"loopback, written as IPv6":  {"::ffff:127.0.0.1", false, true},
		"IPv6 loopback":              {"::1", false, true},
		"private A":                  {"10.0.0.1", false, true},
		"private B":                  {"172.31.255.255", false, true},
		"beside private B":           {"172.32.0.0", true, true},
		"private C":                  {"192.168.1.1", false, true},
		"private C, written as IPv6": {"::ffff:192.168.1.1", false, true},
		"carrier's":                  {"100.64.0.1", false, true},
		"carrier's last":             {"100.127.255.255", false, true},
		"beside carrier's":           {"100.128.0.0", true, true},
		"link-local":                 {"169.254.1.1", false, true},
		"cloud metadata":             {"169.254.169.254", false, true},
		"link-local IPv6":            {"fe80::1", false, true},
		"link-local IPv6 with zone":  {"fe80::1%eth0", false, true},
		"unique local":               {"fd00::1", false, true},
		"site-local, given up":       {"fec0::1", false, true},
		"documentation":              {"203.0.113.1", false, true},
		"benchmarks":                 {"198.19.0.1", false, true},
		"private through NAT64":      {"64:ff9b::10.0.0.1", false, true},
		"private through 6to4":       {"2002:a00:1::1", false, true},
		"private through Teredo":     {"2001:0:a00:1::1", false, true},
		"IPv4 inside IPv6, given up": {"::10.0.0.1", false, true},
		"multicast":                  {"224.0.0.1", false, false},
		"multicast, written as IPv6": {"::ffff:224.0.0.251", false, false},
		"IPv6 multicast":             {"ff02::1", false, false},
		"broadcast":                  {"255.255.255.255", false, false},
		"reserved":                   {"240.0.0.1", false, false},
		"unspecified":                {"0.0.0.0", false, false},
		"this network":               {"0.1.2.3", false, false},
		"unspecified IPv6":           {"::", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ip := netip.MustParseAddr(c.ip)
			if got := strict.allows(ip); got != c.strict {
				t.Errorf("strict: allows(%s) = %v, want %v", ip, got, c.strict)
			}
			if got := lan.allows(ip); got != c.lan {
				t.Errorf("in a LAN: allows(%s) = %v, want %v", ip, got, c.lan)
			}
		})
	}
}

func TestStrictRelayRefusesPrivatePeers(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Public: "203.0.113.7"})
	p := connect(t, s, "udp", servers(s, newCall(), doorlink.Visitor))
	for _, ip := range []string{"127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254"} {
		err := p.client.CreatePermission(&net.UDPAddr{IP: net.ParseIP(ip), Port: 53})
		if err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("permission for %s: got %v, want an error 403", ip, err)
		}
	}
	if err := p.client.CreatePermission(&net.UDPAddr{IP: net.IPv4(8, 8, 4, 4), Port: 53}); err != nil {
		t.Errorf("permission for a public address: %v", err)
	}
	if got := s.Stats().Refused; got != 4 {
		t.Errorf("%d requests counted as refused, want 4", got)
	}
}

func TestLanRelayReachesLoopbackPeers(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Lan: true})
	p := connect(t, s, "udp", servers(s, newCall(), doorlink.Visitor))
	out := peer(t)
	if _, err := p.relay.WriteTo([]byte("to"), out.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	n, from, err := out.ReadFrom(buf)
	if err != nil || string(buf[:n]) != "to" || from.String() != p.relay.LocalAddr().String() {
		t.Fatalf("the peer read %q from %v, %v", buf[:n], from, err)
	}
	if _, err := out.WriteTo([]byte("fro"), from); err != nil {
		t.Fatal(err)
	}
	n, from, err = p.relay.ReadFrom(buf)
	if err != nil || string(buf[:n]) != "fro" || from.String() != out.LocalAddr().String() {
		t.Errorf("the client read %q from %v, %v", buf[:n], from, err)
	}
}

// What may not pass is dropped without a word, so these tests send something
// that may afterwards: by the time it arrives, the first has been dropped.

func TestOtherPortsOfTheRelayAreNoPeers(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	visitor, resident := both(t, s, "udp", newCall())
	service := peer(t) // on the relay's own address
	if _, err := visitor.relay.WriteTo([]byte("open up"), service.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	if err := visitor.pass(resident); err != nil {
		t.Fatal(err)
	}
	if got := s.Stats().Dropped; got != 1 {
		t.Errorf("%d packets dropped, want 1", got)
	}
	// Nor does what the service sends reach the client.
	if _, err := service.WriteTo([]byte("answer"), visitor.relay.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	if err := resident.pass(visitor); err != nil {
		t.Errorf("the client read something else: %v", err)
	}
}

func TestAnotherCallIsNoPeer(t *testing.T) {
	t.Parallel()
	for name, lan := range map[string]bool{"strict": false, "in a LAN": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, Config{Lan: lan})
			visitor, resident := both(t, s, "udp", newCall())
			stranger, _ := both(t, s, "udp", newCall())
			if err := meet(stranger, visitor); err != nil {
				t.Fatal(err)
			}
			if _, err := stranger.relay.WriteTo([]byte("hello"), visitor.relay.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { return s.Stats().Dropped == 1 })
			if err := resident.pass(visitor); err != nil {
				t.Errorf("the visitor read something else: %v", err)
			}
		})
	}
}

func TestFindHomes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		public, bind string
		want         homes
	}{
		"one address": {"", "10.0.0.5", homes{v4: mustHome("10.0.0.5", "10.0.0.5")}},
		"one address behind translation": {
			"198.51.100.9", "10.0.0.5", homes{v4: mustHome("198.51.100.9", "10.0.0.5")},
		},
		"all addresses behind translation": {
			"198.51.100.9", "::", homes{v4: mustHome("198.51.100.9", "0.0.0.0")},
		},
		"all addresses, known by IPv6": {"2001:db8::9", "::", homes{v6: mustHome("2001:db8::9", "::")}},
		"one IPv6 address":             {"", "2001:db8::5", homes{v6: mustHome("2001:db8::5", "2001:db8::5")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := findHomes(c.public, netip.MustParseAddr(c.bind))
			if err != nil || got != c.want {
				t.Errorf("findHomes = %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

func mustHome(public, bind string) home {
	return home{netip.MustParseAddr(public), netip.MustParseAddr(bind)}
}
