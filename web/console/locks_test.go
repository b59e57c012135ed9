package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorlink/doorcode"
	"doorlink/store"
)

func TestALocksPagesSayWhatIsKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	door, v := h.plan.Doors[0], h.signedIn(t, h.rut)
	if got := v.get(h.path("locks")); got.status != http.StatusOK || !strings.Contains(got.body, "Not activated") || strings.Contains(got.body, "digits") {
		t.Errorf("without a lock: got status %d", got.status)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.AddLock(ctx, doorcode.Setup{
			Version: 1, Lock: "lock_1", Property: door.Property, Door: door.ID, DoorName: "Gate", Model: "M2", Epoch: 1, Places: 100,
			Params: doorcode.Defaults(), Zone: h.plan.Property.Zone, Issued: time.Now(),
		})
	})
	for path, want := range map[string][]string{
		"locks":                    {"M2", "7 digits", "1 number in 33,333 opens", "Out of sync", "New name of the door", "unknown until a Door Sync"},
		"locks?show=waiting":       {"Front door", "Out of sync"},
		"overview":                 {"Front door: the lock is out of sync", "New name of the door"},
		"locks?show=missing":       {"Nothing was found"},
		"locks?q=m2&sort=-since":   {"Front door"},
		"doors/" + string(door.ID): {"Of 33,333 numbers one opens", "Waiting: the lock was not told yet", "Unknown until a Door Sync", "disabled"},
		"doors":                    {h.path("locks")},
	} {
		got := v.get(h.path(path))
		for _, text := range want {
			if got.status != http.StatusOK || !strings.Contains(got.body, text) {
				t.Errorf("%s: got status %d, want it to say %s", path, got.status, text)
			}
		}
	}
}

func TestALockIsActivatedOnItsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, door := h.signedIn(t, h.rut), h.path("doors/"+string(h.plan.Doors[0].ID))
	got := v.get(door)
	got.reads(t, "the tab", "Calls work without a lock", "Activate the lock", door+"/lock")
	got = v.get(door + "/lock")
	got.reads(t, "the form", `value="100"`, "Of 33,333 numbers one opens", "333 at most", "cannot be downloaded a second time")
	got = v.get(door + "/lock?model=C1&places=20&reuse=60&seen=0")
	got.reads(t, "the odds of a choice", `value="20"`, "<option selected>C1", "Of 166,666 numbers one opens")
	got = v.get(door + "/lock?places=334&reuse=60")
	got.reads(t, "a choice that can be guessed", `value="334"`, "a stranger could guess", "333 at most")
	got = v.post(door+"/lock", url.Values{"model": {"M2"}, "places": {"334"}, "reuse": {"60"}, "seen": {"0"}})
	got.refuses(t, http.StatusBadRequest, `value="334"`, "a stranger could guess")

	chosen := url.Values{"model": {"C1"}, "places": {"20"}, "reuse": {"900"}, "seen": {"0"}}
	file := v.post(door+"/lock", chosen)
	lock, err := doorcode.DecodeProvision([]byte(file.body))
	if err != nil || lock.Model != "C1" || lock.Places != 20 || lock.Params.Reuse != 900 || lock.DoorName != "Front door" {
		t.Fatalf("got status %d with %+v, %v", file.status, lock.Setup, err)
	}
	if h := file.header; h.Get("Cache-Control") != "no-store" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || strings.Contains(file.path, lock.Chain.Reveal()) {
		t.Errorf("the secret goes about with %v at %s", h, file.path)
	}
	got = v.post(door+"/lock", chosen)
	got.refuses(t, http.StatusConflict, "it has set-up 1, since", `name="seen" value="1"`, "<option selected>C1")
	for _, page := range []string{door, door + "/lock", h.path("locks"), h.path("audit"), h.path("overview")} {
		if got := v.get(page); got.status != http.StatusOK || strings.Contains(got.body, lock.Chain.Reveal()) {
			t.Errorf("%s: got status %d, or the secret of the door", page, got.status)
		}
	}
	v.get(door).reads(t, "the tab", "C1", "20 places", "It has been told everything", "Set the lock up anew")
	v.get(door+"/lock").reads(t, "the form again", "What hangs at the door?", "No unused doorcode of today is cancelled", "a quarter of an hour", `value="20"`)
	v.get(h.path("audit")).reads(t, "the audit", "Activated the lock")

	five := h.plan.Property
	five.Digits = 5
	h.write(t, func(ctx context.Context, tx *store.Tx) error { return tx.SetProperty(ctx, five) })
	v.get(door).reads(t, "the tab of a lock out of sync", "Out of sync", "New length of doorcodes")
	v.get(door+"/lock").reads(t, "a lock with less room", `value="3"`, "3 at most")
	if file = v.post(door+"/lock", url.Values{"model": {"M4"}, "places": {"3"}, "reuse": {"30"}, "keys": {"new"}, "seen": {"1"}}); file.status != http.StatusOK {
		t.Fatalf("new keys: got status %d", file.status)
	}
	v.get(door).reads(t, "the tab of a lock that was told", "5 digits", "It has been told everything")
	v.get(door+"/lock").reads(t, "a model and a time of its own", "<option selected>M4", "Again within 30 seconds")
}

func TestWhoMayNotIsToldWhoActivatesLocks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.signedIn(t, h.linda).get(h.path("doors/"+string(h.plan.Doors[0].ID))).reads(t, "the tab", "Somebody with Device Management activates it")
}

func TestARefusedNameLeavesTheLockWhereItStands(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	door, v := h.path("doors/"+string(h.plan.Doors[0].ID)), h.signedIn(t, h.rut)
	if got := v.post(door+"/lock", url.Values{"places": {"20"}, "reuse": {"0"}}); got.status != http.StatusOK {
		t.Fatalf("got status %d", got.status)
	}
	got := v.post(door, url.Values{"name": {"\x00"}})
	got.refuses(t, http.StatusBadRequest, "20 places")
}

// refuses fails unless the answer has a status and says all texts.
func (a answer) refuses(t *testing.T, status int, want ...string) {
	t.Helper()
	for _, text := range want {
		if a.status != status || !strings.Contains(a.body, text) {
			t.Errorf("got status %d, want %d and it to say %s", a.status, status, text)
		}
	}
}
