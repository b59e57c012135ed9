package store_test

import (
	"cmp"
	"slices"
	"testing"

	"doorlink"
	"doorlink/directory"
	"doorlink/store"
)

// facts is what the store should know of a person at a door, by a key.
func (h house) facts(p doorlink.Person, m doorlink.Membership, u doorlink.Unit, hold doorlink.Holder, on doorlink.KeyDoor) directory.Facts {
	f := directory.Facts{Person: p, Entry: m.Entry, Unit: u}
	if p.ID == h.handset.Person {
		f.Handsets = 1
	}
	if hold.Key != "" {
		f.Grants = []directory.Grant{{From: hold.From, To: hold.To, Hours: on.Hours}}
	}
	return f
}

// inOrder sorts facts, whose order means nothing.
func inOrder(all []directory.Facts) []directory.Facts {
	return slices.SortedFunc(slices.Values(all), func(a, b directory.Facts) int {
		return cmp.Or(cmp.Compare(a.Person.ID, b.Person.ID), cmp.Compare(a.Unit.ID, b.Unit.ID))
	})
}

func directoryHasEverybodyWithUnitOrKey(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	newHouse(t, db)
	for _, at := range []struct {
		door doorlink.Door
		on   doorlink.KeyDoor
	}{{h.front, h.frontHours}, {h.gate, h.byGate}} {
		want := []directory.Facts{
			h.facts(h.ada, h.adaIn1A, h.unit1A, h.adaHolds, at.on),
			h.facts(h.ben, h.benIn1A, h.unit1A, h.benHolds, at.on),
			h.facts(h.ben, h.benIn2B, h.unit2B, h.benHolds, at.on),
			h.facts(h.cem, doorlink.Membership{}, doorlink.Unit{}, h.cemHolds, at.on),
		}
		same(t, at.door.Name, inOrder(must(db.Directory(t.Context(), at.door.ID))), inOrder(want))
	}
	same(t, "listed", len(directory.Project(h.property, must(db.Directory(t.Context(), h.front.ID)), noon)), 1)
	same(t, "a door that is none", len(must(db.Directory(t.Context(), "door_none"))), 0)
}

func unitFactsStayInTheProperty(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h, other := newHouse(t, db), newHouse(t, db)
	want := []directory.Facts{
		h.facts(h.ada, h.adaIn1A, h.unit1A, h.adaHolds, h.byGate),
		h.facts(h.ben, h.benIn1A, h.unit1A, h.benHolds, h.byGate),
	}
	same(t, "1A", inOrder(must(db.UnitFacts(ctx, h.gate.ID, h.benIn1A.Entry))), inOrder(want))
	same(t, "a neighbour's line", len(must(db.UnitFacts(ctx, h.front.ID, other.adaIn1A.Entry))), 0)
	same(t, "a line that is none", len(must(db.UnitFacts(ctx, h.front.ID, "none"))), 0)
}

func grantsAreOfOneDoor(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	for _, f := range must(db.Directory(ctx, h.front.ID)) {
		same(t, f.Person.Given, must(db.Grants(ctx, h.front.ID, f.Person.ID)), f.Grants)
	}
	for _, f := range must(db.Directory(ctx, h.gate.ID)) {
		same(t, f.Person.Given, must(db.Grants(ctx, h.gate.ID, f.Person.ID)), f.Grants)
	}
	same(t, "without a key", len(must(db.Grants(ctx, h.front.ID, h.dot.ID))), 0)
	same(t, "nobody", len(must(db.Grants(ctx, h.front.ID, "pers_none"))), 0)
}

func personDoorsHavePanels(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	newHouse(t, db)
	p, at, doors, err := db.PersonDoors(ctx, h.ada.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "person", p, h.ada)
	same(t, "property", at, h.property)
	same(t, "doors", doors, []store.DoorFacts{{
		Door: h.front, Panel: h.panel,
		Facts: []directory.Facts{h.facts(h.ada, h.adaIn1A, h.unit1A, h.adaHolds, h.frontHours)},
	}})

	gate := doorlink.Panel{ID: id[doorlink.PanelID]("panel"), Door: h.gate.ID, Label: "G1"}
	write(t, db, func(tx *store.Tx) error { return tx.AddPanel(ctx, gate) })
	_, _, doors, err = db.PersonDoors(ctx, h.dot.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "doors of somebody without anything", doors, []store.DoorFacts{
		{Door: h.front, Panel: h.panel, Facts: []directory.Facts{{Person: h.dot}}},
		{Door: h.gate, Panel: gate, Facts: []directory.Facts{{Person: h.dot}}},
	})
	_, _, _, err = db.PersonDoors(ctx, "pers_none")
	fails(t, "a person who is none", err, store.ErrNoPerson)
}
