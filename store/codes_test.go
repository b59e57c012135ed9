package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/store"
)

const today = doorlink.Day(20526)

// setup is a lock's set-up as it is made at first.
func (h house) setup(version int) doorcode.Setup {
	return doorcode.Setup{
		Version: version, Lock: "lock_1", Property: h.property.ID, Door: h.front.ID, DoorName: h.front.Name,
		Zone: h.property.Zone, Epoch: 1, First: today, Params: doorcode.Defaults(), Places: 30, Issued: noon,
	}
}

func setupRoundTrip(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	add := func(s doorcode.Setup) error {
		return db.Write(ctx, func(tx *store.Tx) error { return tx.AddLock(ctx, s) })
	}
	_, err := db.Setup(ctx, h.front.ID)
	fails(t, "no lock", err, doorcode.ErrNoLock)
	for _, version := range []int{1, 3} {
		if err := add(h.setup(version)); err != nil {
			t.Fatal(err)
		}
		same(t, "set-up", must(db.Setup(ctx, h.front.ID)), h.setup(version))
	}
	fails(t, "the same again", add(h.setup(3)), store.ErrOldSetup)
	fails(t, "an older one", add(h.setup(2)), store.ErrOldSetup)
	same(t, "set-up", must(db.Setup(ctx, h.front.ID)), h.setup(3))
	lost := h.setup(1)
	lost.Door = "door_none"
	fails(t, "a door that is none", add(lost), store.ErrMissing)
}

// ask issues the nth code of a call.
func ask(call doorlink.CallID, nth int) func(doorcode.Slot) (doorcode.Slot, error) {
	return func(s doorcode.Slot) (doorcode.Slot, error) {
		_, next, err := s.Issue(doorcode.Params{Window: doorcode.Generations}, doorcode.Ask{Call: call, Nth: nth}, noSkip)
		return next, err
	}
}

func noSkip(uint8) bool { return false }

func unchanged(s doorcode.Slot) (doorcode.Slot, error) { return s, nil }

// slotIsKeptAsItWasLeft does what an issuer does, in any order, and finds the
// slot each time as the value that it left.
func slotIsKeptAsItWasLeft(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	day := today
	rapid.Check(t, func(r *rapid.T) {
		day++ // a fresh slot
		change := func(f func(doorcode.Slot) (doorcode.Slot, error)) doorcode.Slot {
			return must(db.ChangeSlot(t.Context(), h.front.ID, 1, day, 5, h.ada.ID, f))
		}
		model := doorcode.Slot{Place: doorcode.Place{Door: h.front.ID, Epoch: 1, Day: day}}
		for range rapid.IntRange(1, 12).Draw(r, "moves") {
			gen := uint8(rapid.IntRange(0, doorcode.Generations-1).Draw(r, "gen"))
			burn := rapid.Uint16().Draw(r, "burn")
			burn &= rapid.Uint16().Draw(r, "of those") // few
			call := doorlink.CallID(fmt.Sprintf("call_%d_%d", day, gen/2))
			issue := rapid.Bool().Draw(r, "issue")
			got := change(func(s doorcode.Slot) (doorcode.Slot, error) {
				if diff := cmp.Diff(model, s); diff != "" {
					r.Fatalf("the slot was not kept (-left +found):\n%s", diff)
				}
				if !issue {
					return s.MarkUsed(gen), nil
				}
				_, next, err := s.Issue(doorcode.Params{Window: 8}, doorcode.Ask{Call: call, Nth: 1 + int(gen)%2},
					func(g uint8) bool { return burn>>g&1 == 1 })
				if err != nil {
					return s, nil // full: leave it
				}
				return next, nil
			})
			model = got
		}
		if diff := cmp.Diff(model, change(unchanged)); diff != "" {
			r.Fatalf("the slot was not kept (-left +found):\n%s", diff)
		}
	})
}

