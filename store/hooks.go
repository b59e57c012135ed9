package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"doorlink"
)

var (
	// ErrNoHook says that a property has no such webhook.
	ErrNoHook = doorlink.Fail(doorlink.NotFound, "hook.unknown")
	// ErrNoDelivery says that a webhook has no such delivery, or that it was
	// removed since.
	ErrNoDelivery = doorlink.Fail(doorlink.NotFound, "delivery.unknown")
	// ErrWaiting refuses to send again what is waiting to be sent.
	ErrWaiting = doorlink.Fail(doorlink.Conflict, "delivery.waiting")
)

// HookState is a webhook and how it fares.
type HookState struct {
	doorlink.Hook
	Former  time.Time // until when the former secret signs, too; zero: there is none
	Failing time.Time // since when no delivery arrived; zero: the last one did, or there was none
	Tried   time.Time // last try of any delivery; zero: none
	Status  int       // HTTP status of its answer; 0: there was none
	Took    time.Duration
	Waiting int // deliveries that will be tried, or tried again
	Dead    int // deliveries that were given up
}

const (
	hookColumns = `id, property, url, events, paused_at, why, added_at, removed_at`
	hookState   = `SELECT ` + hookColumns + `, former_at, failing_at, tried_at, status, took,
		(SELECT COUNT(*) FROM deliveries d WHERE d.hook = hooks.id AND d.next_at > 0),
		(SELECT COUNT(*) FROM deliveries d WHERE d.hook = hooks.id AND d.next_at = 0 AND d.done_at = 0)
		FROM hooks WHERE property = $1 AND removed_at = 0`
)

var (
	hooksOf = query[HookState]{"reading webhooks", hookState + ` ORDER BY added_at, id`, scanHookState, nil}
	hookOf  = query[HookState]{"reading a webhook", hookState + ` AND id = $2`, scanHookState, ErrNoHook}

	addHook = statement{"adding a webhook",
		`INSERT INTO hooks (` + hookColumns + `, secret, former, former_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0)`}
	setHookSecret = statement{"changing a webhook's secret",
		`UPDATE hooks SET former = secret, former_at = $4, secret = $3 WHERE property = $1 AND id = $2`}
	wakeHook = statement{"waking a webhook's deliveries",
		`UPDATE deliveries SET tries = 0, first_at = 0, next_at = $2 WHERE hook = $1 AND next_at > 0`}
	countHooks = query[int]{"counting webhooks", `SELECT COUNT(*) FROM hooks WHERE property = $1 AND removed_at = 0`, number[int], nil}
	freshHook  = statement{"forgetting how a webhook fared", `UPDATE hooks SET failing_at = 0 WHERE id = $1`}
)

// Hooks reads the webhooks of a property, the oldest first.
func (db *DB) Hooks(ctx context.Context, p doorlink.PropertyID) ([]HookState, error) {
	return hooksOf.all(ctx, db.read, p)
}

// Hook reads one webhook of a property, or fails with ErrNoHook.
func (db *DB) Hook(ctx context.Context, p doorlink.PropertyID, id doorlink.HookID) (HookState, error) {
	return hookOf.first(ctx, db.read, p, id)
}

// AddHook keeps a webhook with its secret. Unlike other secrets it is kept as it
// is, since it signs.
func (tx *Tx) AddHook(ctx context.Context, h doorlink.Hook, secret doorlink.Secret) error {
	_, err := addHook.exec(ctx, tx.on, append(hookValues(h), secret.Reveal())...)
	return err
}

// SetHookSecret gives a webhook a new secret; the present one signs beside it
// until former ends. It fails with ErrNoHook.
func (tx *Tx) SetHookSecret(ctx context.Context, p doorlink.PropertyID, id doorlink.HookID, secret doorlink.Secret, former time.Time) error {
	return found(ErrNoHook)(setHookSecret.exec(ctx, tx.on, p, id, secret.Reveal(), ms(former)))
}

// CountHooks is how many webhooks a property has.
func (tx *Tx) CountHooks(ctx context.Context, p doorlink.PropertyID) (int, error) {
	return countHooks.first(ctx, tx.on, p)
}

// WakeHook begins anew with a webhook that was paused: what waited is due at
// now, with all its tries, and its failures are forgotten.
func (tx *Tx) WakeHook(ctx context.Context, id doorlink.HookID, now time.Time) error {
	if _, err := wakeHook.exec(ctx, tx.on, id, ms(now)); err != nil {
		return err
	}
	_, err := freshHook.exec(ctx, tx.on, id)
	return err
}

// hookValues are in the order of hookColumns.
func hookValues(h doorlink.Hook) []any {
	kinds := make([]string, len(h.Events))
	for i, k := range h.Events {
		kinds[i] = string(k)
	}
	return []any{h.ID, h.Property, h.URL, strings.Join(kinds, " "), ms(h.Paused), h.Why, ms(h.Added), ms(h.Removed)}
}

// hookInto scans hookColumns.
func hookInto(h *doorlink.Hook, events *string) []any {
	return []any{&h.ID, &h.Property, &h.URL, events, instant{&h.Paused}, &h.Why, instant{&h.Added}, instant{&h.Removed}}
}

// kindsIn are the kinds of events of a webhook as they are kept.
func kindsIn(events string) (all []doorlink.EventKind) {
	for k := range strings.FieldsSeq(events) {
		all = append(all, doorlink.EventKind(k))
	}
	return all
}

func scanHook(r *sql.Rows) (h doorlink.Hook, err error) {
	var events string
	err = r.Scan(hookInto(&h, &events)...)
	h.Events = kindsIn(events)
	return h, err
}

func scanHookState(r *sql.Rows) (h HookState, err error) {
	var events string
	var took int64
	err = r.Scan(append(hookInto(&h.Hook, &events), instant{&h.Former}, instant{&h.Failing}, instant{&h.Tried}, &h.Status, &took,
		&h.Waiting, &h.Dead)...)
	h.Events, h.Took = kindsIn(events), time.Duration(took)*time.Millisecond
	return h, err
}
