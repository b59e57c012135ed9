package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"doorlink"
)

// ErrNoCall says that there is no such call, or none of that visit.
var ErrNoCall = doorlink.Fail(doorlink.NotFound, "call.unknown")

// callColumns are in the order of scanCall and of addCall's arguments.
const callColumns = `id, visit, property, door, panel, entry, person, unit, caller_kind, caller_line,
	state, live, reason, handset, placed_at, since_at, answered_at, until_at, version`

var (
	callByID = query[doorlink.Call]{"reading a call",
		`SELECT ` + callColumns + ` FROM calls WHERE id = $1`, scanCall, ErrNoCall}

	callOfVisit = query[doorlink.Call]{"reading the call of a visit",
		`SELECT ` + callColumns + ` FROM calls WHERE visit = $1 ORDER BY placed_at DESC, id DESC LIMIT 1`, scanCall, ErrNoCall}

	// Each half of the condition has an index that holds little: most calls are
	// neither live nor were they answered.
	callsOfPerson = query[doorlink.Call]{"reading the calls of a person",
		`SELECT ` + callColumns + ` FROM calls
		WHERE (person = $1 AND live) OR (person = $1 AND answered_at > 0 AND since_at > $2)
		ORDER BY placed_at, id`, scanCall, nil}

	// Of the visit, of the panel to the person, and of the person; live is asked
	// for apart because a live call may be older than the span.
	recentCalls = query[doorlink.Call]{"reading recent calls",
		`SELECT ` + callColumns + ` FROM calls
		WHERE (visit = $1 AND placed_at > $2) OR (visit = $1 AND live)
			OR (person = $3 AND placed_at > $2 AND panel = $4) OR (person = $3 AND live)
		ORDER BY placed_at DESC, id DESC LIMIT $5`, scanCall, nil}

	overdueCalls = query[doorlink.CallID]{"looking for overdue calls",
		`SELECT id FROM calls WHERE live AND until_at <= $1 ORDER BY until_at LIMIT $2`, text[doorlink.CallID], nil}

	// A visit is kept from its first call on; looking leaves no trace.
	addVisit = statement{"adding a visit",
		`INSERT INTO visits (id, property, door, panel, begun_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO NOTHING`}

	addCall = statement{"adding a call",
		`INSERT INTO calls (` + callColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`}

	// The version makes it a compare-and-swap: one of several writers wins.
	changeCall = statement{"changing a call",
		`UPDATE calls SET state = $1, live = $2, reason = $3, handset = $4, since_at = $5, answered_at = $6,
			until_at = $7, version = version + 1
		WHERE id = $8 AND version = $9`}
)

// AddCall places a call, under a rule that sees the latest
// doorlink.RecentCalls calls, latest first, which are live or were placed
// within doorlink.LimitSpan before c and are of the same visit or of the same
// panel to the same person, and whatever live calls the person has. What the
// rule returns is added; its error refuses. Between the rule's look and the
// addition nobody else adds a call for the visit or the person, on any node.
// The rule may run more than once and must be pure.
func (db *DB) AddCall(ctx context.Context, c doorlink.Call,
	rule func(c doorlink.Call, recent []doorlink.Call) (doorlink.Call, error),
) (doorlink.Call, error) {
	var placed doorlink.Call
	err := db.Write(ctx, func(tx *Tx) error {
		recent, err := tx.recent(ctx, c)
		if err != nil {
			return err
		}
		if placed, err = rule(c, recent); err != nil {
			return err
		}
		placed = asStored(placed)
		placed.Version = 1
		if err := tx.addCall(ctx, placed); err != nil {
			return err
		}
		return tx.tellCall(ctx, doorlink.Call{}, placed)
	})
	if err != nil {
		return doorlink.Call{}, err
	}
	return placed, nil
}

// recent holds off other calls of the visit and to the person, in this order
// everywhere, and reads what the rule must see.
func (tx *Tx) recent(ctx context.Context, c doorlink.Call) ([]doorlink.Call, error) {
	for _, name := range []string{"visit:" + string(c.Visit), "person:" + string(c.Person)} {
		if err := tx.alone(ctx, name); err != nil {
			return nil, err
		}
	}
	return recentCalls.all(ctx, tx.on, c.Visit, ms(c.Placed.Add(-doorlink.LimitSpan)), c.Person, c.Panel, doorlink.RecentCalls)
}

// addCall adds the call, and its visit if this is the first.
func (tx *Tx) addCall(ctx context.Context, c doorlink.Call) error {
	if _, err := addVisit.exec(ctx, tx.on, c.Visit, c.Property, c.Door, c.Panel, ms(c.Placed)); err != nil {
		return err
	}
	_, err := addCall.exec(ctx, tx.on, c.ID, c.Visit, c.Property, c.Door, c.Panel, c.Entry, c.Person, c.Unit,
		c.Caller.Kind, c.Caller.Line, c.State, !c.State.Over(), c.Reason, c.Handset,
		ms(c.Placed), ms(c.Since), ms(c.Answered), ms(c.Until), c.Version)
	return err
}

// ChangeCall applies a move to a call and returns the call as it stands then. If
// somebody else changed the call meanwhile, the move is tried again on what they
// left, so change must be pure. A move that changes nothing writes nothing; one that
// ends the call adds its record, and webhooks are told. It returns ErrNoCall, or
// change's error with the call as it was.
func (db *DB) ChangeCall(ctx context.Context, id doorlink.CallID,
	change func(doorlink.Call) (doorlink.Call, error),
) (doorlink.Call, error) {
	ctx, cancel := limit(ctx)
	defer cancel()
	for {
		// Most moves change something, but those that do not cost no write.
		was, err := callByID.first(ctx, db.read, id)
		if err != nil {
			return was, err
		}
		next, err := change(was)
		if next = asStored(next); err != nil || next == was {
			return was, err
		}
		var won bool
		err = db.Write(ctx, func(tx *Tx) error {
			won, err = tx.changeCall(ctx, was, next)
			return err
		})
		if err != nil {
			return was, err
		}
		if won {
			next.Version = was.Version + 1
			return next, nil
		}
	}
}

// changeCall writes next over was, unless that is no longer what is there.
func (tx *Tx) changeCall(ctx context.Context, was, next doorlink.Call) (won bool, err error) {
	n, err := changeCall.exec(ctx, tx.on, next.State, !next.State.Over(), next.Reason, next.Handset,
		ms(next.Since), ms(next.Answered), ms(next.Until), was.ID, was.Version)
	if err != nil || n == 0 {
		return false, err
	}
	if next.State.Over() && !was.State.Over() {
		err = tx.AddRecord(ctx, doorlink.Record{
			Kind: doorlink.CallRecord, Property: next.Property, Door: next.Door, Person: next.Person,
			Call: next.ID, State: next.State, At: next.Since,
		})
	}
	if err == nil {
		err = tx.tellCall(ctx, was, next)
	}
	return true, err
}

// Call reads one call, or fails with ErrNoCall.
func (db *DB) Call(ctx context.Context, id doorlink.CallID) (doorlink.Call, error) {
	return callByID.first(ctx, db.read, id)
}

// VisitCall reads the latest call of a visit, or fails with ErrNoCall.
func (db *DB) VisitCall(ctx context.Context, v doorlink.VisitID) (doorlink.Call, error) {
	return callOfVisit.first(ctx, db.read, v)
}

// PersonCalls reads the calls that a person's handsets have to know of, in the
// order in which they were placed: those that go on, and those that were
// answered and ended less than doorlink.GrantTime ago.
func (db *DB) PersonCalls(ctx context.Context, p doorlink.PersonID, now time.Time) ([]doorlink.Call, error) {
	all, err := callsOfPerson.all(ctx, db.read, p, ms(now.Add(-doorlink.GrantTime)))
	return slices.DeleteFunc(all, func(c doorlink.Call) bool { return !c.Matters(now) }), err
}

// OverdueCalls finds calls that go on although their time is over at now, the
// longest overdue first, at most limit of them.
func (db *DB) OverdueCalls(ctx context.Context, now time.Time, limit int) ([]doorlink.CallID, error) {
	return overdueCalls.all(ctx, db.read, ms(now), limit)
}

// scanCall reads callColumns. What live says, the state says better.
func scanCall(r *sql.Rows) (c doorlink.Call, err error) {
	var live bool
	err = r.Scan(&c.ID, &c.Visit, &c.Property, &c.Door, &c.Panel, &c.Entry, &c.Person, &c.Unit,
		&c.Caller.Kind, &c.Caller.Line, &c.State, &live, &c.Reason, &c.Handset,
		instant{&c.Placed}, instant{&c.Since}, instant{&c.Answered}, instant{&c.Until}, &c.Version)
	return c, err
}

// asStored is the call as it will be read again: its instants in UTC, without
// what is finer than a millisecond.
func asStored(c doorlink.Call) doorlink.Call {
	for _, t := range []*time.Time{&c.Placed, &c.Since, &c.Answered, &c.Until} {
		*t = at(ms(*t))
	}
	return c
}
