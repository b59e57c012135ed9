package page

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

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
			if got := Address(r, tt.proxies); got != tt.want {
				t.Fatalf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestABudgetSaysWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(Budget{Every: time.Second, Burst: 2})
		for range 2 {
			if err := l.Allow("a"); err != nil {
				t.Fatal(err)
			}
		}
		err := l.Allow("a")
		e, ok := errors.AsType[*doorlink.Error](err)
		if !ok || e.Kind != doorlink.Busy || e.Args[1] != time.Second {
			t.Fatalf("got %v, want to wait a second", err)
		}
		if err := l.Allow("b"); err != nil {
			t.Fatalf("another address: %v", err)
		}
		time.Sleep(time.Second)
		if err := l.Allow("a"); err != nil {
			t.Fatalf("a second later: %v", err)
		}
	})
}

func TestALimiterForgetsTheIdle(t *testing.T) {
	t.Parallel()
	l := NewLimiter(Budget{Every: time.Hour, Burst: 1})
	for i := range keptLimiters + 10 {
		if err := l.Allow(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(l.byKey); got != keptLimiters || l.order.Len() != keptLimiters {
		t.Fatalf("got %d keys and %d in order, want %d", got, l.order.Len(), keptLimiters)
	}
	if err := l.Allow(fmt.Sprint(keptLimiters + 9)); err == nil {
		t.Fatal("the latest was forgotten")
	}
}

// TestACeilingHasRoomForSoManyAtOnce lets people of three addresses come and go in
// any order, beside a count of who is there.
func TestACeilingHasRoomForSoManyAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Ceiling{Most: rapid.IntRange(1, 3).Draw(t, "most")}
		here := map[string][]func(){}
		t.Repeat(map[string]func(*rapid.T){
			"come": func(t *rapid.T) {
				key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
				leave, err := c.Enter(key)
				if full := len(here[key]) == c.Most; full != errors.Is(err, ErrWait) || full == (leave != nil) {
					t.Fatalf("with %d of %d there: %v", len(here[key]), c.Most, err)
				}
				if err == nil {
					here[key] = append(here[key], leave)
				}
			},
			"go": func(t *rapid.T) {
				key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
				if n := len(here[key]); n > 0 {
					here[key][n-1]()
					here[key] = here[key][:n-1]
				}
			},
		})
		for _, all := range here {
			for _, leave := range all {
				leave()
			}
		}
		if len(c.here) != 0 {
			t.Errorf("nobody is there and %d addresses are kept", len(c.here))
		}
	})
}
