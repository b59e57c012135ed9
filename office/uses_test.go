package office_test

import (
	"errors"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// today is the day at the house.
func (h *house) today(tb testing.TB) doorlink.Day {
	tb.Helper()
	zone, err := h.plan.Property.Location()
	if err != nil {
		tb.Fatal(err)
	}
	return doorlink.DayIn(time.Now(), zone)
}

func TestTheLastDaysOfAPanelAreCounted(t *testing.T) { onEach(t, countsDays) }

func countsDays(t *testing.T, h *house) {
	ctx, d, today := t.Context(), h.desk(t), h.today(t)
	front, gym := h.plan.Panels[0], h.plan.Panels[1]
	err := h.db.AddUses(ctx, []store.Use{
		{Panel: front.ID, Sticker: "stick_1", Day: today, Scans: 3, Calls: 2},
		{Panel: front.ID, Sticker: "stick_2", Day: today, Scans: 1},
		{Panel: front.ID, Sticker: "stick_1", Day: today - office.UseDays + 1, Scans: 7},
		{Panel: front.ID, Sticker: "stick_1", Day: today - office.UseDays, Scans: 100},
		{Panel: gym.ID, Sticker: "stick_3", Day: today, Scans: 100},
	})
	if err != nil {
		t.Fatal(err)
	}
	days, err := d.Uses(ctx, h.front.ID)
	if err != nil || len(days) != office.UseDays {
		t.Fatalf("got %d days, %v", len(days), err)
	}
	first, last := days[0], days[len(days)-1]
	if first != (office.DayUse{Day: today - office.UseDays + 1, Scans: 7}) || last != (office.DayUse{Day: today, Scans: 4, Calls: 2}) || days[1].Scans != 0 {
		t.Errorf("got %+v to %+v", first, last)
	}
	must(t)(d.RetireLink(ctx, h.front.ID, ""))
	if _, err := d.Uses(ctx, h.front.ID); !errors.Is(err, store.ErrMissing) {
		t.Errorf("without a DOOR Link: got %v", err)
	}
}

func TestASilentPanelIsToldOfUntilSomebodyLooks(t *testing.T) { onEach(t, tellsOfSilence) }

func tellsOfSilence(t *testing.T, h *house) {
	ctx, d, today := t.Context(), h.desk(t), h.today(t)
	var uses []store.Use
	for day := today - 29; day <= today; day++ {
		uses = append(uses, store.Use{Panel: h.plan.Panels[1].ID, Sticker: "stick_2", Day: day, Scans: 20})
		if day < today-2 {
			uses = append(uses, store.Use{Panel: h.plan.Panels[0].ID, Sticker: "stick_1", Day: day, Scans: 20})
		}
	}
	if err := h.db.AddUses(ctx, uses); err != nil {
		t.Fatal(err)
	}
	want := doorlink.Silence{Since: today - 2, Missed: 40}
	found, err := d.SilentDoors(ctx)
	if err != nil || len(found) != 1 || found[0].Door.ID != h.front.ID || found[0].Silence != want {
		t.Errorf("got %+v, %v", found, err)
	}
	if v, err := d.Link(ctx, h.front.ID); err != nil || v.Silence == nil || *v.Silence != want {
		t.Errorf("got %+v, %v", v.Silence, err)
	}
	if v, err := d.Link(ctx, h.gym.ID); err != nil || v.Silence != nil {
		t.Errorf("the other door: got %+v, %v", v.Silence, err)
	}
	must(t)(d.Looked(ctx, h.front.ID))
	if found, err := d.SilentDoors(ctx); err != nil || len(found) > 0 {
		t.Errorf("after a look: got %+v, %v", found, err)
	}
}

func TestTodayIsCounted(t *testing.T) { onEach(t, countsToday) }

func countsToday(t *testing.T, h *house) {
	ctx, d, today := t.Context(), h.desk(t), h.today(t)
	front, gym, other := h.plan.Panels[0], h.plan.Panels[1], h.elsewhere.Panels[0]
	err := h.db.AddUses(ctx, []store.Use{
		{Panel: front.ID, Sticker: "stick_1", Day: today, Scans: 3, Calls: 2},
		{Panel: gym.ID, Sticker: "stick_3", Day: today, Scans: 5, Calls: 1},
		{Panel: gym.ID, Sticker: "stick_3", Day: today - 1, Scans: 100, Calls: 100},
		{Panel: other.ID, Sticker: "stick_4", Day: today, Scans: 100, Calls: 100},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := d.Today(ctx); err != nil || got != (office.Today{Day: today, Scans: 8, Calls: 3}) {
		t.Errorf("got %+v, %v", got, err)
	}
	v, m := doorlink.Visit{ID: "visit_1", Property: h.plan.Property.ID, Door: h.gym.ID, Panel: gym.ID}, h.plan.Memberships[0]
	c := doorlink.PlaceCall("call_1", v, m.Entry, m.Person, m.Unit, doorlink.Caller{}, false, time.Now())
	if _, err := h.db.AddCall(ctx, c, func(c doorlink.Call, _ []doorlink.Call) (doorlink.Call, error) { return c, nil }); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Today(ctx); err != nil || got.Now != 1 {
		t.Errorf("with a call: got %+v, %v", got, err)
	}
	for door, want := range map[doorlink.DoorID]int{h.front.ID: 0, h.gym.ID: 1} {
		if got, err := d.Link(ctx, door); err != nil || got.Now != want {
			t.Errorf("at %s: got %d calls, %v", door, got.Now, err)
		}
	}
}
