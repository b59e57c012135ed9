package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// EventKind is a doorlink.EventKind, with all there are in the description.
type EventKind doorlink.EventKind

// Schema lists the kinds that a webhook can choose.
func (EventKind) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Enum: []any{string(doorlink.EveryEvent)}}
	for _, k := range doorlink.EventKinds {
		s.Enum = append(s.Enum, string(k))
	}
	return s
}

// Hook is a webhook as programs read it, without its secret.
type Hook struct {
	ID      doorlink.HookID `json:"id"`
	URL     string          `json:"url"`
	Events  []EventKind     `json:"events"`
	Added   time.Time       `json:"added"`
	Paused  time.Time       `json:"paused,omitzero" doc:"Since when it is told nothing; missing: it is"`
	Why     string          `json:"why,omitempty" doc:"Why it was paused, if it was not by a manager: hook.why.failing or hook.why.gone"`
	Failing time.Time       `json:"failing,omitzero" doc:"Since when no delivery arrived; missing: the last one did"`
	Tried   time.Time       `json:"tried,omitzero" doc:"When anything was last sent to it; missing: nothing was"`
	Status  int             `json:"status,omitempty" doc:"Of its last answer; missing: there was none"`
	Took    int64           `json:"took_ms,omitempty" doc:"Milliseconds until that"`
	Waiting int             `json:"waiting" doc:"Deliveries that will be tried, or tried again"`
	Dead    int             `json:"dead" doc:"Deliveries that were given up"`
	Former  time.Time       `json:"former_secret_until,omitzero" doc:"Until when the former secret signs, too"`
	ETag    string          `json:"etag" doc:"For If-Match"`
}

func hookOf(l office.HookLine) Hook {
	return Hook{
		ID: l.ID, URL: l.URL, Events: words(l.Events, func(k doorlink.EventKind) EventKind { return EventKind(k) }), Added: l.Added,
		Paused: l.Paused, Why: l.Why, Failing: l.Failing, Tried: l.Tried, Status: l.Status, Took: l.Took.Milliseconds(),
		Waiting: l.Waiting, Dead: l.Dead, Former: l.Former, ETag: etag(l.Tag),
	}
}

// HookMade is a webhook with a new secret, which is never shown again.
type HookMade struct {
	Hook
	Secret string `json:"secret" doc:"whsec_…"`
}

// HookWish is a webhook to be added.
type HookWish struct {
	URL    string      `json:"url" maxLength:"2048" doc:"https://…, reachable from the public internet"`
	Events []EventKind `json:"events" maxItems:"50" doc:"Which it is told; * alone: every one, those of later versions too"`
}

func (w HookWish) office() office.HookWish {
	return office.HookWish{URL: w.URL, Events: words(w.Events, func(k EventKind) doorlink.EventKind { return doorlink.EventKind(k) })}
}

// Delivery is one event on its way to a webhook, or at its end.
type Delivery struct {
	ID     doorlink.DeliveryID `json:"id" doc:"The webhook-id, the same at every try"`
	Event  doorlink.EventKind  `json:"event"`
	At     time.Time           `json:"at" doc:"When it happened"`
	State  string              `json:"state" enum:"waiting,arrived,dead"`
	Tries  int                 `json:"tries"`
	Tried  time.Time           `json:"tried,omitzero" doc:"The last try that has ended; missing: none has"`
	Next   time.Time           `json:"next,omitzero" doc:"When it is tried, or tried again; missing: never"`
	Status int                 `json:"status,omitempty" doc:"Of the last answer; missing: there was none"`
	Took   int64               `json:"took_ms,omitempty" doc:"Milliseconds until that"`
	Why    string              `json:"why,omitempty" doc:"What was wrong with the last try: hook.why.…"`
	Body   json.RawMessage     `json:"body" doc:"What is sent"`
}

func deliveryOf(d store.Delivery) Delivery {
	return Delivery{
		d.ID, d.Event, d.At, d.State(), d.Tries, d.Tried, d.Next, d.Status, d.Took.Milliseconds(), d.Why, json.RawMessage(d.Body),
	}
}

