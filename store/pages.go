package store

import (
	"context"
	"database/sql"
	"time"

	"doorlink"
)

// ErrNoDoor says that there is no such door.
var ErrNoDoor = doorlink.Fail(doorlink.NotFound, "door.unknown")

// ErrNoProperty says that there is no such property.
var ErrNoProperty = doorlink.Fail(doorlink.NotFound, "property.unknown")

// Scanned is where a sticker leads: everything about the place that a
// visitor's page shows, but for the directory. Revision is that of the
// property; see DB.Revision.
type Scanned struct {
	Property doorlink.Property
	Door     doorlink.Door
	Panel    doorlink.Panel
	Sticker  doorlink.Sticker
	Revision int64
}

const (
	// placeColumns are what all ways to a Scanned have in common.
	placeColumns = `p.id, p.name, p.zone, p.names, p.search_first, p.notice,
		p.languages, p.digits, p.quiet_from, p.quiet_to, p.kept, p.counts_only, p.hook_names, p.look, p.revision, d.id, d.name, d.type, d.needs_share`

	// scanned is on the way of every visitor: four rows by their keys, one
	// round trip.
	scanned = `SELECT ` + placeColumns + `, w.id, w.label, s.id, s.token, s.short, s.ends_at, s.number, s.made_at, s.first_at, s.takes_over
		FROM stickers s JOIN panels w ON w.id = s.panel JOIN doors d ON d.id = w.door
		JOIN properties p ON p.id = d.property `
)

var (
	scanToken = query[Scanned]{"looking up a sticker", scanned + `WHERE s.token = $1`, scanScanned, doorlink.ErrStickerUnknown}
	scanShort = query[Scanned]{"looking up a short code", scanned + `WHERE s.short = $1`, scanScanned, doorlink.ErrStickerUnknown}

	// A door is read in the same shape, without a sticker.
	doorByID = query[Scanned]{"reading a door",
		`SELECT ` + placeColumns + `, COALESCE(w.id, ''), COALESCE(w.label, ''), '', '', '', 0, 0, 0, 0, FALSE
		FROM doors d JOIN properties p ON p.id = d.property LEFT JOIN panels w ON w.door = d.id
		WHERE d.id = $1`, scanScanned, ErrNoDoor}
)

// Scan finds where a sticker's token leads. It returns
// doorlink.ErrStickerUnknown for a token that was never printed and
// doorlink.ErrStickerOld, with nothing else, for one that has ended.
func (db *DB) Scan(ctx context.Context, token doorlink.Secret, now time.Time) (Scanned, error) {
	return goodAt(now)(scanToken.first(ctx, db.read, token.Reveal()))
}

// ScanShort is Scan for the eight characters that people type, as
// doorlink.ReadShortCode returns them.
func (db *DB) ScanShort(ctx context.Context, short string, now time.Time) (Scanned, error) {
	return goodAt(now)(scanShort.first(ctx, db.read, short))
}

// goodAt keeps back where an ended sticker led.
func goodAt(now time.Time) func(Scanned, error) (Scanned, error) {
	return func(s Scanned, err error) (Scanned, error) {
		if err == nil && !s.Sticker.Good(now) {
			return Scanned{}, doorlink.ErrStickerOld
		}
		return s, err
	}
}

// Door reads a door with its property and, if it has one, its panel, or fails
// with ErrNoDoor. There is no sticker in what it returns.
func (db *DB) Door(ctx context.Context, id doorlink.DoorID) (Scanned, error) {
	return doorByID.first(ctx, db.read, id)
}

// scanScanned leaves panel and sticker zero where there is none.
func scanScanned(r *sql.Rows) (s Scanned, err error) {
	p, d := &s.Property, &s.Door
	var more propertyMore
	into := append([]any{&p.ID, &p.Name, &p.Zone, &p.Names, &p.SearchFirst, &p.Notice}, more.into(p)...)
	into = append(into, &s.Revision, &d.ID, &d.Name, &d.Type, &d.NeedsShare,
		&s.Panel.ID, &s.Panel.Label, &s.Sticker.ID, &s.Sticker.Token, &s.Sticker.Short, instant{&s.Sticker.Ends},
		&s.Sticker.Number, instant{&s.Sticker.Made}, instant{&s.Sticker.Scanned}, &s.Sticker.TakesOver)
	if err := r.Scan(into...); err != nil {
		return s, err
	}
	if err := more.finish(p); err != nil {
		return s, err
	}
	d.Property = p.ID
	if s.Panel.ID != "" {
		s.Panel.Door = d.ID
	}
	if s.Sticker.ID != "" {
		s.Sticker.Panel = s.Panel.ID
	}
	return s, err
}
