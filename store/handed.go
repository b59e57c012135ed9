package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

// ErrNoCode says that a call was not given that code.
var ErrNoCode = doorlink.Fail(doorlink.NotFound, "code.unknown")

// A call's codes may lie in several slots: midnight can pass during it.
var (
	handedIn = query[doorcode.Handed]{"reading the codes of a call",
		`SELECT door, epoch, day, slot, gen, nth, shown_at, opened FROM codes
		WHERE call = $1 AND call <> '' AND cancelled_at = 0 ORDER BY nth`, scanHanded, nil}
	// What was said may change, but not that a code was used.
	markCode = statement{"marking a code",
		`UPDATE codes SET
			shown_at = CASE WHEN $1 AND shown_at = 0 THEN $2 ELSE shown_at END,
			opened = CASE WHEN $3 <> '' THEN $3 ELSE opened END,
			used = (used OR $3 = 'yes')
		WHERE call = $4 AND call <> '' AND nth = $5`}
	unusedCode = query[givenCode]{"looking for a code",
		`SELECT door, person FROM codes WHERE call = $1 AND call <> '' AND nth = $2 AND NOT used`, scanGivenCode, errNone}
)

// givenCode is where a code was given, and by whom.
type givenCode struct {
	door   doorlink.DoorID
	person doorlink.PersonID
}

// Handed reads the codes that were given in a call, in the order of their
// numbers, but for those that were called back.
func (db *DB) Handed(ctx context.Context, c doorlink.CallID) ([]doorcode.Handed, error) {
	return handedIn.all(ctx, db.read, c)
}

// MarkCode keeps what became of the nth code of a call: that it was shown, and
// what the visitor said, "yes" or "no", if anything. "yes" marks it used, which
// nothing takes back. It fails with ErrNoCode.
func (db *DB) MarkCode(ctx context.Context, c doorlink.CallID, nth int, shown bool, opened string, now time.Time) error {
	ctx, cancel := limit(ctx)
	defer cancel()
	return db.Write(ctx, func(tx *Tx) error {
		if opened == "yes" {
			if err := tx.tellUsed(ctx, c, nth, now); err != nil {
				return err
			}
		}
		return found(ErrNoCode)(markCode.exec(ctx, tx.on, shown, ms(now), opened, c, nth))
	})
}

// tellUsed tells webhooks that a code was used, unless they were told before.
func (tx *Tx) tellUsed(ctx context.Context, c doorlink.CallID, nth int, now time.Time) error {
	if err := tx.alone(ctx, "call:"+string(c)); err != nil {
		return err
	}
	code, err := unusedCode.first(ctx, tx.on, c, nth)
	if errors.Is(err, errNone) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.tellRecord(ctx, doorlink.CodeUsed, doorlink.Scene{}, doorlink.Record{
		Kind: doorlink.CodeRecord, Door: code.door, Person: code.person, Call: c, At: now,
	})
}

func scanGivenCode(r *sql.Rows) (g givenCode, err error) {
	err = r.Scan(&g.door, &g.person)
	return g, err
}

func scanHanded(r *sql.Rows) (h doorcode.Handed, err error) {
	var shown time.Time
	p := &h.Place
	err = r.Scan(&p.Door, &p.Epoch, &p.Day, &p.Slot, &h.Gen, &h.Nth, instant{&shown}, &h.Opened)
	h.Shown = !shown.IsZero()
	return h, err
}
