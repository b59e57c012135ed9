package console

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

func TestTheUseOfALinkIsDrawnAndWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	link := h.path("doors/" + string(h.plan.Doors[0].ID) + "/link")
	if got := v.get(link); !strings.Contains(got.body, "Nobody has scanned it in the last 30 days") || strings.Contains(got.body, `class="graph"`) {
		t.Errorf("got status %d, want no chart of nothing", got.status)
	}
	zone, err := h.plan.Property.Location()
	if err != nil {
		t.Fatal(err)
	}
	today := doorlink.DayIn(time.Now(), zone)
	var uses []store.Use
	for day := today - 29; day < today-1; day++ { // nobody since
		uses = append(uses, store.Use{Panel: h.plan.Panels[0].ID, Sticker: h.plan.Stickers[0].ID, Day: day, Scans: 40, Calls: 10})
	}
	if err := h.db.AddUses(t.Context(), uses); err != nil {
		t.Fatal(err)
	}
	got := v.get(link)
	for _, want := range []string{`class="graph"`, "1,120 scans and 280 calls", "<td class=\"n\">40</td>", "the sticker may be covered"} {
		if got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("the tab, with status %d, does not say %s", got.status, want)
		}
	}
	if got := v.get(h.path("overview")); !strings.Contains(got.body, "the sticker may be covered") || !strings.Contains(got.body, link) {
		t.Error("the overview does not lead to the silent door")
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.LookedAt(ctx, h.plan.Panels[0].ID, time.Now())
	})
	for _, page := range []string{link, h.path("overview")} {
		if got := v.get(page); strings.Contains(got.body, "the sticker may be covered") {
			t.Errorf("%s still asks for a look", page)
		}
	}
}

func TestTheOverviewRemindsOfPanelsToLookAt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	link := h.path("doors/" + string(h.plan.Doors[0].ID) + "/link")
	if got := v.get(h.path("overview")); strings.Contains(got.body, "to look at") {
		t.Error("it reminds of what does not hang yet")
	}
	if err := h.db.FirstScan(t.Context(), h.plan.Stickers[0].ID, time.Now().AddDate(0, 0, -31)); err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]string{h.path("overview"): link + `#look">Front door</a>`, link: "Look due"} {
		if got := v.get(page); got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("%s: got status %d, want %s", page, got.status, want)
		}
	}
	if got := v.get(h.path("overview")); !strings.Contains(got.body, "A panel to look at") || !strings.Contains(got.body, "for 30 days") {
		t.Error("it does not say since when")
	}
	v.post(link+"/looked", nil)
	for _, page := range []string{h.path("overview"), link} {
		if got := v.get(page); strings.Contains(got.body, "to look at") || strings.Contains(got.body, "Look due") {
			t.Errorf("%s still asks for a look", page)
		}
	}
}
