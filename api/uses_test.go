package api_test

import (
	"testing"
	"time"

	"doorlink"
	"doorlink/api"
	"doorlink/store"
)

func TestTheUseOfALinkIsListedByDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	zone, err := h.plan.Property.Location()
	if err != nil {
		t.Fatal(err)
	}
	today := doorlink.DayIn(time.Now(), zone)
	err = h.db.AddUses(t.Context(), []store.Use{{Panel: h.plan.Panels[0].ID, Sticker: h.plan.Stickers[0].ID, Day: today, Scans: 3, Calls: 1}})
	if err != nil {
		t.Fatal(err)
	}
	var days api.Whole[api.DayUse]
	p.asks(t, "GET", "doors/"+string(h.plan.Doors[0].ID)+"/link/uses", "").is(t, 200).read(t, &days)
	if n := len(days.Items); n != 30 || days.Items[n-1] != (api.DayUse{Day: today.String(), Scans: 3, Calls: 1}) || days.Items[0].Scans != 0 {
		t.Errorf("got %+v", days.Items)
	}
}

func TestTodayIsCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	zone, err := h.plan.Property.Location()
	if err != nil {
		t.Fatal(err)
	}
	day := doorlink.DayIn(time.Now(), zone)
	if err := h.db.AddUses(t.Context(), []store.Use{{Panel: h.plan.Panels[0].ID, Sticker: h.plan.Stickers[0].ID, Day: day, Scans: 3, Calls: 1}}); err != nil {
		t.Fatal(err)
	}
	var got api.Today
	p.asks(t, "GET", "today", "").is(t, 200).read(t, &got)
	if got.Day != day.String() || got.Scans != 3 || got.Calls != 1 || got.Now != 0 || got.Residents == 0 || got.Reached > got.Residents {
		t.Errorf("got %+v", got)
	}
}
