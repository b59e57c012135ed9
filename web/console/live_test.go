package console

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/store"
)

// liveTexts are what an open page is told.
func (v *visit) liveTexts(page string) map[string]string {
	v.t.Helper()
	var texts map[string]string
	if got := v.get(page); got.status != http.StatusOK || json.Unmarshal([]byte(got.body), &texts) != nil {
		v.t.Fatalf("%s: got status %d, %s", page, got.status, got.body)
	}
	return texts
}

// happens has the front door scanned and called from today, and a call go on.
func (h *house) happens(t *testing.T, scans, calls int64) {
	t.Helper()
	zone, err := h.plan.Property.Location()
	if err != nil {
		t.Fatal(err)
	}
	panel, today := h.plan.Panels[0].ID, doorlink.DayIn(time.Now(), zone)
	if err := h.db.AddUses(t.Context(), []store.Use{{Panel: panel, Sticker: h.plan.Stickers[0].ID, Day: today, Scans: scans, Calls: calls}}); err != nil {
		t.Fatal(err)
	}
	at := doorlink.Visit{ID: doorlink.NewID[doorlink.VisitID]("visit"), Property: h.plan.Property.ID, Door: h.plan.Doors[0].ID, Panel: panel}
	who := h.plan.Memberships[0]
	c := doorlink.PlaceCall(doorlink.NewID[doorlink.CallID]("call"), at, who.Entry, who.Person, who.Unit, doorlink.Caller{}, false, time.Now())
	if _, err := h.db.AddCall(t.Context(), c, func(c doorlink.Call, _ []doorlink.Call) (doorlink.Call, error) { return c, nil }); err != nil {
		t.Fatal(err)
	}
}

func TestLiveCountsAreThoseOfThePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	link := h.path("doors/" + string(h.plan.Doors[0].ID) + "/link")
	first := v.liveTexts(h.path("live"))
	if first["calls"] != "0" || first["calls.beside"] != "none going on" || first["people.beside"] != "0 of 1 resident can be reached" {
		t.Errorf("before: got %v", first)
	}
	h.happens(t, 12, 1)
	for page, from := range map[string]string{"overview": h.path("live"), "reports": h.path("live"), link: link + "/live"} {
		if page != link {
			page = h.path(page)
		}
		texts, shown := v.liveTexts(from), v.get(page).body
		if texts["scans"] != "12" || texts["calls.words"] != "call today" || texts["calls.beside"] != "1 going on now" {
			t.Errorf("%s: got %v", from, texts)
		}
		if !strings.Contains(shown, `data-counts="`+from+`"`) || !strings.Contains(shown, `<span data-live="calls.words">call today</span>`) {
			t.Errorf("%s does not show what it is told from %s", page, from)
		}
		for name, text := range texts {
			if strings.Contains(shown, `data-live="`+name+`"`) && name != "now" && !strings.Contains(shown, `data-live="`+name+`">`+text+`<`) {
				t.Errorf("%s has other words for %s than %q", page, name, text)
			}
		}
	}
}

func TestWhatHasNotChangedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	page := h.path("doors/" + string(h.plan.Doors[0].ID) + "/link/live")
	first := v.get(page)
	known := http.Header{"If-None-Match": {first.header.Get("ETag")}}
	if got := v.do(http.MethodGet, page, nil, known); got.status != http.StatusNotModified || got.body != "" {
		t.Errorf("the same: got status %d, %q", got.status, got.body)
	}
	h.happens(t, 1, 1)
	if got := v.do(http.MethodGet, page, nil, known); got.status != http.StatusOK || got.header.Get("ETag") == first.header.Get("ETag") {
		t.Errorf("after a scan: got status %d", got.status)
	}
}

func TestAnOpenPageDoesNotKeepItsManagerSignedIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	secret, left := doorlink.NewSecret(), time.Now().Add(-time.Hour)
	asks := func(page string) (status int, used time.Time) {
		r := h.ask("GET /console/{property}/"+page, h.plan.Property.ID)
		r.AddCookie(&http.Cookie{Name: cookie, Value: secret.Reveal()})
		status, _ = h.served(t, r)
		all, err := h.db.Desks(t.Context(), h.linda.ID)
		if err != nil || len(all) != 1 {
			t.Fatalf("got %d sessions, %v", len(all), err)
		}
		return status, all[0].Used
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		r := h.ask("GET /console/{property}/live", h.plan.Property.ID)
		return tx.AddDesk(ctx, store.DeskSession{Hash: secret.Hash(), Manager: h.linda.ID, Browser: browser(r), Way: byLink, Added: left, Used: left})
	})
	if status, used := asks("live"); status != http.StatusOK || used.After(left) {
		t.Errorf("got status %d, used at %s", status, used)
	}
	if status, used := asks("overview"); status != http.StatusOK || !used.After(left) {
		t.Errorf("a page that is opened: got status %d, used at %s", status, used)
	}
}

func TestAManagerAsksForCountsWithinABudget(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	link := h.path("doors/" + string(h.plan.Doors[0].ID) + "/link/live")
	refused := 0
	for range countsPerManager.Burst {
		for _, page := range []string{h.path("live"), link} {
			got := v.get(page)
			if got.status == http.StatusTooManyRequests && got.header.Get("Retry-After") != "" {
				refused++
			} else if got.status != http.StatusOK {
				t.Fatalf("%s: got status %d", page, got.status)
			}
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
	if got := v.get(h.path("overview")); got.status != http.StatusOK {
		t.Errorf("the page: got status %d", got.status)
	}
	if got := h.signedIn(t, h.rut).get(link); got.status != http.StatusOK {
		t.Errorf("another manager: got status %d", got.status)
	}
}
