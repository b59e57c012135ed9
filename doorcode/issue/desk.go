// Package issue is the desk that hands out doorcodes: DDC-1 section 4.6. It
// holds the master key and derives a code whenever it is asked for; what it
// keeps, in a Ledger, is who was given which generation, never a digit.
package issue

import (
	"context"
	"fmt"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

// Ledger is what the desk keeps, and where. It may be used at the same time from
// many goroutines and many nodes.
type Ledger interface {
	// ChangeSlot finds the slot that person has at that door, epoch and day, or
	// leases the lowest of 0 to places-1 that nobody has; doorcode.ErrNoPlace if
	// there is none. It hands the slot to change and stores what comes back,
	// with nobody else changing it in between; change may run more than once. An
	// error of change is returned as it is, with nothing stored. What is returned
	// is durable.
	ChangeSlot(ctx context.Context, door doorlink.DoorID, epoch uint32, day doorlink.Day,
		places uint16, person doorlink.PersonID,
		change func(doorcode.Slot) (doorcode.Slot, error)) (doorcode.Slot, error)
}

// Ask is a resident's wish to let a visitor in.
type Ask struct {
	Call     doorlink.CallID
	Property doorlink.PropertyID
	Door     doorlink.DoorID
	Person   doorlink.PersonID // the resident
	Nth      int               // which code of the call, from 0; a new number is a new code
}

// Desk hands out doorcodes. Desks with the same master and ledger, on any
// number of nodes, are one desk. It is safe for concurrent use.
type Desk struct {
	master doorcode.Master
	ledger Ledger
	days   days
}

// New makes a desk.
func New(master doorcode.Master, ledger Ledger) *Desk {
	return &Desk{master: master, ledger: ledger}
}

// Issue gives the code of an ask for the day at now of the lock that is known to run
// on setup. Asking again on the same day gives the same code; after midnight it
// gives one for the new day. The code is one that the lock will accept whatever
// others were used before it. Issue fails with doorcode.ErrNoLock if the lock is
// another door's or starts later, ErrNoPlace, ErrWindowFull or ErrExhausted, or with
// the ledger's error. Whether the resident may give a code at all is not its
// business.
func (d *Desk) Issue(ctx context.Context, setup doorcode.Setup, ask Ask, now time.Time) (doorlink.Doorcode, error) {
	day := setup.Calendar.Day(now)
	if setup.Property != ask.Property || setup.Door != ask.Door || day < setup.First {
		return doorlink.Doorcode{}, doorcode.ErrNoLock
	}
	codes := choice{codes: d.days.at(d.master, setup, day)}
	key := doorcode.Ask{Call: ask.Call, Nth: ask.Nth}
	// The ledger may run the rule several times; codes is the same each time.
	slot, err := d.ledger.ChangeSlot(ctx, ask.Door, setup.Epoch, day, setup.Places, ask.Person,
		func(s doorcode.Slot) (doorcode.Slot, error) {
			_, next, err := s.Issue(setup.Params, key, func(gen uint8) bool { return codes.unfit(s.Place.Slot, gen) })
			return next, err
		})
	if err != nil {
		return doorlink.Doorcode{}, fmt.Errorf("giving a code at door %s: %w", ask.Door, err)
	}
	gen, ok := slot.Of(key)
	if !ok {
		return doorlink.Doorcode{}, fmt.Errorf("giving a code at door %s: the ledger returned another slot", ask.Door)
	}
	return doorlink.Doorcode{
		Digits: codes.digits(slot.Place.Slot, gen),
		Call:   ask.Call,
		Door:   ask.Door,
		Day:    day,
		Slot:   slot.Place.Slot,
		Gen:    gen,
		Until:  setup.Calendar.End(day),
	}, nil
}
