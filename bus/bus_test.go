package bus_test

import (
	"context"
	"errors"
	"fmt"
	"net"
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
	join := func(me, other int) *bus.Bus {
		x, err := bus.Join(bus.Cluster{
			Node: fmt.Sprint(me), Listen: fmt.Sprintf("127.0.0.1:%d", ports[me]),
			Peers: []string{fmt.Sprintf("127.0.0.1:%d", ports[other])}, Secret: "for this test",
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(x.Close)
		return x
	}
	return join(0, 1), join(1, 0)
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
