package office

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/doorcode"
	"doorlink/store"
)

// Waiting is something that a lock has not been told of since it was set up: it
// is out of sync. A new set-up tells it, cancelled codes end by themselves at
// midnight.
type Waiting string

const (
	LengthWaits Waiting = "length" // the property wants doorcodes of another length
	ClockWaits  Waiting = "clock"  // within ClockAhead, its clock and the property's will differ
	NameWaits   Waiting = "name"   // its own page shows another name of the door
	CodesWait   Waiting = "codes"  // doorcodes of today were cancelled that it still takes
)

// ClockAhead is how long before a lock's clock goes wrong managers are told.
const ClockAhead = 60 * 24 * time.Hour

// LockLine is all that the server knows of the lock at a door. What only the
// lock knows, such as its battery, comes by a Door Sync: until one brings it,
// nobody knows.
type LockLine struct {
	DoorLine
	Odds      doorcode.Odds // of a stranger who tries numbers; zero without a lock
	Waiting   []Waiting
	Cancelled int // doorcodes of today that were cancelled and not used
}

// What Query.Only["show"] chooses among the locks.
const (
	ActiveLocks  = "active"
	MissingLocks = "missing" // doors without one
	WaitingLocks = "waiting" // those out of sync
)

// lockShows are all of them.
var lockShows = []string{"", ActiveLocks, MissingLocks, WaitingLocks}

// ErrLocks refuses a choice among the locks that there is not.
var ErrLocks = doorlink.Fail(doorlink.Invalid, "locks.show")

// Locks lists the doors by name with what is known of their locks. Query.Find
// looks in the names of doors and models, Query.Sort knows "name", "model" and
// "since", when the lock was set up, and Query.Only "show". It fails with
// ErrLocks. Needs See.
func (d *Desk) Locks(ctx context.Context, q Query) (Page[LockLine], error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return Page[LockLine]{}, err
	}
	if !slices.Contains(lockShows, q.Only["show"]) {
		return Page[LockLine]{}, ErrLocks
	}
	var found []doorlink.Door
	for _, door := range roll.Doors {
		shown, err := d.shows(ctx, roll, door, q.Only["show"])
		if err != nil {
			return Page[LockLine]{}, err
		}
		if shown && finds(q.Find, door.Name, roll.Setups[door.ID].Model) {
			found = append(found, door)
		}
	}
	p, err := page(found, q, order[doorlink.Door]{
		by: map[string]func(a, b doorlink.Door) int{
			"": doorsByName, "name": doorsByName,
			"model": func(a, b doorlink.Door) int {
				return cmp.Or(directory.CompareNames(roll.Setups[a.ID].Model, roll.Setups[b.ID].Model), doorsByName(a, b))
			},
			"since": func(a, b doorlink.Door) int {
				return cmp.Or(roll.Setups[a.ID].Issued.Compare(roll.Setups[b.ID].Issued), doorsByName(a, b))
			},
		},
		id: func(d doorlink.Door) string { return string(d.ID) },
	})
	if err != nil {
		return Page[LockLine]{}, err
	}
	locks := Page[LockLine]{Total: p.Total, Next: p.Next}
	for _, door := range p.Rows {
		l, err := d.lockLine(ctx, roll, door)
		if err != nil {
			return Page[LockLine]{}, err
		}
		locks.Rows = append(locks.Rows, l)
	}
	return locks, nil
}

// Lock finds what is known of the lock at one door, or fails with
// ErrDoorGone. Needs See.
func (d *Desk) Lock(ctx context.Context, id doorlink.DoorID) (LockLine, error) {
	roll, door, err := begin(ctx, d, doorlink.See, (*Roll).Door, id)
	if err != nil {
		return LockLine{}, err
	}
	return d.lockLine(ctx, roll, door)
}

// shows reports whether a choice among the locks has that of a door.
func (d *Desk) shows(ctx context.Context, roll *Roll, door doorlink.Door, choice string) (bool, error) {
	setup, active := roll.Setups[door.ID]
	switch choice {
	case ActiveLocks:
		return active, nil
	case MissingLocks:
		return !active, nil
	case WaitingLocks:
		if !active {
			return false, nil
		}
		now := time.Now()
		cancelled, err := d.cancelled(ctx, d.db, setup, now)
		return len(waiting(setup, door.Name, cancelled, roll.Property, now)) > 0, err
	}
	return true, nil
}

