package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"doorlink"
	"doorlink/hook"
	"doorlink/store"
	"doorlink/store/storetest"
)

// mailroom is a queue of deliveries with the courier of one node.
type mailroom struct {
	*courier
	t   *testing.T
	url string
	at  doorlink.PropertyID
}

func newMailroom(t *testing.T) *mailroom {
	t.Helper()
	p := &mailroom{t: t, url: storetest.SQLite(t)}
	p.courier = p.node()
	p.builds()
	return p
}

// builds puts up the building whose events are told.
func (p *mailroom) builds() {
	p.t.Helper()
	plan := storetest.Plan(p.t, "Linden Court", doorlink.Communal)
	storetest.Build(p.t, p.db, plan)
	p.at = plan.Property.ID
}

// node is the courier of one more node.
func (p *mailroom) node() *courier {
	p.t.Helper()
	db := storetest.Open(p.t, p.url)
	return newCourier(db, hook.New(hook.Config{Private: true}), slog.New(slog.DiscardHandler))
}

// runs has a courier run until the test is over, or stop is called.
func (p *mailroom) runs(c *courier) (stop func()) {
	ctx, cancel := context.WithCancel(p.t.Context())
	var ended sync.WaitGroup
	ended.Go(func() { c.run(ctx) })
	stop = func() { cancel(); ended.Wait() }
	p.t.Cleanup(stop)
	return stop
}

// receiver is a webhook that answers with handle.
func (p *mailroom) receiver(handle http.HandlerFunc) (doorlink.Hook, doorlink.Secret) {
	p.t.Helper()
	s := httptest.NewServer(handle)
	p.t.Cleanup(s.Close)
	h := doorlink.Hook{
		ID: doorlink.NewID[doorlink.HookID]("hook"), Property: p.at, URL: s.URL, Events: []doorlink.EventKind{doorlink.EveryEvent},
	}
	secret := hook.NewSecret()
	p.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddHook(ctx, h, secret) })
	return h, secret
}