func (s *Server) registerHooks() {
	at(s, http.MethodGet, "/webhooks", says("listWebhooks", "The webhooks, by address", doorlink.Connect), hooks)
	at(s, http.MethodPost, "/webhooks", says("addWebhook", "Adds a webhook", doorlink.Connect), addHook)
	at(s, http.MethodGet, "/webhooks/{webhook}", says("readWebhook", "One webhook", doorlink.Connect), readHook)
	at(s, http.MethodPatch, "/webhooks/{webhook}", says("changeWebhook", "Changes what a webhook is told, and where", doorlink.Connect), changeHook)
	at(s, http.MethodDelete, "/webhooks/{webhook}", says("removeWebhook", "Removes a webhook with its deliveries; undo brings both back, with its secret", doorlink.Connect), removeHook)
	at(s, http.MethodPost, "/webhooks/{webhook}/pause", says("pauseWebhook", "Stops telling a webhook anything", doorlink.Connect), pauseHook(true))
	at(s, http.MethodPost, "/webhooks/{webhook}/resume", says("resumeWebhook", "Goes on, with what waited", doorlink.Connect), pauseHook(false))
	at(s, http.MethodPost, "/webhooks/{webhook}/test", says("testWebhook", "Sends a test", doorlink.Connect), testHook)
	at(s, http.MethodPost, "/webhooks/{webhook}/secret", says("renewWebhookSecret", "Makes a new secret; the former one signs beside it for a day", doorlink.Connect), renewSecret)
	at(s, http.MethodPost, "/webhooks/{webhook}/replay", says("replayDeadDeliveries", "Sends all deliveries again that were given up", doorlink.Connect), replayDead)
	at(s, http.MethodGet, "/webhooks/{webhook}/deliveries", says("listDeliveries", "What a webhook was told, the latest first", doorlink.Connect), deliveries)
	at(s, http.MethodGet, "/webhooks/{webhook}/deliveries/{delivery}", says("readDelivery", "One delivery", doorlink.Connect), delivery)
	at(s, http.MethodPost, "/webhooks/{webhook}/deliveries/{delivery}/replay", says("replayDelivery", "Sends a delivery again", doorlink.Connect), replay)
}

type hooksInput struct {
	Here
	Listing
}

func hooks(ctx context.Context, d *office.Desk, in *hooksInput) (*listed[Hook], error) {
	p, err := d.FindHooks(ctx, in.query(nil))
	return pageOf(ctx, p, hookOf), err
}

// AtHook is the path to a webhook.
type AtHook struct {
	Here
	Hook doorlink.HookID `path:"webhook" doc:"hook_…"`
}

func readHook(ctx context.Context, d *office.Desk, in *AtHook) (*one[Hook], error) {
	return hookAfter(ctx, d, in.Hook, office.Receipt{})
}

// hookAfter is a webhook as it stands, after a change with a receipt.
func hookAfter(ctx context.Context, d *office.Desk, id doorlink.HookID, r office.Receipt) (*one[Hook], error) {
	h, err := d.Hook(ctx, id)
	if err != nil {
		return nil, err
	}
	return &one[Hook]{etag(h.Tag), deed(r), hookOf(h)}, nil
}

type addHookInput struct {
	Here
	Again
	Body HookWish
}

func addHook(ctx context.Context, d *office.Desk, in *addHookInput) (*made[HookMade], error) {
	h, err := d.AddHook(ctx, in.Body.office())
	if err != nil {
		return nil, err
	}
	at, err := secretOf(ctx, d, h)
	return madeOf(ctx, string(h.ID), at, err)
}

// secretOf is a webhook with the secret that was made for it.
func secretOf(ctx context.Context, d *office.Desk, h office.NewHook) (*one[HookMade], error) {
	at, err := hookAfter(ctx, d, h.ID, h.Receipt)
	if err != nil {
		return nil, err
	}
	return &one[HookMade]{at.ETag, at.Deed, HookMade{at.Body, h.Secret.Reveal()}}, nil
}

