package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/api"
	"doorlink/store"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestTheDescriptionIsTheOneThatWasAgreed compares both descriptions with those
// that are kept: openapi-3.0.json is what the client in package client is made
// from.
func TestTheDescriptionIsTheOneThatWasAgreed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"openapi.json", "openapi-3.0.json"} {
		got := program{api: newHouse(t).api}.asks(t, "GET", "/api/v1/"+name, "").is(t, 200)
		var text bytes.Buffer
		if err := json.Indent(&text, []byte(got.text), "", "  "); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, text.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(text.String()), strings.TrimSpace(string(want))); diff != "" {
			t.Errorf("%s (-got +want; -update takes it over):\n%s", name, diff)
		}
	}
}

func TestAProgramSetsUpAHouse(t *testing.T) {
	t.Parallel()
	p := newHouse(t).all(t)

	var keys api.Page[api.Key]
	p.asks(t, "GET", "keys?find=front", "").is(t, 200).read(t, &keys)
	key := keys.Items[0].ID

	var last api.Unit
	for i := range 7 {
		at := p.asks(t, "POST", "units", fmt.Sprintf(`{"name":"9%c"}`, 'A'+i)).is(t, 201)
		at.read(t, &last)
		if got := p.asks(t, "GET", at.Header.Get("Location"), "").is(t, 200); got.Header.Get("ETag") != at.Header.Get("ETag") {
			t.Error("the unit is not where it is said to be")
		}
		var who api.Invited
		body := fmt.Sprintf(`{"first_name":"Guest","last_name":"No%d","units":[%q],"keys":[{"key":%q,"resident":true}]}`, i, last.ID, key)
		p.asks(t, "POST", "people", body).is(t, 201).read(t, &who)
		if !strings.HasPrefix(who.Link.URL, "https://door.example/r/in/") {
			t.Errorf("got the link %s", who.Link.URL)
		}
	}
	at := p.asks(t, "POST", "featured", fmt.Sprintf(`{"name":"Concierge","staff":{"first_name":"Kim","keys":[{"key":%q}]}}`, key)).is(t, 201)
	var unit api.Unit
	p.asks(t, "GET", at.Header.Get("Location"), "").is(t, 200).read(t, &unit)
	if !unit.Featured || unit.Place != 1 || len(unit.People) != 1 {
		t.Errorf("got the Featured Entry %+v", unit)
	}

	var names []string
	next := p.home + "/units?limit=4"
	for next != "" {
		a := p.asks(t, "GET", next, "").is(t, 200)
		var part api.Page[api.Unit]
		a.read(t, &part)
		if part.Total != 9 {
			t.Errorf("got %d units in all", part.Total)
		}
		for _, u := range part.Items {
			names = append(names, u.Name)
		}
		next = strings.TrimSuffix(strings.TrimPrefix(a.Header.Get("Link"), "<"), `>; rel="next"`)
	}
	if diff := cmp.Diff(names, []string{"Concierge", "1A", "9A", "9B", "9C", "9D", "9E", "9F", "9G"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestWhyAPersonIsMissingIsTold(t *testing.T) {
	t.Parallel()
	p := newHouse(t).all(t)
	var who api.Invited
	p.asks(t, "POST", "people", `{"first_name":"Bo"}`).is(t, 201).read(t, &who)
	var whole api.PersonWhole
	p.asks(t, "GET", "people/"+string(who.ID), "").is(t, 200).read(t, &whole)
	why := whole.At[0].Listings[0]
	if why.Listed || why.Why[0].Fact != "unit.no" || why.Why[0].Remedy != "assign" || len(why.Why[1].Keys) == 0 {
		t.Fatalf("got %+v", why)
	}
}

func TestWhatIsKeptAboutAPersonIsExported(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	got := p.asks(t, "POST", "people/"+string(h.ada)+"/export", "").is(t, 200)
	var kept struct {
		Person struct {
			Given string `json:"first_name"`
		}
		Units []string
	}
	got.read(t, &kept)
	if kept.Person.Given != "Ada" || len(kept.Units) != 1 {
		t.Errorf("got %s", got.text)
	}
	deeds, err := h.db.Deeds(t.Context(), store.DeedQuery{Property: h.plan.Property.ID, Action: "person.export", Limit: 10})
	if err != nil || len(deeds) != 1 {
		t.Errorf("got %d entries of the audit, %v", len(deeds), err)
	}
}

func TestWhoCannotBeReachedIsCountedByUnit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	p.asks(t, "POST", "people/"+string(h.ada)+"/sign-out", "").is(t, 204)
	var units api.Page[api.Unreached]
	p.asks(t, "GET", "unreached?show=silent", "").is(t, 200).read(t, &units)
	if units.Total != 1 || units.Items[0].Unit.Name != "1A" || units.Items[0].Unreached != 1 {
		t.Errorf("got %+v", units)
	}
	if got := p.asks(t, "POST", "invitations", "").is(t, 503).key(t); got != "people.no_mail" {
		t.Errorf("inviting everybody without e-mail: got %s", got)
	}
	p.asks(t, "POST", "units/by-name", "").is(t, 204)
}

func TestAPatchChangesWhatItNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	path := "people/" + string(h.ada)
	p.asks(t, "PATCH", path, `{"email":"ada@example.org"}`, "If-Match", "*").is(t, 200)
	for _, tt := range []struct {
		body                 string
		status               int
		given, family, email string
		shown                bool
	}{
		{`{}`, 200, "Ada", "Nwosu", "ada@example.org", true},
		{`{"last_name":"Obi"}`, 200, "Ada", "Obi", "ada@example.org", true},
		{`{"email":null}`, 200, "Ada", "Obi", "", true},
		{`{"show_in_intercom":false}`, 200, "Ada", "Obi", "", false},
		{`{"show_in_intercom":null}`, 422, "Ada", "Obi", "", false},
		{`{"first_name":null,"last_name":null}`, 422, "Ada", "Obi", "", false},
		{`{"surname":"Nwosu"}`, 422, "Ada", "Obi", "", false},
		{`{"first_name":7}`, 422, "Ada", "Obi", "", false},
	} {
		got := p.asks(t, "GET", path, "")
		if a := p.asks(t, "PATCH", path, tt.body, "If-Match", got.Header.Get("ETag")); a.StatusCode != tt.status {
			t.Errorf("%s: got %d: %s", tt.body, a.StatusCode, a.text)
		}
		var now api.PersonWhole
		p.asks(t, "GET", path, "").read(t, &now)
		if now.Given != tt.given || now.Family != tt.family || now.Email != tt.email || now.Shown != tt.shown {
			t.Errorf("%s: got %+v", tt.body, now.Person)
		}
	}
}

func TestALostUpdateIsRefusedWithWhatStandsThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	path := "people/" + string(h.ada)
	seen := p.asks(t, "GET", path, "").Header.Get("ETag")
	p.asks(t, "PATCH", path, `{"first_name":"Adaeze"}`, "If-Match", seen).is(t, 200)
	for method, body := range map[string]string{"PATCH": `{"first_name":"Ade"}`, "DELETE": ""} {
		p.asks(t, method, path, body).is(t, 428)
		a := p.asks(t, method, path, body, "If-Match", seen).is(t, 412)
		var stale struct{ Current api.PersonWhole }
		a.read(t, &stale)
		if stale.Current.Given != "Adaeze" || a.Header.Get("ETag") != stale.Current.ETag || a.key(t) != "change.stale" {
			t.Errorf("%s: got %s", method, a.text)
		}
	}
}