func slotsAreDense(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	const places = 8
	lease := func(door doorlink.DoorID, epoch uint32, day doorlink.Day, who int) (doorcode.Slot, error) {
		call := doorlink.CallID(fmt.Sprintf("call_%s_%d_%d_%d", door, epoch, day, who))
		person := doorlink.PersonID(fmt.Sprintf("pers_%d", who))
		return db.ChangeSlot(t.Context(), door, epoch, day, places, person, ask(call, 1))
	}
	slots := make([]uint16, 12)
	wins := crowd(t, len(slots), func(i int) error {
		s, err := lease(h.front.ID, 1, today, i)
		slots[i] = s.Place.Slot
		return err
	}, doorcode.ErrNoPlace)
	same(t, "people with a slot", wins, places)
	same(t, "slots", slices.Compact(slices.Sorted(slices.Values(slots))), []uint16{0, 1, 2, 3, 4, 5, 6, 7})

	for _, free := range []struct {
		door  doorlink.DoorID
		epoch uint32
		day   doorlink.Day
	}{{h.front.ID, 1, today + 1}, {h.front.ID, 2, today}, {h.gate.ID, 1, today}} {
		s, err := lease(free.door, free.epoch, free.day, 99)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "place", s.Place, doorcode.Place{Door: free.door, Epoch: free.epoch, Day: free.day})
	}
}

func codesOfOneSlotTakeTurns(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	wins := crowd(t, doorcode.Generations, func(i int) error {
		call := doorlink.CallID(fmt.Sprintf("call_%d", i/2))
		_, err := db.ChangeSlot(t.Context(), h.front.ID, 1, today, 5, h.ada.ID, ask(call, 1+i%2))
		return err
	})
	same(t, "codes given", wins, doorcode.Generations)
	s := must(db.ChangeSlot(t.Context(), h.front.ID, 1, today, 5, h.ada.ID, unchanged))
	given := map[doorcode.Ask]bool{}
	for _, g := range s.Given {
		given[g.Ask] = true
	}
	same(t, "different codes", len(given), doorcode.Generations)
	records := must(db.Records(t.Context(), h.property.ID))
	same(t, "records", len(records), doorcode.Generations)
	for _, r := range records {
		same(t, "record", r, doorlink.Record{
			ID: r.ID, Kind: doorlink.CodeRecord, Property: h.property.ID, Door: h.front.ID, DoorType: h.front.Type,
			Person: h.ada.ID, Call: r.Call, At: r.At,
		})
	}
}

func refusedCodeLeavesNothing(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	refused := errors.New("refused")
	_, err := db.ChangeSlot(t.Context(), h.front.ID, 1, today, 5, h.ada.ID, func(s doorcode.Slot) (doorcode.Slot, error) {
		return s.MarkUsed(3), refused
	})
	fails(t, "the refusal", err, refused)
	same(t, "slots", must(db.Texts(t.Context(), `SELECT person FROM slots`)), nil)
	same(t, "codes", must(db.Texts(t.Context(), `SELECT person FROM codes`)), nil)
}

func codesOfACall(t *testing.T, db *store.DB) {
	ctx := t.Context()
	h := newHouse(t, db)
	const call = doorlink.CallID("call_1")
	change := func(f func(doorcode.Slot) (doorcode.Slot, error)) doorcode.Slot {
		return must(db.ChangeSlot(ctx, h.front.ID, 1, today, 5, h.ada.ID, f))
	}
	change(ask("call_other", 1))
	change(ask(call, 1))
	change(ask(call, 2))
	change(ask(call, 1)) // the same code again
	want := []doorcode.Handed{
		{Place: doorcode.Place{Door: h.front.ID, Epoch: 1, Day: today}, Gen: 1, Nth: 1},
		{Place: doorcode.Place{Door: h.front.ID, Epoch: 1, Day: today}, Gen: 2, Nth: 2},
	}
	same(t, "given", must(db.Handed(ctx, call)), want)
	same(t, "a call without codes", len(must(db.Handed(ctx, ""))), 0)

	mark := func(nth int, shown bool, opened string) {
		t.Helper()
		if err := db.MarkCode(ctx, call, nth, shown, opened, noon); err != nil {
			t.Fatal(err)
		}
	}
	mark(1, true, "")
	want[0].Shown = true
	same(t, "shown", must(db.Handed(ctx, call)), want)
	same(t, "not used yet", change(unchanged).Used, 0)
	mark(1, false, "no")
	want[0].Opened = "no"
	same(t, "shown stays", must(db.Handed(ctx, call)), want)
	mark(2, false, "yes")
	want[1].Opened = "yes"
	same(t, "opened", must(db.Handed(ctx, call)), want)
	same(t, "used", change(unchanged).Used, 1<<2)
	mark(2, true, "no")
	same(t, "used stays", change(unchanged).Used, 1<<2)
	fails(t, "a code that is none", db.MarkCode(ctx, call, 3, true, "", noon), store.ErrNoCode)
	fails(t, "a call that is none", db.MarkCode(ctx, "", 0, true, "", noon), store.ErrNoCode)
}
