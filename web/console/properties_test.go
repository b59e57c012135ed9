package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorlink/store"
	"doorlink/store/storetest"
)

func TestAPropertyIsAddedAndTeachesItsFirstSteps(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	form := v.get("/console/properties/new")
	if form.status != http.StatusOK || !strings.Contains(form.body, `value="Europe/Berlin"`) {
		t.Fatalf("got status %d, want the zone of the other houses proposed", form.status)
	}
	ask := url.Values{"name": {"Ash <House>"}, "zone": {"Europe/Atlantis"}, "languages": {"pt en"}}
	got := v.post("/console/properties/new", ask)
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, `role="alert"`) || !strings.Contains(got.body, "Ash &lt;House&gt;") {
		t.Fatalf("got status %d, want what was typed and a sentence", got.status)
	}
	ask.Set("zone", "Europe/Lisbon")
	got = v.post("/console/properties/new", ask)
	for _, want := range []string{"Added the property", "First steps", "Add a door", "Add a DOOR Link"} {
		if got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("got status %d at %s without %s", got.status, got.path, want)
		}
	}
	if strings.Contains(got.body, "Needs you") {
		t.Error("a new house is said to need something beside its first steps")
	}
	if got := v.get("/console/properties?q=ash"); !strings.Contains(got.body, "Ash &lt;House&gt;") || strings.Contains(got.body, "Linden") {
		t.Error("it is not found in the list, or others are")
	}
}

func TestFirstStepsGoAwayWhenTheyAreTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	link := h.path("doors/" + string(h.plan.Doors[0].ID) + "/link")
	if got := v.get(h.path("overview")); !strings.Contains(got.body, "First steps") || !strings.Contains(got.body, `href="`+link+`"`) {
		t.Error("the sticker that was not scanned is no step that is left")
	}
	if got := h.signedIn(t, h.linda).get(h.path("overview")); strings.Contains(got.body, `href="`+link+`"`) {
		t.Error("a step leads where the reader may do nothing")
	}
	if err := h.db.FirstScan(t.Context(), h.plan.Stickers[0].ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := v.get(h.path("overview")); strings.Contains(got.body, "First steps") || !strings.Contains(got.body, "Needs you") {
		t.Error("the steps stay")
	}
}

func TestPropertiesAreThoseOfTheReader(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	if got := h.signedIn(t, h.rut).get(root); got.path != "/console/properties" || !strings.Contains(got.body, "Elm House") || !strings.Contains(got.body, "Add property") {
		t.Errorf("got to %s, want the list and a way to add one", got.path)
	}
	linda := h.signedIn(t, h.linda)
	if got := linda.get("/console/properties"); strings.Contains(got.body, "Elm House") || strings.Contains(got.body, "Add property") {
		t.Error("somebody else's house is listed, or one may be added")
	}
	for _, do := range []func() answer{
		func() answer { return linda.get("/console/properties/new") },
		func() answer {
			return linda.post("/console/properties/new", url.Values{"name": {"x"}, "zone": {"UTC"}})
		},
	} {
		if got := do(); got.status != http.StatusForbidden {
			t.Errorf("got status %d, want it refused", got.status)
		}
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.RemoveRole(ctx, h.linda.ID, h.plan.Property.ID)
	})
	if got := linda.get(root); !strings.Contains(got.body, "no property yet") {
		t.Errorf("got to %s, want it said that there is none", got.path)
	}
}

func TestTheFirstPropertyIsAskedFor(t *testing.T) {
	t.Parallel()
	h := &house{rut: storetest.PortfolioManager("Rut")}
	h.open(t, nil)
	storetest.Appoint(t, h.db, h.rut)
	if got := h.signedIn(t, h.rut).get(root); !strings.Contains(got.body, "Add your first property") {
		t.Error("an empty portfolio teaches nothing")
	}
}

func TestThePortfolioHasAnAuditOfItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	v.post("/console/properties/new", url.Values{"name": {"Ash House"}, "zone": {"UTC"}})
	v.post(h.path("managers/"+string(h.linda.ID)), url.Values{"access": {"portfolio"}})
	got := v.get("/console/audit")
	for _, want := range []string{"Added the property", "Ash House", "Made somebody a Portfolio Manager", "Linda", "Signed in to the console", " UTC<"} {
		if got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("got status %d without %s", got.status, want)
		}
	}
	if strings.Contains(got.body, `name="seq"`) {
		t.Error("it offers to take something back")
	}
	if got := v.get("/console/audit?what=property"); !strings.Contains(got.body, "Ash House") || strings.Contains(got.body, `scope="row">Signed in`) {
		t.Error("properties alone: got something else")
	}
	if got := v.get("/console/audit?after=x"); got.status != http.StatusBadRequest {
		t.Errorf("a page that is none: got status %d", got.status)
	}
	if got := v.get("/console/audit?after=2"); got.status != http.StatusOK || strings.Contains(got.body, "Ash House") {
		t.Errorf("an earlier page: got status %d", got.status)
	}
}