func TestKeysAreGivenForATime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	list := "people/" + string(h.ada) + "/keys"
	at := p.asks(t, "POST", list, fmt.Sprintf(`{"key":%q,"to":"2099-01-01T00:00:00Z"}`, h.roof)).is(t, 201)
	one := at.Header.Get("Location")
	p.asks(t, "POST", list, fmt.Sprintf(`{"key":%q}`, h.roof)).is(t, 409)
	p.asks(t, "PATCH", one, `{"from":"2100-01-01T00:00:00Z"}`, "If-Match", at.Header.Get("ETag")).is(t, 422)
	var now api.Holder
	changed := p.asks(t, "PATCH", one, `{"to":null}`, "If-Match", at.Header.Get("ETag")).is(t, 200)
	changed.read(t, &now)
	if !now.To.IsZero() || !now.Now {
		t.Errorf("got %+v", now)
	}
	p.asks(t, "DELETE", one, "", "If-Match", at.Header.Get("ETag")).is(t, 412)
	gone := p.asks(t, "DELETE", one, "", "If-Match", changed.Header.Get("ETag")).is(t, 204)
	p.asks(t, "GET", one, "").is(t, 404)
	seq, _, undoable := strings.Cut(gone.Header.Get("Doorlink-Deed"), ";")
	if !undoable {
		t.Fatal("the key cannot be given back")
	}
	p.asks(t, "POST", "deeds/"+seq+"/undo", "").is(t, 204)
	p.asks(t, "GET", one, "").is(t, 200)
}

