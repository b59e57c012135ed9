package store

import (
	"context"
	"database/sql"

	"doorlink"
)

// propertyColumns leave out the revision, which is not of the property but of
// what is stored about it.
const propertyColumns = `id, name, zone, names, search_first, notice,
	languages, digits, quiet_from, quiet_to, kept, counts_only, hook_names, look`

const (
	unitColumns = `id, property, name, rank, featured`
	keyColumns  = `id, property, name, may_share`

	keyDoorColumns = `key, door, hours_from, hours_to, days, own`
	holderColumns  = `key, person, from_at, to_at, resident`

	// returningPanel ends a statement about a sticker.
	returningPanel = `RETURNING (SELECT d.property FROM panels w JOIN doors d ON d.id = w.door WHERE w.id = panel)`

	// returningKey ends a statement about a door on a key.
	returningKey = `RETURNING (SELECT property FROM keys WHERE id = key)`
)

var (
	propertyByID = query[doorlink.Property]{"reading a property",
		`SELECT ` + propertyColumns + ` FROM properties WHERE id = $1`, scanProperty, ErrNoProperty}
	allProperties = query[doorlink.Property]{"reading the properties",
		`SELECT ` + propertyColumns + ` FROM properties ORDER BY name, id`, scanProperty, nil}
	doorsOfProperty = query[Scanned]{"reading the doors of a property",
		`SELECT ` + placeColumns + `, COALESCE(w.id, ''), COALESCE(w.label, ''), '', '', '', 0, 0, 0, 0, FALSE
		FROM doors d JOIN properties p ON p.id = d.property LEFT JOIN panels w ON w.door = d.id
		WHERE p.id = $1 ORDER BY d.name, d.id`, scanScanned, nil}
	stickersOfPanel = query[doorlink.Sticker]{"reading the stickers of a panel",
		`SELECT id, panel, token, short, ends_at, number, made_at, first_at, takes_over FROM stickers
		WHERE panel = $1 ORDER BY number, id`, scanSticker, nil}
	unitsOfProperty = query[doorlink.Unit]{"reading the units of a property",
		`SELECT ` + unitColumns + ` FROM units WHERE property = $1 ORDER BY name, id`, scanUnit, nil}
	keysOfProperty = query[doorlink.Key]{"reading the keys of a property",
		`SELECT ` + keyColumns + ` FROM keys WHERE property = $1 ORDER BY name, id`, scanKey, nil}
)

// Properties reads all properties, by name.
func (db *DB) Properties(ctx context.Context) ([]doorlink.Property, error) {
	return allProperties.all(ctx, db.read)
}

// Property reads one property, or fails with ErrNoProperty.
func (db *DB) Property(ctx context.Context, id doorlink.PropertyID) (doorlink.Property, error) {
	return propertyByID.first(ctx, db.read, id)
}

// Doors reads the doors of a property by name, each with its panel if it has
// one, and without stickers.
func (db *DB) Doors(ctx context.Context, p doorlink.PropertyID) ([]Scanned, error) {
	return doorsOfProperty.all(ctx, db.read, p)
}

// Stickers reads the stickers that a panel has had, ended ones included, with
// their tokens, so that they can be printed again.
func (db *DB) Stickers(ctx context.Context, p doorlink.PanelID) ([]doorlink.Sticker, error) {
	return stickersOfPanel.all(ctx, db.read, p)
}

// Units reads the units of a property by name.
func (db *DB) Units(ctx context.Context, p doorlink.PropertyID) ([]doorlink.Unit, error) {
	return unitsOfProperty.all(ctx, db.read, p)
}

// Keys reads the keys of a property by name.
func (db *DB) Keys(ctx context.Context, p doorlink.PropertyID) ([]doorlink.Key, error) {
	return keysOfProperty.all(ctx, db.read, p)
}

// Keys is DB.Keys within the transaction.
func (tx *Tx) Keys(ctx context.Context, p doorlink.PropertyID) ([]doorlink.Key, error) {
	return keysOfProperty.all(ctx, tx.on, p)
}

// scanProperty reads propertyColumns.
func scanProperty(r *sql.Rows) (p doorlink.Property, err error) {
	var more propertyMore
	if err := r.Scan(append([]any{&p.ID, &p.Name, &p.Zone, &p.Names, &p.SearchFirst, &p.Notice}, more.into(&p)...)...); err != nil {
		return p, err
	}
	return p, more.finish(&p)
}

func scanSticker(r *sql.Rows) (s doorlink.Sticker, err error) {
	err = r.Scan(&s.ID, &s.Panel, &s.Token, &s.Short, instant{&s.Ends}, &s.Number, instant{&s.Made}, instant{&s.Scanned}, &s.TakesOver)
	return s, err
}

func scanUnit(r *sql.Rows) (u doorlink.Unit, err error) {
	err = r.Scan(&u.ID, &u.Property, &u.Name, &u.Rank, &u.Featured)
	return u, err
}

func scanKey(r *sql.Rows) (k doorlink.Key, err error) {
	err = r.Scan(&k.ID, &k.Property, &k.Name, &k.MayShare)
	return k, err
}
