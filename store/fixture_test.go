package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/store"
)

// noon is when most tests take place.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// house is a small property. Ada lives in 1A and has a key and a handset; Ben
// lives in 1A and 2B, and his key ended yesterday; Cem has a key and no unit;
// Dot has neither.
type house struct {
	property           doorlink.Property
	front, gate        doorlink.Door // the front door has a panel, the gate has none
	panel              doorlink.Panel
	sticker            doorlink.Sticker
	unit1A, unit2B     doorlink.Unit
	key                doorlink.Key // front door, at all hours, and gate, by day
	ada, ben, cem, dot doorlink.Person
	adaIn1A, benIn1A   doorlink.Membership
	benIn2B            doorlink.Membership
	handset            doorlink.Handset
	adaHolds, benHolds doorlink.Holder
	cemHolds           doorlink.Holder
	frontHours, byGate doorlink.KeyDoor
}

// newHouse builds a house of its own name in the database.
func newHouse(tb testing.TB, db *store.DB) house {
	tb.Helper()
	h := planHouse()
	write(tb, db, func(tx *store.Tx) error { return h.build(tb, tx) })
	return h
}

func planHouse() house {
	var h house
	h.property = doorlink.Property{
		ID: id[doorlink.PropertyID]("prop"), Name: "Casa da Praça", Zone: "Europe/Lisbon",
		Names: doorlink.FirstAndInitial, SearchFirst: true, Notice: "Parcels: ring at the gate",
	}
	p := h.property.ID
	h.front = doorlink.Door{ID: id[doorlink.DoorID]("door"), Property: p, Name: "Front", Type: doorlink.BuildingEntrance}
	h.gate = doorlink.Door{ID: id[doorlink.DoorID]("door"), Property: p, Name: "Gate", Type: doorlink.Communal}
	h.panel = doorlink.Panel{ID: id[doorlink.PanelID]("panel"), Door: h.front.ID, Label: "N2"}
	h.sticker = doorlink.Sticker{
		ID: id[doorlink.StickerID]("stick"), Panel: h.panel.ID, Token: doorlink.NewSecret(), Short: doorlink.NewShortCode(),
	}
	h.unit1A = doorlink.Unit{ID: id[doorlink.UnitID]("unit"), Property: p, Name: "1A"}
	h.unit2B = doorlink.Unit{ID: id[doorlink.UnitID]("unit"), Property: p, Name: "2B"}
	h.key = doorlink.Key{ID: id[doorlink.KeyID]("key"), Property: p, Name: "Residents"}
	h.frontHours = doorlink.KeyDoor{Key: h.key.ID, Door: h.front.ID}
	h.byGate = doorlink.KeyDoor{Key: h.key.ID, Door: h.gate.ID, Hours: doorlink.Hours{From: 480, To: 1200}}
	h.ada = person(p, "Ada", "Nwosu", true)
	h.ben = person(p, "Ben", "Okri", false)
	h.cem = person(p, "Cem", "", true)
	h.dot = person(p, "Dot", "Quaye", true)
	h.adaIn1A, h.benIn1A, h.benIn2B = member(h.ada, h.unit1A), member(h.ben, h.unit1A), member(h.ben, h.unit2B)
	h.adaHolds = doorlink.Holder{Key: h.key.ID, Person: h.ada.ID}
	h.benHolds = doorlink.Holder{Key: h.key.ID, Person: h.ben.ID, From: noon.AddDate(-1, 0, 0), To: noon.AddDate(0, 0, -1)}
	h.cemHolds = doorlink.Holder{Key: h.key.ID, Person: h.cem.ID}
	h.handset = doorlink.Handset{ID: id[doorlink.HandsetID]("hset"), Person: h.ada.ID, Name: "Firefox on Android"}
	return h
}

