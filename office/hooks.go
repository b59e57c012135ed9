package office

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/hook"
	"doorlink/store"
)

var (
	// ErrHookEvents refuses a webhook that is to be told of nothing, or of events
	// that there are not.
	ErrHookEvents = doorlink.Fail(doorlink.Invalid, "hook.events")
	// ErrHooks refuses more webhooks than a property may have, its arg "max".
	ErrHooks = doorlink.Fail(doorlink.Conflict, "hook.many", "max", MaxHooks)
	// ErrHookPaused refuses to send something to a webhook that is paused.
	ErrHookPaused = doorlink.Fail(doorlink.Conflict, "hook.paused")
)

// MaxHooks is how many webhooks a property has at most.
const MaxHooks = 20

// hostFact is the fact of a deed that names a webhook. Its whole address may
// have a secret in it, which is not for everybody who reads the audit.
const hostFact = "host"

// HookWish is a webhook as a manager asks for it.
type HookWish struct {
	URL    string
	Events []doorlink.EventKind // of doorlink.EventKinds, or doorlink.EveryEvent
}

// HookLine is a webhook, how it fares, and the tag of its row.
type HookLine struct {
	store.HookState
	Host string // of its address: what may be told to anybody
	Tag  string
}

// HookHealth is how a webhook fares.
type HookHealth string

const (
	HookPaused  HookHealth = "paused"
	HookFailing HookHealth = "failing" // its last delivery did not arrive
	HookFresh   HookHealth = "fresh"   // nothing was sent to it yet
	HookGood    HookHealth = "good"
)

// healths are all there are, what to look after first.
var healths = []HookHealth{HookFailing, HookPaused, HookFresh, HookGood}

// Health is how the webhook fares.
func (h HookLine) Health() HookHealth {
	switch {
	case !h.Paused.IsZero():
		return HookPaused
	case !h.Failing.IsZero():
		return HookFailing
	case h.Tried.IsZero():
		return HookFresh
	}
	return HookGood
}

// hears are the kinds of events that the webhook is told.
func (h HookLine) hears() string {
	kinds := h.Events
	if slices.Contains(kinds, doorlink.EveryEvent) {
		kinds = doorlink.EventKinds
	}
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return strings.Join(words, " ")
}

// Neglected reports whether a manager should look at it: it was paused because
// nothing arrives, or deliveries were given up.
func (h HookLine) Neglected() bool { return h.Why != "" || h.Dead > 0 }

// NewHook is a webhook that was added, or has a new secret. The secret is shown
// once.
type NewHook struct {
	doorlink.Hook
	Secret doorlink.Secret
	Receipt
}

// Hooks lists the webhooks of the property, the oldest first. Needs Connect.
func (d *Desk) Hooks(ctx context.Context) ([]HookLine, error) {
	if err := d.may(doorlink.Connect); err != nil {
		return nil, err
	}
	all, err := d.db.Hooks(ctx, d.Property.ID)
	lines := make([]HookLine, len(all))
	for i, h := range all {
		lines[i] = lineOf(h)
	}
	return lines, err
}

// FindHooks lists those of Hooks, by address. Query.Sort knows "address", "last",
// when anything was last sent there, and "state", what to look after first;
// Query.Find looks in addresses and in the events that are told. Needs Connect.
func (d *Desk) FindHooks(ctx context.Context, q Query) (Page[HookLine], error) {
	all, err := d.Hooks(ctx)
	if err != nil {
		return Page[HookLine]{}, err
	}
	found := slices.DeleteFunc(all, func(h HookLine) bool { return !finds(q.Find, h.URL, h.hears()) })
	byAddress := func(a, b HookLine) int { return directory.CompareNames(a.URL, b.URL) }
	return page(found, q, order[HookLine]{
		by: map[string]func(a, b HookLine) int{
			"": byAddress, "address": byAddress,
			"last": func(a, b HookLine) int { return cmp.Or(a.Tried.Compare(b.Tried), byAddress(a, b)) },
			"state": func(a, b HookLine) int {
				return cmp.Or(slices.Index(healths, a.Health())-slices.Index(healths, b.Health()), byAddress(a, b))
			},
		},
		id: func(h HookLine) string { return string(h.ID) },
	})
}

// Hook finds one webhook, or fails with store.ErrNoHook. Needs Connect.
func (d *Desk) Hook(ctx context.Context, id doorlink.HookID) (HookLine, error) {
	if err := d.may(doorlink.Connect); err != nil {
		return HookLine{}, err
	}
	h, err := d.db.Hook(ctx, d.Property.ID, id)
	return lineOf(h), err
}

func lineOf(h store.HookState) HookLine {
	return HookLine{h, host(h.URL), doorlink.Row{Hook: &h.Hook}.Tag()}
}

// AddHook adds a webhook with a new secret. It fails with ErrHookEvents,
// ErrHooks, and as hook.CheckURL does. Needs Connect.
func (d *Desk) AddHook(ctx context.Context, w HookWish) (NewHook, error) {
	all, err := d.Hooks(ctx)
	if err != nil {
		return NewHook{}, err
	}
	if len(all) >= MaxHooks {
		return NewHook{}, ErrHooks
	}
	if w, err = d.cleanHook(w); err != nil {
		return NewHook{}, err
	}
	h := doorlink.Hook{
		ID: doorlink.NewID[doorlink.HookID]("hook"), Property: d.Property.ID, URL: w.URL, Events: w.Events,
		Added: time.Now().Truncate(time.Millisecond).UTC(),
	}
	secret := hook.NewSecret()
	r, err := d.doHook(ctx, "hook.add", h, func(ctx context.Context, tx *store.Tx) error { return tx.AddHook(ctx, h, secret) })
	return NewHook{h, secret, r}, err
}

