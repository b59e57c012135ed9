package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"doorlink/bus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMessagesArriveInOrder(t *testing.T) {
	b := embedded(t)
	got := make(chan int, 100)
	cancel := bus.Subscribe(b, "person.ada", func(n int) { got <- n })
	defer cancel()
	for i := range 100 {
		if err := b.Publish("person.ada", i); err != nil {
			t.Fatal(err)
		}
	}
	for want := range 100 {
		if n := <-got; n != want {
			t.Fatalf("got message %d, want %d", n, want)
		}
	}
}

func TestNobodyAnsweringIsKnownAtOnce(t *testing.T) {
	b := embedded(t)
	_, err := bus.Request[string](t.Context(), b, "call.none.offer")
	if !errors.Is(err, bus.ErrNobody) {
		t.Fatalf("got %v, want %v", err, bus.ErrNobody)
	}
}

func TestARequestIsAnsweredByWhoeverHasTheValue(t *testing.T) {
	b := embedded(t)
	cancel, err := bus.Answer(b, "call.1.offer", func() string { return "the offer" })
	if err != nil {
		t.Fatal(err)
	}
	got, err := bus.Request[string](t.Context(), b, "call.1.offer")
	if err != nil || got != "the offer" {
		t.Fatalf("got %q, %v, want the offer", got, err)
	}
	cancel()
	if _, err := bus.Request[string](t.Context(), b, "call.1.offer"); !errors.Is(err, bus.ErrNobody) {
		t.Fatalf("after cancel: got %v, want %v", err, bus.ErrNobody)
	}
}

func TestMessagesThatAreNotOfTheTypeAreIgnored(t *testing.T) {
	b := embedded(t)
	got := make(chan int, 2)
	cancel := bus.Subscribe(b, "s", func(n int) { got <- n })
	defer cancel()
	for _, v := range []any{"no number", 7} {
		if err := b.Publish("s", v); err != nil {
			t.Fatal(err)
		}
	}
	if n := <-got; n != 7 {
		t.Fatalf("got %d, want 7", n)
	}
}

func TestWhoCancelledHearsNothingMore(t *testing.T) {
	b := embedded(t)
	heard := make(chan string, 8)
	cancels := map[string]func(){}
	for _, name := range []string{"first", "second", "third"} {
		cancels[name] = bus.Subscribe(b, "s", func(string) {
			heard <- name
			cancels["second"]() // while its message is on the way, and again
		})
	}
	defer cancels["first"]()
	defer cancels["third"]()
	defer bus.Subscribe(b, "other", func(string) { heard <- "other" })()
	for range 2 {
		if err := b.Publish("s", "x"); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"first", "third", "first", "third"} {
		if got := <-heard; got != want {
			t.Fatalf("handler %d was %s, want %s", i, got, want)
		}
	}
}

func TestTheEmbeddedBusOpensNoPort(t *testing.T) {
	embedded(t)
	for _, port := range []string{"4222", "6222", "8222"} {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
		if err == nil {
			conn.Close()
			t.Fatalf("port %s is open", port)
		}
	}
}

func TestTwoNodesHearEachOther(t *testing.T) {
	a, b := cluster(t)
	got := make(chan string, 1)
	cancel := bus.Subscribe(b, "person.ada", func(s string) {
		select {
		case got <- s:
		default:
		}
	})
	defer cancel()
	for deadline := time.After(20 * time.Second); ; {
		if err := a.Publish("person.ada", "ring"); err != nil {
			t.Fatal(err)
		}
		select {
		case s := <-got:
			if s != "ring" {
				t.Fatalf("got %q, want ring", s)
			}
			return
		case <-deadline:
			t.Fatal("the other node heard nothing")
		case <-time.After(10 * time.Millisecond): // the route may still be coming up
		}
	}
}

