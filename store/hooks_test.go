package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/store"
)

// newHook is a webhook of a property that is told of some kinds of events.
func newHook(tb testing.TB, db *store.DB, p doorlink.PropertyID, events ...doorlink.EventKind) doorlink.Hook {
	tb.Helper()
	h := doorlink.Hook{ID: id[doorlink.HookID]("hook"), Property: p, URL: "https://example.org/events", Events: events, Added: noon}
	write(tb, db, func(tx *store.Tx) error { return tx.AddHook(tb.Context(), h, "whsec_first") })
	return h
}

// body is what is sent.
type body struct {
	Type, Property string
	Timestamp      time.Time
	Data           map[string]string
}

// told are the bodies of all deliveries to a webhook, the first one first.
func told(tb testing.TB, db *store.DB, h doorlink.Hook) (all []body) {
	tb.Helper()
	list, total, err := db.Deliveries(tb.Context(), store.DeliveryQuery{Hook: h.ID, Limit: 100})
	if err != nil || total != len(list) {
		tb.Fatalf("got %d of %d deliveries, %v", len(list), total, err)
	}
	for _, d := range slices.Backward(list) {
		var b body
		if err := json.Unmarshal([]byte(d.Body), &b); err != nil || b.Type != string(d.Event) {
			tb.Errorf("got %s of kind %s, %v", d.Body, d.Event, err)
		}
		all = append(all, b)
	}
	return all
}

