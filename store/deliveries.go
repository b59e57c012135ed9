package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"doorlink"
)

// Delivery is one event on its way to one webhook, or at its end.
type Delivery struct {
	ID     doorlink.DeliveryID
	Hook   doorlink.HookID
	Event  doorlink.EventKind
	Body   string    // JSON, as it is sent
	At     time.Time // when it happened
	Tries  int       // how often it was sent since it was queued, or sent again
	First  time.Time // first of these tries; zero: none yet
	Tried  time.Time // last try that has ended; zero: none
	Next   time.Time // when it is due, or the claim on it ends; zero: it arrived or was given up
	Done   time.Time // when it arrived; zero: it has not
	Status int       // HTTP status of the last answer; 0: there was none
	Took   time.Duration
	Why    string // the key of the sentence that says what was wrong; empty: nothing
}

// Delivery states, by which deliveries are chosen.
const (
	DeliveryWaiting = "waiting" // will be tried, or tried again
	DeliveryArrived = "arrived" // accepted by its receiver
	DeliveryDead    = "dead"    // given up
)

// State is DeliveryWaiting, DeliveryArrived or DeliveryDead.
func (d Delivery) State() string {
	switch {
	case !d.Next.IsZero():
		return DeliveryWaiting
	case !d.Done.IsZero():
		return DeliveryArrived
	}
	return DeliveryDead
}

// Claimed is a delivery that its claimer alone tries until Next, with what that
// takes.
type Claimed struct {
	Delivery
	Property doorlink.PropertyID
	URL      string
	Secrets  []doorlink.Secret // newest first
}

// Attempt is how a try has ended, and what follows from it.
type Attempt struct {
	At     time.Time
	Status int
	Took   time.Duration
	Why    string    // empty: it arrived
	Next   time.Time // when it is tried again; zero: never
}

// DeliveryQuery chooses deliveries of a webhook. Empty fields choose all.
type DeliveryQuery struct {
	Hook   doorlink.HookID
	State  string
	Event  doorlink.EventKind
	ID     doorlink.DeliveryID
	Oldest bool     // the oldest first
	After  Position // begin behind it
	Limit  int
}

const deliveryColumns = `d.id, d.hook, d.event, d.body, d.at, d.tries, d.first_at, d.tried_at, d.next_at, d.done_at, d.status, d.took, d.why`

// deliveriesIn are the two looks at a list: a page of it, and how long it is. By
// the state that is asked for, since each has an index of its own.
type deliveriesIn struct {
	page  map[bool]query[Delivery]
	total query[int]
}

// listOf lists deliveries of webhook $1 and kind $2 that are in a state.
func listOf(state string) deliveriesIn {
	where := ` FROM deliveries d WHERE d.hook = $1 AND ($2 = '' OR d.event = $2)` + state
	return deliveriesIn{
		bothWays(func(w way) query[Delivery] {
			return query[Delivery]{"reading deliveries", `SELECT ` + deliveryColumns + where + ` AND (d.at, d.id) ` + w.beyond + ` ($3, $4)
				ORDER BY d.at ` + w.order + `, d.id ` + w.order + ` LIMIT $5`, scanDelivery, nil}
		}),
		query[int]{"counting deliveries", `SELECT COUNT(*) FROM (SELECT d.id` + where + ` LIMIT $3) counted`, number[int], nil},
	}
}

var deliveryLists = map[string]deliveriesIn{
	"":              listOf(``),
	DeliveryWaiting: listOf(` AND d.next_at > 0`),
	DeliveryArrived: listOf(` AND d.next_at = 0 AND d.done_at > 0`),
	DeliveryDead:    listOf(` AND d.next_at = 0 AND d.done_at = 0`),
}

