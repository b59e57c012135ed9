package store_test

import (
	"fmt"
	"testing"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/store"
)

func buildingRefusesWhatCannotBe(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h, other := newHouse(t, db), newHouse(t, db)
	p := h.property.ID
	flat := doorlink.Door{ID: "door_flat", Property: p, Type: doorlink.Residence}
	write(t, db, func(tx *store.Tx) error { return tx.AddDoor(ctx, flat) })
	mail := person(p, "Eve", "", false)
	mail.Email = "eve@example.org"
	write(t, db, func(tx *store.Tx) error { return tx.AddPerson(ctx, mail) })
	mail.ID = "pers_eve"
	elsewhere := mail
	elsewhere.ID, elsewhere.Property = "pers_other", other.property.ID

	for _, c := range []struct {
		name string
		add  func(*store.Tx) error
		want error
	}{
		{"a panel beside a flat", func(tx *store.Tx) error {
			return tx.AddPanel(ctx, doorlink.Panel{ID: "panel_2", Door: flat.ID})
		}, doorlink.ErrResidenceDoor},
		{"a second panel", func(tx *store.Tx) error {
			return tx.AddPanel(ctx, doorlink.Panel{ID: "panel_2", Door: h.front.ID})
		}, store.ErrExists},
		{"a panel beside nothing", func(tx *store.Tx) error {
			return tx.AddPanel(ctx, doorlink.Panel{ID: "panel_2", Door: "door_none"})
		}, store.ErrNoDoor},
		{"a token twice", func(tx *store.Tx) error {
			return tx.AddSticker(ctx, doorlink.Sticker{ID: "stick_2", Panel: h.panel.ID, Token: h.sticker.Token, Short: "12345678"})
		}, store.ErrExists},
		{"a short code twice", func(tx *store.Tx) error {
			return tx.AddSticker(ctx, doorlink.Sticker{ID: "stick_2", Panel: h.panel.ID, Token: "t", Short: h.sticker.Short})
		}, store.ErrExists},
		{"a unit of the same name", func(tx *store.Tx) error {
			return tx.AddUnit(ctx, doorlink.Unit{ID: "unit_3", Property: p, Name: "1A"})
		}, store.ErrExists},
		{"a door of no property", func(tx *store.Tx) error {
			return tx.AddDoor(ctx, doorlink.Door{ID: "door_3", Property: "prop_none"})
		}, store.ErrMissing},
		{"an address twice", func(tx *store.Tx) error { return tx.AddPerson(ctx, mail) }, store.ErrExists},
		{"an address elsewhere", func(tx *store.Tx) error { return tx.AddPerson(ctx, elsewhere) }, nil},
		{"a unit elsewhere", func(tx *store.Tx) error { return tx.AddMembership(ctx, member(h.dot, other.unit1A)) }, store.ErrMissing},
		{"a unit twice", func(tx *store.Tx) error { return tx.AddMembership(ctx, member(h.ada, h.unit1A)) }, store.ErrExists},
		{"a key elsewhere", func(tx *store.Tx) error {
			return tx.AddHolder(ctx, doorlink.Holder{Key: other.key.ID, Person: h.dot.ID})
		}, store.ErrMissing},
		{"a door elsewhere on a key", func(tx *store.Tx) error {
			return tx.AddKeyDoor(ctx, doorlink.KeyDoor{Key: h.key.ID, Door: other.front.ID})
		}, store.ErrMissing},
		{"a key again, with other dates", func(tx *store.Tx) error {
			return tx.AddHolder(ctx, doorlink.Holder{Key: h.key.ID, Person: h.ben.ID})
		}, nil},
		{"nobody's switch", func(tx *store.Tx) error { return tx.SetPerson(ctx, doorlink.Person{ID: "pers_none"}) }, store.ErrNoPerson},
		{"a property that is none", func(tx *store.Tx) error {
			return tx.SetProperty(ctx, doorlink.Property{ID: "prop_none"})
		}, store.ErrNoProperty},
		{"a membership that is none", func(tx *store.Tx) error { return tx.EndMembership(ctx, "memb_none") }, store.ErrMissing},
	} {
		fails(t, c.name, db.Write(ctx, c.add), c.want)
	}
	same(t, "Ben's keys", must(db.Grants(ctx, h.front.ID, h.ben.ID))[0].To, time.Time{})
}

