package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// desk is Rut's at Linden Court.
func (h *house) desk(t *testing.T) *office.Desk {
	t.Helper()
	d, err := h.console.office.At(t.Context(), office.Actor{Manager: h.rut}, h.plan.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// key is the address of the residents' key, and keyID the key.
func (h *house) key(more string) string { return h.path("keys/"+string(h.keyID())) + more }

func (h *house) keyID() doorlink.KeyID { return h.plan.Keys[0].ID }

// says fails unless a page came with a status and all of some words.
func (a answer) says(t *testing.T, status int, words ...string) answer {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: got status %d, want %d", a.path, a.status, status)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			t.Errorf("%s does not say %q", a.path, w)
		}
	}
	return a
}

func TestAKeyLivesInTheConsole(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	v.post(h.path("keys"), url.Values{"name": {" "}, "share": {"1"}}).says(t, http.StatusBadRequest, `role="alert"`, " checked")
	v.post(h.path("keys"), url.Values{"name": {"RESIDENTS"}, "share": {"1"}}).
		says(t, http.StatusConflict, `role="alert"`, "Another key is called Residents", `value="RESIDENTS"`, " checked")
	got := v.post(h.path("keys"), url.Values{"name": {"Bike <cellar>"}})
	got.says(t, http.StatusOK, "Bike &lt;cellar&gt;", "Added a key", "This key opens nothing yet", `name="seq"`)
	key, _, _ := strings.Cut(got.path, "?")
	front := string(h.plan.Doors[0].ID)
	v.get(key+"/doors?q=front").says(t, http.StatusOK, `value="`+front+`"`, "Monday")
	put := url.Values{"door": {front}, "from": {"07:00"}, "to": {"21:00"}, "day": {"1", "2", "3", "4", "5", "6"}}
	got = v.post(key+"/doors", put)
	got.says(t, http.StatusOK, "7:00 to 21:00, not Sunday", "Front door", "Not provided", "visitors call there by DOOR Link", "Changed what a key opens")
	v.get(key+"/doors").says(t, http.StatusOK, "Every door is on this key")

	door := key + "/doors/" + front
	hours := v.get(door)
	hours.says(t, http.StatusOK, `value="07:00"`, `value="21:00"`)
	for name, bad := range map[string]url.Values{
		"no end": {"from": {"07:00"}, "day": {"1"}}, "no day": {}, "no clock": {"from": {"7"}, "to": {"8"}, "day": {"1"}},
	} {
		bad.Set("tag", hidden(t, hours.body, "tag"))
		if got := v.post(door, bad); got.status != http.StatusBadRequest || !strings.Contains(got.body, "Write hours") {
			t.Errorf("%s: got status %d", name, got.status)
		}
	}
	all := url.Values{"day": {"0", "1", "2", "3", "4", "5", "6"}, "own": {"1"}, "tag": {hidden(t, hours.body, "tag")}}
	v.post(door, all).says(t, http.StatusOK, "Any hour", "Provided")
	on, err := h.desk(t).DoorOnKey(t.Context(), doorlink.KeyID(key[strings.LastIndex(key, "/")+1:]), doorlink.DoorID(front))
	if err != nil || !on.Hours.Always() || on.Hours.Days != 0 {
		t.Errorf("got %+v, %v", on, err)
	}
	v.post(door+"/off", nil).says(t, http.StatusOK, "Took a door off a key", "This key opens nothing yet")
	v.get(h.path("keys")+"?sort=-holders&q=bike").says(t, http.StatusOK, "Bike &lt;cellar&gt;", "None yet", "1 key")
	v.get(h.path("keys")+"?q=nothing").says(t, http.StatusOK, "No key was found", "Show all keys")
	got = v.post(key+"/remove", nil)
	got.says(t, http.StatusOK, "Removed a key", `name="seq"`)
	v.post(key+"/remove", nil).says(t, http.StatusNotFound, "not there any more")
	v.post(h.path("undo"), url.Values{"seq": {hidden(t, got.body, "seq")}, "back": {key}}).says(t, http.StatusOK, "Bike &lt;cellar&gt;")
}

