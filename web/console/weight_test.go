package console

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"
)

// download matches the addresses of what is no page.
var download = regexp.MustCompile(`[./](csv|json)$`)

// TestPagesStayLightInALargeEstate holds the budget of 60 kB for each page, as it
// goes to a browser, where lists have many pages and as many units are proposed as
// may be.
func TestPagesStayLightInALargeEstate(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	estate := newPlan(t, "Plane Estate")
	for i := range 900 {
		who := estate.AddPerson(fmt.Sprintf("Maximiliane-%d", i%371), fmt.Sprintf("Schwarzenberger-%d", i))
		estate.People[i].Email = fmt.Sprintf("maximiliane.schwarzenberger.%d@hausverwaltung.example", i)
		estate.Give(who, estate.Keys[0].ID)
		estate.MoveIn(who, fmt.Sprintf("%d.OG-%c", i/30, 'A'+i/3%10))
		if i%2 == 0 {
			estate.AddHandset(who, "Firefox · Android")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so much at once is not done by hand
	defer cancel()
	if err := h.db.Build(ctx, estate, time.Now()); err != nil {
		t.Fatal(err)
	}
	v := h.signedIn(t, h.rut)
	home := root + string(estate.Property.ID) + "/"
	pages := append(pagesOf(estate), "people?q=schwarzenberger-77", "people?show=unlisted&sort=-unit&door="+string(estate.Doors[0].ID), "units?sort=-people")
	for _, page := range pages {
		if download.MatchString(page) {
			continue
		}
		begun := time.Now()
		got := v.do(http.MethodGet, home+page, nil, http.Header{"Accept-Encoding": {"gzip"}})
		t.Logf("%s: %d bytes in %s", page, len(got.body), time.Since(begun).Round(time.Millisecond))
		if got.status != http.StatusOK || len(got.body) > 60_000 {
			t.Errorf("%s: got status %d and %d bytes, want at most 60000", page, got.status, len(got.body))
		}
	}
}