func buildingIsListed(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	same(t, "properties", must(db.Properties(ctx)), []doorlink.Property{h.property})
	same(t, "property", must(db.Property(ctx, h.property.ID)), h.property)
	doors := must(db.Doors(ctx, h.property.ID))
	same(t, "doors", doors, []store.Scanned{
		{Property: h.property, Door: h.front, Panel: h.panel, Revision: doors[0].Revision},
		{Property: h.property, Door: h.gate, Revision: doors[0].Revision},
	})
	same(t, "units", must(db.Units(ctx, h.property.ID)), []doorlink.Unit{h.unit1A, h.unit2B})
	same(t, "keys", must(db.Keys(ctx, h.property.ID)), []doorlink.Key{h.key})
	same(t, "people", must(db.People(ctx, h.property.ID)), []doorlink.Person{h.cem, h.ada, h.ben, h.dot})
	h.property.Notice = ""
	write(t, db, func(tx *store.Tx) error { return tx.SetProperty(ctx, h.property) })
	same(t, "changed", must(db.Property(ctx, h.property.ID)), h.property)
	h.dot.Family = "Quayson"
	write(t, db, func(tx *store.Tx) error { return tx.SetPerson(ctx, h.dot) })
	same(t, "changed", must(db.Person(ctx, h.dot.ID)), h.dot)
}

func plannedBuildingIsStoredWhole(t *testing.T, db *store.DB) {
	ctx := t.Context()
	p := must(building.New("Casa", "Europe/Lisbon"))
	door := must(p.AddDoor("Front", doorlink.Communal, "N1"))
	p.AddHandset(p.AddResident("1A", "Ada", "Nwosu"), "Firefox")
	if err := db.Build(ctx, p, noon); err != nil {
		t.Fatal(err)
	}
	same(t, "property", must(db.Properties(ctx)), []doorlink.Property{p.Property})
	same(t, "people", must(db.People(ctx, p.Property.ID)), p.People)
	same(t, "sticker", must(db.Scan(ctx, p.Stickers[0].Token, noon)).Door, door)
	facts := must(db.Directory(ctx, door.ID))
	same(t, "handsets", facts[0].Handsets, 1)
	same(t, "grants", len(facts[0].Grants), 1)

	again := must(building.New("Casa", "Europe/Lisbon"))
	again.People = p.People // of another property: one of many lines that cannot be
	if err := db.Build(ctx, again, noon); err == nil {
		t.Error("a building was stored with somebody else's people")
	}
	same(t, "properties", len(must(db.Properties(ctx))), 1)
}

func personIsRemovedWhole(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	invite(t, db, h.ada, "link")
	c := place(t, db, h.call(h.visit(), noon))
	remove := func() error { return db.Write(ctx, func(tx *store.Tx) error { return tx.RemovePerson(ctx, h.ada.ID) }) }
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"memberships", "holders", "handsets", "links"} {
		same(t, table, len(must(db.Texts(ctx, `SELECT person FROM `+table+` WHERE person = $1`, h.ada.ID))), 0)
	}
	must(db.Call(ctx, c.ID))
	fails(t, "again", remove(), store.ErrNoPerson)
}

