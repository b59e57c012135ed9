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
	"doorlink/hook"
	"doorlink/office"
	"doorlink/store"
)

// hookAt adds a webhook on its pages and returns its address.
func (v *visit) hookAt(h *house) (address string) {
	v.t.Helper()
	got := v.post(h.path("webhooks"), url.Values{"url": {"https://example.org/<door>"}, "event": {"call.missed", "qr.changed"}})
	m := regexp.MustCompile(`action="(/console/[^"]+/webhooks/hook_\w+)/test"`).FindStringSubmatch(got.body)
	if got.status != http.StatusOK || m == nil || !strings.Contains(got.body, "whsec_") {
		v.t.Fatalf("got status %d, want the secret and a way on", got.status)
	}
	return m[1]
}

// reads fails the test unless a page says all that is wanted.
func (a answer) reads(t *testing.T, what string, want ...string) {
	t.Helper()
	for _, text := range want {
		if a.status != http.StatusOK || !strings.Contains(a.body, text) {
			t.Errorf("%s: got status %d, want it to say %s", what, a.status, text)
		}
	}
}

func TestAWebhookLivesInTheConsole(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	v.get(h.path("webhooks")).reads(t, "the empty list", "Tell a program what happens at the door", "webhooks/new")
	v.get(h.path("webhooks/new")).reads(t, "the form", `value="call.missed"`, "IDs and times alone")
	at := v.hookAt(h)
	got := v.get(h.path("webhooks"))
	got.reads(t, "the list", "https://example.org/&lt;door&gt;", "call.missed, qr.changed", "Nothing sent yet")
	if strings.Contains(got.body+v.get(at).body+v.get(at+"/change").body, "whsec_") {
		t.Error("the secret is shown again")
	}
	v.get(at).reads(t, "without deliveries", "Nothing has been sent yet")
	v.post(at+"/test", nil).reads(t, "a test", "Sent a test to a webhook", "hook.test", "Waiting")
	v.post(at+"/pause", url.Values{"paused": {"1"}}).reads(t, "pausing", "Paused a webhook", `name="seq"`, "Go on")
	if got := v.post(at+"/test", nil); got.status != http.StatusConflict {
		t.Errorf("testing a paused one: got status %d", got.status)
	}
	v.post(at+"/pause", nil).reads(t, "going on", "Let a webhook go on")
	v.post(at+"/secret", nil).reads(t, "a new secret", "whsec_", "the former secret signs, too")
	v.get(at+"/change").reads(t, "the overlap", "the former secret signs, too")
	removed := v.post(at+"/remove", nil)
	removed.reads(t, "removing", "Removed a webhook", "Tell a program what happens at the door")
	undo := url.Values{"seq": {hidden(t, removed.body, "seq")}, "back": {at}}
	v.post(h.path("undo"), undo).reads(t, "bringing it back", "Removed a webhook", at+"/change", "https://example.org/&lt;door&gt;")
	v.post(at+"/remove", nil)
	if got := v.get(at); got.status != http.StatusNotFound {
		t.Errorf("got status %d for what was removed", got.status)
	}
}

func TestAWebhookFormComesBackWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	for name, form := range map[string]url.Values{
		"a private address": {"url": {"https://10.0.0.1/x"}, "event": {"call.placed"}},
		"no event":          {"url": {"https://example.org/typed"}},
	} {
		got := v.post(h.path("webhooks"), form)
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, `role="alert"`) || !strings.Contains(got.body, form.Get("url")) {
			t.Errorf("%s: got status %d, want what was typed and a sentence", name, got.status)
		}
	}
	at := v.hookAt(h)
	tag := hidden(t, v.get(at+"/change").body, "tag")
	v.post(at+"/change", url.Values{"tag": {tag}, "url": {"https://example.org/first"}, "event": {"*"}}).
		reads(t, "the first", "Changed a webhook", `name="seq"`, "https://example.org/first", "Every event")
	second := url.Values{"tag": {tag}, "url": {"https://example.org/second"}, "event": {"call.placed"}}
	got := v.post(at+"/change", second)
	if got.status != http.StatusConflict || !strings.Contains(got.body, "example.org/first, Every event") || !strings.Contains(got.body, `value="https://example.org/second"`) {
		t.Errorf("the second: got status %d, want both", got.status)
	}
	second.Set("tag", hidden(t, got.body, "tag"))
	v.post(at+"/change", second).reads(t, "saving again", "https://example.org/second")
}

func TestDeliveriesTellWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	at := v.hookAt(h)
	id := doorlink.HookID(at[strings.LastIndex(at, "/")+1:])
	for range 3 {
		v.post(at+"/test", nil)
	}
	now := time.Now().Add(time.Second)
	var claimed []store.Claimed
	for range 3 { // one of a webhook at a time
		one, err := h.db.ClaimDeliveries(t.Context(), nil, 9, now, now.Add(time.Minute))
		if err != nil || len(one) != 1 {
			t.Fatalf("got %d, %v", len(one), err)
		}
		claimed = append(claimed, one...)
	}
	for i, a := range []store.Attempt{
		{At: now, Status: 503, Took: 1200 * time.Millisecond, Why: string(hook.Busy), Next: now.Add(time.Hour)},
		{At: now, Status: 500, Why: string(hook.Refused)},
		{At: now, Status: 204, Took: 84 * time.Millisecond},
	} {
		h.write(t, func(ctx context.Context, tx *store.Tx) error {
			_, _, err := tx.FinishDelivery(ctx, claimed[i], a)
			return err
		})
	}
	v.get(at).reads(t, "the list", "Trying again, 1 of 12", "503 in 1.2 s", "next try", "204 in 84 ms", "Given up", "1 delivery was given up", "3 deliveries")
	v.get(h.path("webhooks")).reads(t, "all webhooks", "Good", "1 delivery was given up")
	overview := v.get(h.path("overview"))
	overview.reads(t, "the overview", "1 delivery to the webhook at example.org did not arrive", at)
	if strings.Contains(overview.body, "&lt;door&gt;") {
		t.Error("the overview shows the whole address")
	}
	v.get(at+"?state=dead&event=hook.test").reads(t, "one kind", "1 delivery", "The receiver answered with an error")
	v.get(at+"?state=arrived&event=call.missed").reads(t, "none of a kind", "No such delivery")
	dead := at + "/deliveries/" + string(claimed[1].ID)
	v.get(dead).reads(t, "a delivery", "&#34;type&#34;: &#34;hook.test&#34;", string(claimed[1].ID), "Sent once", "Send again")
	v.post(dead+"/replay", nil).reads(t, "sending it again", "Sent deliveries of a webhook again", "Not sent yet")
	if got := v.post(dead+"/replay", nil); got.status != http.StatusConflict {
		t.Errorf("once more: got status %d", got.status)
	}
	v.post(at+"/replay", nil).reads(t, "none is left", "Nothing was changed")

	elm, err := h.console.office.At(t.Context(), office.Actor{Manager: h.rut}, h.elm.Property.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := elm.Hook(t.Context(), id); err == nil {
		t.Error("another property has it, too")
	}
	linda := h.signedIn(t, h.linda)
	if got := linda.get(h.path("overview")); strings.Contains(got.body, "/webhooks") {
		t.Error("the rail shows a page that the reader may not open")
	}
	for _, path := range []string{h.path("webhooks"), h.path("webhooks/new"), at, at + "/change", dead} {
		if got := linda.get(path); got.status != http.StatusForbidden {
			t.Errorf("%s: got status %d, want it refused", path, got.status)
		}
	}
	for _, path := range []string{h.path("webhooks"), at + "/change", at + "/pause", at + "/test", at + "/secret", at + "/remove", at + "/replay", dead + "/replay"} {
		if got := linda.post(path, nil); got.status != http.StatusForbidden {
			t.Errorf("%s: got status %d, want it refused", path, got.status)
		}
	}
}
