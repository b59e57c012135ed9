package store

import (
	"context"
	"database/sql"

	"doorlink"
)

// Use is how often a sticker was used on a day of its property. It is a count
// and knows of no visit.
type Use struct {
	Panel   doorlink.PanelID
	Sticker doorlink.StickerID
	Day     doorlink.Day
	Scans   int64 // pages opened
	Calls   int64 // calls placed
}

var (
	// Nodes add to the same row: each adds what it has counted since.
	addUse = statement{"counting the use of a sticker",
		`INSERT INTO counts (panel, sticker, day, scans, calls, codes) VALUES ($1, $2, $3, $4, $5, 0)
		ON CONFLICT (panel, sticker, day) DO UPDATE SET scans = counts.scans + excluded.scans, calls = counts.calls + excluded.calls`}
	usesOfPanel = query[Use]{"reading the use of a panel",
		`SELECT panel, sticker, day, scans, calls FROM counts WHERE panel = $1 AND day >= $2 ORDER BY day, sticker`, scanUse, nil}
	usesAt = query[Use]{"reading the use of panels",
		`SELECT c.panel, c.sticker, c.day, c.scans, c.calls FROM counts c JOIN panels w ON w.id = c.panel JOIN doors d ON d.id = w.door
		WHERE d.property = $1 AND c.day >= $2 ORDER BY c.panel, c.day, c.sticker`, scanUse, nil}
)

// callsNow counts calls by door. That until_at is none below 0 says nothing of
// them, but which index holds them.
var callsNow = query[LiveCalls]{"counting calls that go on",
	`SELECT door, COUNT(*) FROM calls WHERE live AND until_at >= 0 AND property = $1 GROUP BY door ORDER BY door`, scanLiveCalls, nil}

// LiveCalls is how many calls go on at a door.
type LiveCalls struct {
	Door doorlink.DoorID
	N    int
}

// LiveCalls counts the calls that go on at a property, by door.
func (db *DB) LiveCalls(ctx context.Context, p doorlink.PropertyID) ([]LiveCalls, error) {
	return callsNow.all(ctx, db.read, p)
}

func scanLiveCalls(r *sql.Rows) (c LiveCalls, err error) {
	err = r.Scan(&c.Door, &c.N)
	return c, err
}

// AddUses adds to the counts of stickers: all of them, or none.
func (db *DB) AddUses(ctx context.Context, uses []Use) error {
	return db.Write(ctx, func(tx *Tx) error {
		for _, u := range uses {
			if _, err := addUse.exec(ctx, tx.on, u.Panel, u.Sticker, u.Day, u.Scans, u.Calls); err != nil {
				return err
			}
		}
		return nil
	})
}

// Uses are the counts of a panel from a day on, by day.
func (db *DB) Uses(ctx context.Context, p doorlink.PanelID, from doorlink.Day) ([]Use, error) {
	return usesOfPanel.all(ctx, db.read, p, from)
}

// UsesAt are the counts of every panel of a property from a day on, by panel and
// day.
func (db *DB) UsesAt(ctx context.Context, at doorlink.PropertyID, from doorlink.Day) ([]Use, error) {
	return usesAt.all(ctx, db.read, at, from)
}

func scanUse(r *sql.Rows) (u Use, err error) {
	err = r.Scan(&u.Panel, &u.Sticker, &u.Day, &u.Scans, &u.Calls)
	return u, err
}