var (
	deliveryByID = query[Delivery]{"reading a delivery",
		`SELECT ` + deliveryColumns + ` FROM deliveries d WHERE d.hook = $1 AND d.id = $2`, scanDelivery, ErrNoDelivery}

	// The first of each webhook alone, so that a long queue for one does not hide
	// what waits for others.
	dueDeliveries = query[Claimed]{"looking for due deliveries",
		`SELECT ` + deliveryColumns + `, h.property, h.url, h.secret,
			CASE WHEN h.former_at > $1 THEN h.former ELSE '' END
		FROM hooks h JOIN deliveries d ON d.id = (SELECT q.id FROM deliveries q
			WHERE q.hook = h.id AND q.next_at > 0 AND q.next_at <= $1 ORDER BY q.next_at, q.id LIMIT 1)
		WHERE h.paused_at = 0 AND h.removed_at = 0 AND ' ' || CAST($2 AS TEXT) || ' ' NOT LIKE '% ' || h.id || ' %'
		ORDER BY d.next_at, d.id LIMIT $3`, scanClaimed, nil}

	// The tries make it a compare-and-swap: one of several nodes wins.
	claimDelivery = statement{"claiming a delivery",
		`UPDATE deliveries SET tries = tries + 1, next_at = $3, first_at = CASE WHEN first_at = 0 THEN $4 ELSE first_at END
		WHERE id = $1 AND tries = $2 AND next_at > 0 AND next_at <= $4`}
	finishDelivery = statement{"finishing a delivery",
		`UPDATE deliveries SET next_at = $4, done_at = $5, tried_at = $6, status = $7, took = $8, why = $9
		WHERE id = $1 AND tries = $2 AND next_at = $3`}
	releaseDelivery = statement{"giving a delivery back",
		`UPDATE deliveries SET tries = tries - 1, next_at = $4, first_at = CASE WHEN tries = 1 THEN 0 ELSE first_at END
		WHERE id = $1 AND tries = $2 AND next_at = $3`}
	fares = query[time.Time]{"keeping how a webhook fares",
		`UPDATE hooks SET tried_at = $2, status = $3, took = $4,
			failing_at = CASE WHEN $5 THEN 0 WHEN failing_at = 0 THEN $2 ELSE failing_at END
		WHERE id = $1 RETURNING failing_at`, moment, nil}

	replayDelivery = statement{"sending a delivery again",
		`UPDATE deliveries SET tries = 0, first_at = 0, next_at = $3, done_at = 0 WHERE hook = $1 AND id = $2 AND next_at = 0`}
	replayDead = statement{"sending deliveries again",
		`UPDATE deliveries SET tries = 0, first_at = 0, next_at = $2 WHERE hook = $1 AND next_at = 0 AND done_at = 0`}
)

// MaxCounted is how far Deliveries counts: a busy house has hundreds of thousands.
const MaxCounted = 10_000

// Deliveries reads deliveries of a webhook, the latest first unless asked
// otherwise, and counts how many there are in all, up to one more than MaxCounted.
// That the webhook is the asker's is for the caller to find out.
func (db *DB) Deliveries(ctx context.Context, q DeliveryQuery) (all []Delivery, total int, err error) {
	list, ok := deliveryLists[q.State]
	if !ok {
		return nil, 0, nil // nothing is in a state that there is not
	}
	if q.ID != "" {
		return db.oneOf(ctx, q)
	}
	after := q.After.orStart(q.Oldest, time.Time{}, time.Time{})
	if all, err = list.page[q.Oldest].all(ctx, db.read, q.Hook, q.Event, ms(after.At), after.ID, q.Limit); err != nil {
		return nil, 0, err
	}
	total, err = list.total.first(ctx, db.read, q.Hook, q.Event, MaxCounted+1)
	return all, total, err
}

// oneOf reads the delivery with the ID that a query asks for, if it is otherwise as
// that says.
func (db *DB) oneOf(ctx context.Context, q DeliveryQuery) ([]Delivery, int, error) {
	one, err := db.Delivery(ctx, q.Hook, q.ID)
	switch {
	case errors.Is(err, ErrNoDelivery):
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	case q.State != "" && q.State != one.State(), q.Event != "" && q.Event != one.Event:
		return nil, 0, nil
	}
	return []Delivery{one}, 1, nil
}

// Delivery reads one delivery of a webhook, or fails with ErrNoDelivery.
func (db *DB) Delivery(ctx context.Context, h doorlink.HookID, id doorlink.DeliveryID) (Delivery, error) {
	return deliveryByID.first(ctx, db.read, h, id)
}

