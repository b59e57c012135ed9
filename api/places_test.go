package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorlink"
	"doorlink/api"
	"doorlink/office"
)

// changed sends a change under the ETag that was last seen.
func (p program) changed(tb testing.TB, method, path, body string) answer {
	tb.Helper()
	seen := p.asks(tb, "GET", path, "").is(tb, 200).Header.Get("ETag")
	return p.asks(tb, method, path, body, "If-Match", seen)
}

func TestADoorIsAddedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	p := newHouse(t).all(t)
	at := p.asks(t, "POST", "doors", `{"name":"Bike cellar","type":"communal"}`, "Idempotency-Key", "cellar").is(t, 201)
	p.asks(t, "POST", "doors", `{"name":"Bike cellar","type":"communal"}`, "Idempotency-Key", "cellar").is(t, 201)
	one := at.Header.Get("Location")
	for _, tt := range []struct {
		body   string
		status int
		want   api.Door
	}{
		{`{}`, 200, api.Door{Name: "Bike cellar", Type: doorlink.Communal}},
		{`{"needs_may_share":true}`, 200, api.Door{Name: "Bike cellar", Type: doorlink.Communal, NeedsShare: true}},
		{`{"name":"Bikes"}`, 200, api.Door{Name: "Bikes", Type: doorlink.Communal, NeedsShare: true}},
		{`{"type":"service"}`, 200, api.Door{Name: "Bikes", Type: doorlink.Service, NeedsShare: true}},
		{`{"type":"garden"}`, 422, api.Door{Name: "Bikes", Type: doorlink.Service, NeedsShare: true}},
		{`{"name":null}`, 422, api.Door{Name: "Bikes", Type: doorlink.Service, NeedsShare: true}},
	} {
		p.changed(t, "PATCH", one, tt.body).is(t, tt.status)
		var now api.Door
		p.asks(t, "GET", one, "").read(t, &now)
		tt.want.ID, tt.want.ETag, tt.want.Keys = now.ID, now.ETag, []api.Named{}
		if diff := cmp.Diff(now, tt.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", tt.body, diff)
		}
	}
	p.asks(t, "PATCH", one, `{"name":"x"}`).is(t, 428)
	p.asks(t, "PATCH", one, `{"name":"x"}`, "If-Match", `"old"`).is(t, 412)
	var list api.Page[api.Door]
	first := p.asks(t, "GET", "doors?limit=1", "").is(t, 200)
	first.read(t, &list)
	if list.Total != 2 || list.Items[0].Name != "Bikes" || first.Header.Get("Link") == "" {
		t.Errorf("got %s", first.text)
	}
	p.asks(t, "GET", "doors?after="+list.Next, "").is(t, 200).read(t, &list)
	if list.Items[0].Name != "Front door" || list.Items[0].Listed != 1 || list.Items[0].Panel != "F1" || len(list.Items[0].Keys) != 1 {
		t.Errorf("got %+v", list.Items[0])
	}
	front := "doors/" + string(list.Items[0].ID)
	if got := p.asks(t, "DELETE", front, "", "If-Match", "*").is(t, 409).key(t); got != "doors.on_keys" {
		t.Errorf("got %s", got)
	}
	var inside api.Page[api.DirectoryLine]
	p.asks(t, "GET", front+"/directory", "").is(t, 200).read(t, &inside)
	if len(inside.Items) != 1 || inside.Items[0].Name != "Ada N." || inside.Items[0].Place != "1A" {
		t.Errorf("got %+v", inside)
	}
	p.asks(t, "GET", front+"/directory?find=visser&limit=1", "").is(t, 200).read(t, &inside)
	if len(inside.Items) != 0 || inside.Total != 0 {
		t.Errorf("somebody is found who is not listed: %+v", inside)
	}
	p.changed(t, "DELETE", one, "").is(t, 204)
	p.asks(t, "GET", one, "").is(t, 404)
	p.asks(t, "GET", one+"/directory", "").is(t, 404)
}

