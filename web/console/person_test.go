package console

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

func TestEveryConditionIsToldWithItsRemedy(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, d := h.signedIn(t, h.rut), h.desk(t)
	in, err := d.Invite(t.Context(), office.Invitation{Given: "Yuki", Family: "Tanaka"})
	if err != nil {
		t.Fatal(err)
	}
	person, key := h.path("people/"+string(in.Person.ID)), string(h.plan.Keys[0].ID)
	got := v.get(person).says(t, http.StatusOK,
		"Not listed", "Cannot give them", "None here", "No key they hold opens Front door", "Not yet", "None is signed in",
		"Calls work, doorcodes cannot be given", "See the lock", `action="`+person+`/keys"`, `action="`+person+`/link"`, `href="#units"`)
	if n := strings.Count(got.body, "New link<span"); n != 1 {
		t.Errorf("the link that mends two conditions is offered %d times, want once", n)
	}
	v.post(person+"/units", url.Values{"unit": {" 1a "}}).says(t, http.StatusOK, "Put a person into a unit", "Unit 1A")
	v.post(person+"/keys", url.Values{"key": {key}, "resident": {"1"}}).says(t, http.StatusOK, "Gave a person a key", "One that is good now", "For good.")
	if _, err := h.db.UseLink(t.Context(), in.Link.Secret.Hash(), "s", doorlink.Handset{Name: "x"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	got = v.get(person).says(t, http.StatusOK, "Listed</span>", "1 device that can ring", "The last one was used", h.path("history")+"?person="+string(in.Person.ID))
	if strings.Contains(got.body, "Not listed") {
		t.Error("the page does not list who is listed")
	}
	door := url.Values{"door": {string(h.plan.Doors[0].ID)}, "hide": {"1"}}
	v.post(h.path("units/"+string(h.plan.Units[0].ID)+"/hidden"), door).says(t, http.StatusOK, "Left out of the directory")
	v.post(person+"/show", nil).says(t, http.StatusOK, "Unit 1A is hidden at Front door", "Residents can turn it off themselves", "Turn it on", "Show here again")
	door.Set("hide", "")
	door.Set("back", person)
	v.post(h.path("units/"+string(h.plan.Units[0].ID)+"/hidden"), door).says(t, http.StatusOK, "Showed a unit at a door again")
	v.post(person+"/show", url.Values{"on": {"1"}}).says(t, http.StatusOK, "Listed</span>")
	later := url.Values{"key": {key}, "from": {"2031-05-01T10:00"}}
	v.post(person+"/keys/dates", later).says(t, http.StatusOK, "It begins on 1 May 2031, 10:00", "Let it be good now")
	v.post(person+"/keys/renew", url.Values{"key": {key}}).says(t, http.StatusOK, "For good.", "Listed</span>")
}

func TestAKeyWithoutMayShareIsMendedFromThePerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, d := h.signedIn(t, h.rut), h.desk(t)
	door := h.plan.Doors[0]
	door.NeedsShare = true
	if _, err := d.SetDoor(t.Context(), door, ""); err != nil {
		t.Fatal(err)
	}
	person := h.path("people/" + string(h.ada().ID))
	v.get(person).says(t, http.StatusOK, "Front door asks for a key with May Share Key", "Turn May Share Key on")
	v.post(person+"/keys/share", url.Values{"key": {string(h.plan.Keys[0].ID)}}).says(t, http.StatusOK, "By May Share Key", "Changed a key")
}

func TestTwoManagersEditOnePerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	rut, linda := h.signedIn(t, h.rut), h.signedIn(t, h.linda)
	person := h.path("people/" + string(h.ada().ID))
	seen := rut.get(person)
	form := func(given, family, email, tag string) url.Values {
		return url.Values{"given": {given}, "family": {family}, "email": {email}, "shown": {"1"}, "tag": {tag},
			"seen_given": {"Ada"}, "seen_family": {"Nwosu"}, "seen_email": {""}, "seen_shown": {"1"}}
	}
	tag := h.tag(t, h.ada().ID)
	seen.says(t, http.StatusOK, `name="tag" value="`+tag+`"`, `name="seen_given" value="Ada"`, `name="seen_shown" value="1"`)
	linda.post(person, form("Adaeze", "Nwosu", "ada@example.org", tag)).says(t, http.StatusOK, "Changed a person", "Adaeze")
	got := rut.post(person, form("Ade", "Obi", "", tag)).says(t, http.StatusConflict,
		"Somebody else changed this meanwhile", "First name: somebody else has written “Adaeze”, you “Ade”.",
		"E-mail: somebody else has written “ada@example.org”. That stands in the form.",
		`name="given" value="Ade"`, `name="family" value="Obi"`, `name="email" value="ada@example.org"`)
	if now := h.person(t); now.Given != "Adaeze" || now.Family != "Nwosu" {
		t.Errorf("got %s %s: something was overwritten", now.Given, now.Family)
	}
	again := form("Ade", "Obi", "ada@example.org", h.tag(t, h.ada().ID))
	if !strings.Contains(got.body, again.Get("tag")) || !strings.Contains(got.body, `name="seen_given" value="Adaeze"`) {
		t.Error("the form is not made from what stands there now")
	}
	rut.post(person, again).says(t, http.StatusOK, "Changed a person")
	if now := h.person(t); now.Given != "Ade" || now.Family != "Obi" || now.Email != "ada@example.org" {
		t.Errorf("got %+v", now)
	}
}

