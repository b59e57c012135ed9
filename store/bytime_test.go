package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

// logsAreReadBothWays reads logs two entries at a time, of which several happened
// in the same moment: the oldest first is the latest first the other way round.
func logsAreReadBothWays(t *testing.T, db *store.DB) {
	ctx, h := t.Context(), newHouse(t, db)
	p, hook := h.property.ID, newHook(t, db, h.property.ID, doorlink.EveryEvent)
	write(t, db, func(tx *store.Tx) error {
		for i := range 9 {
			at := noon.Add(time.Duration(i/3) * time.Second)
			if err := tx.TellHook(ctx, doorlink.Event{Kind: doorlink.HookTest, Property: p, At: at}, hook.ID); err != nil {
				return err
			}
			taken := store.Taken{ID: id[doorlink.TakenID]("take"), Property: p, At: at, File: "May.csv"}
			if err := tx.AddTaken(ctx, taken); err != nil {
				return err
			}
			deed := doorlink.Deed{Property: p, At: at, Action: "unit.set", Subject: fmt.Sprint("unit_", i%4)}
			if _, err := tx.Audit(ctx, deed); err != nil {
				return err
			}
		}
		return nil
	})
	deeds := func(subjects ...string) func(bool, store.Position, int64) []entry {
		return func(oldest bool, _ store.Position, after int64) (all []entry) {
			for _, d := range must(db.Deeds(ctx, store.DeedQuery{Property: p, Subjects: subjects, Oldest: oldest, After: after, Limit: 2})) {
				all = append(all, entry{store.Position{At: d.At}, d.Seq})
			}
			return all
		}
	}
	for _, log := range []struct {
		name string
		n    int
		read func(oldest bool, after store.Position, seq int64) []entry
	}{
		{"deliveries", 9, func(oldest bool, after store.Position, _ int64) (all []entry) {
			list, _, err := db.Deliveries(ctx, store.DeliveryQuery{Hook: hook.ID, Oldest: oldest, After: after, Limit: 2})
			same(t, "error", err, nil)
			for _, d := range list {
				all = append(all, entry{store.Position{At: d.At, ID: string(d.ID)}, 0})
			}
			return all
		}},
		{"lists", 9, func(oldest bool, after store.Position, _ int64) (all []entry) {
			for _, l := range must(db.TakenLists(ctx, store.TakenQuery{Property: p, Oldest: oldest, After: after, Limit: 2})) {
				all = append(all, entry{store.Position{At: l.At, ID: string(l.ID)}, 0})
			}
			return all
		}},
		{"audit", 9, deeds()},
		{"audit of two things", 5, deeds("unit_0", "unit_1", "unit_none")},
		{"audit of nothing", 0, deeds("unit_none")},
	} {
		latest, oldest := toItsEnd(log.read, false), toItsEnd(log.read, true)
		same(t, log.name, len(oldest), log.n)
		same(t, log.name+" in time", slices.IsSortedFunc(oldest, func(a, b entry) int { return a.At.Compare(b.At) }), true)
		slices.Reverse(latest)
		same(t, log.name+" both ways", latest, oldest)
	}
}

// entry is where something stands in a log.
type entry struct {
	store.Position
	Seq int64
}

// toItsEnd reads a log a page at a time.
func toItsEnd(read func(bool, store.Position, int64) []entry, oldest bool) (all []entry) {
	var last entry
	for {
		page := read(oldest, last.Position, last.Seq)
		if len(page) == 0 {
			return all
		}
		all, last = append(all, page...), page[len(page)-1]
	}
}

// deliveryIsFoundByID looks for what a receiver has in its log.
func deliveryIsFoundByID(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	hook := newHook(t, db, h.property.ID, doorlink.EveryEvent)
	queue(t, db, hook, 3)
	find := func(q store.DeliveryQuery) []store.Delivery {
		q.Limit = 9
		all, total, err := db.Deliveries(t.Context(), q)
		same(t, "error", err, nil)
		same(t, "in all", total, len(all))
		return all
	}
	one := find(store.DeliveryQuery{Hook: hook.ID})[1]
	for _, q := range []store.DeliveryQuery{{}, {State: store.DeliveryWaiting, Event: doorlink.HookTest}, {Oldest: true}} {
		q.Hook, q.ID = hook.ID, one.ID
		same(t, "its ID", find(q), []store.Delivery{one})
	}
	for _, q := range []store.DeliveryQuery{
		{Hook: hook.ID, ID: one.ID[:20]}, {Hook: hook.ID, ID: "%"}, {Hook: hook.ID, ID: "\x00"}, {Hook: "hook_other", ID: one.ID},
		{Hook: hook.ID, ID: one.ID, State: store.DeliveryDead}, {Hook: hook.ID, ID: one.ID, Event: doorlink.QRChanged},
	} {
		same(t, "what is otherwise", len(find(q)), 0)
	}
}
