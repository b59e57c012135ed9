package store

import (
	"cmp"
	"context"
	"database/sql"
	"sync"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/doorcode"
)

// Standing is a whole building as it stands: everything that managers arrange,
// without the details of handsets, stickers and locks, which only counts and
// dates are kept of. Nobody may change it: it is shared.
type Standing struct {
	building.Plan
	Hidden   []doorlink.Hidden
	Reach    map[doorlink.PersonID]Reach
	Setups   map[doorlink.DoorID]doorcode.Setup // of doors whose lock is active
	Revision int64
}

// Reach is how a person can be rung.
type Reach struct {
	Handsets int
	Used     time.Time // last use of any, to the day
}

var (
	standingDoors = query[doorlink.Door]{"reading doors",
		`SELECT id, property, name, type, needs_share FROM doors WHERE property = $1 ORDER BY id`, scanDoor, nil}
	standingPanels = query[doorlink.Panel]{"reading panels",
		`SELECT w.id, w.door, w.label FROM panels w JOIN doors d ON d.id = w.door WHERE d.property = $1 ORDER BY w.id`, scanPanel, nil}
	standingStickers = query[doorlink.Sticker]{"reading stickers",
		`SELECT s.id, s.panel, s.token, s.short, s.ends_at, s.number, s.made_at, s.first_at, s.takes_over
		FROM stickers s JOIN panels w ON w.id = s.panel JOIN doors d ON d.id = w.door
		WHERE d.property = $1 ORDER BY s.panel, s.number, s.id`, scanSticker, nil}
	standingMemberships = query[doorlink.Membership]{"reading memberships",
		`SELECT m.id, m.entry, m.person, m.unit FROM memberships m JOIN units u ON u.id = m.unit
		WHERE u.property = $1 ORDER BY m.id`, scanMembership, nil}
	standingKeyDoors = query[doorlink.KeyDoor]{"reading doors on keys",
		`SELECT d.key, d.door, d.hours_from, d.hours_to, d.days, d.own FROM key_doors d JOIN keys k ON k.id = d.key
		WHERE k.property = $1 ORDER BY d.key, d.door`, scanKeyDoor, nil}
	standingHolders = query[doorlink.Holder]{"reading holders",
		`SELECT h.key, h.person, h.from_at, h.to_at, h.resident FROM holders h JOIN keys k ON k.id = h.key
		WHERE k.property = $1 ORDER BY h.key, h.person`, scanHolder, nil}
	standingHidden = query[doorlink.Hidden]{"reading hidden units",
		`SELECT h.door, h.unit FROM hidden h JOIN doors d ON d.id = h.door WHERE d.property = $1
		ORDER BY h.door, h.unit`, scanHidden, nil}
	standingReach = query[personReach]{"counting handsets",
		`SELECT h.person, COUNT(*), MAX(h.used_at) FROM handsets h JOIN people p ON p.id = h.person
		WHERE p.property = $1 GROUP BY h.person`, scanReach, nil}
	standingSetups = query[string]{"reading set-ups",
		`SELECT l.setup FROM locks l JOIN doors d ON d.id = l.door WHERE d.property = $1`, text[string], nil}
)

type personReach struct {
	person doorlink.PersonID
	reach  Reach
}

// Standing reads a whole building at one revision, or fails with
// ErrNoProperty. With ten thousand people it takes some tens of milliseconds:
// keep it until the revision grows.
func (db *DB) Standing(ctx context.Context, p doorlink.PropertyID) (*Standing, error) {
	for {
		before, err := db.Revision(ctx, p)
		if err != nil {
			return nil, err
		}
		s, err := db.standing(ctx, p)
		if err != nil {
			return nil, err
		}
		after, err := db.Revision(ctx, p)
		if err != nil {
			return nil, err
		}
		if s.Revision = after; before == after {
			return s, nil
		}
	}
}

// standing reads the tables side by side; that they belong together is for the
// revision to tell.
func (db *DB) standing(ctx context.Context, p doorlink.PropertyID) (*Standing, error) {
	s := &Standing{Reach: map[doorlink.PersonID]Reach{}, Setups: map[doorlink.DoorID]doorcode.Setup{}}
	var err error
	if s.Property, err = db.Property(ctx, p); err != nil {
		return nil, err
	}
	var reach []personReach
	var setups []string
	if err := together(
		into(ctx, db, peopleOfProperty, p, &s.People), into(ctx, db, standingMemberships, p, &s.Memberships),
		into(ctx, db, standingHolders, p, &s.Holders), into(ctx, db, standingReach, p, &reach),
		into(ctx, db, unitsOfProperty, p, &s.Units), into(ctx, db, standingDoors, p, &s.Doors),
		into(ctx, db, standingPanels, p, &s.Panels), into(ctx, db, standingStickers, p, &s.Stickers),
		into(ctx, db, keysOfProperty, p, &s.Keys), into(ctx, db, standingKeyDoors, p, &s.KeyDoors),
		into(ctx, db, standingHidden, p, &s.Hidden), into(ctx, db, standingSetups, p, &setups),
	); err != nil {
		return nil, err
	}
	for _, r := range reach {
		s.Reach[r.person] = r.reach
	}
	for _, text := range setups {
		setup, err := readSetup(text)
		if err != nil {
			return nil, err
		}
		s.Setups[setup.Door] = setup
	}
	return s, nil
}

// together runs functions at the same time and returns the first error.
func together(all ...func() error) error {
	errs := make([]error, len(all))
	var running sync.WaitGroup
	for i, f := range all {
		running.Go(func() { errs[i] = f() })
	}
	running.Wait()
	return cmp.Or(errs...)
}

func into[T any](ctx context.Context, db *DB, q query[T], p doorlink.PropertyID, to *[]T) func() error {
	return func() (err error) {
		*to, err = q.all(ctx, db.read, p)
		return err
	}
}

func scanReach(r *sql.Rows) (p personReach, err error) {
	err = r.Scan(&p.person, &p.reach.Handsets, instant{&p.reach.Used})
	return p, err
}
