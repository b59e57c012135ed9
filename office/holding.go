package office

import (
	"context"
	"errors"
	"strconv"
	"time"

	"doorlink"
	"doorlink/roster"
	"doorlink/store"
)

// GiveKey gives a person a key for a time. It fails with store.ErrExists if they
// hold it already, whatever its dates, with ErrDates and ErrYears, and with
// ErrKeyGone for a key that is not there, or is removed in the same moment. Needs
// GrantKeys, for this key.
func (d *Desk) GiveKey(ctx context.Context, h doorlink.Holder) (Receipt, error) {
	roll, _, err := begin(ctx, d, doorlink.GrantKeys, (*Roll).Person, h.Person)
	if err != nil {
		return Receipt{}, err
	}
	c, err := d.gives(roll, h)
	if err != nil {
		return Receipt{}, err
	}
	r, err := d.do(ctx, act{action: "key.give", subject: string(h.Person), changes: []doorlink.Change{c}})
	if errors.Is(err, store.ErrMissing) { // the key was removed between the look and the act, or the person
		return r, d.gone(ctx, h.Key, err)
	}
	return r, err
}

// GiveTo gives people a key, all for the time and with the status of h. Who
// holds it already keeps it as it is. It fails as GiveKey does, and then gives
// it to nobody. Needs GrantKeys, for this key.
func (d *Desk) GiveTo(ctx context.Context, h doorlink.Holder, people ...doorlink.PersonID) (Receipt, error) {
	roll, err := d.rollFor(ctx, doorlink.GrantKeys)
	if err != nil {
		return Receipt{}, err
	}
	if err := d.decides(roll, h.Key); err != nil {
		return Receipt{}, err
	}
	if h, err = cleanDates(h); err != nil {
		return Receipt{}, err
	}
	var changes []doorlink.Change
	for _, p := range people {
		if _, ok := roll.Person(p); !ok {
			return Receipt{}, ErrPersonGone
		}
		if !roll.holdsKey(p, h.Key) {
			one := h
			one.Person = p
			changes = append(changes, doorlink.Add(doorlink.Row{Holder: &one}))
		}
	}
	r, err := d.do(ctx, act{action: "key.give_to", subject: string(h.Key), changes: changes})
	if errors.Is(err, store.ErrMissing) {
		err = d.gone(ctx, h.Key, err)
	}
	return r, err
}

// gone is ErrKeyGone if a key is not there any more, else the failure that made
// somebody ask.
func (d *Desk) gone(ctx context.Context, k doorlink.KeyID, cause error) error {
	roll, err := d.Roll(ctx)
	if err != nil {
		return err
	}
	if _, ok := roll.Key(k); !ok {
		return ErrKeyGone
	}
	return cause
}

// gives is the change that gives a key to a person, who may be new.
func (d *Desk) gives(roll *Roll, h doorlink.Holder) (doorlink.Change, error) {
	if err := d.may(doorlink.GrantKeys); err != nil {
		return doorlink.Change{}, err
	}
	if err := d.decides(roll, h.Key); err != nil {
		return doorlink.Change{}, err
	}
	if roll.holdsKey(h.Person, h.Key) {
		return doorlink.Change{}, store.ErrExists
	}
	h, err := cleanDates(h)
	return doorlink.Add(doorlink.Row{Holder: &h}), err
}

// decides fails unless there is such a key, and the manager decides about it.
func (d *Desk) decides(roll *Roll, k doorlink.KeyID) error {
	if _, ok := roll.Key(k); !ok {
		return ErrKeyGone
	}
	if !d.Manages(k) {
		return ErrMayNot.With("ability", string(doorlink.GrantKeys))
	}
	return nil
}

// cleanDates makes dates as they are stored, to the millisecond. It fails with
// ErrYears for those beyond the years of lists, which no zone could say and no
// JSON could write, and with ErrDates for an end that does not come after the
// beginning.
func cleanDates(h doorlink.Holder) (doorlink.Holder, error) {
	for _, t := range []*time.Time{&h.From, &h.To} {
		if t.IsZero() {
			continue
		}
		*t = t.UTC().Truncate(time.Millisecond)
		if y := t.Year(); y < roster.FirstYear-1 || y > roster.LastYear+1 { // in UTC it may be the year beside
			return h, ErrYears
		}
	}
	if !h.To.IsZero() && !h.To.After(h.From) {
		return h, ErrDates
	}
	return h, nil
}