// TestNobodyBetweenTwoNodesReadsAlong listens in between two nodes that find each
// other through it alone.
func TestNobodyBetweenTwoNodesReadsAlong(t *testing.T) {
	const said = "so they wrote to each other"
	ports := [2]int{freePort(t), freePort(t)}
	between, tape := tap(t, ports[0])
	a := join(t, "a", ports[0], "", "for this test")
	b := join(t, "b", ports[1], between, "for this test")
	heard := make(chan struct{})
	once := sync.OnceFunc(func() { close(heard) })
	defer bus.Subscribe(b, "call", func(string) { once() })()
	for met := false; !met; {
		if err := a.Publish("call", said); err != nil {
			t.Fatal(err)
		}
		select {
		case <-heard:
			met = true
		case <-t.Context().Done():
			t.Fatal("the other node heard nothing")
		case <-time.After(10 * time.Millisecond):
		}
	}
	all := tape()
	if len(all) == 0 || bytes.Contains(all, []byte(said)) || bytes.Contains(all, []byte("for this test")) {
		t.Errorf("of %d bytes in between some can be read", len(all))
	}
}

func TestNobodyJoinsWithoutTheSecret(t *testing.T) {
	port := freePort(t)
	a := join(t, "a", port, "", "for this test")
	stranger := join(t, "b", freePort(t), fmt.Sprintf("127.0.0.1:%d", port), "guessed")
	friend := join(t, "c", freePort(t), fmt.Sprintf("127.0.0.1:%d", port), "for this test")
	for friend.Nodes() < 2 { // who came later is in, who came before is not
		select {
		case <-t.Context().Done():
			t.Fatal("a node that has the secret does not get in")
		case <-time.After(10 * time.Millisecond):
		}
	}
	if a.Nodes() != 2 || stranger.Nodes() != 1 {
		t.Errorf("%d nodes are in and the stranger knows %d", a.Nodes(), stranger.Nodes())
	}
}

// tap passes on what comes to an address to a port of this machine, and keeps what
// passes either way.
func tap(t testing.TB, port int) (address string, tape func() []byte) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	var kept bytes.Buffer
	pass := func(to, from net.Conn) {
		defer to.Close()
		buf := make([]byte, 4096)
		for {
			n, err := from.Read(buf)
			mu.Lock()
			kept.Write(buf[:n])
			mu.Unlock()
			if _, failed := to.Write(buf[:n]); err != nil || failed != nil {
				return
			}
		}
	}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				near.Close()
				continue
			}
			go pass(far, near)
			go pass(near, far)
		}
	}()
	return l.Addr().String(), func() []byte {
		mu.Lock()
		defer mu.Unlock()
		return bytes.Clone(kept.Bytes())
	}
}

func TestTheBusRunsInFakeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, err := bus.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		cancel, err := bus.Answer(b, "q", func() int { return 1 })
		if err != nil {
			t.Fatal(err)
		}
		defer cancel()
		for range 100 {
			time.Sleep(time.Minute)
			if _, err := bus.Request[int](t.Context(), b, "q"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkRequest(b *testing.B) {
	bb := embedded(b)
	cancel, err := bus.Answer(bb, "q", func() int { return 1 })
	if err != nil {
		b.Fatal(err)
	}
	defer cancel()
	for b.Loop() {
		if _, err := bus.Request[int](context.Background(), bb, "q"); err != nil {
			b.Fatal(err)
		}
	}
}

func embedded(t testing.TB) *bus.Bus {
	t.Helper()
	b, err := bus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func cluster(t testing.TB) (a, b *bus.Bus) {
	t.Helper()
	ports := [2]int{freePort(t), freePort(t)}
	return join(t, "0", ports[0], fmt.Sprintf("127.0.0.1:%d", ports[1]), "for this test"),
		join(t, "1", ports[1], fmt.Sprintf("127.0.0.1:%d", ports[0]), "for this test")
}

// join starts a node that looks for another one at peer, if it is given.
func join(t testing.TB, node string, port int, peer, secret string) *bus.Bus {
	t.Helper()
	c := bus.Cluster{Node: node, Listen: fmt.Sprintf("127.0.0.1:%d", port), Secret: secret}
	if peer != "" {
		c.Peers = []string{peer}
	}
	b, err := bus.Join(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
