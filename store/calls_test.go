package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

func callComesBackAsPlaced(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	c := place(t, db, h.call(h.visit(), noon.Add(1234567*time.Nanosecond)))
	same(t, "placed", c.Placed, noon.Add(time.Millisecond))
	same(t, "version", c.Version, 1)
	same(t, "by ID", must(db.Call(t.Context(), c.ID)), c)

	c = move(t, db, c.ID, func(c doorlink.Call) (doorlink.Call, error) {
		return c.Answer(h.handset.ID, noon.Add(9*time.Second+time.Nanosecond))
	})
	same(t, "version", c.Version, 2)
	same(t, "answered", must(db.Call(t.Context(), c.ID)), c)

	c = move(t, db, c.ID, func(c doorlink.Call) (doorlink.Call, error) {
		return c.HangUp(doorlink.Visitor, noon.Add(time.Minute)), nil
	})
	same(t, "ended", must(db.Call(t.Context(), c.ID)), c)
	_, err := db.Call(t.Context(), "call_none")
	fails(t, "a call that is none", err, store.ErrNoCall)
}

func ruleSeesRecentCalls(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	ended := func(c doorlink.Call) doorlink.Call { return c.HangUp(doorlink.Visitor, c.Placed) }
	mine, other := h.visit(), h.visit()
	elsewhere := other
	elsewhere.Panel = "panel_other"
	toBen := func(c doorlink.Call) doorlink.Call { c.Person = h.ben.ID; return c }
	early := noon.Add(-doorlink.LimitSpan)

	seen := []doorlink.Call{ // latest first
		ended(h.call(other, noon.Add(-1*time.Minute))),       // same panel, same person
		ended(toBen(h.call(mine, noon.Add(-2*time.Minute)))), // same visit
		h.call(elsewhere, noon.Add(-3*time.Minute)),          // the person is in it
		toBen(h.call(mine, early.Add(-time.Hour))),           // same visit, goes on
		h.call(elsewhere, early.Add(-2*time.Hour)),           // the person is in it, since long
	}
	unseen := []doorlink.Call{
		ended(h.call(elsewhere, noon.Add(-time.Minute))), // another panel
		toBen(h.call(other, noon.Add(-time.Minute))),     // another visit and person
		ended(h.call(mine, early)),                       // too long ago
		ended(h.call(other, early.Add(-time.Second))),
	}
	for _, c := range append(slices.Clone(seen), unseen...) {
		place(t, db, c)
	}
	var got []doorlink.CallID
	must(db.AddCall(t.Context(), h.call(mine, noon), func(c doorlink.Call, recent []doorlink.Call) (doorlink.Call, error) {
		got = ids(recent)
		return c, nil
	}))
	same(t, "recent calls", got, ids(seen))
}

func ids(calls []doorlink.Call) (all []doorlink.CallID) {
	for _, c := range calls {
		all = append(all, c.ID)
	}
	return all
}

func refusedCallLeavesNothing(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	c := h.call(h.visit(), noon)
	_, err := db.AddCall(t.Context(), c, func(doorlink.Call, []doorlink.Call) (doorlink.Call, error) {
		return doorlink.Call{}, doorlink.ErrInCall
	})
	fails(t, "the rule's refusal", err, doorlink.ErrInCall)
	_, err = db.Call(t.Context(), c.ID)
	fails(t, "the refused call", err, store.ErrNoCall)
	same(t, "visits", must(db.Texts(t.Context(), `SELECT id FROM visits`)), nil)
}

// limits is the rule that the switchboard uses.
func limits(c doorlink.Call, recent []doorlink.Call) (doorlink.Call, error) {
	return c, doorlink.MayPlace(c, recent, c.Placed)
}

func oneVisitHasOneCall(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	for round := range 20 { // connections are ready from the second round on
		v := h.visit()
		wins := crowd(t, 16, func(i int) error {
			c := h.call(v, noon)
			c.Person = doorlink.PersonID(fmt.Sprintf("pers_%d_%d", round, i)) // so that the visit alone stands in the way
			_, err := db.AddCall(t.Context(), c, limits)
			return err
		}, doorlink.ErrInCall)
		same(t, "calls of one visit", wins, 1)
	}
}

func panelLimitHoldsInACrowd(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	held := doorlink.Fail(doorlink.Busy, "call.held")
	for round := range 10 {
		wins := crowd(t, 40, func(int) error {
			c := h.call(h.visit(), noon)
			c.Person = doorlink.PersonID(fmt.Sprintf("pers_%d", round))
			_, err := db.AddCall(t.Context(), c, limits)
			return err
		}, held)
		same(t, "calls from one panel to one person", wins, 12)
	}
}

