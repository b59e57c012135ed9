package store

import (
	"context"
	"time"

	"doorlink"
)

var (
	addProperty = statement{"adding a property",
		`INSERT INTO properties (id, name, zone, names, search_first, notice, revision) VALUES ($1, $2, $3, $4, $5, $6, 1)`}
	setProperty = statement{"changing a property",
		`UPDATE properties SET name = $1, zone = $2, names = $3, search_first = $4, notice = $5 WHERE id = $6`}
	addDoor = statement{"adding a door",
		`INSERT INTO doors (id, property, name, type) VALUES ($1, $2, $3, $4)`}
	typeOfDoor = query[doorlink.DoorType]{"reading a door",
		`SELECT type FROM doors WHERE id = $1`, text[doorlink.DoorType], ErrNoDoor}
	addPanel = statement{"adding a panel",
		`INSERT INTO panels (id, door, label) VALUES ($1, $2, $3)`}
	addSticker = statement{"adding a sticker",
		`INSERT INTO stickers (id, panel, token, short, ends_at) VALUES ($1, $2, $3, $4, $5)`}
	endSticker = statement{"ending a sticker",
		`UPDATE stickers SET ends_at = $1 WHERE id = $2 AND (ends_at = 0 OR ends_at > $1)`}
	addUnit = statement{"adding a unit",
		`INSERT INTO units (id, property, name) VALUES ($1, $2, $3)`}
	addKey = statement{"adding a key",
		`INSERT INTO keys (id, property, name) VALUES ($1, $2, $3)`}

	// A door goes on keys of its own property only.
	addKeyDoor = statement{"putting a door on a key",
		`INSERT INTO key_doors (key, door, hours_from, hours_to)
		SELECT k.id, d.id, CAST($1 AS BIGINT), CAST($2 AS BIGINT)
		FROM keys k JOIN doors d ON d.property = k.property WHERE k.id = $3 AND d.id = $4`}
)

// What moves the revision of a property: something of it has changed that a
// directory may show. On PostgreSQL the row is held from then on, so that
// changes to one property take turns.
var (
	moveProperty = statement{"moving a revision", `UPDATE properties SET revision = revision + 1 WHERE id = $1`}
	moveByPerson = statement{"moving a revision",
		`UPDATE properties SET revision = revision + 1 WHERE id = (SELECT property FROM people WHERE id = $1)`}
	moveByKey = statement{"moving a revision",
		`UPDATE properties SET revision = revision + 1 WHERE id = (SELECT property FROM keys WHERE id = $1)`}
)

// move raises a property's revision, once in a transaction.
func (tx *Tx) move(ctx context.Context, p doorlink.PropertyID) error {
	if tx.moved[p] {
		return nil
	}
	if tx.moved == nil {
		tx.moved = map[doorlink.PropertyID]bool{}
	}
	tx.moved[p] = true
	return tx.moveFor(ctx, moveProperty, string(p))
}

func (tx *Tx) moveFor(ctx context.Context, s statement, id string) error {
	_, err := s.exec(ctx, tx.on, id)
	return err
}

// AddProperty adds a property.
func (tx *Tx) AddProperty(ctx context.Context, p doorlink.Property) error {
	_, err := addProperty.exec(ctx, tx.on, p.ID, p.Name, p.Zone, p.Names, p.SearchFirst, p.Notice)
	return err
}

// SetProperty changes all but a property's ID, or fails with ErrNoProperty.
func (tx *Tx) SetProperty(ctx context.Context, p doorlink.Property) error {
	n, err := setProperty.exec(ctx, tx.on, p.Name, p.Zone, p.Names, p.SearchFirst, p.Notice, p.ID)
	if err == nil && n == 0 {
		err = ErrNoProperty
	}
	if err != nil {
		return err
	}
	return tx.move(ctx, p.ID)
}

// AddDoor adds a door to its property.
func (tx *Tx) AddDoor(ctx context.Context, d doorlink.Door) error {
	if _, err := addDoor.exec(ctx, tx.on, d.ID, d.Property, d.Name, d.Type); err != nil {
		return err
	}
	return tx.move(ctx, d.Property)
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
	_, err := addSticker.exec(ctx, tx.on, s.ID, s.Panel, s.Token.Reveal(), s.Short, ms(s.Ends))
	return err
}

// EndSticker ends a sticker at a moment, unless it has ended earlier. Nothing
// makes it good again.
func (tx *Tx) EndSticker(ctx context.Context, id doorlink.StickerID, at time.Time) error {
	_, err := endSticker.exec(ctx, tx.on, ms(at), id)
	return err
}

// AddUnit adds a unit whose name is new in its property: else ErrExists.
func (tx *Tx) AddUnit(ctx context.Context, u doorlink.Unit) error {
	if _, err := addUnit.exec(ctx, tx.on, u.ID, u.Property, u.Name); err != nil {
		return err
	}
	return tx.move(ctx, u.Property)
}

// AddKey adds a key without doors.
func (tx *Tx) AddKey(ctx context.Context, k doorlink.Key) error {
	_, err := addKey.exec(ctx, tx.on, k.ID, k.Property, k.Name)
	return err
}

// AddKeyDoor puts a door on a key of the same property, else ErrMissing.
func (tx *Tx) AddKeyDoor(ctx context.Context, k doorlink.KeyDoor) error {
	n, err := addKeyDoor.exec(ctx, tx.on, k.Hours.From, k.Hours.To, k.Key, k.Door)
	if err == nil && n == 0 {
		err = ErrMissing
	}
	if err != nil {
		return err
	}
	return tx.moveFor(ctx, moveByKey, string(k.Key))
}