// cleanHook trims what people wrote and refuses what cannot be meant.
func (d *Desk) cleanHook(w HookWish) (HookWish, error) {
	w.URL = strings.TrimSpace(w.URL)
	if err := hook.CheckURL(w.URL, d.ways.Private); err != nil {
		return w, err
	}
	if slices.Contains(w.Events, doorlink.EveryEvent) {
		w.Events = []doorlink.EventKind{doorlink.EveryEvent}
		return w, nil
	}
	var chosen []doorlink.EventKind
	for _, k := range doorlink.EventKinds {
		if slices.Contains(w.Events, k) {
			chosen = append(chosen, k)
		}
	}
	unknown := func(k doorlink.EventKind) bool { return !slices.Contains(doorlink.EventKinds, k) }
	if len(chosen) == 0 || slices.ContainsFunc(w.Events, unknown) {
		return w, ErrHookEvents
	}
	w.Events = chosen
	return w, nil
}

// SetHook changes what a webhook is told, and where, which the asker saw with a
// tag: see edit. What waits goes to the new address. It fails as AddHook does,
// and with store.ErrNoHook. Needs Connect.
func (d *Desk) SetHook(ctx context.Context, id doorlink.HookID, w HookWish, tag string) (Receipt, error) {
	was, err := d.Hook(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	if w, err = d.cleanHook(w); err != nil {
		return Receipt{}, err
	}
	next := was.Hook
	next.URL, next.Events = w.URL, w.Events
	return d.editHook(ctx, "hook.set", was, next, tag, nil)
}

// PauseHook stops telling a webhook anything, or goes on: with what waited, but
// not with what happened since. It fails as SetHook does. Needs Connect.
func (d *Desk) PauseHook(ctx context.Context, id doorlink.HookID, paused bool, tag string) (Receipt, error) {
	was, err := d.Hook(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	if paused == !was.Paused.IsZero() {
		return Receipt{}, nil
	}
	now, next := time.Now().Truncate(time.Millisecond).UTC(), was.Hook
	if paused {
		next.Paused = now
		return d.editHook(ctx, "hook.pause", was, next, tag, nil)
	}
	next.Paused, next.Why = time.Time{}, ""
	return d.editHook(ctx, "hook.resume", was, next, tag, func(ctx context.Context, tx *store.Tx) error {
		return tx.WakeHook(ctx, id, now)
	})
}

func (d *Desk) editHook(ctx context.Context, action string, was HookLine, next doorlink.Hook, tag string,
	also func(context.Context, *store.Tx) error,
) (Receipt, error) {
	c, err := edit(doorlink.Row{Hook: &was.Hook}, doorlink.Row{Hook: &next}, tag)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{action: action, subject: string(next.ID), changes: []doorlink.Change{c}, also: also})
}

// RenewSecret gives a webhook a new secret. The former one signs beside it for
// doorlink.SecretOverlap, so that the receiver can follow without a gap. It
// cannot be undone. It fails with store.ErrNoHook. Needs Connect.
func (d *Desk) RenewSecret(ctx context.Context, id doorlink.HookID) (NewHook, error) {
	line, err := d.Hook(ctx, id)
	if err != nil {
		return NewHook{}, err
	}
	secret, until := hook.NewSecret(), time.Now().Add(doorlink.SecretOverlap)
	r, err := d.doHook(ctx, "hook.secret", line.Hook, func(ctx context.Context, tx *store.Tx) error {
		return tx.SetHookSecret(ctx, d.Property.ID, id, secret, until)
	})
	return NewHook{line.Hook, secret, r}, err
}

// RemoveHook removes a webhook with all that was told to it. It is kept for
// UndoTime: to take that back brings its secret and what waits. It fails with
// store.ErrNoHook, and with doorlink.ErrChanged if the asker saw it with another
// tag. Needs Connect.
func (d *Desk) RemoveHook(ctx context.Context, id doorlink.HookID, tag string) (Receipt, error) {
	was, err := d.Hook(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	next := was.Hook
	next.Removed = time.Now().Truncate(time.Millisecond).UTC()
	return d.editHook(ctx, "hook.remove", was, next, tag, nil)
}

// fewHooks fails with ErrHooks if changes bring a webhook back that is one too
// many by now.
func (d *Desk) fewHooks(ctx context.Context, tx *store.Tx, changes []doorlink.Change) error {
	for _, c := range changes {
		if c.Before == nil || c.Before.Hook == nil || c.Before.Hook.Removed.IsZero() {
			continue
		}
		n, err := tx.CountHooks(ctx, d.Property.ID)
		if err == nil && n > MaxHooks {
			err = ErrHooks
		}
		return err
	}
	return nil
}

// TestHook tells a webhook that it is being tested. It fails with
// store.ErrNoHook and ErrHookPaused. Needs Connect.
func (d *Desk) TestHook(ctx context.Context, id doorlink.HookID) (Receipt, error) {
	line, err := d.Hook(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	if !line.Paused.IsZero() {
		return Receipt{}, ErrHookPaused
	}
	return d.doHook(ctx, "hook.test", line.Hook, func(ctx context.Context, tx *store.Tx) error {
		return tx.TellHook(ctx, d.event(doorlink.HookTest, map[string]string{"webhook": string(id)}), id)
	})
}

// doHook does something with a webhook that is no change of its row.
func (d *Desk) doHook(ctx context.Context, action string, h doorlink.Hook, also func(context.Context, *store.Tx) error) (Receipt, error) {
	return d.do(ctx, act{action: action, subject: string(h.ID), facts: map[string]string{hostFact: host(h.URL)}, also: also})
}

// host is the part of an address that may be told to anybody.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
