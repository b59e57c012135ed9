package console

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorlink"
)

// hidden is a value of a form's field that nobody types.
func hidden(t *testing.T, body, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("the page has no %s", name)
	}
	return m[1]
}

func TestADoorLivesInTheConsole(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	got := v.post(h.path("doors"), url.Values{"name": {"Roof <terrace>"}, "type": {"communal"}})
	door, _, _ := strings.Cut(got.path, "?")
	if got.status != http.StatusOK || !strings.Contains(got.body, "Roof &lt;terrace&gt;") || !strings.Contains(got.body, "Added a door") {
		t.Fatalf("got status %d at %s", got.status, got.path)
	}
	got = v.post(door, url.Values{"name": {"Roof"}, "type": {"service"}, "tag": {hidden(t, got.body, "tag")}})
	if !strings.Contains(got.body, `value="Roof"`) || !strings.Contains(got.body, `name="seq"`) {
		t.Error("the change is not shown, or cannot be undone")
	}
	for path, want := range map[string]string{
		h.path("doors") + "?q=roof": "Roof", h.path("doors") + "?sort=-listed": "Front door",
		door + "/directory": "Nobody is listed", door + "/link": "Add DOOR Link",
	} {
		if got := v.get(path); got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("%s: got status %d, want it to say %s", path, got.status, want)
		}
	}
	front := h.path("doors/" + string(h.plan.Doors[0].ID))
	if got := v.post(front+"/remove", nil); got.status != http.StatusConflict || !strings.Contains(got.body, "Residents") {
		t.Errorf("removing a door on a key: got status %d", got.status)
	}
	if got := v.post(door+"/remove", nil); got.status != http.StatusOK {
		t.Errorf("removing it: got status %d", got.status)
	}
}

func TestAQRCodeIsChangedOnAPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	link := h.path("doors/" + string(h.plan.Doors[0].ID) + "/link")
	page := v.get(link)
	short := doorlink.ShortCode(h.plan.Stickers[0].Short)
	if page.status != http.StatusOK || !strings.Contains(page.body, short) || !strings.Contains(page.body, `<path fill="#000"`) {
		t.Fatalf("got status %d, want the QR code and %s", page.status, short)
	}
	form := v.get(link + "/change")
	ask := url.Values{"when": {"scan"}, "stop": {hidden(t, form.body, "stop")}, "seen": {hidden(t, form.body, "seen")}}
	got := v.post(link+"/change", ask)
	if got.status != http.StatusOK || !strings.Contains(got.body, "Sticker 2") || !strings.Contains(got.body, "Changing") {
		t.Errorf("got status %d, want both stickers to work", got.status)
	}
	if _, err := h.db.Scan(t.Context(), h.plan.Stickers[0].Token, time.Now()); err != nil {
		t.Errorf("the old sticker: %v", err)
	}
	if got := v.post(link+"/change", ask); got.status != http.StatusConflict {
		t.Errorf("the same form again: got status %d, want a conflict", got.status)
	}
	if got := v.post(link+"/change", url.Values{"stop": {"soon"}}); got.status != http.StatusBadRequest {
		t.Errorf("no date: got status %d", got.status)
	}
	for _, name := range []string{"label", "looked", "retire"} {
		if got := v.post(link+"/"+name, url.Values{"label": {"N2"}}); got.status != http.StatusOK {
			t.Errorf("%s: got status %d", name, got.status)
		}
	}
	if got := v.post(link, url.Values{"label": {"N3"}}); !strings.Contains(got.body, "N3") {
		t.Error("the new DOOR Link is not there")
	}
}

func TestSettingsComeBackWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	form := v.get(h.path("settings"))
	if want := "7 digits: one number in 33,333 opens, for 100 residents a day"; !strings.Contains(form.body, want) || !strings.Contains(form.body, "5 digits: one number in 11,111 opens, for 3 residents") {
		t.Errorf("the form does not say %q", want)
	}
	ask := url.Values{
		"tag": {hidden(t, form.body, "tag")}, "name": {"Linden Court"}, "zone": {"Europe/Atlantis"}, "names": {"unit"}, "digits": {"8"},
		"languages": {"de en"}, "notice": {"Mind <the> step"}, "kept_call": {"7"}, "kept_code": {"90"}, "kept_sign": {"14"}, "counts_only": {"1"}, "look": {""},
	}
	got := v.post(h.path("settings"), ask)
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, `role="alert"`) || !strings.Contains(got.body, "Mind &lt;the&gt; step") {
		t.Errorf("got status %d, want what was typed and a sentence", got.status)
	}
	ask.Set("zone", "Europe/Lisbon")
	ask.Set("quiet_from", "22:00")
	if got = v.post(h.path("settings"), ask); got.status != http.StatusBadRequest || !strings.Contains(got.body, `name="quiet_from" value="22:00"`) {
		t.Errorf("half of the quiet hours: got status %d, want what was typed", got.status)
	}
	ask.Set("quiet_to", "07:00")
	if got = v.post(h.path("settings"), ask); got.status != http.StatusBadRequest || !strings.Contains(got.body, "Panels are to be looked at after") {
		t.Errorf("no days for panels: got status %d, want a sentence", got.status)
	}
	ask.Set("look", "0")
	if got = v.post(h.path("settings"), ask); got.status != http.StatusOK || !strings.Contains(got.body, "Changed the settings") {
		t.Errorf("got status %d", got.status)
	}
	p, err := h.db.Property(t.Context(), h.plan.Property.ID)
	if err != nil || p.Zone != "Europe/Lisbon" || len(p.Kept) != 1 || p.Kept[doorlink.CallRecord] != 7 || p.Digits != 8 || !p.CountsOnly || p.Look != doorlink.NoLook || p.Quiet != (doorlink.Hours{From: 22 * 60, To: 7 * 60}) {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestPlacesAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	front := h.path("doors/" + string(h.plan.Doors[0].ID))
	for _, path := range []string{h.path("doors"), front, front + "/link", front + "/directory"} {
		if got := v.get(path); got.status != http.StatusOK || strings.Contains(got.body, `method="post"`) {
			t.Errorf("%s: got status %d, want it without forms", path, got.status)
		}
	}
	for _, path := range []string{h.path("doors"), front, front + "/remove", front + "/link/change", front + "/link/retire", h.path("settings")} {
		if got := v.post(path, url.Values{"when": {"now"}}); got.status != http.StatusForbidden {
			t.Errorf("%s: got status %d, want it refused", path, got.status)
		}
	}
	if got := v.get(h.path("settings")); got.status != http.StatusForbidden {
		t.Errorf("settings: got status %d, want it refused", got.status)
	}
}
