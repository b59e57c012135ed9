package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"doorlink"
	"doorlink/office"
)

func TestAUnitLivesInTheConsole(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.linda)
	list := h.path("units")
	v.post(list, url.Values{"name": {"1A"}}).says(t, http.StatusConflict, "That is there already", `value="1A"`)
	v.post(list, url.Values{"name": {strings.Repeat("x", 5000)}}).says(t, http.StatusBadRequest, "ordinary characters")
	v.post(list, url.Values{"name": {"1A\u202e"}}).says(t, http.StatusBadRequest, "ordinary characters")
	for _, name := range []string{"2B", "10<A>"} {
		v.post(list, url.Values{"name": {name}}).says(t, http.StatusOK, "Added a unit")
	}
	for query, want := range map[string]string{
		"": "1A 2B 10&lt;A&gt;", "?sort=-name": "10&lt;A&gt; 2B 1A", "?q=ada": "1A", "?show=empty": "2B 10&lt;A&gt;", "?show=hidden": "", "?q=zzz": "",
	} {
		if got := unitsOn(v.get(list + query).body); got != want {
			t.Errorf("units%s: got %s, want %s", query, got, want)
		}
	}
	unit := h.path("units/" + string(h.plan.Units[0].ID))
	page := v.get(unit).says(t, http.StatusOK, "Ada Nwosu", "Place 1 in the directory", "people/invite?unit=1A")
	v.post(unit, url.Values{"name": {"1C"}, "tag": {hidden(t, page.body, "tag")}}).says(t, http.StatusOK, "Renamed a unit", "1C")
	v.post(unit, url.Values{"name": {"1D"}, "tag": {hidden(t, page.body, "tag")}}).says(t, http.StatusConflict, "has named this unit “1C” meanwhile, you “1D”", `value="1D"`)
	v.post(unit, url.Values{"name": {"2B"}}).says(t, http.StatusConflict, "That is there already", `value="2B"`)
	v.post(unit+"/remove", url.Values{"tag": {"old"}}).says(t, http.StatusConflict)
	v.post(unit+"/remove", nil).says(t, http.StatusOK, "Removed a unit")
	v.get(unit).says(t, http.StatusNotFound)
	v.get(h.path("people")).says(t, http.StatusOK, "Ada Nwosu")
}

// unitsOn are the names of the units in a list.
func unitsOn(body string) string {
	var names []string
	for _, row := range strings.Split(body, `<b class="plate"><bdi>`)[1:] {
		name, _, _ := strings.Cut(row, "<")
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestUnitsAreMovedByButtonsAndByPlace(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, d := h.signedIn(t, h.linda), h.desk(t)
	ids := map[string]doorlink.UnitID{"1A": h.plan.Units[0].ID}
	for _, name := range []string{"2A", "3A"} {
		u, _, err := d.AddUnit(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = u.ID
	}
	list := h.path("units")
	page := v.get(list)
	for name, want := range map[string]int{"Move 1A up": 0, "Move 1A down": 1, "Move 2A up": 1, "Move 2A down": 1, "Move 3A up": 1, "Move 3A down": 0} {
		if got := strings.Count(page.body, `aria-label="`+name+`"`); got != want {
			t.Errorf("%s is offered %d times, want %d", name, got, want)
		}
	}
	if got := v.get(list + "?sort=name"); strings.Contains(got.body, "Move 2A up") {
		t.Error("places are moved in a list that does not show them")
	}
	move := func(name, from, to, back string) answer {
		return v.post(h.path("units/"+string(ids[name])+"/move"), url.Values{"from": {from}, "to": {to}, "back": {back}})
	}
	got := move("3A", "3", "2", list).says(t, http.StatusOK, "Moved a unit in the directory")
	if unitsOn(got.body) != "1A 3A 2A" || !strings.HasPrefix(got.path, list) {
		t.Errorf("got %s at %s", unitsOn(got.body), got.path)
	}
	move("3A", "3", "2", list).says(t, http.StatusConflict)
	move("3A", "", "99", "").says(t, http.StatusOK, "Place 3 in the directory")
	move("3A", "", "0", "").says(t, http.StatusBadRequest, "number from 1")
	move("1A", "1", "3", list)
	got = v.post(list+"/by-name", nil).says(t, http.StatusOK, "Put the units in order of their names")
	if unitsOn(got.body) != "1A 2A 3A" {
		t.Errorf("got %s", unitsOn(got.body))
	}
}

func TestThreeFeaturedEntriesStandOnTop(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, list := h.signedIn(t, h.linda), h.path("units")
	form := url.Values{"given": {"Sam"}, "key": {string(h.plan.Keys[0].ID)}, "unit": {"1A"}, "resident": {"1"}}
	for _, name := range []string{"", "1A", strings.Repeat("x", 5000)} {
		form.Set("entry", name)
		if got := v.post(list+"/featured", form); got.status < 400 || got.status >= 500 || !strings.Contains(got.body, `value="Sam"`) {
			t.Errorf("an entry of name %.5q: got status %d", name, got.status)
		}
	}
	for _, name := range []string{"Concierge", "Leasing office", "Parcels"} {
		v.get(list).says(t, http.StatusOK, "Add Featured Entry")
		form.Set("entry", name)
		v.post(list+"/featured", form).says(t, http.StatusOK, "A link for Sam", "/r/in/")
	}
	got := v.get(list).says(t, http.StatusOK, "Featured Entry</span>", "Move Parcels up")
	if unitsOn(got.body) != "Concierge Leasing office Parcels 1A" || strings.Contains(got.body, "units/featured") || strings.Contains(got.body, "Move 1A up") {
		t.Errorf("got %s, or a fourth is offered", unitsOn(got.body))
	}
	form.Set("entry", "Fourth")
	v.post(list+"/featured", form).says(t, http.StatusConflict, "3 Featured Entries at most", `value="Fourth"`)
	p, err := h.desk(t).People(t.Context(), office.Query{Find: "parcels"})
	if err != nil || p.Total != 1 || len(p.Rows[0].Units) != 1 || p.Rows[0].Units[0].Name != "Parcels" {
		t.Fatalf("got %+v, %v", p, err)
	}
	who, err := h.desk(t).Person(t.Context(), p.Rows[0].ID)
	if err != nil || len(who.Held) != 1 || who.Held[0].Resident {
		t.Errorf("staff hold %+v, %v: want one key, not as a resident", who.Held, err)
	}
	v.get(h.path("people/"+string(who.ID))).says(t, http.StatusOK, "Answers at Parcels.")
}

func TestAnotherPropertysUnitIsNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, foreign := h.signedIn(t, h.rut), h.path("units/unit_"+string(h.elm.Property.ID))
	v.get(foreign).says(t, http.StatusNotFound)
	for _, path := range []string{"", "/move", "/hidden", "/remove"} {
		v.post(foreign+path, url.Values{"name": {"x"}, "to": {"1"}, "door": {string(h.plan.Doors[0].ID)}}).says(t, http.StatusNotFound)
	}
	unit := h.path("units/" + string(h.plan.Units[0].ID))
	v.post(unit+"/hidden", url.Values{"door": {string(h.elm.Doors[0].ID)}, "hide": {"1"}}).says(t, http.StatusNotFound)
}