func TestAPropertyWithoutKeysIsTaughtWhatTheyAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	if _, err := h.desk(t).RemoveKey(t.Context(), h.keyID(), ""); err != nil {
		t.Fatal(err)
	}
	h.signedIn(t, h.rut).get(h.path("keys")).says(t, http.StatusOK, "There is no key yet", "Put doors on it", "Give it to people", "Add key")
}

func TestAKeyIsGivenAndTakenAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	d := h.desk(t)
	var people []string
	for i := range 60 {
		who, err := d.Invite(t.Context(), office.Invitation{Given: fmt.Sprintf("Guest%02d", i)})
		if err != nil {
			t.Fatal(err)
		}
		people = append(people, string(who.Person.ID))
	}
	v := h.signedIn(t, h.rut)
	page := v.get(h.key("/give"))
	page.says(t, http.StatusOK, "60 people do not hold it", "Guest00", "Next page")
	if strings.Contains(page.body, "Guest59") || strings.Contains(page.body, "Ada Nwosu") {
		t.Error("the page shows more than the first fifty of those without the key")
	}
	v.get(h.key("/give")+"?q=guest59").says(t, http.StatusOK, people[59])

	give := url.Values{"person": people[:2], "from": {"2031-05-01T08:00"}, "to": {"2031-04-01T08:00"}}
	v.post(h.key("/give"), give).says(t, http.StatusBadRequest, "after the beginning", "2031-05-01T08:00", people[0]+`" checked`)
	give.Set("from", "tomorrow")
	v.post(h.key("/give"), give).says(t, http.StatusBadRequest, "after the beginning")
	give.Set("from", "")
	got := v.post(h.key("/give"), give)
	got.says(t, http.StatusOK, "Gave people a key", "Guest00", "Guest01", "1 April 2031, 08:00", "Not a resident", "Good now")
	v.get(h.key("/holders")+"?sort=-to&q=guest").says(t, http.StatusOK, "2 people, whatever", `aria-sort="descending"`)

	one := h.key("/holders/" + people[0])
	form := v.get(one)
	form.says(t, http.StatusOK, `value="2031-04-01T08:00"`, "How Guest00 holds it")
	later := url.Values{"tag": {hidden(t, form.body, "tag")}, "from": {"2031-01-01T08:00"}, "to": {""}, "resident": {"1"}}
	v.post(one, later).says(t, http.StatusOK, "Begins later", "on 1 January 2031, 08:00", "No end")
	held, err := d.Holder(t.Context(), h.keyID(), doorlink.PersonID(people[0]))
	if err != nil || !held.To.IsZero() || !held.Resident || held.From.UTC() != time.Date(2031, 1, 1, 7, 0, 0, 0, time.UTC) {
		t.Errorf("got %+v, %v", held.Holder, err)
	}
	v.post(one+"/end", url.Values{"tag": {hidden(t, form.body, "tag")}}).says(t, http.StatusConflict)
	v.post(one+"/end", url.Values{"tag": {held.Tag}}).says(t, http.StatusOK, "Took a key away", `name="seq"`)
	v.get(one).says(t, http.StatusNotFound)
}

func TestADateThatIsNotTouchedStaysAsItIsToTheSecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	d, ada := h.desk(t), h.plan.People[0].ID
	until := time.Date(2031, 4, 1, 8, 0, 17, 0, time.UTC)
	if _, err := d.SetHolding(t.Context(), doorlink.Holder{Key: h.keyID(), Person: ada, To: until, Resident: true}, ""); err != nil {
		t.Fatal(err)
	}
	v := h.signedIn(t, h.rut)
	one := h.key("/holders/" + string(ada))
	form := v.get(one)
	ask := url.Values{"tag": {hidden(t, form.body, "tag")}, "from": {""}, "to": {hidden(t, form.body, "to")}, "resident": {"1"}}
	v.post(one, ask).says(t, http.StatusOK, "Nothing was changed")
	if held, err := d.Holder(t.Context(), h.keyID(), ada); err != nil || !held.To.Equal(until) {
		t.Errorf("got %v, %v", held.To, err)
	}
}

