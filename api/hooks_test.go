package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"doorlink"
	"doorlink/api"
	"doorlink/store"
)

func TestAProgramArrangesWebhooks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	const wish = `{"url":"https://example.org/events","events":["qr.changed","call.missed"]}`
	made := p.asks(t, "POST", "webhooks", wish, "Idempotency-Key", "one").is(t, 201)
	var hook api.HookMade
	made.read(t, &hook)
	if !strings.HasPrefix(hook.Secret, "whsec_") || len(hook.Events) != 2 || hook.Events[0] != "call.missed" {
		t.Errorf("got %s", made.text)
	}
	if again := p.asks(t, "POST", "webhooks", wish, "Idempotency-Key", "one").is(t, 201); again.text != made.text {
		t.Error("the same request made another webhook")
	}
	at := made.Header.Get("Location")
	read := p.asks(t, "GET", at, "").is(t, 200)
	if read.Header.Get("ETag") != made.Header.Get("ETag") || strings.Contains(read.text, "secret\"") {
		t.Errorf("got %s", read.text)
	}
	p.asks(t, "PATCH", at, `{"events":["*"]}`).is(t, 428)
	changed := p.asks(t, "PATCH", at, `{"events":["*"]}`, "If-Match", read.Header.Get("ETag")).is(t, 200)
	if !strings.Contains(changed.text, `"url":"https://example.org/events"`) || !strings.HasSuffix(changed.Header.Get("Doorlink-Deed"), ";undoable") {
		t.Errorf("a patch changed what it does not name, or cannot be undone: %s", changed.text)
	}
	p.asks(t, "PATCH", at, `{"url":"https://example.org/"}`, "If-Match", read.Header.Get("ETag")).is(t, 412)
	for body, key := range map[string]string{
		`{"url":"https://127.0.0.1/"}`: "hook.private", `{"url":"http://example.org/"}`: "hook.https", `{"events":[]}`: "hook.events",
	} {
		if got := p.asks(t, "PATCH", at, body, "If-Match", "*").is(t, 422); got.key(t) != key {
			t.Errorf("%s: got %s", body, got.text)
		}
	}
	var renewed api.HookMade
	p.asks(t, "POST", at+"/secret", "").is(t, 200).read(t, &renewed)
	if renewed.Secret == hook.Secret || renewed.Former.IsZero() {
		t.Errorf("got %+v", renewed.Hook)
	}
	if got := p.asks(t, "POST", at+"/pause", "").is(t, 200); !strings.Contains(got.text, `"paused":"`) {
		t.Errorf("got %s", got.text)
	}
	if got := p.asks(t, "POST", at+"/test", "").is(t, 409); got.key(t) != "hook.paused" {
		t.Errorf("got %s", got.text)
	}
	p.asks(t, "POST", at+"/resume", "").is(t, 200)
	list := p.asks(t, "GET", "webhooks", "").is(t, 200)
	if strings.Count(list.text, `"id":`) != 1 || strings.Contains(list.text, "whsec_") {
		t.Errorf("got %s", list.text)
	}
	p.asks(t, "DELETE", at, "").is(t, 428)
	p.asks(t, "DELETE", at, "", "If-Match", "*").is(t, 204)
	p.asks(t, "GET", at, "").is(t, 404)
}

func TestAProgramSendsDeliveriesAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.all(t)
	at := p.asks(t, "POST", "webhooks", `{"url":"https://example.org/","events":["*"]}`).is(t, 201).Header.Get("Location")
	for range 2 {
		p.asks(t, "POST", at+"/test", "").is(t, 204)
	}
	now := time.Now().Add(time.Second)
	var claimed []store.Claimed
	for range 2 { // one of a webhook at a time
		one, err := h.db.ClaimDeliveries(t.Context(), nil, 9, now, now.Add(time.Minute))
		if err != nil || len(one) != 1 {
			t.Fatalf("got %d, %v", len(one), err)
		}
		claimed = append(claimed, one...)
	}
	h.write(t, func(ctx context.Context, tx *store.Tx) error {
		for _, c := range claimed {
			if _, _, err := tx.FinishDelivery(ctx, c, store.Attempt{At: now, Status: 500, Why: "hook.why.refused"}); err != nil {
				return err
			}
		}
		return nil
	})
	var dead api.Page[api.Delivery]
	first := p.asks(t, "GET", at+"/deliveries?state=dead&limit=1", "").is(t, 200)
	first.read(t, &dead)
	if dead.Total != 2 || len(dead.Items) != 1 || dead.Items[0].State != "dead" || dead.Items[0].Status != 500 || first.Header.Get("Link") == "" {
		t.Fatalf("got %s", first.text)
	}
	if rest := p.asks(t, "GET", at+"/deliveries?state=dead&after="+dead.Next, "").is(t, 200); strings.Contains(rest.text, string(dead.Items[0].ID)) {
		t.Errorf("got %s", rest.text)
	}
	id := string(dead.Items[0].ID)
	if found := p.asks(t, "GET", at+"/deliveries?sort=when&find="+id, "").is(t, 200); !strings.Contains(found.text, `"total":1`) || !strings.Contains(found.text, id) {
		t.Errorf("by its ID: got %s", found.text)
	}
	if oldest := p.asks(t, "GET", at+"/deliveries?sort=when&limit=1", "").is(t, 200); strings.Contains(oldest.text, id) {
		t.Errorf("the oldest first: got %s", oldest.text)
	}
	one := at + "/deliveries/" + id
	if got := p.asks(t, "GET", one, "").is(t, 200); !strings.Contains(got.text, `"body":{"type":"`+string(doorlink.HookTest)+`"`) {
		t.Errorf("got %s", got.text)
	}
	p.asks(t, "POST", one+"/replay", "").is(t, 204)
	if got := p.asks(t, "POST", one+"/replay", "").is(t, 409); got.key(t) != "delivery.waiting" {
		t.Errorf("got %s", got.text)
	}
	p.asks(t, "POST", at+"/replay", "").is(t, 204)
	if got := p.asks(t, "GET", at+"/deliveries?state=waiting", "").is(t, 200); !strings.Contains(got.text, `"total":2`) {
		t.Errorf("got %s", got.text)
	}
	p.asks(t, "GET", at+"/deliveries/dlv_none", "").is(t, 404)
	p.asks(t, "GET", at+"/deliveries?state=lost", "").is(t, 422)
}
