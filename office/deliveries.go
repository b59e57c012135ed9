package office

import (
	"context"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/store"
)

// ReplayedFact is the fact of a deed that tells how many deliveries it sends
// again.
const ReplayedFact = "deliveries"

// Deliveries lists what a webhook was told, the latest first unless Query.Sort is
// When. Query.Find is the ID of one, which receivers know as its webhook-id;
// Query.Only has "state", one of store.DeliveryWaiting and its like, and "event",
// a kind. Page.Total ends one above store.MaxCounted. It fails with store.ErrNoHook
// and ErrCursor. Needs Connect.
func (d *Desk) Deliveries(ctx context.Context, id doorlink.HookID, q Query) (Page[store.Delivery], error) {
	if _, err := d.Hook(ctx, id); err != nil {
		return Page[store.Delivery]{}, err
	}
	after, err := readPosition(q.After)
	if err != nil {
		return Page[store.Delivery]{}, err
	}
	all, total, err := d.db.Deliveries(ctx, store.DeliveryQuery{
		Hook: id, State: q.Only["state"], Event: doorlink.EventKind(q.Only["event"]), ID: doorlink.DeliveryID(strings.TrimSpace(q.Find)),
		Oldest: q.oldest(), After: after, Limit: q.rows() + 1,
	})
	if err != nil {
		return Page[store.Delivery]{}, err
	}
	p := Page[store.Delivery]{Total: total}
	p.Rows, p.Next = cut(all, q, func(d store.Delivery) string { return writePosition(d.At, d.ID) })
	return p, nil
}

// Delivery finds one delivery of a webhook, or fails with store.ErrNoHook or
// store.ErrNoDelivery. Needs Connect.
func (d *Desk) Delivery(ctx context.Context, h doorlink.HookID, id doorlink.DeliveryID) (store.Delivery, error) {
	if _, err := d.Hook(ctx, h); err != nil {
		return store.Delivery{}, err
	}
	return d.db.Delivery(ctx, h, id)
}

// Replay sends a delivery again, with its ID, by which receivers know what they
// have had. It fails as Delivery does, and with store.ErrWaiting for one that
// will be sent anyway. Needs Connect.
func (d *Desk) Replay(ctx context.Context, h doorlink.HookID, id doorlink.DeliveryID) (Receipt, error) {
	line, err := d.Hook(ctx, h)
	if err != nil {
		return Receipt{}, err
	}
	return d.doHook(ctx, "hook.replay", line.Hook, func(ctx context.Context, tx *store.Tx) error {
		return tx.Replay(ctx, h, id, time.Now())
	})
}

// ReplayDead sends all deliveries of a webhook again that were given up. It
// fails with store.ErrNoHook. Needs Connect.
func (d *Desk) ReplayDead(ctx context.Context, id doorlink.HookID) (Receipt, error) {
	line, err := d.Hook(ctx, id)
	if err != nil || line.Dead == 0 {
		return Receipt{}, err
	}
	facts := map[string]string{hostFact: host(line.URL)}
	return d.do(ctx, act{
		action: "hook.replay", subject: string(id), facts: facts,
		also: func(ctx context.Context, tx *store.Tx) error {
			n, err := tx.ReplayDead(ctx, id, time.Now())
			facts[ReplayedFact] = strconv.FormatInt(n, 10)
			return err
		},
	})
}
