package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/store"
)

// Locksmith completes a set-up with the secret of its door: see
// doorcode.Master.Provision. The office itself has no keys.
type Locksmith interface {
	Provision(s doorcode.Setup, now time.Time) doorcode.Provision
}

// LockModels are the locks to choose from, the default first. A model decides
// which steps visitors are shown; those of one that is not here are as at most.
var LockModels = []string{"M2", "M", "G-M2", "M3", "C1", "C2", "R2", "Keypad"}

// maxModel is the longest name of a model, in characters.
const maxModel = 20

var (
	// ErrModel refuses the name of a model that is too long or not plain text.
	ErrModel = doorlink.Fail(doorlink.Invalid, "lock.model")
	// ErrNoLocksmith refuses to activate a lock where nobody has the keys.
	ErrNoLocksmith = doorlink.Fail(doorlink.Conflict, "lock.no_keys")
)

// LockWish is how a door's lock is wanted.
type LockWish struct {
	Model  string           // one of LockModels, in any case, or another; empty: as it was, or the default
	Digits int              // 0: as the property has it
	Window int              // 0: the default of DDC-1
	Reuse  doorcode.Seconds // for how long a code opens again after its first use
	Places int              // 0: as many as it had, or else 100, as far as the odds allow
	// NewKeys begins a new epoch: another lock hangs at the door, or somebody may
	// have read the last file. A lock goes on under the same keys otherwise.
	NewKeys bool
	Seen    string // LockLine.LockTag as the asker saw it; empty: whichever
}

// LockPlan is what a wish would make of a door's lock.
type LockPlan struct {
	Was   LockLine
	Setup doorcode.Setup
	Odds  doorcode.Odds // of a stranger who tries numbers
	Room  int           // the most places that these figures leave room for
	Open  int           // doorcodes of today that are not used yet: new keys cancel them
}

// LockFile is a lock that was set up. The file holds the secret of its door: it
// is for whoever asked, once, and for nobody's shelf.
type LockFile struct {
	File
	LockPlan
	Receipt
}

// PlanLock tells what Activate would do now. Of a wish that a stranger could
// guess it returns the plan together with doorcode.ErrGuessable. It fails with
// ErrDoorGone, ErrModel and a "lock.setting" out of range. Needs Devices.
func (d *Desk) PlanLock(ctx context.Context, id doorlink.DoorID, w LockWish) (LockPlan, error) {
	return d.planLock(ctx, id, w, time.Now())
}

func (d *Desk) planLock(ctx context.Context, id doorlink.DoorID, w LockWish, now time.Time) (p LockPlan, err error) {
	if err := d.may(doorlink.Devices); err != nil {
		return p, err
	}
	if p.Was, err = d.Lock(ctx, id); err != nil {
		return p, err
	}
	if p.Open, err = d.db.OpenCodes(ctx, id, doorlink.DayIn(now, d.Location())); err != nil {
		return p, err
	}
	p.Setup, err = w.setup(p.Was, d.Property, now)
	if err == nil || errors.Is(err, doorcode.ErrGuessable) {
		p.Odds, _ = p.Setup.Params.Odds(int(p.Setup.Places), 0) // setup has judged them
		p.Room = p.Setup.Params.MaxPlaces()
	}
	return p, err
}

// Activate sets a door's lock up, for the first time or anew, and makes the file
// with which the lock is told. The server gives codes for the new set-up from
// that moment on. Under the same keys, codes of today that were given stay good
// and used ones stay used; with new keys they are cancelled, and a lock that
// hangs there still takes them until midnight. It fails as PlanLock does, with
// doorlink.ErrChanged if the lock is not as the asker saw it, with
// store.ErrOldSetup if somebody is faster, where the property's time zone is lost,
// and with ErrNoLocksmith. It cannot be undone. Needs Devices.
func (d *Desk) Activate(ctx context.Context, id doorlink.DoorID, w LockWish) (LockFile, error) {
	now := time.Now()
	p, err := d.planLock(ctx, id, w, now)
	if err != nil {
		return LockFile{}, err
	}
	if w.Seen != "" && w.Seen != p.Was.LockTag() {
		return LockFile{}, doorlink.ErrChanged
	}
	if _, err := d.Property.Location(); err != nil {
		return LockFile{}, err
	}
	if d.ways.Locks == nil {
		return LockFile{}, ErrNoLocksmith
	}
	body, err := d.ways.Locks.Provision(p.Setup, now).Encode()
	if err != nil {
		return LockFile{}, err
	}
	a := act{action: "lock.activate", subject: string(id), facts: lockFacts(p.Setup)}
	switch {
	case p.Rekeys():
		a.action = "lock.rekey"
	case p.Was.Active():
		a.action = "lock.provision"
	}
	a.also = func(ctx context.Context, tx *store.Tx) error {
		if err := d.cancelAt(ctx, tx, id, p.Rekeys(), a.facts, now); err != nil {
			return err
		}
		return tx.AddLock(ctx, p.Setup)
	}
	r, err := d.do(ctx, a)
	if err != nil {
		return LockFile{}, err
	}
	name := fmt.Sprintf("lock %s %d.json", cmp.Or(p.Setup.Label, string(id)), p.Setup.Version)
	return LockFile{File{Name: name, Type: "application/octet-stream", Body: body}, p, r}, nil
}