// tells queues n events for a webhook.
func (p *mailroom) tells(h doorlink.Hook, n int) {
	p.t.Helper()
	p.write(func(ctx context.Context, tx *store.Tx) error {
		for range n {
			e := doorlink.Event{Kind: doorlink.HookTest, Property: p.at, At: time.Now()}
			if err := tx.TellHook(ctx, e, h.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *mailroom) write(f func(context.Context, *store.Tx) error) {
	p.t.Helper()
	storetest.Write(p.t, p.db, f)
}

func (p *mailroom) state(h doorlink.Hook) store.HookState {
	p.t.Helper()
	s, err := p.db.Hook(p.t.Context(), p.at, h.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// first is the first delivery in the list.
func (p *mailroom) first(h doorlink.Hook) store.Delivery {
	p.t.Helper()
	all, _, err := p.db.Deliveries(p.t.Context(), store.DeliveryQuery{Hook: h.ID, Limit: 1})
	if err != nil || len(all) == 0 {
		p.t.Fatalf("got %v, %v", all, err)
	}
	return all[0]
}

// attempt makes the attempts that are due at a moment, and waits for them.
func (p *mailroom) attempt(now time.Time) int {
	n := p.round(p.t.Context(), now)
	p.sending.Wait()
	return n
}

// soon is when all that was queued is due.
func soon() time.Time { return time.Now().Add(time.Second).Truncate(time.Millisecond).UTC() }

func TestTheUnrulyDelayNobodyElse(t *testing.T) {
	t.Parallel()
	p := newMailroom(t)
	release, heard := make(chan struct{}), make(chan string, 100)
	hanging, _ := p.receiver(func(http.ResponseWriter, *http.Request) { <-release })
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	t.Cleanup(inside.Close)
	away, _ := p.receiver(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inside.URL, http.StatusTemporaryRedirect)
	})
	huge, _ := p.receiver(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10000000000")
		io.CopyN(w, zeros{}, 10_000_000_000)
	})
	var secret doorlink.Secret
	good, made := p.receiver(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		heard <- r.Header.Get("Webhook-Id")
		if err := hook.Verify(r.Header, body, time.Now(), secret); err != nil {
			t.Error(err)
		}
	})
	secret = made
	for _, h := range []doorlink.Hook{hanging, away, huge, good} {
		p.tells(h, 10)
	}
	stop := p.runs(p.courier)
	ids := map[string]bool{}
	for range 10 {
		ids[<-heard] = true
	}
	if len(ids) != 10 {
		t.Errorf("got %d deliveries, want 10", len(ids))
	}
	for p.state(huge).Waiting > 0 || p.state(good).Waiting > 0 || p.first(away).Tried.IsZero() {
		runtime.Gosched() // the courier writes down what became of it
	}
	stop()
	close(release)
	if s := p.state(hanging); s.Waiting != 10 || p.first(hanging).Tries != 0 {
		t.Errorf("got %+v, want that all is given back", s)
	}
	if d := p.first(away); d.Why != string(hook.Redirected) || d.Status != http.StatusTemporaryRedirect || d.Next.IsZero() {
		t.Errorf("got %+v, want to try again", d)
	}
	if s := p.state(good); s.Dead != 0 || s.Status != 200 || !s.Failing.IsZero() {
		t.Errorf("got %+v", s)
	}
}

// zeros are endless.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestADayOfRetriesEndsInADeadLetterThatCanBeSentAgain(t *testing.T) {
	t.Parallel()
	p := newMailroom(t)
	var status atomic.Int64
	status.Store(http.StatusInternalServerError)
	ids := make(chan string, 100)
	h, _ := p.receiver(func(w http.ResponseWriter, r *http.Request) {
		ids <- r.Header.Get("Webhook-Id")
		w.WriteHeader(int(status.Load()))
	})
	p.tells(h, 1)
	began := soon()
	now, tries := began, 0
	for p.first(h).State() == store.DeliveryWaiting {
		if tries += p.attempt(now); tries > 12 {
			t.Fatal("it is tried for ever")
		}
		if d := p.first(h); !d.Next.IsZero() {
			if n := p.attempt(d.Next.Add(-time.Millisecond)); n != 0 {
				t.Fatal("it is tried before its time")
			}
			now = d.Next
		}
	}
	if d := p.first(h); tries != 12 || now.Sub(began) > 24*time.Hour || d.State() != store.DeliveryDead || d.Why != string(hook.Refused) {
		t.Errorf("got %d tries in %s, then %+v", tries, now.Sub(began), d)
	}
	if s := p.state(h); s.Dead != 1 || !s.Failing.After(began.Add(-time.Second)) || !s.Paused.IsZero() {
		t.Errorf("got %+v", s)
	}
	status.Store(http.StatusNoContent)
	p.write(func(ctx context.Context, tx *store.Tx) error { return tx.Replay(ctx, h.ID, p.first(h).ID, now) })
	if n := p.attempt(now); n != 1 || p.first(h).State() != store.DeliveryArrived {
		t.Errorf("sent again: got %d attempts, then %+v", n, p.first(h))
	}
	close(ids)
	id := <-ids
	for other := range ids {
		if other != id {
			t.Error("an attempt came with another ID")
		}
	}
	if a, f, g := p.arrived.Load(), p.failed.Load(), p.givenUp.Load(); a != 1 || f != 12 || g != 1 {
		t.Errorf("counted %d, %d and %d", a, f, g)
	}
}

func TestAWebhookAtWhichNothingArrivesIsPausedAndSaysWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		after  time.Duration // the first failure
		why    string        // empty: it goes on
	}{
		"for less than five days": {500, doorlink.HookPatience - time.Hour, ""},
		"for five days":           {500, doorlink.HookPatience + time.Hour, doorlink.HookFailing},
		"never again":             {410, 0, string(hook.WasGone)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newMailroom(t)
			h, _ := p.receiver(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.status) })
			p.tells(h, 1)
			now := soon()
			p.attempt(now)
			if tt.after > 0 {
				p.tells(h, 1)
				p.attempt(now.Add(tt.after))
			}
			s := p.state(h)
			if s.Why != tt.why || s.Paused.IsZero() != (tt.why == "") {
				t.Errorf("got %+v", s)
			}
			deeds, err := p.db.Deeds(t.Context(), store.DeedQuery{Property: p.at, Action: "hook.give_up", Limit: 9})
			if err != nil || len(deeds) != min(len(tt.why), 1) {
				t.Errorf("the audit has %v, %v", deeds, err)
			}
			p.tells(h, 1)
			if n := p.attempt(now.Add(tt.after + time.Hour)); (n == 0) != (tt.why != "") {
				t.Errorf("then %d attempts", n)
			}
		})
	}
}

func TestTwoNodesShareTheQueue(t *testing.T) {
	t.Parallel()
	p := newMailroom(t)
	const hooks, each = 4, 10
	heard := make(chan string, 2*hooks*each)
	for range hooks {
		h, _ := p.receiver(func(_ http.ResponseWriter, r *http.Request) { heard <- r.Header.Get("Webhook-Id") })
		p.tells(h, each)
	}
	other := p.node()
	stop, stopOther := p.runs(p.courier), p.runs(other)
	ids := map[string]bool{}
	for range hooks * each {
		id := <-heard
		if ids[id] {
			t.Error("a delivery came twice")
		}
		ids[id] = true
	}
	for p.arrived.Load()+other.arrived.Load() < hooks*each {
		runtime.Gosched()
	}
	stop()
	stopOther()
	if len(heard) > 0 {
		t.Errorf("%d deliveries too many", len(heard))
	}
}

func TestARunningServerTellsItsWebhooks(t *testing.T) {
	t.Parallel()
	s, _ := start(t, Config{HooksPrivate: true}, quiet)
	p := &mailroom{courier: s.courier, t: t}
	p.builds()
	heard := make(chan string)
	h, _ := p.receiver(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case heard <- r.Header.Get("Webhook-Id"):
		case <-t.Context().Done():
		}
	})
	p.tells(h, 1)
	if id := <-heard; id != string(p.first(h).ID) {
		t.Errorf("got %s", id)
	}
}

func TestAPrivateAddressIsNotCalledUnlessAllowed(t *testing.T) {
	t.Parallel()
	p := newMailroom(t)
	p.sender = hook.New(hook.Config{})
	h, _ := p.receiver(func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	p.tells(h, 1)
	p.attempt(soon())
	if d := p.first(h); d.State() != store.DeliveryDead || d.Status != 0 {
		t.Errorf("got %+v, want it given up", d)
	}
}