func whatHappensIsTold(t *testing.T, db *store.DB) {
	ctx, h := t.Context(), newHouse(t, db)
	every := newHook(t, db, h.property.ID, doorlink.EveryEvent)
	some := newHook(t, db, h.property.ID, doorlink.CallMissed, doorlink.CodeUsed)
	paused := newHook(t, db, h.property.ID, doorlink.EveryEvent)
	next := paused
	next.Paused = noon
	write(t, db, func(tx *store.Tx) error {
		return tx.Arrange(ctx, h.property.ID, []doorlink.Change{doorlink.Edit(doorlink.Row{Hook: &paused}, doorlink.Row{Hook: &next})})
	})
	elsewhere := newHook(t, db, newHouse(t, db).property.ID, doorlink.EveryEvent)

	answered := place(t, db, h.call(h.visit(), noon))
	move(t, db, answered.ID, func(c doorlink.Call) (doorlink.Call, error) { return c.Ring(noon.Add(time.Second)) })
	move(t, db, answered.ID, func(c doorlink.Call) (doorlink.Call, error) { return c.Answer(h.handset.ID, noon.Add(2*time.Second)) })
	ask := doorcode.Ask{Call: answered.ID, Nth: 1}
	_, err := db.ChangeSlot(ctx, h.front.ID, 1, 20000, 4, h.ada.ID, func(s doorcode.Slot) (doorcode.Slot, error) {
		s.Given = append(s.Given, doorcode.Given{Ask: ask})
		return s, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, opened := range []string{"", "no", "yes", "yes"} {
		if err := db.MarkCode(ctx, answered.ID, 1, true, opened, noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	move(t, db, answered.ID, func(c doorlink.Call) (doorlink.Call, error) {
		return c.HangUp(doorlink.Visitor, noon.Add(2*time.Minute)), nil
	})
	missed := place(t, db, h.call(h.visit(), noon.Add(time.Hour)))
	move(t, db, missed.ID, func(c doorlink.Call) (doorlink.Call, error) { return c.Decline(noon.Add(61 * time.Minute)) })

	got := told(t, db, every)
	slices.SortStableFunc(got, func(a, b body) int { return a.Timestamp.Compare(b.Timestamp) })
	var kinds []string
	for _, b := range got {
		kinds = append(kinds, b.Type)
		same(t, b.Type+": property", b.Property, string(h.property.ID))
	}
	same(t, "kinds", kinds, []string{"call.placed", "call.answered", "code.used", "call.placed", "call.missed", "code.generated"})
	same(t, "a missed call", got[4], body{
		"call.missed", string(h.property.ID), noon.Add(61 * time.Minute), map[string]string{
			"call": string(missed.ID), "door": string(h.front.ID), "panel": string(h.panel.ID),
			"person": string(h.ada.ID), "unit": string(h.unit1A.ID), "ended": "declined",
		},
	})
	same(t, "a used code", got[2].Data, map[string]string{
		"call": string(answered.ID), "door": string(h.front.ID), "person": string(h.ada.ID),
	})
	same(t, "to one that chose", len(told(t, db, some)), 2)
	same(t, "to a paused one", len(told(t, db, paused)), 0)
	same(t, "to one elsewhere", len(told(t, db, elsewhere)), 0)
}

func whatWasNotDoneIsNotTold(t *testing.T, db *store.DB) {
	ctx, h := t.Context(), newHouse(t, db)
	every := newHook(t, db, h.property.ID, doorlink.EveryEvent)
	other := errors.New("no")
	_, err := db.AddCall(ctx, h.call(h.visit(), noon), func(c doorlink.Call, _ []doorlink.Call) (doorlink.Call, error) { return c, other })
	fails(t, "a call that is refused", err, other)
	fails(t, "a write that fails", db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Tell(ctx, doorlink.Event{Kind: doorlink.QRChanged, Property: h.property.ID, At: noon}); err != nil {
			return err
		}
		return other
	}), other)
	same(t, "told", len(told(t, db, every)), 0)
}

func namesAreTold(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	every := newHook(t, db, h.property.ID, doorlink.EveryEvent)
	next := h.property
	set := func(f func(*doorlink.Property)) {
		was := next
		f(&next)
		write(t, db, func(tx *store.Tx) error {
			return tx.Arrange(t.Context(), h.property.ID, []doorlink.Change{doorlink.Edit(doorlink.Row{Property: &was}, doorlink.Row{Property: &next})})
		})
	}
	place(t, db, h.call(h.visit(), noon))
	set(func(p *doorlink.Property) { p.HookNames = true })
	place(t, db, h.call(h.visit(), noon.Add(time.Minute)))
	set(func(p *doorlink.Property) { p.CountsOnly = true })
	place(t, db, h.call(h.visit(), noon.Add(2*time.Minute)))
	got := told(t, db, every)
	for i, want := range [][]string{
		{"call", "door", "panel", "person", "unit"},
		{"call", "door", "door_name", "name", "panel", "person", "unit", "unit_name"},
		{"call", "door", "door_name", "panel"},
	} {
		var names []string
		for name := range got[i].Data {
			names = append(names, name)
		}
		slices.Sort(names)
		same(t, "what is told", names, want)
	}
	same(t, "name", got[1].Data["name"], "Ada Nwosu")
}

// queue tells a webhook so many events, each a second after the one before.
func queue(tb testing.TB, db *store.DB, h doorlink.Hook, n int) {
	tb.Helper()
	write(tb, db, func(tx *store.Tx) error {
		for i := range n {
			e := doorlink.Event{Kind: doorlink.HookTest, Property: h.Property, At: noon.Add(time.Duration(i) * time.Second)}
			if err := tx.TellHook(tb.Context(), e, h.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// soon is when all that was queued is due.
func soon() time.Time { return time.Now().Add(time.Minute).Truncate(time.Millisecond).UTC() }

func deliveryIsClaimedByOne(t *testing.T, db *store.DB) {
	ctx, h := t.Context(), newHouse(t, db)
	hook := newHook(t, db, h.property.ID, doorlink.EveryEvent)
	queue(t, db, hook, 1)
	now := soon()
	none := errors.New("none")
	var mine store.Claimed
	wins := crowd(t, 8, func(int) error {
		got, err := db.ClaimDeliveries(ctx, nil, 4, now, now.Add(time.Minute))
		if err == nil && len(got) == 0 {
			return none
		}
		if err == nil {
			mine = got[0]
		}
		return err
	}, none)
	same(t, "claims", wins, 1)
	same(t, "secrets", mine.Secrets, []doorlink.Secret{"whsec_first"})
	same(t, "tries", mine.Tries, 1)

	bad := store.Attempt{At: now, Status: 503, Took: time.Second, Why: "busy", Next: now.Add(time.Hour)}
	var failing time.Time
	finish := func(a store.Attempt) (ok bool) {
		write(t, db, func(tx *store.Tx) (err error) {
			failing, ok, err = tx.FinishDelivery(ctx, mine, a)
			return err
		})
		return ok
	}
	same(t, "the claimer's word counts", finish(bad), true)
	same(t, "failing since", failing, now)
	same(t, "once", finish(bad), false)
	got, err := db.Hook(ctx, h.property.ID, hook.ID)
	same(t, "the webhook", got, store.HookState{Hook: hook, Failing: now, Tried: now, Status: 503, Took: time.Second, Waiting: 1})
	same(t, "error", err, nil)

	claim := func(at time.Time) []store.Claimed {
		return must(db.ClaimDeliveries(ctx, nil, 4, at, at.Add(time.Minute)))
	}
	same(t, "before it is due", len(claim(now.Add(59*time.Minute))), 0)
	mine = claim(now.Add(time.Hour))[0]
	same(t, "first try", mine.First, now)
	same(t, "it arrives", finish(store.Attempt{At: now.Add(time.Hour), Status: 200}), true)
	same(t, "failing since", failing, time.Time{})
	d := must(db.Delivery(ctx, hook.ID, mine.ID))
	same(t, "state", d.State(), store.DeliveryArrived)
	same(t, "tries", d.Tries, 2)
}

func claimEndsByItself(t *testing.T, db *store.DB) {
	ctx, h := t.Context(), newHouse(t, db)
	hook := newHook(t, db, h.property.ID, doorlink.EveryEvent)
	queue(t, db, hook, 1)
	now := soon()
	claim := func(at time.Time) []store.Claimed {
		return must(db.ClaimDeliveries(ctx, nil, 4, at, at.Add(time.Minute)))
	}
	dead := claim(now)[0]
	same(t, "while it is claimed", len(claim(now.Add(59*time.Second))), 0)
	mine := claim(now.Add(time.Minute))[0]
	same(t, "tries", mine.Tries, 2)
	write(t, db, func(tx *store.Tx) error {
		_, ok, err := tx.FinishDelivery(ctx, dead, store.Attempt{At: now})
		same(t, "the word of one whose claim has ended", ok, false)
		return err
	})
	write(t, db, func(tx *store.Tx) error { return tx.ReleaseDelivery(ctx, mine, now) })
	again := claim(now)[0]
	same(t, "given back", again.Tries, 2)
}

func longQueueHidesNobody(t *testing.T, db *store.DB) {
	ctx, h := t.Context(), newHouse(t, db)
	full, other := newHook(t, db, h.property.ID, doorlink.EveryEvent), newHook(t, db, h.property.ID, doorlink.EveryEvent)
	queue(t, db, full, 50)
	queue(t, db, other, 1)
	now := soon()
	got := must(db.ClaimDeliveries(ctx, nil, 10, now, now.Add(time.Minute)))
	same(t, "claimed", len(got), 2)
	got = must(db.ClaimDeliveries(ctx, []doorlink.HookID{full.ID}, 10, now, now.Add(time.Minute)))
	same(t, "of a busy webhook", len(got), 0)
	queue(t, db, other, 1)
	got = must(db.ClaimDeliveries(ctx, nil, 1, now, now.Add(time.Minute)))
	same(t, "in all", len(got), 1)
	write(t, db, func(tx *store.Tx) error {
		return tx.SetHookSecret(ctx, h.property.ID, full.ID, "whsec_second", now.Add(time.Second))
	})
	got = must(db.ClaimDeliveries(ctx, nil, 1, now, now.Add(time.Minute)))
	same(t, "secrets", got[0].Secrets, []doorlink.Secret{"whsec_second", "whsec_first"})
	got = must(db.ClaimDeliveries(ctx, nil, 1, now.Add(time.Second), now.Add(time.Minute)))
	same(t, "after the overlap", got[0].Secrets, []doorlink.Secret{"whsec_second"})
}

func deliveriesAreListed(t *testing.T, db *store.DB) {
	ctx, h := t.Context(), newHouse(t, db)
	hook := newHook(t, db, h.property.ID, doorlink.EveryEvent)
	queue(t, db, hook, 5)
	now := soon()
	for i := range 3 {
		c := must(db.ClaimDeliveries(ctx, nil, 1, now, now.Add(time.Minute)))[0]
		a := store.Attempt{At: now, Status: 200}
		if i > 0 {
			a = store.Attempt{At: now, Status: 500, Why: "refused"} // and never again
		}
		write(t, db, func(tx *store.Tx) error {
			_, _, err := tx.FinishDelivery(ctx, c, a)
			return err
		})
	}
	count := func(state string) int {
		_, total, err := db.Deliveries(ctx, store.DeliveryQuery{Hook: hook.ID, State: state, Limit: 9})
		same(t, "error", err, nil)
		return total
	}
	same(t, "waiting", count(store.DeliveryWaiting), 2)
	same(t, "arrived", count(store.DeliveryArrived), 1)
	same(t, "dead", count(store.DeliveryDead), 2)

	first, total, err := db.Deliveries(ctx, store.DeliveryQuery{Hook: hook.ID, Limit: 3})
	same(t, "error", err, nil)
	same(t, "in all", total, 5)
	rest, _, err := db.Deliveries(ctx, store.DeliveryQuery{Hook: hook.ID, After: store.Position{At: first[2].At, ID: string(first[2].ID)}, Limit: 9})
	same(t, "error", err, nil)
	same(t, "the rest", len(rest), 2)
	none, _, err := db.Deliveries(ctx, store.DeliveryQuery{Hook: hook.ID, Event: doorlink.QRChanged, Limit: 9})
	same(t, "error", err, nil)
	same(t, "of another kind", len(none), 0)

	arrived, _, err := db.Deliveries(ctx, store.DeliveryQuery{Hook: hook.ID, State: store.DeliveryArrived, Limit: 1})
	same(t, "error", err, nil)
	write(t, db, func(tx *store.Tx) error { return tx.Replay(ctx, hook.ID, arrived[0].ID, now) })
	again := func(id doorlink.DeliveryID) error {
		return db.Write(ctx, func(tx *store.Tx) error { return tx.Replay(ctx, hook.ID, id, now) })
	}
	fails(t, "once more", again(arrived[0].ID), store.ErrWaiting)
	fails(t, "what there is not", again("dlv_none"), store.ErrNoDelivery)
	write(t, db, func(tx *store.Tx) error {
		n, err := tx.ReplayDead(ctx, hook.ID, now)
		same(t, "sent again", n, 2)
		return err
	})
	same(t, "all wait", count(store.DeliveryWaiting), 5)

	later := time.Now().Add(h.property.Keeps(doorlink.CallRecord) + time.Hour)
	gone, err := db.Purge(ctx, later)
	same(t, "error", err, nil)
	same(t, "purged", gone["deliveries"], int64(5))
}

func hookIsChanged(t *testing.T, db *store.DB) {
	ctx, h := t.Context(), newHouse(t, db)
	hook := newHook(t, db, h.property.ID, doorlink.CallMissed, doorlink.CallPlaced)
	queue(t, db, hook, 1)
	next := hook
	next.URL, next.Events, next.Paused, next.Why = "https://example.org/other", []doorlink.EventKind{doorlink.EveryEvent}, noon, "why"
	change := []doorlink.Change{doorlink.Edit(doorlink.Row{Hook: &hook}, doorlink.Row{Hook: &next})}
	arrange := func() error {
		return db.Write(ctx, func(tx *store.Tx) error { return tx.Arrange(ctx, h.property.ID, change) })
	}
	same(t, "a change", arrange(), nil)
	same(t, "the webhook", must(db.Hook(ctx, h.property.ID, hook.ID)).Hook, next)
	fails(t, "the same once more", arrange(), doorlink.ErrChanged)
	now := soon()
	same(t, "while paused", len(must(db.ClaimDeliveries(ctx, nil, 1, now, now.Add(time.Minute)))), 0)
	change = doorlink.Inverse(change)
	same(t, "taking it back", arrange(), nil)
	write(t, db, func(tx *store.Tx) error { return tx.WakeHook(ctx, hook.ID, now) })
	same(t, "then", len(must(db.ClaimDeliveries(ctx, nil, 1, now, now.Add(time.Minute)))), 1)

	for _, c := range []doorlink.Change{doorlink.Add(doorlink.Row{Hook: &doorlink.Hook{ID: "hook_x"}}), doorlink.Remove(doorlink.Row{Hook: &hook})} {
		change = []doorlink.Change{c}
		fails(t, "no webhook comes or goes by a change", arrange(), store.ErrMissing)
	}
	other := newHouse(t, db).property.ID
	_, err := db.Hook(ctx, other, hook.ID)
	fails(t, "at another property", err, store.ErrNoHook)
	gone := next
	gone.Paused, gone.Removed = time.Time{}, noon
	change = []doorlink.Change{doorlink.Edit(doorlink.Row{Hook: &hook}, doorlink.Row{Hook: &gone})}
	queue(t, db, hook, 1)
	same(t, "removing it", arrange(), nil)
	same(t, "all that are there", len(must(db.Hooks(ctx, h.property.ID))), 0)
	_, err = db.Hook(ctx, h.property.ID, hook.ID)
	fails(t, "once removed", err, store.ErrNoHook)
	write(t, db, func(tx *store.Tx) error {
		return tx.Tell(ctx, doorlink.Event{Kind: doorlink.CallMissed, Property: h.property.ID, At: noon})
	})
	now = soon().Add(time.Minute)
	same(t, "while removed", len(must(db.ClaimDeliveries(ctx, nil, 9, now, now.Add(time.Minute)))), 0)
	must(db.Purge(ctx, noon.Add(store.GoneTime)))
	change = doorlink.Inverse(change)
	same(t, "bringing it back", arrange(), nil)
	claimed := must(db.ClaimDeliveries(ctx, nil, 9, now, now.Add(time.Minute)))
	same(t, "its secret", claimed[0].Secrets[0].Reveal(), "whsec_first")
	same(t, "what it waits for", must(db.Hook(ctx, h.property.ID, hook.ID)).Waiting, 2)

	change = doorlink.Inverse(change)
	same(t, "removing it again", arrange(), nil)
	must(db.Purge(ctx, noon.Add(store.GoneTime+time.Millisecond)))
	change = doorlink.Inverse(change)
	fails(t, "too late", arrange(), doorlink.ErrChanged)
	if text := strings.Join(must(db.Texts(ctx, `SELECT id FROM deliveries`)), " "); text != "" {
		t.Errorf("got deliveries %s of a webhook that has gone", text)
	}
}
