package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestLoadingASecretAgainMakesNothingAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	v := h.signedIn(t, h.rut)
	hook := url.Values{"url": {"https://example.org/events"}, "event": {"call.missed"}}
	token := url.Values{"name": {"Rent roll"}, "ends": {time.Now().AddDate(0, 0, 30).Format(time.DateOnly)}}
	var renewed string
	for _, tt := range []struct {
		name, at, begins string
		form             url.Values
	}{
		{"a webhook", h.path("webhooks"), "whsec_", hook},
		{"a new secret", "", "whsec_", url.Values{}},
		{"a token", h.path("tokens/new"), "dl_", token},
	} {
		if tt.at == "" {
			tt.at = renewed
		}
		first := v.post(tt.at, tt.form)
		page, _, _ := strings.Cut(first.path, "?")
		renewed = page
		again := v.get(first.path)
		secret := secretIn(first.body, tt.begins)
		if first.status != http.StatusOK || secret == "" || secretIn(again.body, tt.begins) != secret {
			t.Errorf("%s: got status %d at %s, want a page with the secret that can be loaded again", tt.name, first.status, first.path)
		}
		if again.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: may be kept: %s", tt.name, again.header.Get("Cache-Control"))
		}
		elsewhere := h.signedIn(t, h.rut).get(page)
		if elsewhere.status != http.StatusOK || elsewhere.path == page || strings.Contains(elsewhere.body, secret) {
			t.Errorf("%s, in another browser: got status %d at %s", tt.name, elsewhere.status, elsewhere.path)
		}
	}
	if all, err := h.db.Hooks(t.Context(), h.plan.Property.ID); err != nil || len(all) != 1 {
		t.Errorf("got %d webhooks, %v, want the one", len(all), err)
	}
	for _, page := range []string{"webhooks/hook_none/secret", "tokens/token_none"} {
		if got := v.get(h.path(page)); got.status != http.StatusNotFound {
			t.Errorf("%s: got status %d", page, got.status)
		}
	}
}

// secretIn is the secret on a page; empty: none.
func secretIn(body, begins string) string {
	_, after, found := strings.Cut(body, begins)
	if !found {
		return ""
	}
	secret, _, _ := strings.Cut(after, "<")
	return begins + secret
}
