package console

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/office"
)

func TestAManagerIsInvitedByALinkOnAPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	ask := url.Values{"name": {"Maya <Bo>"}, "email": {"maya@"}, "access": {"limited"}, "devices": {"1"}}
	got := v.post(h.path("managers/new"), ask)
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, "Maya &lt;Bo&gt;") || !strings.Contains(got.body, `role="alert"`) {
		t.Fatalf("got status %d, want what was typed and a sentence", got.status)
	}
	ask.Set("email", "maya@example.org")
	got = v.post(h.path("managers/new"), ask)
	link := regexp.MustCompile(`http://localhost(/console/in/by/\w{32})<`).FindStringSubmatch(got.body)
	if got.status != http.StatusOK || link == nil {
		t.Fatalf("got status %d, want the link once", got.status)
	}
	if got := v.post(h.path("managers/new"), ask); got.status != http.StatusConflict || !strings.Contains(got.body, "manages this property already") {
		t.Errorf("again: got status %d", got.status)
	}
	shown := h.path("managers/" + regexp.MustCompile(`/managers/([^/?]+)/link`).FindStringSubmatch(got.path)[1] + "/link")
	v.get(shown).says(t, http.StatusOK, link[1])
	if got := h.signedIn(t, h.rut).get(shown); strings.Contains(got.body, link[1]) || strings.HasSuffix(got.path, "/link") {
		t.Errorf("in another browser the link leads to %s", got.path)
	}
	maya := h.browser(t)
	if got := maya.post(link[1], nil); got.path != h.path("overview") || strings.Contains(got.body, "/managers\"") {
		t.Errorf("got to %s, want to be signed in without the page of managers", got.path)
	}
	if got := v.get(shown); strings.HasSuffix(got.path, "/link") {
		t.Error("a link that was used is shown")
	}
	list := v.get(h.path("managers"))
	for _, want := range []string{"Maya &lt;Bo&gt;", "Limited Key Management", "Device Management", "Portfolio Manager", "Linda"} {
		if !strings.Contains(list.body, want) {
			t.Errorf("the list lacks %s", want)
		}
	}
}

// postbox takes every letter.
type postbox struct{}

func (postbox) Invite(context.Context, doorlink.Property, doorlink.Person, doorlink.Secret, time.Time) error {
	return nil
}

func (postbox) InviteManager(context.Context, doorlink.Property, doorlink.Manager, doorlink.Secret, time.Time) error {
	return nil
}

func TestALetterHasTheLinkAndThePageHasNot(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.console.office.Use(office.Ways{Mail: postbox{}})
	v := h.signedIn(t, h.rut)
	got := v.post(h.path("managers/new"), url.Values{"name": {"Maya"}, "email": {"maya@example.org"}, "access": {"limited"}})
	if got.status != http.StatusOK || strings.Contains(got.body, "/in/by/") || !strings.Contains(got.body, "Invited a manager") {
		t.Errorf("got status %d at %s", got.status, got.path)
	}
	got = v.post(strings.Split(got.path, "?")[0]+"/link", nil)
	if got.status != http.StatusOK || strings.Contains(got.body, "/in/by/") {
		t.Errorf("a new link: got status %d at %s", got.status, got.path)
	}
}

func TestAccessIsChangedAndEndedOnAPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v, linda := h.signedIn(t, h.rut), h.signedIn(t, h.linda)
	at := h.path("managers/" + string(h.linda.ID))
	form := v.get(at)
	tag := hidden(t, form.body, "tag")
	key := string(h.plan.Keys[0].ID)
	if got := v.post(at, url.Values{"tag": {tag}, "access": {"specific"}}); got.status != http.StatusBadRequest || !strings.Contains(got.body, "at least one key") {
		t.Errorf("no key: got status %d", got.status)
	}
	got := v.post(at, url.Values{"tag": {tag}, "access": {"specific"}, "keys": {key}})
	if got.status != http.StatusOK || !strings.Contains(got.body, `value="`+key+`" checked`) || !strings.Contains(got.body, `name="seq"`) {
		t.Errorf("got status %d, want it changed and to be undone", got.status)
	}
	got = v.post(at, url.Values{"tag": {tag}, "access": {"full"}})
	if got.status != http.StatusConflict || !strings.Contains(got.body, "It stands at: Specific Key Management") || !strings.Contains(got.body, `value="full" checked`) {
		t.Errorf("the second of two: got status %d, want the difference and what was chosen", got.status)
	}
	if got := v.post(at+"/end", url.Values{"tag": {tag}}); got.status != http.StatusConflict {
		t.Errorf("ending what was not seen: got status %d", got.status)
	}
	if got := v.post(at+"/end", nil); got.status != http.StatusOK || strings.Contains(got.body, "linda@") || !strings.Contains(got.body, `name="seq"`) {
		t.Errorf("ending: got status %d", got.status)
	}
	if got := linda.get(h.path("overview")); got.status != http.StatusForbidden {
		t.Errorf("got status %d, want to be signed out at once", got.status)
	}
	if got := v.post(h.path("managers/"+string(h.rut.ID)+"/end"), nil); got.status != http.StatusConflict || !strings.Contains(got.body, "last Portfolio Manager") {
		t.Errorf("the last one: got status %d", got.status)
	}
}

func TestWhatConcernsAllPropertiesIsSaidToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	at := h.path("managers/" + string(h.linda.ID))
	got := v.post(at, url.Values{"access": {"portfolio"}})
	if got.status != http.StatusOK || !strings.Contains(got.path, "done=all-") || !strings.Contains(got.body, "Made somebody a Portfolio Manager") {
		t.Errorf("got status %d at %s", got.status, got.path)
	}
	if m, err := h.db.Manager(t.Context(), h.linda.ID); err != nil || !m.Portfolio {
		t.Errorf("got %+v, %v", m, err)
	}
	if got := v.get(h.path("managers/man_nobody")); got.status != http.StatusNotFound {
		t.Errorf("nobody: got status %d", got.status)
	}
}