// TestTheSecondManagerSeesTheDifference has two forms open at once, of each
// kind: the second is shown again with what was typed and what stands there now,
// and another attempt is done.
func TestTheSecondManagerSeesTheDifference(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	d, ada, front := h.desk(t), h.plan.People[0].ID, h.plan.Doors[0].ID
	v := h.signedIn(t, h.rut)
	for _, tt := range []struct {
		at    string
		other func() (office.Receipt, error)
		yours url.Values
		want  []string
	}{
		{h.key(""), func() (office.Receipt, error) {
			return d.SetKey(t.Context(), doorlink.Key{ID: h.keyID(), Name: "Tenants", MayShare: true}, "")
		}, url.Values{"name": {"Everybody"}}, []string{"now “Tenants”, in this form “Everybody”", "May Share Key: now “Yes”, in this form “No”"}},
		{h.path("doors/" + string(front)), func() (office.Receipt, error) {
			door := h.plan.Doors[0]
			door.Name, door.NeedsShare = "Main entrance", true
			return d.SetDoor(t.Context(), door, "")
		}, url.Values{"name": {"Street door"}}, []string{"Door: now “Main entrance”, in this form “Street door”", `value="Street door"`}},
		{h.path("settings"), func() (office.Receipt, error) {
			p := h.plan.Property
			p.Names, p.Notice = doorlink.FullName, "Mind the step"
			return d.SetProperty(t.Context(), p, "")
		}, url.Values{
			"name": {"Linden House"}, "zone": {"Europe/Berlin"}, "names": {"full"}, "digits": {"7"}, "kept_call": {"7"}, "kept_code": {"90"}, "kept_sign": {"14"}, "look": {"30"},
		}, []string{"now “Linden Court”, in this form “Linden House”", "now “Mind the step”, in this form “none”", "now “30”, in this form “7”"}},
		{h.key("/doors/" + string(front)), func() (office.Receipt, error) {
			on := doorlink.KeyDoor{Key: h.keyID(), Door: front, Hours: doorlink.Hours{From: 8 * 60, To: 12 * 60}}
			return d.SetKeyDoor(t.Context(), on, "")
		}, url.Values{"day": {"6"}}, []string{"now “8:00 to 12:00”, in this form “Any hour, Saturday”"}},
		{h.key("/holders/" + string(ada)), func() (office.Receipt, error) {
			hold := doorlink.Holder{Key: h.keyID(), Person: ada, To: time.Date(2031, 4, 1, 6, 0, 0, 0, time.UTC), Resident: true}
			return d.SetHolding(t.Context(), hold, "")
		}, url.Values{"to": {"2031-05-01T08:00"}, "resident": {"1"}}, []string{"Ends: now “1 April 2031, 08:00”, in this form “1 May 2031, 08:00”"}},
	} {
		first := hidden(t, v.get(tt.at).body, "tag")
		if _, err := tt.other(); err != nil {
			t.Fatal(err)
		}
		tt.yours.Set("tag", first)
		again := v.post(tt.at, tt.yours)
		again.says(t, http.StatusConflict, append(tt.want, "look at the difference")...)
		tt.yours.Set("tag", hidden(t, again.body, "tag"))
		v.post(tt.at, tt.yours).says(t, http.StatusOK, `name="seq"`)
		tt.yours.Set("tag", first)
		v.post(tt.at, tt.yours).says(t, http.StatusOK, "Nothing was changed")
	}
}

func TestAKeyThatIsGoneIsNotGiven(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	give := v.get(h.key("/give"))
	give.says(t, http.StatusOK, "Everybody holds this key")
	if _, err := h.desk(t).RemoveKey(t.Context(), h.keyID(), ""); err != nil {
		t.Fatal(err)
	}
	ada := url.Values{"person": {string(h.plan.People[0].ID)}}
	v.post(h.key("/give"), ada).says(t, http.StatusNotFound, "not there any more")
}

func TestAYearBeyondThoseOfListsIsSaidAsAYear(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	ada := h.key("/holders/" + string(h.plan.People[0].ID))
	form := url.Values{"tag": {hidden(t, v.get(ada).body, "tag")}, "to": {"2300-01-01T00:00"}}
	v.post(ada, form).says(t, http.StatusBadRequest, "in the years from 2000 to 2199", `value="2300-01-01T00:00"`)
}

// keyPages are the addresses of everything about a key that there is.
func (h *house) keyPages(k doorlink.KeyID) (looks, edits, grants []string) {
	at := h.path("keys/" + string(k))
	door, who := at+"/doors/"+string(h.plan.Doors[0].ID), at+"/holders/"+string(h.plan.People[0].ID)
	return []string{at, at + "/holders"}, []string{at + "/doors", door, at, door + "/off", at + "/remove"}, []string{at + "/give", who, who + "/end"}
}

