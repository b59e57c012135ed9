package office

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"doorlink"
	"doorlink/roster"
	"doorlink/store"
)

// AddKey adds a key that opens nothing yet. It fails with ErrName and
// ErrKeyNamed. Needs EditKeys.
func (d *Desk) AddKey(ctx context.Context, name string, mayShare bool) (doorlink.Key, Receipt, error) {
	k := doorlink.Key{ID: doorlink.NewID[doorlink.KeyID]("key"), Property: d.Property.ID, MayShare: mayShare}
	if err := d.may(doorlink.EditKeys); err != nil {
		return k, Receipt{}, err
	}
	var err error
	if k.Name, err = cleanName(name); err != nil {
		return k, Receipt{}, err
	}
	r, err := d.do(ctx, act{action: "key.add", subject: string(k.ID),
		changes: []doorlink.Change{doorlink.Add(doorlink.Row{Key: &k})}})
	return k, r, err
}

// editable finds a key for somebody who may edit it.
func (d *Desk) editable(ctx context.Context, id doorlink.KeyID) (*Roll, doorlink.Key, error) {
	if err := d.may(doorlink.EditKeys); err != nil {
		return nil, doorlink.Key{}, err
	}
	return d.key(ctx, id)
}

// SetKey changes a key's name and May Share Key, as the asker saw them with a
// tag: see edit. It fails with ErrName, ErrKeyNamed and ErrKeyGone. Needs
// EditKeys.
func (d *Desk) SetKey(ctx context.Context, k doorlink.Key, tag string) (Receipt, error) {
	_, was, err := d.editable(ctx, k.ID)
	if err != nil {
		return Receipt{}, err
	}
	k.Property = was.Property
	if k.Name, err = cleanName(k.Name); err != nil {
		return Receipt{}, err
	}
	c, err := edit(doorlink.Row{Key: &was}, doorlink.Row{Key: &k}, tag)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{action: "key.set", subject: string(k.ID), changes: []doorlink.Change{c}})
}

// ownNames fails with ErrKeyNamed if changes give a key a name that another one
// has. It looks after they were made, when nobody else can name one.
func (d *Desk) ownNames(ctx context.Context, tx *store.Tx, changes []doorlink.Change) error {
	named := map[doorlink.KeyID]string{}
	for _, c := range changes {
		if c.After != nil && c.After.Key != nil && (c.Before == nil || c.Before.Key.Name != c.After.Key.Name) {
			named[c.After.Key.ID] = c.After.Key.Name
		}
	}
	if len(named) == 0 {
		return nil
	}
	all, err := tx.Keys(ctx, d.Property.ID)
	for _, k := range all {
		for id, name := range named {
			if k.ID != id && roster.SameName(k.Name, name) {
				return ErrKeyNamed.With("name", k.Name)
			}
		}
	}
	return err
}

// SetKeyDoor puts a door on a key, or changes the hours and Provide Doorcodes of
// one that is on it, as the asker saw them with a tag: see edit. With a tag, a
// door that is not on the key any more is doorlink.ErrChanged. It fails with
// ErrHours, ErrKeyGone, and with ErrDoorGone for a door of elsewhere. Needs
// EditKeys.
func (d *Desk) SetKeyDoor(ctx context.Context, on doorlink.KeyDoor, tag string) (Receipt, error) {
	roll, _, err := d.editable(ctx, on.Key)
	if err != nil {
		return Receipt{}, err
	}
	if _, ok := roll.Door(on.Door); !ok {
		return Receipt{}, ErrDoorGone
	}
	if !goodHours(on.Hours) {
		return Receipt{}, ErrHours
	}
	was, there := roll.onKeyAt(on.Key, on.Door)
	c := doorlink.Add(doorlink.Row{KeyDoor: &on})
	switch {
	case there:
		c, err = edit(doorlink.Row{KeyDoor: &was}, doorlink.Row{KeyDoor: &on}, tag)
	case tag != "":
		err = doorlink.ErrChanged
	}
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{action: "key.door", subject: string(on.Key), changes: []doorlink.Change{c}})
}

// PutDoors puts doors on a key, all with the hours and Provide Doorcodes of on.
// One that is on it already stays as it is. It fails as SetKeyDoor does. Needs
// EditKeys.
func (d *Desk) PutDoors(ctx context.Context, on doorlink.KeyDoor, doors ...doorlink.DoorID) (Receipt, error) {
	roll, _, err := d.editable(ctx, on.Key)
	if err != nil {
		return Receipt{}, err
	}
	if !goodHours(on.Hours) {
		return Receipt{}, ErrHours
	}
	there := roll.byDoor(on.Key)
	var changes []doorlink.Change
	for _, door := range doors {
		if _, ok := roll.Door(door); !ok {
			return Receipt{}, ErrDoorGone
		}
		if there[door].Door == "" {
			one := on
			one.Door = door
			changes = append(changes, doorlink.Add(doorlink.Row{KeyDoor: &one}))
		}
	}
	return d.do(ctx, act{action: "key.door", subject: string(on.Key), changes: changes})
}

