package web

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"doorlink"
)

func TestAnAddressIsTakenFromWhereItCanBeTrusted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, remote, forwarded string
		proxies                 int
		want                    string
	}{
		{"nobody in between", "203.0.113.7:1234", "", 0, "203.0.113.7"},
		{"a visitor who claims to be somebody else", "203.0.113.7:1234", "198.51.100.1", 0, "203.0.113.7"},
		{"one proxy", "10.0.0.1:1234", "203.0.113.7", 1, "203.0.113.7"},
		{"one proxy, and a claim before it", "10.0.0.1:1234", "198.51.100.1, 203.0.113.7", 1, "203.0.113.7"},
		{"two proxies", "10.0.0.1:1234", "203.0.113.7, 10.0.0.2", 2, "203.0.113.7"},
		{"fewer hops than proxies", "10.0.0.1:1234", "203.0.113.7", 2, "10.0.0.1"},
		{"a proxy that says nothing", "10.0.0.1:1234", "", 2, "10.0.0.1"},
		{"IPv6 counts by its network", "[2001:db8:1:2:3:4:5:6]:1234", "", 0, "2001:db8:1:2::/64"},
		{"IPv4 in IPv6 is IPv4", "[::ffff:203.0.113.7]:1234", "", 0, "203.0.113.7"},
		{"a link's own address", "[fe80::1%eth0]:1234", "", 0, "fe80::/64"},
		{"a pipe", "pipe", "", 0, "pipe"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.remote
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			if got := address(r, tt.proxies); got != tt.want {
				t.Fatalf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestABudgetSaysWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(budget{rate.Every(time.Second), 2})
		for range 2 {
			if err := l.allow("a"); err != nil {
				t.Fatal(err)
			}
		}
		err := l.allow("a")
		e, ok := errors.AsType[*doorlink.Error](err)
		if !ok || e.Kind != doorlink.Busy || e.Args[1] != time.Second {
			t.Fatalf("got %v, want to wait a second", err)
		}
		if err := l.allow("b"); err != nil {
			t.Fatalf("another address: %v", err)
		}
		time.Sleep(time.Second)
		if err := l.allow("a"); err != nil {
			t.Fatalf("a second later: %v", err)
		}
	})
}

func TestALimiterForgetsTheIdle(t *testing.T) {
	t.Parallel()
	l := newLimiter(budget{rate.Every(time.Hour), 1})
	for i := range keptLimiters + 10 {
		if err := l.allow(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(l.byKey); got != keptLimiters || l.order.Len() != keptLimiters {
		t.Fatalf("got %d keys and %d in order, want %d", got, l.order.Len(), keptLimiters)
	}
	if err := l.allow(fmt.Sprint(keptLimiters + 9)); err == nil {
		t.Fatal("the latest was forgotten")
	}
}

func TestAHandsetIsNamedByNoMoreThanNeeded(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": "Safari · iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36":                            "Chrome · Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0":                                                                  "Firefox · Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0":           "Edg · Windows",
		"<script>": "? · ?",
	} {
		if got := browserName(agent); got != want {
			t.Errorf("%s: got %s, want %s", agent, got, want)
		}
	}
}