func TestKeysAreForThoseWhoDecideAboutThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	d := h.desk(t)
	roof, _, err := d.AddKey(t.Context(), "Roof", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.GiveKey(t.Context(), doorlink.Holder{Key: roof.ID, Person: h.plan.People[0].ID}); err != nil {
		t.Fatal(err)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.SetRole(ctx, doorlink.Role{
			Manager: h.linda.ID, Property: h.plan.Property.ID, Scope: doorlink.SpecificKeys, Keys: []doorlink.KeyID{roof.ID},
		})
	})
	v := h.signedIn(t, h.linda)
	list := v.get(h.path("keys"))
	list.says(t, http.StatusOK, "Roof", "1 key")
	if strings.Contains(list.body, "Residents") || strings.Contains(list.body, "Add key") {
		t.Error("the list shows another key, or lets them add one")
	}
	v.post(h.path("keys"), url.Values{"name": {"Mine"}}).says(t, http.StatusForbidden)
	looks, edits, grants := h.keyPages(roof.ID)
	for _, path := range looks {
		v.get(path).says(t, http.StatusOK)
	}
	for _, path := range edits[:2] {
		if got := v.get(path); got.status == http.StatusOK {
			t.Errorf("%s opens", path)
		}
	}
	for _, path := range edits {
		if got := v.post(path, url.Values{"name": {"x"}, "day": {"1"}}); got.status != http.StatusForbidden && got.status != http.StatusNotFound {
			t.Errorf("%s: got status %d", path, got.status)
		}
	}
	for _, path := range grants[:2] {
		v.get(path).says(t, http.StatusOK)
	}
	v.post(grants[2], nil).says(t, http.StatusOK, "Took a key away")
	looks, edits, grants = h.keyPages(h.keyID())
	for _, path := range append(append(looks, grants[:2]...), edits[:2]...) {
		v.get(path).says(t, http.StatusNotFound)
	}
	v.post(grants[0], url.Values{"person": {string(h.plan.People[0].ID)}}).says(t, http.StatusNotFound)
	v.post(grants[2], nil).says(t, http.StatusForbidden)
}

func TestKeysOfElsewhereAreNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	before, err := h.db.Revision(t.Context(), h.elm.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	looks, edits, grants := h.keyPages(h.elm.Keys[0].ID)
	for _, path := range append(append(looks, edits[:2]...), grants[:2]...) {
		v.get(path).says(t, http.StatusNotFound)
	}
	for _, path := range append(edits, grants...) {
		v.post(path, url.Values{"name": {"Mine"}, "day": {"1"}}).says(t, http.StatusNotFound)
	}
	v.post(h.key("/doors"), url.Values{"door": {string(h.elm.Doors[0].ID)}, "day": {"1"}}).says(t, http.StatusNotFound)
	after, err := h.db.Revision(t.Context(), h.elm.Property.ID)
	if err != nil || after != before {
		t.Errorf("got revision %d, %v: something was changed there", after, err)
	}
}

func TestHoursAreReadAsTheyAreMeant(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	d := &desk{Desk: h.desk(t), lang: h.console.words}
	for want, hours := range map[string]doorlink.Hours{
		"Any hour":                          {},
		"Any hour, not Sunday":              {Days: 0b1111110},
		"Any hour, Saturday, Sunday":        {Days: 0b1000001},
		"8:00 to 22:00":                     {From: 480, To: 1320},
		"22:00 to 6:00, Friday, Saturday":   {From: 1320, To: 360, Days: 0b1100000},
		"7:00 to 21:00, not Monday, Sunday": {From: 420, To: 1260, Days: 0b1111100},
	} {
		if got := d.hours(hours); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		form := d.hoursForm(doorlink.KeyDoor{Hours: hours})
		typed := url.Values{"from": {form.From}, "to": {form.To}}
		for _, day := range form.Days {
			if day.On {
				typed.Add("day", day.Value)
			}
		}
		r := &http.Request{Method: "POST", Form: typed, PostForm: typed}
		if back, err := hoursIn(r); err != nil || back != hours {
			t.Errorf("%s: typed again it is %+v, %v", want, back, err)
		}
	}
}