// ClaimDeliveries claims due deliveries for the caller, until the claim ends: for
// each webhook but the busy ones the one that is due for the longest, and limit in
// all. Whatever is not finished or given back when its claim ends is due again.
// Several nodes that claim at the same time get different ones.
func (db *DB) ClaimDeliveries(ctx context.Context, busy []doorlink.HookID, limit int, now, ends time.Time) ([]Claimed, error) {
	names := make([]string, len(busy))
	for i, h := range busy {
		names[i] = string(h)
	}
	due, err := dueDeliveries.all(ctx, db.read, ms(now), strings.Join(names, " "), limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	var mine []Claimed
	err = db.Write(ctx, func(tx *Tx) error {
		mine = nil
		for _, c := range due {
			n, err := claimDelivery.exec(ctx, tx.on, c.ID, c.Tries, ms(ends), ms(now))
			if err != nil {
				return err
			}
			if n == 0 {
				continue // another node was faster
			}
			c.Tries, c.Next = c.Tries+1, at(ms(ends))
			if c.First.IsZero() {
				c.First = at(ms(now))
			}
			mine = append(mine, c)
		}
		return nil
	})
	return mine, err
}

// FinishDelivery keeps how a try has ended, and returns since when the webhook
// fails: zero if it does not. ok is false if the claim had ended and somebody
// else has the delivery, or nobody: it is theirs to say then.
func (tx *Tx) FinishDelivery(ctx context.Context, c Claimed, a Attempt) (failing time.Time, ok bool, err error) {
	done := time.Time{}
	if a.Why == "" {
		done = a.At
	}
	n, err := finishDelivery.exec(ctx, tx.on, c.ID, c.Tries, ms(c.Next), ms(a.Next), ms(done), ms(a.At), a.Status,
		a.Took.Milliseconds(), a.Why)
	if err != nil || n == 0 {
		return time.Time{}, false, err
	}
	failing, err = fares.first(ctx, tx.on, c.Hook, ms(a.At), a.Status, a.Took.Milliseconds(), a.Why == "")
	return failing, true, err
}

// ReleaseDelivery gives a claimed delivery back as if it had not been tried: it
// is due at now.
func (tx *Tx) ReleaseDelivery(ctx context.Context, c Claimed, now time.Time) error {
	_, err := releaseDelivery.exec(ctx, tx.on, c.ID, c.Tries, ms(c.Next), ms(now))
	return err
}

// Replay makes a delivery that arrived or was given up due at now, with all its
// tries. It fails with ErrWaiting for one that is due anyway, and with
// ErrNoDelivery.
func (tx *Tx) Replay(ctx context.Context, h doorlink.HookID, id doorlink.DeliveryID, now time.Time) error {
	if _, err := deliveryByID.first(ctx, tx.on, h, id); err != nil {
		return err
	}
	return found(ErrWaiting)(replayDelivery.exec(ctx, tx.on, h, id, ms(now)))
}

// ReplayDead makes all deliveries of a webhook that were given up due at now,
// and returns how many they are.
func (tx *Tx) ReplayDead(ctx context.Context, h doorlink.HookID, now time.Time) (int64, error) {
	return replayDead.exec(ctx, tx.on, h, ms(now))
}

// deliveryInto scans deliveryColumns, took in milliseconds.
func deliveryInto(d *Delivery, took *int64) []any {
	return []any{&d.ID, &d.Hook, &d.Event, &d.Body, instant{&d.At}, &d.Tries, instant{&d.First}, instant{&d.Tried},
		instant{&d.Next}, instant{&d.Done}, &d.Status, took, &d.Why}
}

func scanDelivery(r *sql.Rows) (d Delivery, err error) {
	var took int64
	err = r.Scan(deliveryInto(&d, &took)...)
	d.Took = time.Duration(took) * time.Millisecond
	return d, err
}

func scanClaimed(r *sql.Rows) (c Claimed, err error) {
	var took int64
	var secret, former doorlink.Secret
	err = r.Scan(append(deliveryInto(&c.Delivery, &took), &c.Property, &c.URL, &secret, &former)...)
	c.Took = time.Duration(took) * time.Millisecond
	if c.Secrets = []doorlink.Secret{secret}; former != "" {
		c.Secrets = append(c.Secrets, former)
	}
	return c, err
}
