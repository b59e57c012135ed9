package hook

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorlink"
)

// closed is what the IANA registries of special-purpose addresses list as not
// globally reachable, with multicast and the forms that hide an IPv4 address.
var closed = []string{
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
	"::/128", "::1/128", "::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32",
	"2001:2::/48", "2001:10::/28", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
	"fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
}

// within draws an address of a prefix: its bits, then random ones.
func within(t *rapid.T, p netip.Prefix) netip.Addr {
	drawn := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bits")
	b := p.Addr().AsSlice()
	for i := range b {
		fixed := min(max(p.Bits()-8*i, 0), 8)
		b[i] |= drawn[i] & byte(0xff>>fixed)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

func TestNothingOffThePublicInternetIsCalled(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := within(t, netip.MustParsePrefix(rapid.SampledFrom(closed).Draw(t, "range")))
		if reachable(a, false) {
			t.Fatalf("%s is called", a)
		}
		if !a.Is4() {
			return
		}
		four := a.As4()
		mapped := netip.AddrFrom16(a.As16())
		translated := netip.MustParseAddr("64:ff9b::").As16()
		copy(translated[12:], four[:])
		for _, hidden := range []netip.Addr{mapped, netip.AddrFrom16(translated)} {
			if reachable(hidden, false) {
				t.Fatalf("%s is called as %s", a, hidden)
			}
		}
		if control(false)("tcp", netip.AddrPortFrom(mapped, 443).String(), nil) == nil {
			t.Fatalf("%s is dialled", mapped)
		}
	})
}

func TestThePublicInternetIsCalled(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "11.0.0.1", "223.255.255.254",
		"2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
	} {
		if !reachable(netip.MustParseAddr(text), false) {
			t.Errorf("%s is not called", text)
		}
	}
}

func TestThePrivateSettingOpensPrivateNetworksAndNoMore(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "10.1.2.3": true, "192.168.0.7": true, "fd00::7": true, "100.64.1.1": true, "8.8.8.8": true,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "0.0.0.0": false, "::": false,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "64:ff9b::169.254.169.254": false, "2002:a9fe:a9fe::": false,
	} {
		if got := reachable(netip.MustParseAddr(text), true); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestAddressesAreCheckedAsTheyAreEntered(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		url     string
		private bool
		want    error
	}{
		{"https://example.org/in?x=1", false, nil},
		{"https://example.org:8443", false, nil},
		{"https://8.8.8.8/", false, nil},
		{"http://example.org/", false, errHTTPS},
		{"ftp://example.org/", true, errHTTPS},
		{"http://192.168.1.5:8080/", true, nil},
		{"http://localhost:8080/", true, nil},
		{"https://localhost/", false, errPrivate},
		{"https://a.LOCALHOST./", false, errPrivate},
		{"https://127.0.0.1/", false, errPrivate},
		{"https://127.0.0.1./", false, errPrivate},
		{"https://[::1]/", false, errPrivate},
		{"https://[::ffff:10.0.0.1]/", false, errPrivate},
		{"https://[fe80::1%25eth0]/", true, errPrivate},
		{"https://169.254.169.254/latest", true, errPrivate},
		{"https://user:secret@example.org/", false, errURL},
		{"https://example.org/#x", false, errURL},
		{"https://example.org:0/", false, errURL},
		{"https://example.org:/", false, errURL},
		{"https://example.org:99999/", false, errURL},
		{"https:///path", false, errURL},
		{"https://exa mple.org/", false, errURL},
		{"https://example.org/\r\nX: y", false, errURL},
		{"", false, errURL},
		{"https://example.org/" + strings.Repeat("a", maxURL), false, errURL},
	} {
		if got := CheckURL(tt.url, tt.private); !errors.Is(got, tt.want) {
			t.Errorf("CheckURL(%.60q, %v): got %v, want %v", tt.url, tt.private, got, tt.want)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	f.Add("https://example.org:443/a?b#c")
	f.Add("https://[::ffff:127.0.0.1]:1/")
	f.Fuzz(func(t *testing.T, raw string) {
		err := CheckURL(raw, false)
		if err != nil && doorlink.KindOf(err) != doorlink.Invalid {
			t.Errorf("%q: got %v", raw, err)
		}
		if err == nil && !strings.HasPrefix(strings.ToLower(raw), "https://") {
			t.Errorf("%q is accepted", raw)
		}
	})
}
