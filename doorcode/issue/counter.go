package issue

import (
	"context"
	"crypto/cipher"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/doorcode"
)

// Book is what the counter reads besides the ledger.
type Book interface {
	Ledger
	Setup(ctx context.Context, door doorlink.DoorID) (doorcode.Setup, error) // or doorcode.ErrNoLock
	Grants(ctx context.Context, door doorlink.DoorID, person doorlink.PersonID) ([]directory.Grant, error)
	Handed(ctx context.Context, call doorlink.CallID) ([]doorcode.Handed, error)
}

// Counter gives the doorcodes of calls: it checks that the resident may, has
// the desk issue, and says what both pages show.
type Counter struct {
	desk    *Desk
	book    Book
	transit cipher.AEAD
}

// NewCounter puts a counter before the desk.
func NewCounter(desk *Desk, book Book) *Counter {
	return &Counter{desk: desk, book: book, transit: newTransit(desk.master)}
}

// Give gives the nth code of a call, the same one whenever it is asked for
// again that day. It refuses with what directory.MayGive returns when the
// resident may not give one now, and with what Desk.Issue returns.
// Whether the call still allows a code is the caller's to check.
func (c *Counter) Give(ctx context.Context, call doorlink.Call, nth int, now time.Time) (doorlink.Code, error) {
	setup, err := c.book.Setup(ctx, call.Door)
	if err != nil {
		return doorlink.Code{}, err
	}
	if err := c.mayGive(ctx, call, setup, now); err != nil {
		return doorlink.Code{}, err
	}
	ask := Ask{Call: call.ID, Property: call.Property, Door: call.Door, Person: call.Person, Nth: nth}
	given, err := c.desk.Issue(ctx, setup, ask, now)
	if err != nil {
		return doorlink.Code{}, err
	}
	return show(setup, given.Digits, doorcode.Handed{Nth: nth}, given.Until, now), nil
}

// mayGive asks the keys that the resident holds for the door. Their hours are of
// the lock's clock, which goes on where the tz database has lost its zone.
func (c *Counter) mayGive(ctx context.Context, call doorlink.Call, setup doorcode.Setup, now time.Time) error {
	grants, err := c.book.Grants(ctx, call.Door, call.Person)
	if err != nil {
		return err
	}
	return directory.MayGive(grants, setup.Calendar.Clock(now))
}

// Given lists the codes of a call that have not ended at now, in order. Their
// digits are derived anew.
func (c *Counter) Given(ctx context.Context, call doorlink.CallID, now time.Time) ([]doorlink.Code, error) {
	handed, err := c.book.Handed(ctx, call)
	if err != nil || len(handed) == 0 {
		return nil, err
	}
	setup, err := c.book.Setup(ctx, handed[0].Place.Door)
	if err != nil {
		return nil, err
	}
	var codes []doorlink.Code
	for _, h := range handed {
		until := setup.Calendar.End(h.Place.Day)
		if h.Place.Epoch != setup.Epoch || !now.Before(until) {
			continue
		}
		digits := c.desk.days.at(c.desk.master, setup, h.Place.Day).digits(h.Place.Slot, h.Gen)
		codes = append(codes, show(setup, digits, h, until, now))
	}
	return codes, nil
}

func show(s doorcode.Setup, digits doorlink.Digits, h doorcode.Handed, until, now time.Time) doorlink.Code {
	return doorlink.Code{
		Digits: digits.Reveal(), Nth: h.Nth, Door: s.DoorName, Model: s.Model, ReuseS: int(s.Params.Reuse),
		Until: until.UnixMilli(), LeftMS: max(0, until.Sub(now).Milliseconds()),
		Shown: h.Shown, Opened: h.Opened,
	}
}
