package store_test

import (
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

// countsOfNodesAddUp has many nodes count the same sticker at once.
func countsOfNodesAddUp(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	panel, sticker := h.sticker.Panel, h.sticker.ID
	use := store.Use{Panel: panel, Sticker: sticker, Day: 20_000, Scans: 3, Calls: 1}
	before, next := use, use
	before.Day, next.Day = use.Day-1, use.Day+1
	same(t, "nodes", crowd(t, 16, func(int) error { return db.AddUses(ctx, []store.Use{use, next}) }, nil), 16)
	if err := db.AddUses(ctx, []store.Use{before}); err != nil {
		t.Fatal(err)
	}
	use.Scans, use.Calls, next.Scans, next.Calls = 48, 16, 48, 16
	same(t, "uses", must(db.Uses(ctx, panel, use.Day)), []store.Use{use, next})
	same(t, "at the property", must(db.UsesAt(ctx, h.property.ID, before.Day)), []store.Use{before, use, next})
	same(t, "elsewhere", must(db.UsesAt(ctx, "prop_none", 0)), nil)

	kept := time.Unix(int64(use.Day+doorlink.MaxKept+1)*86400, 0)
	same(t, "purged", must(db.Purge(ctx, kept))["counts"], 1)
	same(t, "left", must(db.Uses(ctx, panel, 0)), []store.Use{use, next})
}

// callsThatGoOn counts those of one property that are not over.
func callsThatGoOn(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	same(t, "before", must(db.LiveCalls(ctx, h.property.ID)), nil)
	over := place(t, db, h.call(h.visit(), noon))
	place(t, db, h.call(h.visit(), noon))
	place(t, db, h.call(h.visit(), noon))
	move(t, db, over.ID, func(c doorlink.Call) (doorlink.Call, error) { return c.HangUp(doorlink.Visitor, noon), nil })
	same(t, "calls", must(db.LiveCalls(ctx, h.property.ID)), []store.LiveCalls{{Door: h.front.ID, N: 2}})
	same(t, "elsewhere", must(db.LiveCalls(ctx, "prop_none")), nil)
}
