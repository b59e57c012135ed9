package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/store"
)

// LockChoice is what can be chosen for a door's lock. Zero Digits and Model are
// the defaults; zero Places are as many as the odds allow, 100 at most; zero
// Window is the default of DDC-1.
type LockChoice struct {
	Model        string
	Digits       int
	Window       int
	ReuseSeconds int
	Places       int
}

// mostPlaces is how many residents of a door may give codes on one day unless
// more are asked for. Each place makes guessing a little easier.
const mostPlaces = 100

// Provision makes a door's lock ready: it notes what the lock will know, then
// writes the provisioning file, readable by its owner alone. A file that is
// there is replaced. A door whose lock was provisioned before gets the next
// version of its setup under the same keys.
func Provision(ctx context.Context, db *store.DB, k Keys, door doorlink.DoorID, c LockChoice, file string, now time.Time) (doorcode.Odds, error) {
	at, err := db.Entrance(ctx, door)
	if err != nil {
		return doorcode.Odds{}, err
	}
	setup, err := db.Setup(ctx, door)
	if err != nil && !errors.Is(err, doorcode.ErrNoLock) {
		return doorcode.Odds{}, err
	}
	if setup, err = c.setup(setup, at, now); err != nil {
		return doorcode.Odds{}, err
	}
	odds, err := setup.Params.Odds(int(setup.Places), 0)
	if err != nil {
		return odds, err
	}
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.AddLock(ctx, setup) }); err != nil {
		return odds, err
	}
	return odds, writeProvision(k.Doorcodes.Provision(setup, now), file)
}

// setup is the next setup of a lock, whose last one was; a lock without one
// begins its first epoch today.
func (c LockChoice) setup(was doorcode.Setup, at doorlink.Entrance, now time.Time) (doorcode.Setup, error) {
	zone, err := at.Property.Location()
	if err != nil {
		return was, err
	}
	p := doorcode.Defaults()
	p.Digits, p.Reuse = cmp.Or(c.Digits, at.Property.Digits, p.Digits), doorcode.Seconds(c.ReuseSeconds)
	p.Window = cmp.Or(c.Window, p.Window)
	if err := p.Check(); err != nil {
		return was, err
	}
	places := cmp.Or(c.Places, min(mostPlaces, p.MaxPlaces()))
	if places < 1 || places > doorcode.Slots(p.Digits) { // what is guessable is refused by Check below
		return was, doorlink.Fail(doorlink.Invalid, "lock.setting", "name", "places", "from", 1, "to", p.MaxPlaces())
	}
	s := was
	if s.Lock == "" {
		s.Lock, s.Epoch, s.First = doorlink.NewID[doorlink.LockID]("lock"), 1, doorlink.DayIn(now, zone)
	}
	s.Version++
	s.Property, s.Door, s.DoorName, s.Label = at.Property.ID, at.Door.ID, at.Door.Name, at.Panel.Label
	s.Model, s.Zone, s.Params, s.Issued = c.Model, at.Property.Zone, p, now.UTC().Truncate(time.Second)
	s.Calendar = doorcode.CalendarFor(zone, now)
	s.Places = uint16(places)
	return s, s.Check()
}

// writeProvision writes a provisioning file with mode 0600, in place of one
// that is there.
func writeProvision(p doorcode.Provision, file string) error {
	data, err := p.Encode()
	if err != nil {
		return err
	}
	if err := writeSecret(file, data); err != nil {
		return fmt.Errorf("writing the provisioning file: %w", err)
	}
	return nil
}