func TestADoorLinkLives(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	door := p.asks(t, "POST", "doors", `{"name":"Gate","type":"building_entrance"}`).is(t, 201).Header.Get("Location")
	link := door + "/link"
	p.asks(t, "GET", link, "").is(t, 404)
	p.asks(t, "POST", link, `{"label":"Much too long a label"}`).is(t, 422)
	at := p.asks(t, "POST", link, `{"label":"N2"}`, "Idempotency-Key", "gate").is(t, 201)
	if got := at.Header.Get("Location"); got != link {
		t.Errorf("it is at %s, want %s", got, link)
	}
	if again := p.asks(t, "POST", link, `{"label":"N2"}`, "Idempotency-Key", "gate").is(t, 201); again.text != at.text {
		t.Errorf("got %s, then %s", at.text, again.text)
	}
	p.asks(t, "POST", link, `{"label":"N3"}`).is(t, 409)
	p.changed(t, "PATCH", link, `{}`).is(t, 200)
	p.changed(t, "PATCH", link, `{"label":"N4"}`).is(t, 200)
	var now api.DoorLink
	p.asks(t, "POST", link+"/looked", "").is(t, 200).read(t, &now)
	if now.Label != "N4" || now.Looked.IsZero() || !strings.HasPrefix(now.Address, "https://door.example/p/") || len(now.Short) != 9 {
		t.Errorf("got %+v", now)
	}
	newest := func() string { return string(now.Stickers[len(now.Stickers)-1].ID) }
	inADay := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Second)
	for _, tt := range []struct {
		body   string
		status int
		good   int // stickers that work afterwards
	}{
		{fmt.Sprintf(`{"old_stops":"scan","seen":%q}`, newest()), 200, 2},
		{fmt.Sprintf(`{"old_stops":"scan","seen":%q}`, newest()), 409, 2},
		{`{"old_stops":"scan","latest":"2020-01-01T00:00:00Z"}`, 422, 2},
		{`{"old_stops":"someday"}`, 422, 2},
		{`{"old_stops":"scan","latest":"` + inADay.Format(time.RFC3339) + `"}`, 200, 2},
		{`{"old_stops":"now","cancel_doorcodes":true}`, 200, 1},
	} {
		a := p.asks(t, "POST", link+"/change-qr", tt.body).is(t, tt.status)
		if tt.status != 200 {
			continue
		}
		old := now.Address
		a.read(t, &now)
		good := 0
		for _, s := range now.Stickers {
			if s.Ends.IsZero() || s.Ends.After(time.Now()) {
				good++
			}
		}
		if good != tt.good || now.Address == old {
			t.Errorf("%s: %d stickers are good, want %d, at %s", tt.body, good, tt.good, now.Address)
		}
	}
	residence := p.asks(t, "POST", "doors", `{"name":"1A","type":"residence"}`).is(t, 201).Header.Get("Location")
	if got := p.asks(t, "POST", residence+"/link", `{"label":"R"}`).is(t, 422).key(t); got != "panel.residence_door" {
		t.Errorf("got %s", got)
	}
	p.asks(t, "DELETE", link, "", "If-Match", at.Header.Get("ETag")).is(t, 412)
	p.changed(t, "DELETE", link, "").is(t, 204)
	p.asks(t, "GET", link, "").is(t, 404)
}