// SetHolding changes the dates and the status of a key that a person holds, as
// the asker saw them with a tag: see edit. Needs GrantKeys, for this key.
func (d *Desk) SetHolding(ctx context.Context, h doorlink.Holder, tag string) (Receipt, error) {
	roll, was, err := d.holding(ctx, h.Person, h.Key)
	if err != nil {
		return Receipt{}, err
	}
	if h, err = cleanDates(h); err != nil {
		return Receipt{}, err
	}
	c, err := edit(doorlink.Row{Holder: &was}, doorlink.Row{Holder: &h}, tag)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, d.losing(roll, act{action: "key.dates", subject: string(h.Person), changes: []doorlink.Change{c}}, h))
}

// RenewKey lets a key that a person holds be good from now on, for good. Needs
// GrantKeys, for this key.
func (d *Desk) RenewKey(ctx context.Context, p doorlink.PersonID, k doorlink.KeyID) (Receipt, error) {
	_, was, err := d.holding(ctx, p, k)
	if err != nil {
		return Receipt{}, err
	}
	h := was
	h.From, h.To = time.Time{}, time.Time{}
	return d.do(ctx, act{action: "key.dates", subject: string(p),
		changes: []doorlink.Change{doorlink.Edit(doorlink.Row{Holder: &was}, doorlink.Row{Holder: &h})}})
}

// EndKey takes a key away from a person, at once, and calls back the codes they
// gave today at doors that no other key of theirs opens. Needs GrantKeys, for
// this key.
func (d *Desk) EndKey(ctx context.Context, p doorlink.PersonID, k doorlink.KeyID, tag string) (Receipt, error) {
	roll, was, err := d.holding(ctx, p, k)
	if err != nil {
		return Receipt{}, err
	}
	row := doorlink.Row{Holder: &was}
	if err := seen(row, tag); err != nil {
		return Receipt{}, err
	}
	gone := was
	gone.To = time.Unix(1, 0) // long ago
	return d.do(ctx, d.losing(roll, act{action: "key.end", subject: string(p),
		changes: []doorlink.Change{doorlink.Remove(row)}}, gone))
}

// holding finds a key that a person holds, for somebody who decides about it.
func (d *Desk) holding(ctx context.Context, p doorlink.PersonID, k doorlink.KeyID) (*Roll, doorlink.Holder, error) {
	roll, _, err := begin(ctx, d, doorlink.GrantKeys, (*Roll).Person, p)
	if err != nil {
		return nil, doorlink.Holder{}, err
	}
	if err := d.decides(roll, k); err != nil {
		return nil, doorlink.Holder{}, err
	}
	for _, h := range roll.held[p] {
		if h.Key == k {
			return roll, h, nil
		}
	}
	return nil, doorlink.Holder{}, ErrNotHeld
}

// losing adds to an act that somebody holds a key as after says from now on:
// their codes of today at doors that nothing opens for them any more are called
// back. How many is a fact of the deed.
func (d *Desk) losing(roll *Roll, a act, after doorlink.Holder) act {
	now := time.Now()
	if holds(after, now) {
		return a
	}
	opens := map[doorlink.DoorID]bool{}
	for _, h := range roll.held[after.Person] {
		for _, k := range roll.onKey[h.Key] {
			opens[k.Door] = opens[k.Door] || h.Key != after.Key && holds(h, now)
		}
	}
	var lost []doorlink.DoorID
	for door, still := range opens {
		if !still {
			lost = append(lost, door)
		}
	}
	if len(lost) > 0 {
		a.facts, a.also = d.cancelling(after.Person, lost, now)
	}
	return a
}

// cancelling calls back a person's codes of today at doors; no door is every
// door. It returns the facts to which it adds how many they were: these must be
// those of the act.
func (d *Desk) cancelling(p doorlink.PersonID, doors []doorlink.DoorID, now time.Time) (
	facts map[string]string, do func(context.Context, *store.Tx) error,
) {
	facts = map[string]string{}
	if len(doors) == 0 {
		doors = []doorlink.DoorID{""}
	}
	today := doorlink.DayIn(now, d.Location())
	return facts, func(ctx context.Context, tx *store.Tx) error {
		delete(facts, CodesFact)
		var all int64
		for _, door := range doors {
			n, err := tx.CancelCodes(ctx, p, door, today, now)
			if err != nil {
				return err
			}
			all += n
		}
		if all > 0 {
			facts[CodesFact] = strconv.FormatInt(all, 10)
		}
		return nil
	}
}

// CodesFact is the fact of a deed that tells how many doorcodes it called back.
// A lock that is offline takes them until midnight, or until it is told.
const CodesFact = "codes"
