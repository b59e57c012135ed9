package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"doorlink"
)

// wanted is the condition for a webhook h that is to be told of kind $2.
const wanted = `h.paused_at = 0 AND h.removed_at = 0 AND (h.events = '*' OR ' ' || h.events || ' ' LIKE '% ' || CAST($2 AS TEXT) || ' %')`

// The queue of webhooks is filled in the transaction of what happened: what was
// done is told, and nothing else.
var (
	tell = statement{"queueing for webhooks",
		`INSERT INTO deliveries (id, hook, event, body, at, tries, next_at, done_at, status, took, why)
		SELECT CAST($1 AS TEXT) || '_' || h.id, h.id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT),
			0, CAST($5 AS BIGINT), 0, 0, 0, ''
		FROM hooks h WHERE h.property = $6 AND (h.id = $7 OR ($7 = '' AND ` + wanted + `))`}

	listens = query[bool]{"looking for webhooks",
		`SELECT EXISTS (SELECT 1 FROM hooks h WHERE h.property = $1 AND ` + wanted + `)`, yes, nil}

	// Who is told finds out all that an event could say, in one look; nobody
	// listens to most of them, so it is mostly a look into an empty index.
	sceneOf = query[told]{"looking for who is told",
		`SELECT p.id, p.counts_only, p.hook_names, d.type, d.name, COALESCE(u.name, ''),
			COALESCE(q.given, ''), COALESCE(q.family, '')
		FROM doors d JOIN properties p ON p.id = d.property LEFT JOIN units u ON u.id = $3 LEFT JOIN people q ON q.id = $4
		WHERE d.id = $1 AND EXISTS (SELECT 1 FROM hooks h WHERE h.property = d.property AND ` + wanted + `)`, scanTold, errNone}

	tiesOf = query[int]{"counting what somebody has",
		`SELECT (SELECT COUNT(*) FROM memberships WHERE person = $1) + (SELECT COUNT(*) FROM holders WHERE person = $1)`,
		number[int], nil}
)

// told is what sceneOf reads.
type told struct {
	property      doorlink.Property // ID, CountsOnly and HookNames
	doorType      doorlink.DoorType
	door, unit    string
	given, family string
}

// Tell queues an event for each webhook of its property that wants its kind. The
// body that is sent is as Standard Webhooks have it.
func (tx *Tx) Tell(ctx context.Context, e doorlink.Event) error { return tx.tell(ctx, e, "") }

// TellHook queues an event for one webhook, whatever it chose.
func (tx *Tx) TellHook(ctx context.Context, e doorlink.Event, to doorlink.HookID) error {
	return tx.tell(ctx, e, to)
}

// tell queues an event for one webhook, or for each that wants it.
func (tx *Tx) tell(ctx context.Context, e doorlink.Event, only doorlink.HookID) error {
	body, err := json.Marshal(struct {
		Type      doorlink.EventKind  `json:"type"`
		Timestamp time.Time           `json:"timestamp"`
		Property  doorlink.PropertyID `json:"property"`
		Data      map[string]string   `json:"data"`
	}{e.Kind, e.At.UTC().Truncate(time.Millisecond), e.Property, e.Data})
	if err != nil {
		return fmt.Errorf("writing an event: %w", err)
	}
	_, err = tell.exec(ctx, tx.on, doorlink.NewID[doorlink.DeliveryID]("dlv"), e.Kind, string(body), ms(e.At), ms(time.Now()),
		e.Property, only)
	return err
}

// Listens reports whether any webhook of a property wants to be told of a kind
// of event.
func (tx *Tx) Listens(ctx context.Context, p doorlink.PropertyID, k doorlink.EventKind) (bool, error) {
	return listens.first(ctx, tx.on, p, k)
}

// Ties counts the units that somebody is in and the keys that they hold.
func (tx *Tx) Ties(ctx context.Context, p doorlink.PersonID) (int, error) {
	return tiesOf.first(ctx, tx.on, p)
}

// tellCall tells what a call has become, if webhooks are told such things.
func (tx *Tx) tellCall(ctx context.Context, was, c doorlink.Call) error {
	kind, ok := c.EventAfter(was)
	if !ok {
		return nil
	}
	s := doorlink.Scene{Panel: c.Panel, Unit: c.Unit}
	if kind == doorlink.CallMissed {
		s.Ended = c.State
	}
	return tx.tellRecord(ctx, kind, s, doorlink.Record{
		Kind: doorlink.CallRecord, Door: c.Door, Person: c.Person, Call: c.ID, At: c.Since,
	})
}

// tellRecord tells what is on record, as far as the property lets it. Whatever
// happened at a door that has gone since is told to nobody.
func (tx *Tx) tellRecord(ctx context.Context, kind doorlink.EventKind, s doorlink.Scene, r doorlink.Record) error {
	at, err := sceneOf.first(ctx, tx.on, r.Door, kind, s.Unit, r.Person)
	if errors.Is(err, errNone) {
		return nil
	}
	if err != nil {
		return err
	}
	r.Property, r.DoorType = at.property.ID, at.doorType
	s.DoorName, s.UnitName = at.door, at.unit
	s.PersonName = doorlink.Person{Given: at.given, Family: at.family}.As(doorlink.FullName, "")
	e, ok := at.property.EventOf(kind, r, s)
	if !ok {
		return nil
	}
	return tx.Tell(ctx, e)
}

func scanTold(r *sql.Rows) (t told, err error) {
	err = r.Scan(&t.property.ID, &t.property.CountsOnly, &t.property.HookNames, &t.doorType, &t.door, &t.unit, &t.given, &t.family)
	return t, err
}