func TestARequestThatComesAgainIsDoneOnce(t *testing.T) {
	t.Parallel()
	p := newHouse(t).all(t)
	first := p.asks(t, "POST", "people", `{"first_name":"Bo"}`, "Idempotency-Key", "a").is(t, 201)
	again := p.asks(t, "POST", "people", `{"first_name":"Bo"}`, "Idempotency-Key", "a").is(t, 201)
	if again.text != first.text || again.Header.Get("Location") != first.Header.Get("Location") || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %s, then %s", first.text, again.text)
	}
	if got := p.asks(t, "POST", "people", `{"first_name":"Cy"}`, "Idempotency-Key", "a").key(t); got != "repeat.other" {
		t.Errorf("another request with the same key: got %s", got)
	}
	p.asks(t, "POST", "people", `{}`, "Idempotency-Key", "b").is(t, 422)
	p.asks(t, "POST", "people", `{"first_name":"Cy"}`, "Idempotency-Key", "b").is(t, 201)
	p.asks(t, "POST", "people", `{"first_name":"Di"}`, "Idempotency-Key", strings.Repeat("k", 256)).is(t, 422)
	var all api.Page[api.Person]
	p.asks(t, "GET", "people", "").read(t, &all)
	if all.Total != 3 {
		t.Errorf("got %d people, want Ada, Bo and Cy", all.Total)
	}
}

func TestOnlyAGoodTokenOpens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, secret := range map[string]string{
		"none": "", "a wrong one": "dl_nothing", "another kind": "Zm9v",
		"one that ended": h.token(t, h.rut, time.Now().Add(-time.Second), doorlink.See).secret,
	} {
		a := program{h.api, secret, ""}.asks(t, "GET", "/api/v1/properties", "")
		if a.StatusCode != 401 || a.Header.Get("WWW-Authenticate") == "" || a.key(t) != "token.refused" {
			t.Errorf("%s: got %d: %s", name, a.StatusCode, a.text)
		}
	}
	p := h.all(t)
	var made api.TokenMade
	ends := time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
	p.asks(t, "POST", "tokens", fmt.Sprintf(`{"name":"Reader","may":["see"],"ends":%q}`, ends)).is(t, 201).read(t, &made)
	reader := program{h.api, made.Secret, p.home}
	reader.asks(t, "GET", "units", "").is(t, 200)
	reader.asks(t, "POST", "units", `{"name":"2A"}`).is(t, 403)
	reader.asks(t, "GET", "/api/v1/properties/"+string(h.elsewhere.Property.ID), "").is(t, 404)
	p.asks(t, "DELETE", "tokens/"+string(made.ID), "").is(t, 204)
	reader.asks(t, "GET", "units", "").is(t, 401)
}

func TestAForeignPropertyLooksLikeNoneAndTheLookIsAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.role(t, doorlink.Role{Scope: doorlink.FullKeys})
	p := h.token(t, h.lin, time.Now().Add(time.Hour), doorlink.Abilities...)
	foreign := p.asks(t, "GET", "/api/v1/properties/"+string(h.elsewhere.Property.ID), "").is(t, 404)
	none := p.asks(t, "GET", "/api/v1/properties/prop_nothing", "").is(t, 404)
	if foreign.text != none.text {
		t.Errorf("they can be told apart: %s, %s", foreign.text, none.text)
	}
	deeds, err := h.db.Deeds(t.Context(), store.DeedQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(deeds) != 1 || deeds[0].Action != "property.refused" || deeds[0].Subject != string(h.elsewhere.Property.ID) {
		t.Errorf("got %+v", deeds)
	}
}

func TestWhatBelongsElsewhereIsNotThereWhereverItIsNamedAndTheLookIsAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.role(t, doorlink.Role{Scope: doorlink.FullKeys, Devices: true})
	p := h.token(t, h.lin, time.Now().Add(time.Hour), doorlink.Abilities...)
	list := p.asks(t, "POST", "lists", `{"text":"Unit,Name,E-mail\n1A,Ada Nwosu,ada.new@example.org\n"}`).is(t, 201).Header.Get("Location")
	ours, theirs := "keys/"+string(h.plan.Keys[0].ID), h.elsewhere
	for i, tt := range []struct{ method, path, body, key string }{
		{"GET", "units/" + string(theirs.Units[0].ID), "", "units.gone"},
		{"GET", "people?door=" + string(theirs.Doors[0].ID), "", "doors.gone"},
		{"POST", ours + "/doors", `{"doors":["` + string(theirs.Doors[0].ID) + `"]}`, "doors.gone"},
		{"POST", ours + "/holders", `{"people":["` + string(theirs.People[0].ID) + `"]}`, "people.gone"},
		{"POST", "people", `{"first_name":"Bo","units":["` + string(theirs.Units[0].ID) + `"]}`, "units.gone"},
		{"PUT", list + "/decision", `{"email":"ada.new@example.org","person":"` + string(theirs.People[0].ID) + `"}`, "people.gone"},
	} {
		a := p.asks(t, tt.method, tt.path, tt.body).is(t, 404)
		deeds, err := h.db.Deeds(t.Context(), store.DeedQuery{Limit: 99})
		if err != nil {
			t.Fatal(err)
		}
		if a.key(t) != tt.key || len(deeds) != i+1 || deeds[0].Action != "property.refused" || deeds[0].Subject != string(theirs.Property.ID) {
			t.Errorf("%s %s: got %s, and %d looks are audited, want %d", tt.method, tt.path, a.text, len(deeds), i+1)
		}
	}
}

