package server

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"doorlink"
	"doorlink/hook"
	"doorlink/store"
)

// How the courier works.
const (
	// roundTime is how often it looks for what is due, if nothing wakes it.
	roundTime = time.Second
	// claimTime is how long a delivery is this node's: an attempt takes ten
	// seconds at most.
	claimTime = time.Minute
	// sendAtOnce and sendAtOnceTo limit the attempts under way in all and to one
	// webhook, so that one that hangs costs the others nothing. A property's
	// webhooks could all hang and leave room.
	sendAtOnce   = 64
	sendAtOnceTo = 2
)

// courier brings webhooks what was queued for them. Several nodes share the
// queue; each delivery is claimed by one. What is under way when a node dies is
// due again when the claim ends, so receivers may be told twice, by one ID.
type courier struct {
	db     *store.DB
	sender *hook.Sender
	log    *slog.Logger

	wake    chan struct{} // an attempt has ended: there is room; capacity 1
	sending sync.WaitGroup
	mu      sync.Mutex
	under   map[doorlink.HookID]int // attempts under way

	arrived, failed, givenUp atomic.Int64
}

func newCourier(db *store.DB, sender *hook.Sender, log *slog.Logger) *courier {
	return &courier{db: db, sender: sender, log: log, wake: make(chan struct{}, 1), under: map[doorlink.HookID]int{}}
}

// run brings what is due until ctx is done. What is under way then is cut off
// and given back.
func (c *courier) run(ctx context.Context) error {
	defer c.sending.Wait()
	for {
		for c.round(ctx, time.Now()) > 0 {
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.wake:
		case <-time.After(roundTime):
		}
	}
}

// round begins an attempt for each webhook that something is due for at now, as
// far as there is room, and returns how many it began.
func (c *courier) round(ctx context.Context, now time.Time) int {
	busy, room := c.load()
	if room <= 0 || ctx.Err() != nil {
		return 0
	}
	mine, err := c.db.ClaimDeliveries(ctx, busy, room, now, now.Add(claimTime))
	if err != nil {
		if ctx.Err() == nil {
			c.log.Warn("looking for deliveries to webhooks", "err", err)
		}
		return 0
	}
	for _, d := range mine {
		c.count(d.Hook, +1)
		c.sending.Go(func() {
			defer c.end(d.Hook)
			c.bring(ctx, d, now)
		})
	}
	return len(mine)
}

// load is what is under way: which webhooks are tried as often as they may be at
// once, and how much room there is.
func (c *courier) load() (busy []doorlink.HookID, room int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room = sendAtOnce
	for h, n := range c.under {
		if room -= n; n >= sendAtOnceTo {
			busy = append(busy, h)
		}
	}
	return busy, room
}

func (c *courier) count(h doorlink.HookID, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under[h] += n; c.under[h] == 0 {
		delete(c.under, h)
	}
}

// end makes room.
func (c *courier) end(h doorlink.HookID) {
	c.count(h, -1)
	select {
	case c.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// keepTime is how long it may take to keep how an attempt ended, even while the
// node stops.
const keepTime = 5 * time.Second

// bring makes one attempt, begun at now, and keeps how it ended.
func (c *courier) bring(ctx context.Context, d store.Claimed, now time.Time) {
	o := c.sender.Send(ctx, hook.Endpoint{URL: d.URL, Secrets: d.Secrets}, hook.Delivery{ID: d.ID, At: now, Body: []byte(d.Body)})
	ended := now.Add(o.Took)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	err := c.keep(ctx, d, o, ended)
	if err != nil { // it is due again when the claim ends
		c.log.Warn("how a delivery to a webhook ended was not kept", "hook", d.Hook, "delivery", d.ID, "err", err)
	}
}

// keep keeps how an attempt ended, and pauses a webhook at which nothing arrives.
func (c *courier) keep(ctx context.Context, d store.Claimed, o hook.Outcome, now time.Time) error {
	if o.Why == hook.Stopped {
		return c.db.Write(ctx, func(tx *store.Tx) error { return tx.ReleaseDelivery(ctx, d, now) })
	}
	a := store.Attempt{At: now, Status: o.Status, Took: o.Took, Why: string(o.Why)}
	next, again := o.Next(d.Tries, d.First, now, rand.Float64())
	if again {
		a.Next = next
	}
	var failing time.Time
	err := c.db.Write(ctx, func(tx *store.Tx) (err error) {
		failing, _, err = tx.FinishDelivery(ctx, d, a)
		return err
	})
	if err != nil {
		return err
	}
	switch {
	case o.Delivered():
		c.arrived.Add(1)
	case again:
		c.failed.Add(1)
	default:
		c.failed.Add(1)
		c.givenUp.Add(1)
	}
	switch {
	case o.Gone:
		return c.pause(ctx, d, string(hook.WasGone), now)
	case !failing.IsZero() && now.Sub(failing) >= doorlink.HookPatience:
		return c.pause(ctx, d, doorlink.HookFailing, now)
	}
	return nil
}

// pause stops a webhook at which nothing arrives, and says so in the audit.
func (c *courier) pause(ctx context.Context, d store.Claimed, why string, now time.Time) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		was, err := tx.Row(ctx, doorlink.Row{Hook: &doorlink.Hook{ID: d.Hook}})
		if err != nil || was == nil || !was.Hook.Paused.IsZero() || !was.Hook.Removed.IsZero() {
			return err
		}
		next := *was.Hook
		next.Paused, next.Why = now.Truncate(time.Millisecond).UTC(), why
		changes := []doorlink.Change{doorlink.Edit(*was, doorlink.Row{Hook: &next})}
		if err := tx.Arrange(ctx, d.Property, changes); err != nil {
			return err
		}
		_, err = tx.Audit(ctx, doorlink.Deed{
			Property: d.Property, At: now, Action: "hook.give_up", Subject: string(d.Hook), Detail: doorlink.Detail{Changes: changes},
		})
		return err
	})
}