func TestAKeyLives(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	if got := p.asks(t, "POST", "keys", `{"name":"RESIDENTS"}`).is(t, 409).key(t); got != "keys.named" {
		t.Errorf("a name that is taken: got %s", got)
	}
	one := p.asks(t, "POST", "keys", `{"name":"Parcel carriers","may_share":true}`).is(t, 201).Header.Get("Location")
	front := string(h.plan.Doors[0].ID)
	p.asks(t, "POST", one+"/doors", fmt.Sprintf(`{"doors":[%q],"hours":{"from":"07:00"}}`, front)).is(t, 422)
	p.asks(t, "POST", one+"/doors", fmt.Sprintf(`{"doors":[%q],"hours":{"from":"7","to":"9"}}`, front)).is(t, 422)
	p.asks(t, "POST", one+"/doors", `{"doors":[]}`).is(t, 422)
	p.asks(t, "POST", one+"/doors", fmt.Sprintf(`{"doors":[%q]}`, h.elsewhere.Doors[0].ID)).is(t, 404)
	var key api.Key
	hours := `"hours":{"from":"22:00","to":"06:00","days":["sat","fri"]}`
	p.asks(t, "POST", one+"/doors", fmt.Sprintf(`{"doors":[%q],%s}`, front, hours), "Idempotency-Key", "d").is(t, 200).read(t, &key)
	if len(key.Doors) != 1 || key.Doors[0].Name != "Front door" || !key.MayShare {
		t.Errorf("got %+v", key)
	}
	on := one + "/doors/" + front
	p.asks(t, "PATCH", on, `{"hours":{"from":"7","to":"8"}}`, "If-Match", "*").is(t, 422)
	night := api.Hours{From: "22:00", To: "06:00", Days: []string{"fri", "sat"}}
	for _, tt := range []struct {
		body  string
		hours *api.Hours
		own   bool
	}{
		{`{}`, &night, false},
		{`{"provide_doorcodes":true}`, &night, true},
		{`{"hours":{"days":["mon","tue","wed","thu","fri","sat","sun"]}}`, nil, true},
		{`{"hours":{"days":["sun"]}}`, &api.Hours{Days: []string{"sun"}}, true},
		{`{"hours":{"days":["mon","mon","mon","mon","mon","mon","mon"]}}`, &api.Hours{Days: []string{"mon"}}, true},
		{`{"hours":null}`, nil, true},
	} {
		var now api.KeyDoor
		p.changed(t, "PATCH", on, tt.body).is(t, 200).read(t, &now)
		if diff := cmp.Diff(now.Hours, tt.hours); diff != "" || now.Own != tt.own {
			t.Errorf("%s: provides codes %v (-got +want):\n%s", tt.body, now.Own, diff)
		}
	}
	var doors api.Page[api.KeyDoor]
	p.asks(t, "GET", one+"/doors?find=front", "").is(t, 200).read(t, &doors)
	if doors.Total != 1 || doors.Items[0].Door.ID != front {
		t.Errorf("got %+v", doors)
	}

	p.changed(t, "PATCH", one, `{"name":"Carriers"}`).is(t, 200).read(t, &key)
	if key.Name != "Carriers" || !key.MayShare {
		t.Errorf("got %+v", key)
	}
	p.asks(t, "POST", one+"/holders", fmt.Sprintf(`{"people":[%q],"to":"2020-01-01T00:00:00Z","from":"2021-01-01T00:00:00Z"}`, h.ada)).is(t, 422)
	given := p.asks(t, "POST", one+"/holders", fmt.Sprintf(`{"people":[%q],"to":"2099-01-01T00:00:00Z","resident":true}`, h.ada)).is(t, 200)
	given.read(t, &key)
	var held api.Page[api.KeyHolder]
	p.asks(t, "GET", one+"/holders?sort=unit", "").is(t, 200).read(t, &held)
	if key.Holders != 1 || held.Total != 1 || held.Items[0].Person.ID != string(h.ada) || !held.Items[0].Now || !held.Items[0].Resident {
		t.Errorf("got %+v", held)
	}
	theirs := "people/" + string(h.ada) + "/keys/" + string(key.ID)
	if got := p.asks(t, "GET", theirs, "").is(t, 200).Header.Get("ETag"); got != held.Items[0].ETag {
		t.Errorf("got the ETag %s there and %s here", got, held.Items[0].ETag)
	}
	p.changed(t, "DELETE", on, "").is(t, 204)
	p.asks(t, "GET", on, "").is(t, 404)
	gone := p.changed(t, "DELETE", one, "").is(t, 204)
	if got := p.asks(t, "DELETE", one, "", "If-Match", "*").is(t, 404).key(t); got != "keys.gone" {
		t.Errorf("got %s", got)
	}
	seq, _, _ := strings.Cut(gone.Header.Get("Doorlink-Deed"), ";")
	p.asks(t, "POST", "deeds/"+seq+"/undo", "").is(t, 204)
	p.asks(t, "GET", one+"/holders", "").is(t, 200).read(t, &held)
	if held.Total != 1 {
		t.Errorf("undone: got %+v", held)
	}
}