func TestABudgetIsToldAndEnds(t *testing.T) {
	t.Parallel()
	p := newHouse(t).all(t)
	a := p.asks(t, "GET", "/api/v1/nothing", "").is(t, 404)
	if !strings.HasPrefix(a.Header.Get("RateLimit"), `"token";r=599;t=`) || a.Header.Get("RateLimit-Policy") != `"token";q=600;w=60` {
		t.Errorf("got %s of %s", a.Header.Get("RateLimit"), a.Header.Get("RateLimit-Policy"))
	}
	for range 599 {
		p.asks(t, "GET", "/api/v1/nothing", "")
	}
	if a := p.asks(t, "GET", "/api/v1/nothing", "").is(t, 429); a.Header.Get("Retry-After") == "" || a.key(t) != "limit.wait" {
		t.Errorf("got %s", a.text)
	}
}

func TestEveryRefusalIsAProblem(t *testing.T) {
	t.Parallel()
	p := newHouse(t).all(t)
	for _, tt := range []struct {
		method, path, body string
		status             int
		key                string
		headers            []string
	}{
		{"GET", "/api/v1/nothing", "", 404, "api.no_path", nil},
		{"GET", "/api/v2/properties", "", 404, "api.no_path", nil},
		{"PUT", "units", "", 405, "api.no_method", nil},
		{"POST", "units", "{", 400, "api.malformed", nil},
		{"POST", "units", "", 400, "api.malformed", nil},
		{"POST", "units", "name=1A", 415, "api.media", []string{"Content-Type", "text/plain"}},
		{"POST", "units", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "api.too_large", nil},
		{"POST", "units", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "api.too_large", []string{"Idempotency-Key", "k"}},
		{"POST", "units", `{}`, 422, "api.input", nil},
		{"POST", "units", `{"name":" "}`, 422, "office.name", nil},
		{"POST", "units", `{"name":"1A"}`, 409, "store.exists", nil},
		{"GET", "units?limit=0", "", 422, "api.input", nil},
		{"GET", "units?colour=red", "", 422, "api.input", nil},
		{"GET", "units?after=!", "", 422, "office.cursor", nil},
		{"GET", "units/unit_nothing", "", 404, "units.gone", nil},
		{"GET", "people/pers_nothing", "", 404, "people.gone", nil},
		{"GET", "doors/door_nothing/directory", "", 404, "doors.gone", nil},
		{"GET", "people?key=key_nothing", "", 404, "keys.gone", nil},
		{"POST", "people", `{"first_name":"Bo","email":"@"}`, 422, "people.email", nil},
		{"POST", "deeds/999/undo", "", 404, "deed.unknown", nil},
		{"DELETE", "tokens/tok_nothing", "", 404, "token.unknown", nil},
	} {
		a := p.asks(t, tt.method, tt.path, tt.body, tt.headers...)
		if a.StatusCode != tt.status || a.key(t) != tt.key {
			t.Errorf("%s %s: got %d %s, want %d %s", tt.method, tt.path, a.StatusCode, a.text, tt.status, tt.key)
		}
		if strings.Contains(a.text, "xxxx") || len(a.text) > http.DefaultMaxHeaderBytes {
			t.Errorf("%s %s: repeats what was sent", tt.method, tt.path)
		}
	}
}

func TestAPropertyIsAddedByAProgram(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	got := p.asks(t, "POST", "/api/v1/properties", `{"name":"Ash House","time_zone":"Europe/Lisbon","languages":["pt"]}`).is(t, 201)
	var ash api.Property
	got.read(t, &ash)
	if got.Header.Get("Location") != "/api/v1/properties/"+string(ash.ID) || ash.Name != "Ash House" || ash.Zone != "Europe/Lisbon" {
		t.Errorf("got %+v at %s", ash, got.Header.Get("Location"))
	}
	again := p.asks(t, "GET", got.Header.Get("Location"), "").is(t, 200)
	if again.Header.Get("ETag") != got.Header.Get("ETag") {
		t.Error("it is another property when it is read")
	}
	wrong := p.asks(t, "POST", "/api/v1/properties", `{"name":"Ash House","time_zone":"Nowhere"}`).is(t, 422)
	if wrong.key(t) != "property.zone" {
		t.Errorf("got %s", wrong.text)
	}
}
