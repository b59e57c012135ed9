package office

import (
	"cmp"
	"context"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/doorcode"
)

// Waiting is something that a lock has not been told of since it was set up. A
// new set-up tells it, cancelled codes end by themselves at midnight.
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
)

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
	if show := q.Only["show"]; show != "" && show != ActiveLocks && show != MissingLocks {
		return Page[LockLine]{}, ErrLocks
	}
	var found []doorlink.Door
	for _, door := range roll.Doors {
		_, active := roll.Setups[door.ID]
		if (q.Only["show"] == "" || active == (q.Only["show"] == ActiveLocks)) && finds(q.Find, door.Name, roll.Setups[door.ID].Model) {
			found = append(found, door)
		}
	}
	byName := func(a, b doorlink.Door) int { return directory.CompareNames(a.Name, b.Name) }
	p, err := page(found, q, order[doorlink.Door]{
		by: map[string]func(a, b doorlink.Door) int{
			"": byName, "name": byName,
			"model": func(a, b doorlink.Door) int {
				return cmp.Or(cmp.Compare(roll.Setups[a.ID].Model, roll.Setups[b.ID].Model), byName(a, b))
			},
			"since": func(a, b doorlink.Door) int {
				return cmp.Or(roll.Setups[a.ID].Issued.Compare(roll.Setups[b.ID].Issued), byName(a, b))
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
// store.ErrMissing. Needs See.
func (d *Desk) Lock(ctx context.Context, id doorlink.DoorID) (LockLine, error) {
	roll, door, err := begin(ctx, d, doorlink.See, (*Roll).Door, id)
	if err != nil {
		return LockLine{}, err
	}
	return d.lockLine(ctx, roll, door)
}

func (d *Desk) lockLine(ctx context.Context, roll *Roll, door doorlink.Door) (LockLine, error) {
	now := time.Now().In(d.Location())
	l := LockLine{DoorLine: roll.doorLine(door, now)}
	if !l.Active() {
		return l, nil
	}
	var err error
	if l.Cancelled, err = d.db.CancelledCodes(ctx, door.ID, l.Setup.Epoch, l.Setup.Calendar.Day(now)); err != nil {
		return l, err
	}
	l.Odds, _ = l.Setup.Params.Odds(int(l.Setup.Places), 0) // how bad it is, not whether it may be
	l.Waiting = waiting(l, roll.Property, now)
	return l, nil
}

// waiting is what a lock has not been told of. now is in the property's zone.
func waiting(l LockLine, p doorlink.Property, now time.Time) (all []Waiting) {
	digits := cmp.Or(p.Digits, doorlink.DefaultDigits)
	for _, w := range []struct {
		what Waiting
		is   bool
	}{
		{LengthWaits, l.Setup.Params.Digits != digits},
		{ClockWaits, !l.Setup.Calendar.Agrees(now.Location(), now, now.Add(ClockAhead))},
		{NameWaits, l.Setup.DoorName != l.Name},
		{CodesWait, l.Cancelled > 0},
	} {
		if w.is {
			all = append(all, w.what)
		}
	}
	return all
}
