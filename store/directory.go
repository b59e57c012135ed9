package store

import (
	"context"
	"database/sql"
	"slices"

	"doorlink"
	"doorlink/directory"
)

// ErrNoPerson says that there is no such person.
var ErrNoPerson = doorlink.Fail(doorlink.NotFound, "person.unknown")

// held is what a person holds for a door by one key.
type held struct {
	person doorlink.PersonID
	door   doorlink.DoorID
	grant  directory.Grant
}

const (
	// factsSelect has a row for each unit of a person, and one for a person
	// without. The e-mail address stays in the database.
	factsSelect = `SELECT p.id, p.property, p.given, p.family, p.shown, p.activated,
			COALESCE(m.entry, ''), COALESCE(u.id, ''), COALESCE(u.name, ''), COALESCE(u.rank, 0), COALESCE(u.featured, FALSE),
			(SELECT COUNT(*) FROM handsets h WHERE h.person = p.id)
		FROM people p LEFT JOIN memberships m ON m.person = p.id LEFT JOIN units u ON u.id = m.unit `

	// heldSelect has a row for each key that a person holds for a door.
	heldSelect = `SELECT h.person, k.door, h.from_at, h.to_at, k.hours_from, k.hours_to, k.days, n.may_share, d.needs_share
		FROM key_doors k JOIN keys n ON n.id = k.key JOIN doors d ON d.id = k.door JOIN holders h ON h.key = k.key `

	// hiddenSelect has a row for each unit that a manager hides at a door.
	hiddenSelect = `SELECT door, unit FROM hidden `

	// ofEntry finds the people of the unit that a line of a directory is of, in
	// the property of the door.
	ofEntry = `(SELECT o.person FROM memberships e JOIN memberships o ON o.unit = e.unit WHERE e.entry = $2)`
)

// People and keys are read apart: joined, a person with two units and three keys
// would come six times. An order is given so that equal facts are equal values.
var (
	factsOfDoor = query[directory.Facts]{"reading a directory",
		factsSelect + `WHERE p.property = (SELECT property FROM doors WHERE id = $1) ORDER BY p.id, m.id`, scanFacts, nil}
	heldOfDoor = query[held]{"reading who holds keys to a door",
		heldSelect + `WHERE k.door = $1 ORDER BY h.person, h.key`, scanHeld, nil}

	hiddenAtDoor = query[doorlink.Hidden]{"reading hidden units",
		hiddenSelect + `WHERE door = $1`, scanHidden, nil}
	hiddenOfPerson = query[doorlink.Hidden]{"reading where a person's units are hidden",
		hiddenSelect + `WHERE unit IN (SELECT unit FROM memberships WHERE person = $1)`, scanHidden, nil}

	factsOfUnit = query[directory.Facts]{"reading a unit",
		factsSelect + `WHERE p.property = (SELECT property FROM doors WHERE id = $1)
			AND m.unit = (SELECT unit FROM memberships WHERE entry = $2) ORDER BY p.id, m.id`, scanFacts, nil}
	heldOfUnit = query[held]{"reading the keys of a unit",
		heldSelect + `WHERE k.door = $1 AND h.person IN ` + ofEntry + ` ORDER BY h.person, h.key`, scanHeld, nil}

	factsOfPerson = query[directory.Facts]{"reading a person's units",
		factsSelect + `WHERE p.id = $1 ORDER BY m.id`, scanFacts, nil}
	heldOfPerson = query[held]{"reading a person's keys",
		heldSelect + `WHERE h.person = $1 ORDER BY k.door, h.key`, scanHeld, nil}
	heldOfPersonAt = query[held]{"reading a person's keys to a door",
		heldSelect + `WHERE h.person = $1 AND k.door = $2 ORDER BY h.key`, scanHeld, nil}

	doorsWithPanel = query[Scanned]{"reading the panels of a property",
		`SELECT ` + placeColumns + `, w.id, w.label, '', '', '', 0, 0, 0, 0, FALSE
		FROM properties p JOIN doors d ON d.property = p.id JOIN panels w ON w.door = d.id
		WHERE p.id = (SELECT property FROM people WHERE id = $1) ORDER BY d.name, d.id`, scanScanned, nil}
)

// Directory reads the facts of everybody in the door's property who has a unit
// or a key to the door: one for each of their units, or a single one without.
// The facts hold no e-mail address. A door that does not exist has none.
func (db *DB) Directory(ctx context.Context, d doorlink.DoorID) ([]directory.Facts, error) {
	return db.factsAt(ctx, d, factsOfDoor, heldOfDoor)
}

// UnitFacts reads the facts of everybody in the unit that a line of the
// directory belongs to; none if the line is not of the door's property.
func (db *DB) UnitFacts(ctx context.Context, d doorlink.DoorID, e doorlink.EntryID) ([]directory.Facts, error) {
	return db.factsAt(ctx, d, factsOfUnit, heldOfUnit, e)
}