func firstAnswerWins(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	c := place(t, db, h.call(h.visit(), noon))
	wins := crowd(t, 16, func(i int) error {
		_, err := db.ChangeCall(t.Context(), c.ID, func(c doorlink.Call) (doorlink.Call, error) {
			return c.Answer(doorlink.HandsetID(fmt.Sprintf("hset_%d", i)), noon.Add(time.Second))
		})
		return err
	}, doorlink.ErrTaken)
	same(t, "answers", wins, 1)
	c = must(db.Call(t.Context(), c.ID))
	same(t, "version", c.Version, 2)
	same(t, "state", c.State, doorlink.Answered)
}

func moveWithoutChangeWritesNothing(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	c := place(t, db, h.call(h.visit(), noon))
	kept := move(t, db, c.ID, func(c doorlink.Call) (doorlink.Call, error) { return c.Expire(noon), nil })
	same(t, "the call", kept, c)
	var refused = errors.New("refused")
	kept, err := db.ChangeCall(t.Context(), c.ID, func(c doorlink.Call) (doorlink.Call, error) { return doorlink.Call{}, refused })
	fails(t, "the refusal", err, refused)
	same(t, "the call of a refused move", kept, c)
}

func endedCallIsOnRecordOnce(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	c := place(t, db, h.call(h.visit(), noon))
	crowd(t, 8, func(i int) error {
		_, err := db.ChangeCall(t.Context(), c.ID, func(c doorlink.Call) (doorlink.Call, error) {
			return c.HangUp(doorlink.Visitor, noon.Add(time.Duration(i)*time.Second)), nil
		})
		return err
	})
	records := must(db.Records(t.Context(), h.property.ID))
	if len(records) != 1 {
		t.Fatalf("got %d records, want 1", len(records))
	}
	c = must(db.Call(t.Context(), c.ID))
	same(t, "record", records[0], doorlink.Record{
		ID: records[0].ID, Kind: doorlink.CallRecord, Property: h.property.ID, Door: h.front.ID, DoorType: h.front.Type,
		Person: h.ada.ID, Call: c.ID, State: doorlink.Cancelled, At: c.Since,
	})
}

func latestCallOfAVisit(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	v := h.visit()
	_, err := db.VisitCall(t.Context(), v.ID)
	fails(t, "a visit that has not called", err, store.ErrNoCall)
	place(t, db, h.call(v, noon))
	want := place(t, db, h.call(v, noon.Add(time.Minute)))
	place(t, db, h.call(h.visit(), noon.Add(time.Hour)))
	same(t, "latest call", must(db.VisitCall(t.Context(), v.ID)), want)
}

func callsThatMatterToAPerson(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	answered := func(ended time.Time) doorlink.Call {
		c, _ := h.call(h.visit(), noon.Add(-time.Hour)).Answer(h.handset.ID, noon.Add(-time.Hour))
		return c.HangUp(doorlink.Visitor, ended)
	}
	lately := place(t, db, answered(noon.Add(-doorlink.GrantTime).Add(time.Millisecond)))
	place(t, db, answered(noon.Add(-doorlink.GrantTime)))
	place(t, db, h.call(h.visit(), noon.Add(-time.Second)).HangUp(doorlink.Visitor, noon)) // never answered
	live := place(t, db, h.call(h.visit(), noon))
	forBen := h.call(h.visit(), noon)
	forBen.Person = h.ben.ID
	place(t, db, forBen)
	same(t, "calls of Ada", must(db.PersonCalls(t.Context(), h.ada.ID, noon)), []doorlink.Call{lately, live})
}

func overdueCallsLongestFirst(t *testing.T, db *store.DB) {
	h := newHouse(t, db)
	var want []doorlink.CallID
	for i := range 4 {
		c := place(t, db, h.call(h.visit(), noon.Add(time.Duration(i)*time.Second)))
		want = append(want, c.ID)
	}
	place(t, db, h.call(h.visit(), noon.Add(-time.Hour)).HangUp(doorlink.Visitor, noon)) // over
	now := noon.Add(doorlink.ReachTime + 2*time.Second)                                  // the third just ends
	same(t, "overdue", must(db.OverdueCalls(t.Context(), now, 10)), want[:3])
	same(t, "the first two", must(db.OverdueCalls(t.Context(), now, 2)), want[:2])
}
