package store

import (
	"context"
	"time"

	"doorlink"
)

var (
	addProperty = statement{"adding a property",
		`INSERT INTO properties (` + propertyColumns + `, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)`}
	setProperty = edit{"changing a property",
		`UPDATE properties SET name = $2, zone = $3, names = $4, search_first = $5, notice = $6, languages = $7, digits = $8,
			quiet_from = $9, quiet_to = $10, kept = $11, counts_only = $12, hook_names = $13, look = $14 WHERE id = $1
		RETURNING id`, text[doorlink.PropertyID], ErrNoProperty}
	addDoor = edit{"adding a door",
		`INSERT INTO doors (id, property, name, type, needs_share) VALUES ($1, $2, $3, $4, $5) RETURNING property`, text[doorlink.PropertyID], nil}
	typeOfDoor = query[doorlink.DoorType]{"reading a door",
		`SELECT type FROM doors WHERE id = $1`, text[doorlink.DoorType], ErrNoDoor}
	addPanel = statement{"adding a panel",
		`INSERT INTO panels (id, door, label) VALUES ($1, $2, $3)`}
	addSticker = edit{"adding a sticker",
		`INSERT INTO stickers (id, panel, token, short, ends_at, number, made_at, first_at, takes_over)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ` + returningPanel, text[doorlink.PropertyID], nil}
	endSticker = edit{"ending a sticker",
		`UPDATE stickers SET ends_at = $1 WHERE id = $2 AND (ends_at = 0 OR ends_at > $1)
		` + returningPanel, text[doorlink.PropertyID], nil}
	addUnit = edit{"adding a unit",
		`INSERT INTO units (id, property, name, rank, featured) VALUES ($1, $2, $3, $4, $5) RETURNING property`, text[doorlink.PropertyID], nil}
	addKey = edit{"adding a key",
		`INSERT INTO keys (id, property, name, may_share) VALUES ($1, $2, $3, $4) RETURNING property`, text[doorlink.PropertyID], nil}

	// A door goes on keys of its own property only.
	addKeyDoor = edit{"putting a door on a key",
		`INSERT INTO key_doors (` + keyDoorColumns + `)
		SELECT k.id, d.id, CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BOOLEAN)
		FROM keys k JOIN doors d ON d.property = k.property WHERE k.id = $1 AND d.id = $2
		` + returningKey, text[doorlink.PropertyID], ErrMissing}
)

// AddProperty adds a property.
func (tx *Tx) AddProperty(ctx context.Context, p doorlink.Property) error {
	_, err := addProperty.exec(ctx, tx.on, propertyValues(p)...)
	return err
}

// SetProperty changes all but a property's ID, or fails with ErrNoProperty.
func (tx *Tx) SetProperty(ctx context.Context, p doorlink.Property) error {
	return tx.edit(ctx, setProperty, propertyValues(p)...)
}

// AddDoor adds a door to its property.
func (tx *Tx) AddDoor(ctx context.Context, d doorlink.Door) error {
	return tx.edit(ctx, addDoor, d.ID, d.Property, d.Name, d.Type, d.NeedsShare)
}

// AddPanel hangs a panel beside a door that has none: ErrExists. It refuses
// doors of a type that has no panels, with doorlink.ErrResidenceDoor.
func (tx *Tx) AddPanel(ctx context.Context, p doorlink.Panel) error {
	t, err := typeOfDoor.first(ctx, tx.on, p.Door)
	if err != nil {
		return err
	}
	if err := t.MayHang(); err != nil {
		return err
	}
	_, err = addPanel.exec(ctx, tx.on, p.ID, p.Door, p.Label)
	return err
}

// AddSticker adds a sticker to a panel. Others of that panel stay good; see
// EndSticker.
func (tx *Tx) AddSticker(ctx context.Context, s doorlink.Sticker) error {
	return tx.edit(ctx, addSticker, s.ID, s.Panel, s.Token.Reveal(), s.Short, ms(s.Ends), s.Number, ms(s.Made), ms(s.Scanned), s.TakesOver)
}

// EndSticker ends a sticker at a moment, unless it has ended earlier. Nothing
// makes it good again.
func (tx *Tx) EndSticker(ctx context.Context, id doorlink.StickerID, at time.Time) error {
	return tx.edit(ctx, endSticker, ms(at), id)
}

// AddUnit adds a unit whose name is new in its property: else ErrExists.
func (tx *Tx) AddUnit(ctx context.Context, u doorlink.Unit) error {
	return tx.edit(ctx, addUnit, u.ID, u.Property, u.Name, u.Rank, u.Featured)
}

// AddKey adds a key without doors.
func (tx *Tx) AddKey(ctx context.Context, k doorlink.Key) error {
	return tx.edit(ctx, addKey, k.ID, k.Property, k.Name, k.MayShare)
}

// AddKeyDoor puts a door on a key of the same property, else ErrMissing.
func (tx *Tx) AddKeyDoor(ctx context.Context, k doorlink.KeyDoor) error {
	return tx.edit(ctx, addKeyDoor, k.Key, k.Door, k.Hours.From, k.Hours.To, k.Hours.Days, k.Own)
}