// factsAt reads facts and keys at a door, which the queries take before more.
func (db *DB) factsAt(
	ctx context.Context, d doorlink.DoorID, of query[directory.Facts], by query[held], more ...any,
) ([]directory.Facts, error) {
	args := append([]any{d}, more...)
	facts, err := of.all(ctx, db.read, args...)
	if err != nil {
		return nil, err
	}
	keys, err := by.all(ctx, db.read, args...)
	if err != nil {
		return nil, err
	}
	hidden, err := hiddenAtDoor.all(ctx, db.read, d)
	if err != nil {
		return nil, err
	}
	return atDoor(hide(facts, d, hidden), keys), nil
}

// Grants reads what the keys of a person give at a door; none if there is no
// such key, person or door.
func (db *DB) Grants(ctx context.Context, d doorlink.DoorID, p doorlink.PersonID) ([]directory.Grant, error) {
	keys, err := heldOfPersonAt.all(ctx, db.read, p, d)
	grants := make([]directory.Grant, len(keys))
	for i, h := range keys {
		grants[i] = h.grant
	}
	return grants, err
}

// DoorFacts is what matters about one person at one door with a panel.
type DoorFacts struct {
	Door  doorlink.Door
	Panel doorlink.Panel
	Facts []directory.Facts // one for each unit, or a single one without
}

// PersonDoors reads a person, their property, and their facts at each of its
// doors that have a panel, by the doors' names. It fails with ErrNoPerson.
func (db *DB) PersonDoors(ctx context.Context, id doorlink.PersonID) (doorlink.Person, doorlink.Property, []DoorFacts, error) {
	var nobody doorlink.Person
	var nowhere doorlink.Property
	p, err := personByID.first(ctx, db.read, id)
	if err != nil {
		return nobody, nowhere, nil, err
	}
	at, err := propertyByID.first(ctx, db.read, p.Property)
	if err != nil {
		return nobody, nowhere, nil, err
	}
	facts, keys, hidden, err := db.person(ctx, id)
	if err != nil {
		return nobody, nowhere, nil, err
	}
	panels, err := doorsWithPanel.all(ctx, db.read, id)
	if err != nil {
		return nobody, nowhere, nil, err
	}
	doors := make([]DoorFacts, len(panels))
	for i, s := range panels {
		doors[i] = DoorFacts{Door: s.Door, Panel: s.Panel, Facts: hide(withGrants(facts, keys[s.Door.ID]), s.Door.ID, hidden)}
	}
	return p, at, doors, nil
}

// person reads one person's facts without grants, the grants by door, and where
// their units are hidden.
func (db *DB) person(ctx context.Context, p doorlink.PersonID) (
	facts []directory.Facts, doors map[doorlink.DoorID][]directory.Grant, hidden []doorlink.Hidden, err error,
) {
	if facts, err = factsOfPerson.all(ctx, db.read, p); err != nil {
		return nil, nil, nil, err
	}
	if len(facts) == 0 {
		return nil, nil, nil, ErrNoPerson
	}
	all, err := heldOfPerson.all(ctx, db.read, p)
	if err != nil {
		return nil, nil, nil, err
	}
	doors = map[doorlink.DoorID][]directory.Grant{}
	for _, h := range all {
		doors[h.door] = append(doors[h.door], h.grant)
	}
	hidden, err = hiddenOfPerson.all(ctx, db.read, p)
	return facts, doors, hidden, err
}

// hide marks the facts of units that are hidden at a door.
func hide(facts []directory.Facts, d doorlink.DoorID, hidden []doorlink.Hidden) []directory.Facts {
	for i := range facts {
		facts[i].Hidden = slices.Contains(hidden, doorlink.Hidden{Door: d, Unit: facts[i].Unit.ID})
	}
	return facts
}

// atDoor gives everybody their grants and leaves out who has neither a unit
// nor a grant.
func atDoor(facts []directory.Facts, keys []held) []directory.Facts {
	grants := make(map[doorlink.PersonID][]directory.Grant, len(keys))
	for _, h := range keys {
		grants[h.person] = append(grants[h.person], h.grant)
	}
	found := facts[:0] // in place: facts are read for this
	for _, f := range facts {
		f.Grants = grants[f.Person.ID]
		if f.Unit.ID != "" || len(f.Grants) > 0 {
			found = append(found, f)
		}
	}
	return found
}

// withGrants copies facts and gives each the same grants.
func withGrants(facts []directory.Facts, grants []directory.Grant) []directory.Facts {
	copied := make([]directory.Facts, len(facts))
	for i, f := range facts {
		f.Grants = grants
		copied[i] = f
	}
	return copied
}

// scanFacts gives no unit a property if there is no unit.
func scanFacts(r *sql.Rows) (f directory.Facts, err error) {
	p, u := &f.Person, &f.Unit
	err = r.Scan(&p.ID, &p.Property, &p.Given, &p.Family, &p.Shown, &p.Activated, &f.Entry, &u.ID, &u.Name, &u.Rank, &u.Featured, &f.Handsets)
	if u.ID != "" {
		u.Property = p.Property
	}
	return f, err
}

func scanHeld(r *sql.Rows) (h held, err error) {
	g := &h.grant
	err = r.Scan(&h.person, &h.door, instant{&g.From}, instant{&g.To}, &g.Hours.From, &g.Hours.To, &g.Hours.Days,
		&g.MayShare, &g.NeedsShare)
	return h, err
}