// tag is that of a person's row as it stands.
func (h *house) tag(t *testing.T, id doorlink.PersonID) string {
	t.Helper()
	v, err := h.desk(t).Person(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return v.Tag
}

// person is Ada as she is stored.
func (h *house) person(t *testing.T) doorlink.Person {
	t.Helper()
	p, err := h.db.Person(t.Context(), h.ada().ID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPersonsFormComesBackWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	person, key := h.path("people/"+string(h.ada().ID)), string(h.plan.Keys[0].ID)
	for name, tt := range map[string]struct {
		path   string
		form   url.Values
		status int
		texts  []string
	}{
		"a name of five thousand characters": {"", url.Values{"given": {strings.Repeat("y", 5000)}}, http.StatusBadRequest, []string{"1 to 100 ordinary characters", "yyyyy"}},
		"a name that turns text around":      {"", url.Values{"given": {"Ada\u202egro"}}, http.StatusBadRequest, []string{"ordinary characters"}},
		"a name like markup":                 {"", url.Values{"given": {"<b>"}, "email": {"nobody"}}, http.StatusBadRequest, []string{"not an e-mail address", "&lt;b&gt;"}},
		"a unit that is none":                {"/units", url.Values{"unit": {"9Z"}}, http.StatusNotFound, []string{"There is no unit 9Z", `value="9Z"`}},
		"a unit they are in":                 {"/units", url.Values{"unit": {"1A"}}, http.StatusConflict, []string{"That is there already"}},
		"a key they hold":                    {"/keys", url.Values{"key": {key}}, http.StatusConflict, []string{"That is there already"}},
		"a key of another property":          {"/keys", url.Values{"key": {string(h.elm.Keys[0].ID)}}, http.StatusNotFound, []string{"This key is not there any more"}},
		"dates the wrong way round":          {"/keys/dates", url.Values{"key": {key}, "from": {"2031-01-02T00:00"}, "to": {"2031-01-01T00:00"}}, http.StatusBadRequest, []string{"The end must come after", "2031-01-02T00:00", "<details open>"}},
		"dates that somebody changed":        {"/keys/dates", url.Values{"key": {key}, "to": {"2031-01-01T00:00"}, "tag": {"old"}}, http.StatusConflict, []string{"Somebody else changed this meanwhile", "2031-01-01T00:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			v.post(person+tt.path, tt.form).says(t, tt.status, append(tt.texts, `role="alert"`)...)
		})
	}
	if now := h.person(t); now != h.ada() {
		t.Errorf("got %+v: something was changed", now)
	}
}

func TestAKeyIsTakenAwayAndGivenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	person, key := h.path("people/"+string(h.ada().ID)), string(h.plan.Keys[0].ID)
	got := v.post(person+"/keys/end", url.Values{"key": {key}}).says(t, http.StatusOK, "Took a key away from a person", "No key yet")
	v.post(h.path("undo"), url.Values{"seq": {hidden(t, got.body, "seq")}, "back": {person}}).says(t, http.StatusOK, "Took back: Took a key away", "For good.")
	got = v.post(person+"/units/end", url.Values{"unit": {string(h.plan.Units[0].ID)}}).says(t, http.StatusOK, "In no unit")
	v.post(person+"/units/end", url.Values{"unit": {string(h.plan.Units[0].ID)}}).says(t, http.StatusNotFound)
}

func TestLeavingEndsWhatItSays(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		path, says, ends string
		units, keys      int
	}{
		"moving out":  {"/out", "Moved a person out. 1 device was signed out.", "", 0, 0},
		"revoking":    {"/revoke", "Revoked a person’s access. 1 device was signed out.", "", 1, 0},
		"signing out": {"/sign-out", "Signed a person out on all devices. 1 device was signed out.", "", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, nil)
			h.write(t, func(ctx context.Context, tx *store.Tx) error {
				return tx.Invite(ctx, h.ada().ID, "hash", time.Now(), time.Now().Add(time.Hour))
			})
			if _, err := h.db.UseLink(t.Context(), "hash", "s", doorlink.Handset{Name: "x"}, time.Now()); err != nil {
				t.Fatal(err)
			}
			v := h.signedIn(t, h.linda)
			person := h.path("people/" + string(h.ada().ID))
			v.post(person+tt.path, nil).says(t, http.StatusOK, template.HTMLEscapeString(tt.says))
			p, err := h.desk(t).Person(t.Context(), h.ada().ID)
			if err != nil || len(p.Units) != tt.units || len(p.Held) != tt.keys || p.Reach.Handsets != 0 {
				t.Errorf("got %d units, %d keys, %d handsets, %v", len(p.Units), len(p.Held), p.Reach.Handsets, err)
			}
		})
	}
}