// purgeKeepsToRetention has one thing of each kind just too old, and one that
// is not, and more of one kind than go in a batch.
func purgeKeepsToRetention(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	const many = 1203
	old := noon.Add(-doorlink.CallRecord.Retention() - time.Millisecond)
	kept := place(t, db, h.call(h.visit(), old)) // goes on
	ended := func(at time.Time) doorlink.Call { return h.call(h.visit(), at).HangUp(doorlink.Visitor, at) }
	write(t, db, func(tx *store.Tx) error {
		for i := range many {
			err := tx.Exec(ctx, `INSERT INTO visits (id, property, door, panel, begun_at) VALUES ($1, '', '', '', $2)`,
				fmt.Sprint("visit_", i), old.UnixMilli())
			if err != nil {
				return err
			}
		}
		return nil
	})
	gone := place(t, db, ended(old))
	young := place(t, db, ended(old.Add(time.Millisecond)))
	for i, kind := range []doorlink.RecordKind{doorlink.CallRecord, doorlink.CodeRecord, doorlink.SignRecord} {
		write(t, db, func(tx *store.Tx) error {
			for j := range 2 {
				at := noon.Add(-kind.Retention()).Add(time.Duration(-j) * time.Millisecond)
				err := tx.Exec(ctx, `INSERT INTO records (id, kind, property, door, door_type, person, own, call, state, at)
					VALUES ($1, $2, 'prop', '', '', '', $3, '', '', $4)`, fmt.Sprintf("rec_%d_%d", i, j), kind, false, at.UnixMilli())
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	invite(t, db, h.ada, "link")
	newToken(t, db, h.property.ID, "hash")
	if _, _, err := db.BeginRepeat(ctx, store.Repeat{Token: "tok_1", Key: "key"}, noon); err != nil {
		t.Fatal(err)
	}

	got := must(db.Purge(ctx, noon))
	same(t, "removed", got, map[string]int64{
		"calls": 1, "visits": many + 1, "records": 3, "codes": 0, "slots": 0, "links": 0, "managers": 0, "handsets": 0,
		"tokens": 0, "repeats": 0, "desk_links": 0, "desk_sessions": 0, "ceremonies": 0, "deliveries": 0, "hooks": 0, "taken": 0, "drafts": 0, "conflicts": 0, "purges": 0, "counts": 0,
	})
	_, err := db.Call(ctx, gone.ID)
	fails(t, "the old call", err, store.ErrNoCall)
	must(db.Call(ctx, kept.ID))
	must(db.Call(ctx, young.ID))

	must(db.ChangeSlot(ctx, h.front.ID, 1, doorlink.DayIn(time.Now(), time.UTC), 5, h.ada.ID, ask(kept.ID, 1)))
	same(t, "codes of today", must(db.Purge(ctx, noon))["codes"], 0)
	got = must(db.Purge(ctx, time.Now().Add(100*24*time.Hour)))
	same(t, "codes", got["codes"], 1)
	same(t, "slots", got["slots"], 1)
	same(t, "links", got["links"], 1)
	same(t, "handsets", got["handsets"], 1)
	same(t, "tokens", got["tokens"], 1)
	same(t, "repeats", got["repeats"], 1)
}

// purgeAsEachPropertySays has one record of a week ago at a house that keeps
// calls for six days, and one at a house that says nothing.
func purgeAsEachPropertySays(t *testing.T, db *store.DB) {
	ctx := t.Context()
	brief, usual := newHouse(t, db), newHouse(t, db)
	brief.property.Kept = map[doorlink.RecordKind]int{doorlink.CallRecord: 6}
	write(t, db, func(tx *store.Tx) error { return tx.SetProperty(ctx, brief.property) })
	old := noon.Add(-7 * 24 * time.Hour)
	gone := place(t, db, brief.call(brief.visit(), old).HangUp(doorlink.Visitor, old))
	kept := place(t, db, usual.call(usual.visit(), old).HangUp(doorlink.Visitor, old))
	same(t, "calls removed", must(db.Purge(ctx, noon))["calls"], 1)
	_, err := db.Call(ctx, gone.ID)
	fails(t, "at the first", err, store.ErrNoCall)
	must(db.Call(ctx, kept.ID))
}