func TestKeysAreListedInPagesAndOnlyToThoseWhoDecide(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	for i := range 3 {
		p.asks(t, "POST", "keys", fmt.Sprintf(`{"name":"Store %d"}`, i)).is(t, 201)
	}
	var names []string
	for next := p.home + "/keys?sort=-name&limit=2"; next != ""; {
		a := p.asks(t, "GET", next, "").is(t, 200)
		var part api.Page[api.Key]
		a.read(t, &part)
		for _, k := range part.Items {
			names = append(names, k.Name)
		}
		next = strings.TrimSuffix(strings.TrimPrefix(a.Header.Get("Link"), "<"), `>; rel="next"`)
	}
	if diff := cmp.Diff(names, []string{"Store 2", "Store 1", "Store 0", "Roof", h.plan.Keys[0].Name}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	h.role(t, doorlink.Role{Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{h.roof}})
	lin := h.token(t, h.lin, time.Now().Add(time.Hour), doorlink.Abilities...)
	var part api.Page[api.Key]
	lin.asks(t, "GET", "keys", "").is(t, 200).read(t, &part)
	if part.Total != 1 || part.Items[0].Name != "Roof" {
		t.Errorf("got %+v", part)
	}
	other := "keys/" + string(h.plan.Keys[0].ID)
	for _, path := range []string{other, other + "/doors", other + "/holders"} {
		lin.asks(t, "GET", path, "").is(t, 404)
	}
	ada := fmt.Sprintf(`{"people":[%q]}`, h.ada)
	lin.asks(t, "POST", "keys/"+string(h.roof)+"/holders", ada).is(t, 200)
	lin.asks(t, "POST", other+"/holders", ada).is(t, 403)
}

func TestSettingsArePatched(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	var was api.Property
	p.asks(t, "GET", "", "").is(t, 200).read(t, &was)
	want := was
	for _, tt := range []struct {
		body   string
		status int
		change func(*api.Property)
	}{
		{`{}`, 200, nil},
		{`{"days_kept":{"calls":7}}`, 200, func(w *api.Property) { w.Kept.Calls = 7 }},
		{`{"days_kept":{"sign_ins":3}}`, 200, func(w *api.Property) { w.Kept.SignIn = 3 }},
		{`{"days_kept":{"calls":null}}`, 200, func(w *api.Property) { w.Kept.Calls = was.Kept.Calls }},
		{`{"days_kept":{"calls":91}}`, 422, nil},
		{`{"notice":"Mind the step","languages":["de","en"]}`, 200, func(w *api.Property) { w.Notice, w.Languages = "Mind the step", []string{"de", "en"} }},
		{`{"notice":null}`, 200, func(w *api.Property) { w.Notice = "" }},
		{`{"languages":null}`, 200, func(w *api.Property) { w.Languages = []string{} }},
		{`{"names":"unit","search_first":true,"counts_only":true,"webhook_names":true}`, 200, func(w *api.Property) {
			w.Names, w.SearchFirst, w.CountsOnly, w.HookNames = doorlink.UnitOnly, true, true, true
		}},
		{`{"quiet_hours":{"from":"22:00","to":"07:00"}}`, 200, func(w *api.Property) { w.Quiet = &api.Span{From: "22:00", To: "07:00"} }},
		{`{"quiet_hours":{"from":"22:00"}}`, 422, nil},
		{`{"quiet_hours":{"from":"24:00","to":"07:00"}}`, 422, nil},
		{`{"quiet_hours":null}`, 200, func(w *api.Property) { w.Quiet = nil }},
		{`{"look_at_panels_days":0}`, 200, func(w *api.Property) { w.Look = 0 }},
		{`{"look_at_panels_days":14}`, 200, func(w *api.Property) { w.Look = 14 }},
		{`{"look_at_panels_days":-1}`, 422, nil},
		{`{"look_at_panels_days":366}`, 422, nil},
		{`{"names":"nicknames"}`, 422, nil},
		{`{"doorcode_digits":8,"time_zone":"Europe/Lisbon"}`, 200, func(w *api.Property) { w.Digits, w.Zone = 8, "Europe/Lisbon" }},
		{`{"doorcode_digits":7}`, 200, func(w *api.Property) { w.Digits = 7 }},
		{`{"time_zone":"Europe/Atlantis"}`, 422, nil},
		{`{"name":null}`, 422, nil},
		{`{"id":"prop_1"}`, 422, nil},
	} {
		if tt.change != nil {
			tt.change(&want)
		}
		a := p.changed(t, "PATCH", "", tt.body).is(t, tt.status)
		var now, read api.Property
		b := p.asks(t, "GET", "", "")
		if b.read(t, &read); tt.status == http.StatusOK {
			a.read(t, &now)
			if a.Header.Get("ETag") != b.Header.Get("ETag") {
				t.Errorf("%s: answered with another ETag", tt.body)
			}
		} else {
			now = read
		}
		if diff := cmp.Diff([]api.Property{now, read}, []api.Property{want, want}); diff != "" {
			t.Errorf("%s (-got +want):\n%s", tt.body, diff)
		}
	}
	d, err := office.New(h.db, nil).At(t.Context(), office.Actor{Manager: h.rut}, h.plan.Property.ID)
	if err != nil || d.Property.Digits != 0 || len(d.Property.Kept) != 1 {
		t.Errorf("what is usual is kept: %+v, %v", d.Property, err)
	}
	p.asks(t, "PATCH", "", `{"name":"x"}`, "If-Match", `"old"`).is(t, 412)
}
