package store

import (
	"context"
	"database/sql"

	"doorlink"
)

const personColumns = `id, property, given, family, email, shown, activated`

var (
	personByID = query[doorlink.Person]{"reading a person",
		`SELECT ` + personColumns + ` FROM people WHERE id = $1`, scanPerson, ErrNoPerson}
	peopleOfProperty = query[doorlink.Person]{"reading the people of a property",
		`SELECT ` + personColumns + ` FROM people WHERE property = $1 ORDER BY family, given, id`, scanPerson, nil}

	addPerson = statement{"adding a person",
		`INSERT INTO people (` + personColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)`}
	setPerson = statement{"changing a person",
		`UPDATE people SET given = $1, family = $2, email = $3, shown = $4, activated = $5 WHERE id = $6`}
	setShown     = statement{"showing a person", `UPDATE people SET shown = $1 WHERE id = $2`}
	removePerson = statement{"removing a person", `DELETE FROM people WHERE id = $1`}

	// A person joins units, and is given keys, of their own property only.
	addMembership = statement{"adding a membership",
		`INSERT INTO memberships (id, entry, person, unit)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), p.id, u.id
		FROM people p JOIN units u ON u.property = p.property WHERE p.id = $3 AND u.id = $4`}
	endMembership = query[doorlink.PersonID]{"ending a membership",
		`DELETE FROM memberships WHERE id = $1 RETURNING person`, text[doorlink.PersonID], ErrMissing}
	addHolder = statement{"giving a key",
		`INSERT INTO holders (key, person, from_at, to_at)
		SELECT k.id, p.id, CAST($1 AS BIGINT), CAST($2 AS BIGINT)
		FROM keys k JOIN people p ON p.property = k.property WHERE k.id = $3 AND p.id = $4
		ON CONFLICT (key, person) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at`}
)

// AddPerson adds a person. An e-mail address, if there is one, must be new in
// the property: else ErrExists.
func (tx *Tx) AddPerson(ctx context.Context, p doorlink.Person) error {
	if _, err := addPerson.exec(ctx, tx.on, p.ID, p.Property, p.Given, p.Family, p.Email, p.Shown, p.Activated); err != nil {
		return err
	}
	return tx.move(ctx, p.Property)
}

// SetPerson changes a person's names, address and switches, or fails with
// ErrNoPerson. Nobody moves to another property.
func (tx *Tx) SetPerson(ctx context.Context, p doorlink.Person) error {
	return tx.changePerson(ctx, p.ID, setPerson, p.Given, p.Family, p.Email, p.Shown, p.Activated, p.ID)
}

// RemovePerson removes a person with their memberships, keys, handsets and
// links, or fails with ErrNoPerson. Calls and records stay as long as their
// kind is kept.
func (tx *Tx) RemovePerson(ctx context.Context, id doorlink.PersonID) error {
	if err := tx.moveFor(ctx, moveByPerson, string(id)); err != nil {
		return err
	}
	return tx.changePerson(ctx, id, removePerson, id)
}

// SetShown turns Show in intercom on or off, or fails with ErrNoPerson.
func (db *DB) SetShown(ctx context.Context, id doorlink.PersonID, shown bool) error {
	return db.Write(ctx, func(tx *Tx) error { return tx.changePerson(ctx, id, setShown, shown, id) })
}

func (tx *Tx) changePerson(ctx context.Context, id doorlink.PersonID, s statement, args ...any) error {
	n, err := s.exec(ctx, tx.on, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNoPerson
	}
	return tx.moveFor(ctx, moveByPerson, string(id))
}

// AddMembership puts a person into a unit of the same property, else
// ErrMissing; twice is ErrExists.
func (tx *Tx) AddMembership(ctx context.Context, m doorlink.Membership) error {
	n, err := addMembership.exec(ctx, tx.on, m.ID, m.Entry, m.Person, m.Unit)
	if err == nil && n == 0 {
		err = ErrMissing
	}
	if err != nil {
		return err
	}
	return tx.moveFor(ctx, moveByPerson, string(m.Person))
}

// EndMembership takes a person out of a unit, or fails with ErrMissing.
func (tx *Tx) EndMembership(ctx context.Context, id doorlink.MembershipID) error {
	p, err := endMembership.first(ctx, tx.on, id)
	if err != nil {
		return err
	}
	return tx.moveFor(ctx, moveByPerson, string(p))
}

// AddHolder gives a key to a person of the same property, else ErrMissing. For
// somebody who holds the key already it changes the dates.
func (tx *Tx) AddHolder(ctx context.Context, h doorlink.Holder) error {
	n, err := addHolder.exec(ctx, tx.on, ms(h.From), ms(h.To), h.Key, h.Person)
	if err == nil && n == 0 {
		err = ErrMissing
	}
	if err != nil {
		return err
	}
	return tx.moveFor(ctx, moveByPerson, string(h.Person))
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
