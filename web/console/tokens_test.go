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

func TestATokenIsShownOnceAndEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	if got := v.get(h.path("tokens")); got.status != http.StatusOK || !strings.Contains(got.body, "No program is connected") {
		t.Fatalf("got status %d, want to be taught", got.status)
	}
	ask := url.Values{"name": {"Rent <roll>"}, "may": {"people", "grants"}, "ends": {"2020-01-01"}}
	got := v.post(h.path("tokens/new"), ask)
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, "Rent &lt;roll&gt;") || !strings.Contains(got.body, `value="grants" checked`) {
		t.Errorf("got status %d, want what was typed", got.status)
	}
	ask.Set("ends", time.Now().AddDate(0, 0, 30).Format(time.DateOnly))
	got = v.post(h.path("tokens/new"), ask)
	secret := regexp.MustCompile(`dl_\w+`).FindString(got.body)
	if got.status != http.StatusOK || secret == "" {
		t.Fatalf("got status %d, want the token", got.status)
	}
	who, err := h.console.office.ByToken(t.Context(), doorlink.Secret(secret), time.Now())
	if err != nil || who.Token.Property != h.plan.Property.ID || len(who.Token.May) != 3 {
		t.Fatalf("got %+v, %v", who.Token, err)
	}
	list := v.get(h.path("tokens"))
	if !strings.Contains(list.body, "Rent &lt;roll&gt;") || strings.Contains(list.body, secret) || !strings.Contains(list.body, "Read, Units and people, Give keys") {
		t.Error("the list lacks it, or shows its secret")
	}
	got = v.post(h.path("tokens/"+string(who.Token.ID)+"/end"), nil)
	if got.status != http.StatusOK || strings.Contains(got.body, "Rent &lt;roll&gt;") || !strings.Contains(got.body, "Ended a token") {
		t.Errorf("ending it: got status %d at %s", got.status, got.path)
	}
	if _, err := h.console.office.ByToken(t.Context(), doorlink.Secret(secret), time.Now()); err == nil {
		t.Error("an ended token is good")
	}
}

func TestATokenForEveryPropertyIsSaidToBeMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	last := time.Now().AddDate(0, 0, 30).Format(time.DateOnly)
	v.post(h.path("tokens/new"), url.Values{"name": {"Portfolio"}, "ends": {last}, "everywhere": {"1"}})
	got := v.get(h.path("tokens"))
	end := regexp.MustCompile(`action="([^"]*/end)"`).FindStringSubmatch(got.body)
	if !strings.Contains(got.body, "Every property") || end == nil {
		t.Fatal("it is not in the list")
	}
	if got := v.post(end[1], nil); !strings.Contains(got.path, "done=all-") || !strings.Contains(got.body, "Ended a token") {
		t.Errorf("ending it: got to %s", got.path)
	}
}
