package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

var (
	// A sticker is marked once, by the first of those who scan it together.
	markScanned = query[scannedFirst]{"marking the first scan of a sticker",
		`UPDATE stickers SET first_at = $2 WHERE id = $1 AND first_at = 0
		RETURNING takes_over, panel, (SELECT d.property FROM panels w JOIN doors d ON d.id = w.door WHERE w.id = panel)`,
		scanScannedFirst, nil}
	endOthers = statement{"ending the stickers before",
		`UPDATE stickers SET ends_at = $1 WHERE panel = $2 AND id <> $3 AND (ends_at = 0 OR ends_at > $1)`}
	raiseFor = edit{"telling of a sticker", `SELECT id FROM properties WHERE id = $1`, text[doorlink.PropertyID], nil}

	dropStickers = statement{"removing the stickers of a panel", `DELETE FROM stickers WHERE panel = $1`}
	dropPanel    = edit{"removing a panel",
		`DELETE FROM panels WHERE id = $1 RETURNING (SELECT property FROM doors WHERE id = door)`,
		text[doorlink.PropertyID], ErrMissing}

	markLooked = statement{"noting that a panel was looked at", `UPDATE panels SET looked_at = $2 WHERE id = $1`}
	lookedAt   = query[time.Time]{"reading when a panel was looked at",
		`SELECT looked_at FROM panels WHERE id = $1`, scanInstant, ErrMissing}
	looksAt = query[look]{"reading when panels were looked at",
		`SELECT w.id, w.looked_at FROM panels w JOIN doors d ON d.id = w.door WHERE d.property = $1 AND w.looked_at > 0`, scanLook, nil}

	// The codes of a door are those of its few days that a lock may still take.
	openCodes = query[int]{"counting unused codes",
		`SELECT COUNT(*) FROM codes WHERE door = $1 AND day >= $2 AND call <> ''
			AND NOT used AND NOT burnt AND cancelled_at = 0`, number[int], nil}
	cancelledCodes = query[int]{"counting cancelled codes",
		`SELECT COUNT(*) FROM codes WHERE door = $1 AND epoch = $2 AND day >= $3 AND NOT used AND cancelled_at > 0`, number[int], nil}
	cancelAtDoor = statement{"calling a door's codes back",
		`UPDATE codes SET cancelled_at = $3 WHERE door = $1 AND day >= $2 AND call <> ''
			AND NOT used AND NOT burnt AND cancelled_at = 0`}
)

// scannedFirst is what follows from the first scan of a sticker.
type scannedFirst struct {
	takesOver bool
	panel     doorlink.PanelID
	property  doorlink.PropertyID
}

// FirstScan notes when a sticker was first scanned; if it takes over, the other
// stickers of its panel end at that moment. From the second scan on it changes
// nothing.
func (db *DB) FirstScan(ctx context.Context, id doorlink.StickerID, now time.Time) error {
	return db.Write(ctx, func(tx *Tx) error {
		s, err := markScanned.first(ctx, tx.on, id, ms(now))
		if err != nil || s.panel == "" {
			return err
		}
		if s.takesOver {
			if _, err := endOthers.exec(ctx, tx.on, ms(now), s.panel, id); err != nil {
				return err
			}
		}
		return tx.edit(ctx, raiseFor, s.property)
	})
}

// Stickers reads the stickers that a panel of a property has had. Who reads them
// so and adds another does it alone.
func (tx *Tx) Stickers(ctx context.Context, at doorlink.PropertyID, p doorlink.PanelID) ([]doorlink.Sticker, error) {
	if err := tx.alone(ctx, "property:"+string(at)); err != nil {
		return nil, err
	}
	return stickersOfPanel.all(ctx, tx.on, p)
}

// DropPanel removes a panel with its stickers, or fails with ErrMissing.
func (tx *Tx) DropPanel(ctx context.Context, p doorlink.PanelID) error {
	if _, err := dropStickers.exec(ctx, tx.on, p); err != nil {
		return err
	}
	return tx.edit(ctx, dropPanel, p)
}

// LookedAt notes that somebody looked at a panel and found it as it should be.
func (tx *Tx) LookedAt(ctx context.Context, p doorlink.PanelID, now time.Time) error {
	n, err := markLooked.exec(ctx, tx.on, p, ms(now))
	if err == nil && n == 0 {
		err = ErrMissing
	}
	return err
}

// Looked is when somebody last looked at a panel; zero: never. It fails with
// ErrMissing.
func (db *DB) Looked(ctx context.Context, p doorlink.PanelID) (time.Time, error) {
	return lookedAt.first(ctx, db.read, p)
}

// Looks are when somebody last looked at the panels of a property; those at which
// nobody has are left out.
func (db *DB) Looks(ctx context.Context, at doorlink.PropertyID) (map[doorlink.PanelID]time.Time, error) {
	all, err := looksAt.all(ctx, db.read, at)
	looks := make(map[doorlink.PanelID]time.Time, len(all))
	for _, l := range all {
		looks[l.panel] = l.at
	}
	return looks, err
}

// OpenCodes counts the doorcodes of a day, and later ones, that were given at a
// door, are not known to be used and were not called back.
func (db *DB) OpenCodes(ctx context.Context, d doorlink.DoorID, day doorlink.Day) (int, error) {
	return openCodes.first(ctx, db.read, d, day)
}

// CancelledCodes counts the doorcodes of a day, and later ones, of an epoch of a
// door's lock that were called back before they were known to be used: a lock
// that was not told still takes them.
func (db *DB) CancelledCodes(ctx context.Context, d doorlink.DoorID, epoch uint32, day doorlink.Day) (int, error) {
	return cancelledCodes.first(ctx, db.read, d, epoch, day)
}

// CancelledCodes is DB.CancelledCodes within a transaction.
func (tx *Tx) CancelledCodes(ctx context.Context, d doorlink.DoorID, epoch uint32, day doorlink.Day) (int, error) {
	return cancelledCodes.first(ctx, tx.on, d, epoch, day)
}

// CancelDoorCodes calls back what OpenCodes counts, whoever gave them, and
// returns how many they are; see CancelCodes.
func (tx *Tx) CancelDoorCodes(ctx context.Context, d doorlink.DoorID, day doorlink.Day, now time.Time) (int64, error) {
	return cancelAtDoor.exec(ctx, tx.on, d, day, ms(now))
}

// look is when somebody looked at a panel.
type look struct {
	panel doorlink.PanelID
	at    time.Time
}

func scanLook(r *sql.Rows) (l look, err error) {
	err = r.Scan(&l.panel, instant{&l.at})
	return l, err
}

func scanScannedFirst(r *sql.Rows) (s scannedFirst, err error) {
	err = r.Scan(&s.takesOver, &s.panel, &s.property)
	return s, err
}

func scanInstant(r *sql.Rows) (t time.Time, err error) {
	err = r.Scan(instant{&t})
	return t, err
}
