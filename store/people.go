package store

import (
	"context"
	"database/sql"

	"doorlink"
)

const (
	personColumns = `id, property, given, family, email, shown, activated`

	// returningHome ends a statement about something of a person's.
	returningHome = `RETURNING (SELECT property FROM people WHERE id = person)`

	// holderSelect is a holder whose key and person are of one property.
	holderSelect = `SELECT k.id, p.id, CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BOOLEAN)
		FROM keys k JOIN people p ON p.property = k.property WHERE k.id = $1 AND p.id = $2 `
)

var (
	personByID = query[doorlink.Person]{"reading a person",
		`SELECT ` + personColumns + ` FROM people WHERE id = $1`, scanPerson, ErrNoPerson}
	peopleOfProperty = query[doorlink.Person]{"reading the people of a property",
		`SELECT ` + personColumns + ` FROM people WHERE property = $1 ORDER BY family, given, id`, scanPerson, nil}

	addPerson = edit{"adding a person",
		`INSERT INTO people (` + personColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING property`, text[doorlink.PropertyID], nil}
	setPerson = edit{"changing a person",
		`UPDATE people SET given = $1, family = $2, email = $3, shown = $4, activated = $5 WHERE id = $6
		RETURNING property`, text[doorlink.PropertyID], ErrNoPerson}
	setShown = edit{"showing a person",
		`UPDATE people SET shown = $1 WHERE id = $2 RETURNING property`, text[doorlink.PropertyID], ErrNoPerson}
	removePerson = edit{"removing a person",
		`DELETE FROM people WHERE id = $1 RETURNING property`, text[doorlink.PropertyID], ErrNoPerson}

	// A person joins units, and is given keys, of their own property only.
	addMembership = edit{"adding a membership",
		`INSERT INTO memberships (id, entry, person, unit)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), p.id, u.id
		FROM people p JOIN units u ON u.property = p.property WHERE p.id = $3 AND u.id = $4
		` + returningHome, text[doorlink.PropertyID], ErrMissing}
	endMembership = edit{"ending a membership",
		`DELETE FROM memberships WHERE id = $1 ` + returningHome, text[doorlink.PropertyID], ErrMissing}
	addHolder = edit{"giving a key",
		`INSERT INTO holders (` + holderColumns + `) ` + holderSelect + `
		ON CONFLICT (key, person) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at, resident = excluded.resident
		` + returningHome, text[doorlink.PropertyID], ErrMissing}
)

// AddPerson adds a person. An e-mail address, if there is one, must be new in
// the property: else ErrExists.
func (tx *Tx) AddPerson(ctx context.Context, p doorlink.Person) error {
	return tx.edit(ctx, addPerson, p.ID, p.Property, p.Given, p.Family, p.Email, p.Shown, p.Activated)
}

// SetPerson changes a person's names, address and switches, or fails with
// ErrNoPerson. Nobody moves to another property.
func (tx *Tx) SetPerson(ctx context.Context, p doorlink.Person) error {
	return tx.edit(ctx, setPerson, p.Given, p.Family, p.Email, p.Shown, p.Activated, p.ID)
}

// RemovePerson removes a person with their memberships, keys, handsets and
// links, or fails with ErrNoPerson. Calls and records stay as long as their
// kind is kept.
func (tx *Tx) RemovePerson(ctx context.Context, id doorlink.PersonID) error {
	return tx.edit(ctx, removePerson, id)
}

// SetShown turns Show in intercom on or off, or fails with ErrNoPerson.
func (db *DB) SetShown(ctx context.Context, id doorlink.PersonID, shown bool) error {
	return db.Write(ctx, func(tx *Tx) error { return tx.edit(ctx, setShown, shown, id) })
}

// AddMembership puts a person into a unit of the same property, else
// ErrMissing; twice is ErrExists.
func (tx *Tx) AddMembership(ctx context.Context, m doorlink.Membership) error {
	return tx.edit(ctx, addMembership, m.ID, m.Entry, m.Person, m.Unit)
}

// EndMembership takes a person out of a unit, or fails with ErrMissing.
func (tx *Tx) EndMembership(ctx context.Context, id doorlink.MembershipID) error {
	return tx.edit(ctx, endMembership, id)
}

// AddHolder gives a key to a person of the same property, else ErrMissing. For
// somebody who holds the key already it changes the dates.
func (tx *Tx) AddHolder(ctx context.Context, h doorlink.Holder) error {
	return tx.edit(ctx, addHolder, h.Key, h.Person, ms(h.From), ms(h.To), h.Resident)
}

// Person reads a person, or fails with ErrNoPerson.
func (db *DB) Person(ctx context.Context, id doorlink.PersonID) (doorlink.Person, error) {
	return personByID.first(ctx, db.read, id)
}

// People reads everybody a property knows, by name.
func (db *DB) People(ctx context.Context, p doorlink.PropertyID) ([]doorlink.Person, error) {
	return peopleOfProperty.all(ctx, db.read, p)
}

func scanPerson(r *sql.Rows) (p doorlink.Person, err error) {
	err = r.Scan(&p.ID, &p.Property, &p.Given, &p.Family, &p.Email, &p.Shown, &p.Activated)
	return p, err
}