func (h house) build(tb testing.TB, tx *store.Tx) error {
	ctx := tb.Context()
	return errors.Join(
		tx.AddProperty(ctx, h.property),
		tx.AddDoor(ctx, h.front), tx.AddDoor(ctx, h.gate),
		tx.AddPanel(ctx, h.panel), tx.AddSticker(ctx, h.sticker),
		tx.AddUnit(ctx, h.unit1A), tx.AddUnit(ctx, h.unit2B),
		tx.AddKey(ctx, h.key), tx.AddKeyDoor(ctx, h.frontHours), tx.AddKeyDoor(ctx, h.byGate),
		tx.AddPerson(ctx, h.ada), tx.AddPerson(ctx, h.ben), tx.AddPerson(ctx, h.cem), tx.AddPerson(ctx, h.dot),
		tx.AddMembership(ctx, h.adaIn1A), tx.AddMembership(ctx, h.benIn1A), tx.AddMembership(ctx, h.benIn2B),
		tx.AddHolder(ctx, h.adaHolds), tx.AddHolder(ctx, h.benHolds), tx.AddHolder(ctx, h.cemHolds),
		tx.AddHandset(ctx, h.handset, "", noon),
	)
}

func id[T ~string](prefix string) T { return doorlink.NewID[T](prefix) }

func person(p doorlink.PropertyID, given, family string, active bool) doorlink.Person {
	return doorlink.Person{
		ID: id[doorlink.PersonID]("pers"), Property: p, Given: given, Family: family, Shown: true, Activated: active,
	}
}

func member(p doorlink.Person, u doorlink.Unit) doorlink.Membership {
	return doorlink.Membership{
		ID: id[doorlink.MembershipID]("memb"), Entry: doorlink.NewEntryID(), Person: p.ID, Unit: u.ID,
	}
}

// visit is another visitor at the front door.
func (h house) visit() doorlink.Visit {
	return doorlink.Visit{
		ID: id[doorlink.VisitID]("visit"), Property: h.property.ID, Door: h.front.ID, Panel: h.panel.ID, Sticker: h.sticker.ID,
	}
}

// call is a call from a visit to Ada, placed at a time.
func (h house) call(v doorlink.Visit, placed time.Time) doorlink.Call {
	as := doorlink.Caller{Kind: doorlink.Delivery, Line: "parcel for Ada"}
	return doorlink.PlaceCall(id[doorlink.CallID]("call"), v, h.adaIn1A.Entry, h.ada.ID, h.unit1A.ID, as, false, placed)
}

// place adds a call whatever else there is.
func place(tb testing.TB, db *store.DB, c doorlink.Call) doorlink.Call {
	tb.Helper()
	c, err := db.AddCall(tb.Context(), c, anyCall)
	if err != nil {
		tb.Fatalf("placing a call: %v", err)
	}
	return c
}

func anyCall(c doorlink.Call, _ []doorlink.Call) (doorlink.Call, error) { return c, nil }

// move applies a move that must succeed.
func move(tb testing.TB, db *store.DB, id doorlink.CallID, change func(doorlink.Call) (doorlink.Call, error)) doorlink.Call {
	tb.Helper()
	c, err := db.ChangeCall(tb.Context(), id, change)
	if err != nil {
		tb.Fatalf("changing a call: %v", err)
	}
	return c
}

func write(tb testing.TB, db *store.DB, f func(*store.Tx) error) {
	tb.Helper()
	if err := db.Write(tb.Context(), f); err != nil {
		tb.Fatalf("writing: %v", err)
	}
}

// crowd runs f n times at once and returns how many calls returned no error;
// every other error must be one of the allowed.
func crowd(tb testing.TB, n int, f func(i int) error, allowed ...error) (wins int) {
	tb.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	for _, err := range errs {
		if err == nil {
			wins++
		} else if !isOneOf(err, allowed) {
			tb.Errorf("one of the crowd: %v", err)
		}
	}
	return wins
}

func isOneOf(err error, allowed []error) bool {
	for _, a := range allowed {
		if errors.Is(err, a) {
			return true
		}
	}
	return false
}

// same fails the test unless got equals want.
func same[T any](tb testing.TB, what string, got, want T, options ...cmp.Option) {
	tb.Helper()
	if diff := cmp.Diff(want, got, options...); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// fails fails the test unless err is want.
func fails(tb testing.TB, what string, err, want error) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Errorf("%s: got error %v, want %v", what, err, want)
	}
}

// must returns v, or ends the test.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("unexpected error: %v", err))
	}
	return v
}