func TestDeletingIsUndoneAndErasingIsNot(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	person := h.path("people/" + string(h.ada().ID))
	v.post(person+"/delete", url.Values{"tag": {"old"}}).says(t, http.StatusConflict)
	got := v.post(person+"/delete", url.Values{"tag": {h.tag(t, h.ada().ID)}}).says(t, http.StatusOK, "Deleted a person", "Nobody lives here yet")
	v.get(person).says(t, http.StatusNotFound)
	v.post(h.path("undo"), url.Values{"seq": {hidden(t, got.body, "seq")}, "back": {h.path("people")}}).says(t, http.StatusOK, "Ada Nwosu")
	file := v.post(person+"/export", nil).says(t, http.StatusOK, `"first_name": "Ada"`, `"Front door"`)
	if file.header.Get("Content-Disposition") != `attachment; filename="`+string(h.ada().ID)+`.json"` || file.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got headers %v", file.header)
	}
	got = v.post(person+"/erase", nil).says(t, http.StatusOK, "Erased a person")
	if strings.Contains(got.body, `name="seq"`) {
		t.Error("erasing is offered to be undone")
	}
	if audit := v.get(h.path("audit")); strings.Contains(audit.body, "Ada") {
		t.Error("the audit still names her")
	}
}

func TestAnotherPropertysPeopleAndUnitsHaveNoPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	eve := h.elm.AddPerson("Eve", "Elm")
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddPerson(ctx, h.elm.People[0])
	})
	v := h.signedIn(t, h.linda)
	person := h.path("people/" + string(eve))
	v.get(person).says(t, http.StatusNotFound)
	for _, path := range []string{"", "/link", "/show", "/units", "/units/end", "/keys", "/keys/dates", "/keys/renew", "/keys/end", "/out", "/revoke", "/sign-out", "/delete"} {
		v.post(person+path, url.Values{"unit": {"1A"}, "given": {"x"}, "key": {string(h.plan.Keys[0].ID)}}).says(t, http.StatusNotFound)
	}
	elm := root + string(h.elm.Property.ID) + "/people/" + string(eve)
	v.get(elm).says(t, http.StatusNotFound)
	v.post(elm+"/out", nil).says(t, http.StatusNotFound)
	if n := h.deeds(t, "property.refused"); n != 16 {
		t.Errorf("got %d entries of the audit, want one for each of 16 looks", n)
	}
}

func TestPeopleAreErasedByThoseWhoMay(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda) // Limited Key Management: no reports
	person := h.path("people/" + string(h.ada().ID))
	if got := v.get(person); strings.Contains(got.body, "/erase") || strings.Contains(got.body, "/export") {
		t.Error("the page offers what the reader may not")
	}
	for _, path := range []string{"/erase", "/export"} {
		v.post(person+path, nil).says(t, http.StatusForbidden)
	}
	v.post(person+"/keys/share", url.Values{"key": {string(h.plan.Keys[0].ID)}}).says(t, http.StatusForbidden)
}
