package office_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/store"
)

func TestALockTellsWhatIsKnownOfIt(t *testing.T) { onEach(t, lockIsKnown) }

// anHourOff is the calendar of a lock whose clock is an hour off at now, on the same
// day.
func anHourOff(now time.Time) doorcode.Calendar {
	_, offset := now.Zone()
	if now.Hour() < 12 {
		return doorcode.Calendar{Initial: offset + 3600}
	}
	return doorcode.Calendar{Initial: offset - 3600}
}

func lockIsKnown(t *testing.T, h *house) {
	ctx, d, now := t.Context(), h.desk(t), time.Now()
	setup := doorcode.Setup{
		Version: 1, Lock: "lock_1", Property: h.plan.Property.ID, Door: h.front.ID, DoorName: h.front.Name, Model: "M2", Epoch: 1, Places: 100,
		Params: doorcode.Defaults(), Calendar: doorcode.CalendarFor(d.Location(), now.Add(-time.Hour)), Issued: now,
	}
	give := func(s doorcode.Setup) {
		setup.Version++
		s.Version = setup.Version
		h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.AddLock(ctx, s) })
	}
	give(setup)
	l, err := d.Lock(ctx, h.front.ID)
	if err != nil || len(l.Waiting) > 0 || l.Odds.OneIn < 10_000 {
		t.Fatalf("a new lock: got %+v, %v", l, err)
	}
	h.talk(t)
	if _, _, err := d.ChangeQR(ctx, h.front.ID, office.QRChange{Seen: h.plan.Stickers[0].ID, Now: true, Codes: true}); err != nil {
		t.Fatal(err)
	}
	wrong := setup
	wrong.DoorName, wrong.Params.Digits, wrong.Calendar = "Gate", 6, anHourOff(now.In(d.Location()))
	give(wrong)
	l, err = d.Lock(ctx, h.front.ID)
	if want := []office.Waiting{office.LengthWaits, office.ClockWaits, office.NameWaits, office.CodesWait}; err != nil || !slices.Equal(l.Waiting, want) || l.Cancelled != 1 {
		t.Errorf("got %v with %d codes, want %v, %v", l.Waiting, l.Cancelled, want, err)
	}
	for show, want := range map[string]string{"": "Front door Gym ", office.ActiveLocks: "Front door ", office.MissingLocks: "Gym "} {
		p, err := d.Locks(ctx, office.Query{Only: map[string]string{"show": show}})
		var got strings.Builder
		for _, l := range p.Rows {
			got.WriteString(l.Name + " ")
		}
		if err != nil || got.String() != want || p.Total != len(p.Rows) {
			t.Errorf("%q: got %s, want %s, %v", show, got.String(), want, err)
		}
	}
	if p, err := d.Locks(ctx, office.Query{Find: "m2", Sort: "-since"}); err != nil || len(p.Rows) != 1 {
		t.Errorf("by model: got %v, %v", p.Rows, err)
	}
	if _, err := d.Locks(ctx, office.Query{Only: map[string]string{"show": "broken"}}); !errors.Is(err, office.ErrLocks) {
		t.Errorf("a wrong choice: got %v", err)
	}
	if _, err := d.Lock(ctx, doorlink.DoorID("door_none")); !errors.Is(err, store.ErrMissing) {
		t.Errorf("no door: got %v", err)
	}
}
