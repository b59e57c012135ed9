package office_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
)

// talk is an answered call to Ada at the front door in which two codes were
// given; the first one was used.
func (h *house) talk(t *testing.T) doorlink.Call {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	v := doorlink.Visit{ID: doorlink.NewID[doorlink.VisitID]("visit"), Property: h.plan.Property.ID, Door: h.front.ID, Panel: h.plan.Panels[0].ID}
	m := h.plan.Memberships[0]
	as := doorlink.Caller{Kind: doorlink.Delivery, Line: "a parcel for Ada"}
	c := doorlink.PlaceCall(doorlink.NewID[doorlink.CallID]("call"), v, m.Entry, h.ada, m.Unit, as, false, now)
	c, err := h.db.AddCall(ctx, c, func(c doorlink.Call, _ []doorlink.Call) (doorlink.Call, error) { return c, nil })
	if err != nil {
		t.Fatal(err)
	}
	if c, err = h.db.ChangeCall(ctx, c.ID, func(c doorlink.Call) (doorlink.Call, error) {
		return c.Answer(h.plan.Handsets[0].ID, now)
	}); err != nil {
		t.Fatal(err)
	}
	zone, err := h.plan.Property.Location()
	if err != nil {
		t.Fatal(err)
	}
	for nth := range 2 {
		_, err := h.db.ChangeSlot(ctx, h.front.ID, 1, doorlink.DayIn(now, zone), 10, h.ada, func(s doorcode.Slot) (doorcode.Slot, error) {
			s.Given = append(s.Given[:len(s.Given):len(s.Given)], doorcode.Given{Ask: doorcode.Ask{Call: c.ID, Nth: nth}})
			return s, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := h.db.MarkCode(ctx, c.ID, 0, true, "yes", now); err != nil {
		t.Fatal(err)
	}
	return c
}

// shown are the numbers of the codes that a visitor is shown.
func (h *house) shown(t *testing.T, c doorlink.Call) (nths []int) {
	t.Helper()
	codes, err := h.db.Handed(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range codes {
		nths = append(nths, k.Nth)
	}
	return nths
}

func TestMovingOutEndsEverythingInOneAct(t *testing.T) { onEach(t, movingOut) }

func movingOut(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	var out []doorlink.HandsetID
	h.office.Use(office.Ways{SignOut: func(s doorlink.Handset) { out = append(out, s.ID) }})
	call := h.talk(t)
	link, _, err := d.InviteAgain(ctx, h.ada)
	if err != nil {
		t.Fatal(err)
	}
	before := h.standing(t)
	r := must(t)(d.MoveOut(ctx, h.ada))

	v, err := d.Person(ctx, h.ada)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Units)+len(v.Held)+v.Listed+v.Reach.Handsets != 0 {
		t.Errorf("she still has %+v", v)
	}
	if diff := cmp.Diff(h.shown(t, call), []int{0}); diff != "" {
		t.Errorf("codes that are shown (-got +want):\n%s", diff)
	}
	if _, err := h.db.UseLink(ctx, link.Secret.Hash(), "s", doorlink.Handset{}, time.Now().Add(time.Millisecond)); !errors.Is(err, store.ErrLinkExpired) {
		t.Errorf("her link: got %v", err)
	}
	if now, err := h.db.Call(ctx, call.ID); err != nil || now.State != doorlink.Answered || len(out) != 0 {
		t.Errorf("her call: got %s, %v; signed out %v", now.State, err, out)
	}
	deed, err := h.db.Deed(ctx, h.plan.Property.ID, r.Seq)
	if err != nil || deed.Action != "person.move_out" || deed.Detail.Facts[office.CodesFact] != "1" || deed.Detail.Facts[office.HandsetsFact] != "1" {
		t.Errorf("got deed %+v, %v", deed, err)
	}

	must(t)(d.Undo(ctx, r.Seq))
	after := h.standing(t)
	before.Reach = after.Reach // handsets sign in again
	same(t, "after undoing", after, before)
}

func TestOpenPagesCloseWhenNobodyTalks(t *testing.T) { onEach(t, pagesClose) }

func pagesClose(t *testing.T, h *house) {
	var out []doorlink.HandsetID
	h.office.Use(office.Ways{SignOut: func(s doorlink.Handset) { out = append(out, s.ID) }})
	must(t)(h.desk(t).MoveOut(t.Context(), h.ada))
	if diff := cmp.Diff(out, []doorlink.HandsetID{h.plan.Handsets[0].ID}); diff != "" {
		t.Errorf("signed out (-got +want):\n%s", diff)
	}
}

func TestACodeThatWasCalledBackIsNotGivenAgain(t *testing.T) { onEach(t, codeStaysBack) }

func codeStaysBack(t *testing.T, h *house) {
	ctx, d, call := t.Context(), h.desk(t), h.talk(t)
	must(t)(d.Revoke(ctx, h.ada))
	zone, _ := h.plan.Property.Location()
	ask := doorcode.Ask{Call: call.ID, Nth: 1}
	if _, err := h.db.ChangeSlot(ctx, h.front.ID, 1, doorlink.DayIn(time.Now(), zone), 10, h.ada, func(s doorcode.Slot) (doorcode.Slot, error) {
		if gen, ok := s.Of(ask); ok {
			t.Errorf("generation %d is still hers", gen)
		}
		return s, nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestRevokingKeepsThePlaceAndDeletingDoesNot(t *testing.T) { onEach(t, revokeAndDelete) }

func revokeAndDelete(t *testing.T, h *house) {
	ctx, d := t.Context(), h.desk(t)
	h.talk(t)
	must(t)(d.Revoke(ctx, h.ada))
	v, err := d.Person(ctx, h.ada)
	if err != nil || len(v.Units) != 1 || len(v.Held) != 0 || v.Reach.Handsets != 0 {
		t.Errorf("after revoking: got %+v, %v", v, err)
	}
	before := h.standing(t)
	if _, err := d.Delete(ctx, h.ada, "seen before"); !errors.Is(err, doorlink.ErrChanged) {
		t.Errorf("a stale tag: got %v", err)
	}
	r := must(t)(d.Delete(ctx, h.ada, v.Tag))
	if _, err := d.Person(ctx, h.ada); !errors.Is(err, store.ErrMissing) {
		t.Errorf("after deleting: got %v", err)
	}
	past, err := d.History(ctx, office.Query{})
	if err != nil || len(past.Rows) == 0 || past.Rows[0].Person != h.ada {
		t.Errorf("the history: got %v, %v", past.Rows, err)
	}
	must(t)(d.Undo(ctx, r.Seq))
	same(t, "after undoing", h.standing(t), before)
}

func TestLosingAKeyCallsBackCodesOfItsDoorsAlone(t *testing.T) { onEach(t, losingAKey) }

func losingAKey(t *testing.T, h *house) {
	ctx, d, call := t.Context(), h.desk(t), h.talk(t)
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddKeyDoor(ctx, doorlink.KeyDoor{Key: h.roof, Door: h.front.ID})
	})
	must(t)(d.GiveKey(ctx, doorlink.Holder{Key: h.roof, Person: h.ada}))
	must(t)(d.EndKey(ctx, h.ada, h.key, ""))
	if got := h.shown(t, call); len(got) != 2 {
		t.Errorf("another key opens the front door, but of two codes %v are left", got)
	}
	must(t)(d.EndKey(ctx, h.ada, h.roof, ""))
	if diff := cmp.Diff(h.shown(t, call), []int{0}); diff != "" {
		t.Errorf("without any key (-got +want):\n%s", diff)
	}
}

func TestErasingLeavesNothingThatTellsWho(t *testing.T) { onEach(t, erasing) }

func erasing(t *testing.T, h *house) {
	ctx, d, call := t.Context(), h.desk(t), h.talk(t)
	seen, err := d.Person(ctx, h.ada)
	if err != nil {
		t.Fatal(err)
	}
	ada := seen.Person
	ada.Family = "Obi"
	set := must(t)(d.SetPerson(ctx, ada, seen.Tag))
	if _, err := d.Erase(ctx, h.ada); !errors.Is(err, office.ErrInCall) {
		t.Fatalf("during a call: got %v", err)
	}
	if _, err := h.db.ChangeCall(ctx, call.ID, func(c doorlink.Call) (doorlink.Call, error) {
		return c.HangUp(doorlink.Visitor, time.Now()), nil
	}); err != nil {
		t.Fatal(err)
	}
	if s, err := d.Export(ctx, h.ada); err != nil || len(s.Calls) != 1 || len(s.Codes) != 2 || len(s.Handsets) != 1 ||
		len(s.Records) == 0 || len(s.Deeds) != 1 || len(s.Deeds[0].Changes) != 1 || s.Calls[0].Door != "Front door" {
		t.Errorf("exported %+v, %v", s, err)
	}
	r := must(t)(d.Erase(ctx, h.ada))
	if r.Undoable {
		t.Error("an erasure can be undone")
	}
	if _, err := d.Undo(ctx, set.Seq); !errors.Is(err, office.ErrNotUndone) {
		t.Errorf("undoing what was erased: got %v", err)
	}
	trace, err := h.db.Trace(ctx, seen.Person)
	if err != nil || len(trace.Calls)+len(trace.Codes)+len(trace.Records)+len(trace.Handsets)+len(trace.Links) != 0 {
		t.Errorf("left: %+v, %v", trace, err)
	}
	for _, deed := range trace.Deeds {
		if len(deed.Detail.Changes) != 0 {
			t.Errorf("the audit still tells %+v", deed)
		}
	}
	if c, err := h.db.Call(ctx, call.ID); err != nil || c.Caller.Line != "" || c.Unit != "" || !strings.HasPrefix(string(c.Person), "gone_") {
		t.Errorf("the call: got %+v, %v", c, err)
	}
	if _, err := h.db.VerifyAudit(ctx); err != nil {
		t.Errorf("the audit: %v", err)
	}
}