// goodHours reports whether hours lie within a day, and days within a week.
func goodHours(h doorlink.Hours) bool {
	const day = 24 * 60
	return h.From >= 0 && h.From < day && h.To >= 0 && h.To < day && h.Days < 1<<7
}

// TakeDoor takes a door off a key, as the asker saw it there with a tag, and
// calls back the codes that holders gave today at it, unless another key of
// theirs opens it. It fails with ErrKeyGone, and with ErrOffKey for a door that is
// not on the key. Needs EditKeys.
func (d *Desk) TakeDoor(ctx context.Context, k doorlink.KeyID, door doorlink.DoorID, tag string) (Receipt, error) {
	roll, _, err := d.editable(ctx, k)
	if err != nil {
		return Receipt{}, err
	}
	was, ok := roll.onKeyAt(k, door)
	if !ok {
		return Receipt{}, ErrOffKey
	}
	row := doorlink.Row{KeyDoor: &was}
	if err := seen(row, tag); err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, d.closing(roll, act{action: "key.door_off", subject: string(k),
		changes: []doorlink.Change{doorlink.Remove(row)}}, k, door))
}

// RemoveKey removes a key, takes it away from everybody who holds it, and calls
// back the codes they gave today at doors that no other key of theirs opens.
// Undo brings it back with its doors and holders. It fails with ErrKeyGone, and
// with doorlink.ErrChanged if somebody is given it in the same moment. Needs
// EditKeys, and GrantKeys if somebody holds it.
func (d *Desk) RemoveKey(ctx context.Context, id doorlink.KeyID, tag string) (Receipt, error) {
	roll, k, err := d.editable(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	if len(roll.holders[id]) > 0 {
		if err := d.may(doorlink.GrantKeys); err != nil {
			return Receipt{}, err
		}
	}
	row := doorlink.Row{Key: &k}
	if err := seen(row, tag); err != nil {
		return Receipt{}, err
	}
	a := act{action: "key.remove", subject: string(id)}
	var doors []doorlink.DoorID
	for _, h := range roll.holders[id] {
		a.changes = append(a.changes, doorlink.Remove(doorlink.Row{Holder: &h}))
	}
	for _, on := range roll.onKey[id] {
		a.changes, doors = append(a.changes, doorlink.Remove(doorlink.Row{KeyDoor: &on})), append(doors, on.Door)
	}
	a.changes = append(a.changes, doorlink.Remove(row))
	r, err := d.do(ctx, d.closing(roll, a, id, doors...))
	if errors.Is(err, store.ErrMissing) { // somebody was given it between the look and the act
		err = doorlink.ErrChanged.Because(err)
	}
	if errors.Is(err, doorlink.ErrChanged) {
		err = d.gone(ctx, id, err)
	}
	return r, err
}

// closing adds to an act that a key opens some of its doors no more: the codes
// that its holders gave there today are called back, unless another key of
// theirs opens the door now.
func (d *Desk) closing(roll *Roll, a act, k doorlink.KeyID, doors ...doorlink.DoorID) act {
	type calling struct {
		facts map[string]string
		do    func(context.Context, *store.Tx) error
	}
	var all []calling
	now := time.Now()
	for _, h := range roll.holders[k] {
		lost := slices.DeleteFunc(slices.Clone(doors), func(door doorlink.DoorID) bool { return roll.opensBeside(h, door, now) })
		if holds(h, now) && len(lost) > 0 {
			facts, do := d.cancelling(h.Person, lost, now)
			all = append(all, calling{facts, do})
		}
	}
	if len(all) == 0 {
		return a
	}
	facts := map[string]string{}
	a.facts, a.also = facts, func(ctx context.Context, tx *store.Tx) error {
		delete(facts, CodesFact)
		sum := 0
		for _, c := range all {
			if err := c.do(ctx, tx); err != nil {
				return err
			}
			if n, err := strconv.Atoi(c.facts[CodesFact]); err == nil {
				sum += n
			}
		}
		if sum > 0 {
			facts[CodesFact] = strconv.Itoa(sum)
		}
		return nil
	}
	return a
}

// opensBeside reports whether a holder has another key that opens a door now.
func (r *Roll) opensBeside(h doorlink.Holder, door doorlink.DoorID, now time.Time) bool {
	return slices.ContainsFunc(r.held[h.Person], func(other doorlink.Holder) bool {
		_, on := r.onKeyAt(other.Key, door)
		return on && other.Key != h.Key && holds(other, now)
	})
}
