package relay

import (
	"strings"
	"testing"
	"time"

	"doorlink"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/turn/v5"
)

func TestServersAreForTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Public: "192.0.2.10"})
	port := s.Addr().String()[strings.LastIndex(s.Addr().String(), ":")+1:]
	until := time.Unix(time.Now().Unix()+600, 0)
	got := s.Servers("call_1", doorlink.Visitor, until)

	name := userName(party{"call_1", doorlink.Visitor}, until)
	want := []doorlink.ICEServer{{
		URLs:       []string{"turn:192.0.2.10:" + port + "?transport=udp", "turn:192.0.2.10:" + port + "?transport=tcp"},
		Username:   name,
		Credential: password(secret, name),
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Servers (-want +got):\n%s", diff)
	}
}

// The example is computed with openssl from the convention's formula.
func TestPasswordIsTheConventions(t *testing.T) {
	t.Parallel()
	got := password([]byte("0123456789abcdef"), "1700000000:call_1:visitor")
	if want := "1uWpl3qgS9HP8OhG6zzvHIUjA+w="; got != want {
		t.Errorf("password = %q, want %q", got, want)
	}
}

func TestCredentialIsCutToTwoHours(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	name := s.Servers("call_1", doorlink.Visitor, time.Now().Add(100*longest))[0].Username
	_, until, ok := readUserName(name)
	if !ok || until.After(time.Now().Add(longest)) {
		t.Errorf("credential %q is good until %v", name, until)
	}
}

func TestCredentialsAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	call := newCall()
	good := servers(s, call, doorlink.Visitor)
	expired := s.Servers(call, doorlink.Visitor, time.Now().Add(-time.Minute))[0]

	otherSide := good
	otherSide.Username = strings.Replace(good.Username, "visitor", "resident", 1)
	longer := good
	longer.Username = "9" + good.Username
	forged := good
	forged.Credential = password([]byte("another secret of some length"), good.Username)
	nameless := doorlink.ICEServer{Username: "root", Credential: password(secret, "root")}
	sideless := doorlink.ICEServer{Username: "9999999999:call_1:lock"}
	sideless.Credential = password(secret, sideless.Username)

	for name, with := range map[string]doorlink.ICEServer{
		"expired":            expired,
		"of the other side":  otherSide,
		"made to last":       longer,
		"of another secret":  forged,
		"with another name":  nameless,
		"of no side":         sideless,
		"without a password": {Username: good.Username},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := s.probe(t.Context(), "udp", with)
			if err == nil {
				p.close()
			}
			if err == nil || !strings.Contains(err.Error(), "401") {
				t.Errorf("allocating: got %v, want an error 401", err)
			}
		})
	}
}

func TestRunningCallOutlivesItsCredential(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	old := userName(party{"call_1", doorlink.Visitor}, time.Now().Add(-time.Second))
	const refresh = 0x004
	if _, _, ok := s.authorise(&turn.RequestAttributes{Username: old, Realm: realm, Method: refresh}); !ok {
		t.Error("an allocation cannot be refreshed once its credential has expired")
	}
	if _, _, ok := s.authorise(&turn.RequestAttributes{Username: old, Realm: realm, Method: allocate}); ok {
		t.Error("an expired credential allocates")
	}
}

func TestEndOfCallCutsItOff(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	call := newCall()
	visitor, _ := both(t, s, "udp", call)
	_, other := both(t, s, "udp", newCall())

	s.End(call)
	s.End(call)
	if got := s.Stats().Allocations; got != 2 {
		t.Errorf("%d allocations are left, want the 2 of the other call", got)
	}
	if err := visitor.client.CreatePermission(other.relay.LocalAddr()); err == nil {
		t.Error("an allocation of an ended call still takes requests")
	}
	for _, side := range []doorlink.Side{doorlink.Visitor, doorlink.Resident} {
		p, err := s.probe(t.Context(), "tcp", servers(s, call, side))
		if err == nil {
			p.close()
			t.Errorf("the %s of an ended call can allocate", side)
		}
	}
}

func TestEndIsForgottenWithTheLastCredential(t *testing.T) {
	t.Parallel()
	l := newLedger()
	now := time.Unix(1_700_000_000, 0)
	l.end("call_1", now)
	if !l.hasEnded("call_1", now.Add(longest-time.Second)) {
		t.Error("forgotten while a credential may be good")
	}
	l.end("call_2", now.Add(longest))
	if len(l.ended) != 1 {
		t.Errorf("%d ended calls are remembered, want 1", len(l.ended))
	}
}

func FuzzReadUserName(f *testing.F) {
	f.Add("1700000000:call_1:visitor")
	f.Add("1700000000:call_1:lock")
	f.Add("-1::")
	f.Add(":::::")
	f.Fuzz(func(t *testing.T, name string) {
		p, until, ok := readUserName(name)
		if !ok {
			return
		}
		again, then, ok := readUserName(userName(p, until))
		if !ok || again != p || !then.Equal(until) {
			t.Errorf("%q reads as %v until %v, which reads as %v until %v", name, p, until, again, then)
		}
	})
}