func (d *Desk) lockLine(ctx context.Context, roll *Roll, door doorlink.Door) (LockLine, error) {
	now := time.Now()
	l := LockLine{DoorLine: roll.doorLine(door, now.In(d.Location()))}
	if !l.Active() {
		return l, nil
	}
	var err error
	if l.Cancelled, err = d.cancelled(ctx, d.db, l.Setup, now); err != nil {
		return l, err
	}
	l.Odds, _ = l.Setup.Params.Odds(int(l.Setup.Places), 0) // how bad it is, not whether it may be
	l.Waiting = waiting(l.Setup, l.Name, l.Cancelled, roll.Property, now)
	return l, nil
}

// ledger is what counts cancelled codes: the database, or a transaction.
type ledger interface {
	CancelledCodes(ctx context.Context, d doorlink.DoorID, epoch uint32, day doorlink.Day) (int, error)
}

// cancelled counts the doorcodes of today that a lock takes although they were
// cancelled.
func (d *Desk) cancelled(ctx context.Context, in ledger, s doorcode.Setup, now time.Time) (int, error) {
	return in.CancelledCodes(ctx, s.Door, s.Epoch, s.Calendar.Day(now))
}

// waiting is what a lock that runs on a set-up has not been told of at now: its
// door is called name, so many of its codes of today were cancelled, and p is its
// property.
func waiting(s doorcode.Setup, name string, cancelled int, p doorlink.Property, now time.Time) (all []Waiting) {
	for _, w := range []struct {
		what Waiting
		is   bool
	}{
		{LengthWaits, s.Params.Digits != cmp.Or(p.Digits, doorlink.DefaultDigits)},
		{ClockWaits, !s.Calendar.Agrees(p.Clock(), now, now.Add(ClockAhead))},
		{NameWaits, s.DoorName != name},
		{CodesWait, cancelled > 0},
	} {
		if w.is {
			all = append(all, w.what)
		}
	}
	return all
}

// drift tells webhooks of each lock of the property that is out of sync at now,
// and was not when it was last looked at: once for every set-up, in the
// transaction of what happened.
func (d *Desk) drift(ctx context.Context, tx *store.Tx, now time.Time) error {
	locks, err := tx.SteadyLocks(ctx, d.Property.ID)
	if err != nil || len(locks) == 0 {
		return err
	}
	row, err := tx.Row(ctx, doorlink.Row{Property: &d.Property}) // as it is by now
	if err != nil || row == nil {
		return err
	}
	for _, l := range locks {
		cancelled, err := d.cancelled(ctx, tx, l.Setup, now)
		if err != nil {
			return err
		}
		all := waiting(l.Setup, l.Door, cancelled, *row.Property, now)
		if len(all) == 0 {
			continue
		}
		first, err := tx.Drifted(ctx, l.Setup, now)
		if err != nil {
			return err
		}
		if !first {
			continue // another node said it
		}
		if err := tx.Tell(ctx, outOfSync(l, all, *row.Property, now)); err != nil {
			return err
		}
	}
	return nil
}

// outOfSync is the event of a lock that was not told of something.
func outOfSync(l store.SteadyLock, all []Waiting, p doorlink.Property, now time.Time) doorlink.Event {
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = string(w)
	}
	e := doorlink.Event{Kind: doorlink.LockOutOfSync, Property: p.ID, At: now, Data: map[string]string{
		"door": string(l.Setup.Door), "lock": string(l.Setup.Lock), "waiting": strings.Join(words, " "),
	}}
	if p.HookNames {
		e.Data["door_name"] = l.Door
	}
	return e
}

// WatchLocks tells webhooks of locks that fell out of sync without anybody's
// doing: clocks that will be changed. Several nodes may do it at once.
func (o *Office) WatchLocks(ctx context.Context, now time.Time) error {
	all, err := o.db.Properties(ctx)
	for _, p := range all {
		err = errors.Join(err, o.db.Write(ctx, func(tx *store.Tx) error { return o.itself(p).drift(ctx, tx, now) }))
	}
	return err
}
