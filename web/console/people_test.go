package console

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// ada is the one resident of Linden Court.
func (h *house) ada() doorlink.Person { return h.plan.People[0] }

func TestPeopleAreFoundByTheAddressOfTheList(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, d := h.signedIn(t, h.rut), h.desk(t)
	if _, err := d.Invite(t.Context(), office.Invitation{Given: "Yuki", Family: "Tanaka", Email: "yuki@example.org"}); err != nil {
		t.Fatal(err)
	}
	door, unit := string(h.plan.Doors[0].ID), string(h.plan.Units[0].ID)
	for query, want := range map[string][2]bool{ // Ada, Yuki
		"": {true, true}, "?q=TANAKA": {false, true}, "?q=1a": {true, false}, "?sort=-unit": {true, true},
		"?unit=" + unit: {true, false}, "?show=invited": {true, true}, "?show=joined": {false, false},
		"?show=ended": {false, true}, "?door=" + door: {false, false}, "?show=unlisted&door=" + door: {true, true},
	} {
		got := v.get(h.path("people") + query)
		is := [2]bool{strings.Contains(got.body, "Ada Nwosu"), strings.Contains(got.body, "Yuki Tanaka")}
		if got.status != http.StatusOK || is != want {
			t.Errorf("people%s: got status %d and %v, want %v", query, got.status, is, want)
		}
	}
	v.get(h.path("people")+"?q=nobody").says(t, http.StatusOK, "Nobody was found", "Show everyone")
	v.get(h.path("people")+"?unit="+unit).says(t, http.StatusOK, "Of unit 1A")
	for _, foreign := range []string{"?unit=" + string(h.elm.Property.ID), "?door=" + string(h.elm.Doors[0].ID), "?key=" + string(h.elm.Keys[0].ID)} {
		v.get(h.path("people")+foreign).says(t, http.StatusNotFound)
	}
}

func TestAnEmptyHouseTeaches(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	elm := root + string(h.elm.Property.ID) + "/"
	v.get(elm+"people").says(t, http.StatusOK, "Nobody lives here yet", "people/invite")
	v.get(elm+"units").says(t, http.StatusOK, "There is no unit yet")
	v.get(elm+"people/unreached").says(t, http.StatusOK, "Everybody can be reached")
}

func TestWhoCannotBeReachedIsCountedAndNotNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	got := h.signedIn(t, h.linda).get(h.path("people/unreached")).says(t, http.StatusOK, "1A", "1 of 1 resident", "Nothing rings")
	if strings.Contains(got.body, "Ada") || strings.Contains(got.body, "Nwosu") {
		t.Error("the page names a resident")
	}
}

func TestEverybodyGetsALinkAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, d := h.signedIn(t, h.rut), h.desk(t)
	in, err := d.Invite(t.Context(), office.Invitation{Given: "Yuki", Email: "yuki@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.EndLinks(ctx, in.Person.ID, time.Now()) })
	v.post(h.path("people/links"), nil).says(t, http.StatusNotFound)
	sent := make(chan string, 1)
	h.console.office.Use(office.Ways{Mail: addressed{to: sent}})
	v.get(h.path("people/unreached")).says(t, http.StatusOK, "Send 1 link")
	got := v.post(h.path("people/links"), nil).says(t, http.StatusOK, "1 link was sent.")
	if to := <-sent; to != "yuki@example.org" || strings.Contains(got.body, "Send 1 link") {
		t.Error("the letter went elsewhere, or is offered again")
	}
}

// addressed keeps which residents letters go to.
type addressed struct {
	postbox
	to chan string
}

func (a addressed) Invite(_ context.Context, _ doorlink.Property, to doorlink.Person, _ doorlink.Secret, _ time.Time) error {
	a.to <- to.Email
	return nil
}

func TestAnInvitationShowsItsLinkOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	form := v.get(h.path("people/invite")+"?unit=1A").says(t, http.StatusOK, `value="1A"`, "checked")
	key := string(h.plan.Keys[0].ID)
	if !strings.Contains(form.body, key) {
		t.Fatal("the form does not offer the key")
	}
	got := v.post(h.path("people/invite"), url.Values{
		"given": {"Yuki"}, "family": {"Tanaka"}, "email": {" Yuki@Example.org"}, "unit": {"1a"}, "key": {key},
		"from": {"2031-05-01T10:00"}, "to": {"2032-05-01T10:00"}, "resident": {"1"},
	}).says(t, http.StatusOK, "Invited a person", "A link for Yuki Tanaka", `name="seq"`)
	link := regexp.MustCompile(`http://localhost/r/in/(\w{32})`).FindStringSubmatch(got.body)
	if link == nil || strings.Contains(got.path, link[1]) || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the link is missing, or stays behind: %s", got.path)
	}
	person, _, _ := strings.Cut(got.path, "/link")
	if again := h.signedIn(t, h.rut).get(got.path); strings.Contains(again.body, link[1]) || again.path != person {
		t.Error("another browser is shown the link")
	}
	v.get(person).says(t, http.StatusOK, "yuki@example.org", "From 1 May 2031, 10:00 until 1 May 2032, 10:00", "Resident</small>", "A link waits", "Begins later")
	if _, err := h.db.UseLink(t.Context(), doorlink.Secret(link[1]).Hash(), "s", doorlink.Handset{Name: "x"}, time.Now()); err != nil {
		t.Errorf("the link does not sign in: %v", err)
	}
	if again := v.get(got.path); again.path != person {
		t.Errorf("a link that was used is shown still, at %s", again.path)
	}
	v.post(person+"/link", nil).says(t, http.StatusOK, "/r/in/")
}

func TestWhoIsInvitedBadlyComesBackAsTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, d := h.signedIn(t, h.rut), h.desk(t)
	ada := h.ada()
	ada.Email = "ada@example.org"
	if _, err := d.SetPerson(t.Context(), ada, ""); err != nil {
		t.Fatal(err)
	}
	gone, _, err := d.AddKey(t.Context(), "Roof", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.RemoveKey(t.Context(), gone.ID, ""); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		field, value string
		status       int
		text         string
	}{
		"no name":                             {"family", " ", http.StatusBadRequest, "Write a first name or a last name"},
		"five thousand characters":            {"family", strings.Repeat("x", 5000), http.StatusBadRequest, "1 to 100 ordinary characters"},
		"text turned around":                  {"family", "Yuki\u202e", http.StatusBadRequest, "ordinary characters"},
		"no address":                          {"email", "yuki", http.StatusBadRequest, "not an e-mail address"},
		"somebody's address in other letters": {"email", "ADA@example.ORG", http.StatusConflict, `href="` + h.path("people/"+string(ada.ID)) + `"`},
		"a unit that nobody added":            {"unit", "9Z", http.StatusNotFound, "There is no unit 9Z"},
		"a key that was removed":              {"key", string(gone.ID), http.StatusNotFound, "This key is not there any more"},
		"a key of another property":           {"key", string(h.elm.Keys[0].ID), http.StatusNotFound, "This key is not there any more"},
		"an end before the start":             {"to", "2001-01-01T00:00", http.StatusBadRequest, "The end must come after"},
		"a date that is none":                 {"to", "tomorrow", http.StatusBadRequest, "The end must come after"},
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{"family": {"O'Neill & Söhne"}, "unit": {"1A"}, "key": {string(h.plan.Keys[0].ID)}, "from": {"2031-05-01T10:00"}}
			form.Set(tt.field, tt.value)
			got := v.post(h.path("people/invite"), form).says(t, tt.status, tt.text, template.HTMLEscapeString(form.Get("family")), form.Get("from"), `role="alert"`)
			if strings.Contains(got.body, "Invited a person") {
				t.Error("somebody was invited")
			}
		})
	}
	if counts, err := d.CountPeople(t.Context()); err != nil || counts.People != 1 {
		t.Errorf("got %d people, %v: want Ada alone", counts.People, err)
	}
}