// Rekeys reports whether a lock that is active gets new keys.
func (p LockPlan) Rekeys() bool { return p.Was.Active() && p.Setup.Epoch != p.Was.Setup.Epoch }

// lockFacts are what the audit tells of a set-up.
func lockFacts(s doorcode.Setup) map[string]string {
	return map[string]string{
		"version": strconv.Itoa(s.Version), "epoch": strconv.FormatUint(uint64(s.Epoch), 10), "model": s.Model,
		"digits": strconv.Itoa(s.Params.Digits), "places": strconv.Itoa(int(s.Places)), "reuse_s": strconv.Itoa(int(s.Params.Reuse)),
	}
}

// Provision is Activate for whoever runs the server; the audit says that
// doorlink itself did it. It fails with store.ErrNoDoor.
func (o *Office) Provision(ctx context.Context, id doorlink.DoorID, w LockWish) (LockFile, error) {
	at, err := o.db.Entrance(ctx, id)
	if err != nil {
		return LockFile{}, err
	}
	return o.itself(at.Property).Activate(ctx, id, w)
}

// itself is the desk at which doorlink does something by itself.
func (o *Office) itself(at doorlink.Property) *Desk {
	return &Desk{Office: o, Actor: Actor{Manager: doorlink.Manager{Portfolio: true}}, Property: at}
}

// setup is the next set-up of a lock; a door without one begins its first epoch
// today. Of a set-up that a stranger could guess it returns both.
func (w LockWish) setup(was LockLine, at doorlink.Property, now time.Time) (doorcode.Setup, error) {
	s := was.Setup
	zone := at.Clock()
	if !was.Active() {
		s.Lock, s.Params = doorlink.NewID[doorlink.LockID]("lock"), doorcode.Defaults()
	}
	if !was.Active() || w.NewKeys {
		s.Epoch, s.First = s.Epoch+1, doorlink.DayIn(now, zone)
	}
	var err error
	if s.Model, err = w.model(s.Model); err != nil {
		return s, err
	}
	s.Params.Digits, s.Params.Reuse = cmp.Or(w.Digits, at.Digits, doorlink.DefaultDigits), w.Reuse
	s.Params.Window = cmp.Or(w.Window, doorcode.DefaultWindow)
	if err := s.Params.Check(); err != nil {
		return s, err
	}
	places := cmp.Or(w.Places, min(cmp.Or(int(s.Places), s.Params.UsualPlaces()), s.Params.MaxPlaces()))
	if places < 1 || places > doorcode.Slots(s.Params.Digits) { // what is guessable is refused by Check below
		return s, doorlink.Fail(doorlink.Invalid, "lock.setting", "name", "places", "from", 1, "to", s.Params.MaxPlaces())
	}
	s.Version++
	s.Property, s.Door, s.DoorName, s.Label = at.ID, was.ID, was.Name, was.Panel.Label
	s.Zone, s.Calendar, s.Places, s.Issued = at.Zone, doorcode.CalendarFor(zone, now), uint16(places), now.UTC().Truncate(time.Second)
	return s, s.Check()
}

// model is the name of the model that is wanted, of a lock that was of another.
func (w LockWish) model(was string) (string, error) {
	if w.Model == "" {
		return cmp.Or(was, LockModels[0]), nil
	}
	if i := slices.IndexFunc(LockModels, func(m string) bool { return strings.EqualFold(m, w.Model) }); i >= 0 {
		return LockModels[i], nil
	}
	name, err := cleanText(w.Model, maxModel)
	if err != nil {
		return was, ErrModel
	}
	return name, nil
}

// LockTag names the set-up of the door's lock, for whoever sets it up anew.
func (l LockLine) LockTag() string { return strconv.Itoa(l.Setup.Version) }