// HookPatch is what can be changed of a webhook.
type HookPatch struct {
	URL    Edit[string]      `json:"url,omitzero"`
	Events Edit[[]EventKind] `json:"events,omitzero"`
}

type changeHookInput struct {
	AtHook
	Match
	Body HookPatch
}

func changeHook(ctx context.Context, d *office.Desk, in *changeHookInput) (*one[Hook], error) {
	was, err := d.Hook(ctx, in.Hook)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, hookOf(was)); err != nil {
		return nil, err
	}
	wish := HookWish{URL: was.URL, Events: hookOf(was).Events}
	in.Body.URL.over(&wish.URL)
	in.Body.Events.over(&wish.Events)
	r, err := d.SetHook(ctx, in.Hook, wish.office(), was.Tag)
	if err != nil {
		return nil, err
	}
	return hookAfter(ctx, d, in.Hook, r)
}

type removeHookInput struct {
	AtHook
	Match
}

func removeHook(ctx context.Context, d *office.Desk, in *removeHookInput) (*gone, error) {
	was, err := d.Hook(ctx, in.Hook)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, hookOf(was)); err != nil {
		return nil, err
	}
	r, err := d.RemoveHook(ctx, in.Hook, was.Tag)
	return &gone{deed(r)}, err
}

type hookActInput struct {
	AtHook
	Again
}

func pauseHook(paused bool) func(context.Context, *office.Desk, *hookActInput) (*one[Hook], error) {
	return func(ctx context.Context, d *office.Desk, in *hookActInput) (*one[Hook], error) {
		r, err := d.PauseHook(ctx, in.Hook, paused, "")
		if err != nil {
			return nil, err
		}
		return hookAfter(ctx, d, in.Hook, r)
	}
}

func testHook(ctx context.Context, d *office.Desk, in *hookActInput) (*gone, error) {
	r, err := d.TestHook(ctx, in.Hook)
	return &gone{deed(r)}, err
}

func renewSecret(ctx context.Context, d *office.Desk, in *hookActInput) (*one[HookMade], error) {
	h, err := d.RenewSecret(ctx, in.Hook)
	if err != nil {
		return nil, err
	}
	return secretOf(ctx, d, h)
}

func replayDead(ctx context.Context, d *office.Desk, in *hookActInput) (*gone, error) {
	r, err := d.ReplayDead(ctx, in.Hook)
	return &gone{deed(r)}, err
}

type deliveriesInput struct {
	AtHook
	LogListing
	Find  string `query:"find" maxLength:"200" doc:"The one with this webhook-id"`
	State string `query:"state" enum:"waiting,arrived,dead" doc:"Those that will be tried, that arrived, or that were given up"`
	Event string `query:"event" maxLength:"40" doc:"Those of one kind"`
}

func deliveries(ctx context.Context, d *office.Desk, in *deliveriesInput) (*listed[Delivery], error) {
	p, err := d.Deliveries(ctx, in.Hook, in.query(in.Find, map[string]string{"state": in.State, "event": in.Event}))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, deliveryOf), nil
}

// AtDelivery is the path to a delivery.
type AtDelivery struct {
	AtHook
	Delivery doorlink.DeliveryID `path:"delivery" doc:"dlv_…"`
}

// told is the answer with one delivery.
type told struct {
	Body Delivery
}

func delivery(ctx context.Context, d *office.Desk, in *AtDelivery) (*told, error) {
	one, err := d.Delivery(ctx, in.Hook, in.Delivery)
	if err != nil {
		return nil, err
	}
	return &told{deliveryOf(one)}, nil
}

type replayInput struct {
	AtDelivery
	Again
}

func replay(ctx context.Context, d *office.Desk, in *replayInput) (*gone, error) {
	r, err := d.Replay(ctx, in.Hook, in.Delivery)
	return &gone{deed(r)}, err
}
