package store_test

import (
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

func stickerLeadsToItsDoor(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	newHouse(t, db) // a neighbour
	got := must(db.Scan(ctx, h.sticker.Token, noon))
	want := store.Scanned{Property: h.property, Door: h.front, Panel: h.panel, Sticker: h.sticker, Revision: got.Revision}
	same(t, "by token", got, want)
	same(t, "by short code", must(db.ScanShort(ctx, h.sticker.Short, noon)), want)

	_, err := db.Scan(ctx, doorlink.NewSecret(), noon)
	fails(t, "a token nobody printed", err, doorlink.ErrStickerUnknown)
	_, err = db.ScanShort(ctx, "00000000", noon)
	fails(t, "a short code nobody printed", err, doorlink.ErrStickerUnknown)
	for _, none := range []string{"\x00", "a\x00b", "\xff"} {
		_, err = db.Scan(ctx, doorlink.Secret(none), noon)
		fails(t, "a token that is no text", err, doorlink.ErrStickerUnknown)
		_, err = db.Property(ctx, doorlink.PropertyID(none))
		fails(t, "a property that is no text", err, store.ErrNoProperty)
		_, err = db.Call(ctx, doorlink.CallID(none))
		fails(t, "a call that is no text", err, store.ErrNoCall)
		same(t, "at an entry that is no text", must(db.UnitFacts(ctx, h.front.ID, doorlink.EntryID(none))), nil)
	}

	write(t, db, func(tx *store.Tx) error { return tx.EndSticker(ctx, h.sticker.ID, noon) })
	write(t, db, func(tx *store.Tx) error { return tx.EndSticker(ctx, h.sticker.ID, noon.Add(time.Hour)) })
	must(db.Scan(ctx, h.sticker.Token, noon.Add(-time.Millisecond)))
	got, err = db.Scan(ctx, h.sticker.Token, noon)
	fails(t, "an ended sticker", err, doorlink.ErrStickerOld)
	same(t, "what it tells", got, store.Scanned{})
	h.sticker.Ends = noon
	same(t, "for the printer", must(db.Stickers(ctx, h.panel.ID)), []doorlink.Sticker{h.sticker})
}

func doorWithoutPanel(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	got := must(db.Door(t.Context(), h.front.ID))
	same(t, "front", got, store.Scanned{Property: h.property, Door: h.front, Panel: h.panel, Revision: got.Revision})
	got = must(db.Door(t.Context(), h.gate.ID))
	same(t, "gate", got, store.Scanned{Property: h.property, Door: h.gate, Revision: got.Revision})
	same(t, "entrance", must(db.Entrance(t.Context(), h.front.ID)),
		doorlink.Entrance{Property: h.property, Door: h.front, Panel: h.panel})
	_, err := db.Door(t.Context(), "door_none")
	fails(t, "a door that is none", err, store.ErrNoDoor)
}

// revisionGrowsWithTheDirectory goes through every change that a directory may
// show, and some that it never shows.
func revisionGrowsWithTheDirectory(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	other := newHouse(t, db)
	p := h.property.ID
	eve := person(p, "Eve", "", false)
	unit := doorlink.Unit{ID: "unit_3", Property: p, Name: "3C"}
	key := doorlink.Key{ID: "key_2", Property: p}
	back := doorlink.Door{ID: "door_back", Property: p, Type: doorlink.Service}
	in3C := member(eve, unit)
	theirs := must(db.Revision(ctx, other.property.ID))
	inTx := func(f func(*store.Tx) error) func() error { return func() error { return db.Write(ctx, f) } }

	for _, change := range []struct {
		name  string
		make  func() error
		grows bool
	}{
		{"a door", inTx(func(tx *store.Tx) error { return tx.AddDoor(ctx, back) }), true},
		{"the property's name format", inTx(func(tx *store.Tx) error { return tx.SetProperty(ctx, h.property) }), true},
		{"a unit", inTx(func(tx *store.Tx) error { return tx.AddUnit(ctx, unit) }), true},
		{"a person", inTx(func(tx *store.Tx) error { return tx.AddPerson(ctx, eve) }), true},
		{"a person's name", inTx(func(tx *store.Tx) error { return tx.SetPerson(ctx, eve) }), true},
		{"a membership", inTx(func(tx *store.Tx) error { return tx.AddMembership(ctx, in3C) }), true},
		{"a key without doors", inTx(func(tx *store.Tx) error { return tx.AddKey(ctx, key) }), true},
		{"a door on a key", inTx(func(tx *store.Tx) error {
			return tx.AddKeyDoor(ctx, doorlink.KeyDoor{Key: key.ID, Door: back.ID})
		}), true},
		{"a holder", inTx(func(tx *store.Tx) error {
			return tx.AddHolder(ctx, doorlink.Holder{Key: key.ID, Person: eve.ID})
		}), true},
		{"a handset", inTx(func(tx *store.Tx) error {
			return tx.AddHandset(ctx, doorlink.Handset{ID: "hset_2", Person: eve.ID}, "session", noon)
		}), true},
		{"a switch", func() error { return db.SetShown(ctx, eve.ID, false) }, true},
		{"a link", func() error { return db.AddLink(ctx, eve.ID, "hash", noon.Add(time.Hour)) }, false},
		{"a sign-in", func() error {
			_, err := db.UseLink(ctx, "hash", "session 2", doorlink.Handset{}, noon)
			return err
		}, true},
		{"a sign-out", func() error { return db.EndSession(ctx, "session") }, true},
		{"a sign-out of nobody", func() error { return db.EndSession(ctx, "session") }, false},
		{"a call", func() error { _, err := db.AddCall(ctx, h.call(h.visit(), noon), anyCall); return err }, false},
		{"a sticker's end", inTx(func(tx *store.Tx) error { return tx.EndSticker(ctx, h.sticker.ID, noon) }), true},
		{"a membership's end", inTx(func(tx *store.Tx) error { return tx.EndMembership(ctx, in3C.ID) }), true},
		{"a person's end", inTx(func(tx *store.Tx) error { return tx.RemovePerson(ctx, eve.ID) }), true},
		{"a purge of handsets", func() error { _, err := db.Purge(ctx, noon.Add(store.SessionTime+time.Second)); return err }, true},
		{"a purge of nothing", func() error { _, err := db.Purge(ctx, noon); return err }, false},
	} {
		before := must(db.Revision(ctx, p))
		if err := change.make(); err != nil {
			t.Fatalf("%s: %v", change.name, err)
		}
		if grew := must(db.Revision(ctx, p)) > before; grew != change.grows {
			t.Errorf("%s: the revision grew: %v, want %v", change.name, grew, change.grows)
		}
	}
	same(t, "the neighbour's revision", must(db.Revision(ctx, other.property.ID)), theirs+1) // its handset was purged too
	_, err := db.Revision(ctx, "prop_none")
	fails(t, "a property that is none", err, store.ErrNoProperty)
}
