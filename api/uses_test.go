package api_test

import (
	"testing"
	"time"

	"doorlink"
	"doorlink/api"
	"doorlink/store"
)

// used counts three scans of the front door and a call there, and returns the day:
// today.
func (h *house) used(tb testing.TB) doorlink.Day {
	tb.Helper()
	zone, err := h.plan.Property.Location()
	if err != nil {
		tb.Fatal(err)
	}
	today := doorlink.DayIn(time.Now(), zone)
	use := store.Use{Panel: h.plan.Panels[0].ID, Sticker: h.plan.Stickers[0].ID, Day: today, Scans: 3, Calls: 1}
	if err := h.db.AddUses(tb.Context(), []store.Use{use}); err != nil {
		tb.Fatal(err)
	}
	return today
}

func TestTheUseOfALinkIsListedByDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	today := h.used(t)
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
	today := h.used(t)
	var got api.Today
	p.asks(t, "GET", "today", "").is(t, 200).read(t, &got)
	if got.Day != today.String() || got.Scans != 3 || got.Calls != 1 || got.Now != 0 || got.Residents == 0 || got.Reached > got.Residents {
		t.Errorf("got %+v", got)
	}
}
