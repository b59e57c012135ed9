package office_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

func TestManagersAreRemindedToLookAtPanels(t *testing.T) { onEach(t, remindedToLook) }

func remindedToLook(t *testing.T, h *house) {
	ctx, d, day := t.Context(), h.desk(t), 24*time.Hour
	due := func(want ...doorlink.DoorID) {
		t.Helper()
		found, err := h.desk(t).OverdueDoors(ctx)
		var got []doorlink.DoorID
		for _, l := range found {
			got = append(got, l.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		for _, door := range []doorlink.DoorID{h.front.ID, h.gym.ID} {
			v, err2 := h.desk(t).Link(ctx, door)
			if err != nil || err2 != nil || v.Overdue != slices.Contains(want, door) {
				t.Errorf("at %s: got %v, %v, %v", door, v.Overdue, err, err2)
			}
		}
	}
	due() // nothing hangs yet
	for i, days := range []time.Duration{31, 20} {
		if err := h.db.FirstScan(ctx, h.plan.Stickers[i].ID, time.Now().Add(-days*day)); err != nil {
			t.Fatal(err)
		}
	}
	due(h.front.ID)

	p := d.Property
	p.Look = 14
	set := must(t)(d.SetProperty(ctx, p, ""))
	due(h.front.ID, h.gym.ID)
	must(t)(h.desk(t).Looked(ctx, h.front.ID))
	due(h.gym.ID)
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.LookedAt(ctx, h.plan.Panels[0].ID, time.Now().Add(-15*day))
	})
	due(h.front.ID, h.gym.ID)
	must(t)(d.Undo(ctx, set.Seq))
	due()
}
