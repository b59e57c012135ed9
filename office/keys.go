package office

import (
	"cmp"
	"context"
	"slices"
	"time"

	"doorlink"
	"doorlink/directory"
)

var (
	// ErrKeyNamed refuses a name that another key of the property has, its arg
	// "name", in whatever case: lists call keys by their names.
	ErrKeyNamed = doorlink.Fail(doorlink.Conflict, "keys.named")
	// ErrHours refuses hours beyond the day, or days beyond the week.
	ErrHours = doorlink.Fail(doorlink.Invalid, "keys.hours")
)

// KeyLine is a key as lists show it.
type KeyLine struct {
	doorlink.Key
	Tag     string          // of the key's row
	Doors   []doorlink.Door // on it, by name
	Holders int             // who hold it now
}

// Keys lists, by name, the keys that the manager decides about: all of them,
// unless their role is Specific Key Management. Query.Sort knows "name", "doors"
// and "holders"; Query.Find looks in the names of keys and of their doors. Needs
// See.
func (d *Desk) Keys(ctx context.Context, q Query) (Page[KeyLine], error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return Page[KeyLine]{}, err
	}
	now := time.Now()
	var found []doorlink.Key
	holders := map[doorlink.KeyID]int{}
	for _, k := range roll.Keys {
		if d.Manages(k.ID) && (q.Find == "" || roll.keyFinds(q.Find, k)) {
			found, holders[k.ID] = append(found, k), roll.holdersNow(k.ID, now)
		}
	}
	part, err := page(found, q, order[doorlink.Key]{
		by: map[string]func(a, b doorlink.Key) int{
			"": keysByName, "name": keysByName,
			"doors": func(a, b doorlink.Key) int {
				return cmp.Or(len(roll.onKey[a.ID])-len(roll.onKey[b.ID]), keysByName(a, b))
			},
			"holders": func(a, b doorlink.Key) int { return cmp.Or(holders[a.ID]-holders[b.ID], keysByName(a, b)) },
		},
		id: func(k doorlink.Key) string { return string(k.ID) },
	})
	lines := Page[KeyLine]{Total: part.Total, Next: part.Next}
	for _, k := range part.Rows {
		lines.Rows = append(lines.Rows, roll.keyLine(k, now))
	}
	return lines, err
}

func keysByName(a, b doorlink.Key) int { return directory.CompareNames(a.Name, b.Name) }

func (r *Roll) keyFinds(find string, k doorlink.Key) bool {
	texts := []string{k.Name}
	for _, on := range r.onKey[k.ID] {
		texts = append(texts, r.doors[on.Door].Name)
	}
	return finds(find, texts...)
}

func (r *Roll) holdersNow(k doorlink.KeyID, now time.Time) (n int) {
	for _, h := range r.holders[k] {
		if holds(h, now) {
			n++
		}
	}
	return n
}

func (r *Roll) keyLine(k doorlink.Key, now time.Time) KeyLine {
	line := KeyLine{Key: k, Tag: doorlink.Row{Key: &k}.Tag(), Holders: r.holdersNow(k.ID, now)}
	for _, on := range r.onKey[k.ID] {
		line.Doors = append(line.Doors, r.doors[on.Door])
	}
	slices.SortFunc(line.Doors, doorsByName)
	return line
}

// Key finds one key, or fails with ErrKeyGone: for a key that the manager does
// not decide about, too. Needs See.
func (d *Desk) Key(ctx context.Context, id doorlink.KeyID) (KeyLine, error) {
	roll, k, err := d.key(ctx, id)
	if err != nil {
		return KeyLine{}, err
	}
	return roll.keyLine(k, time.Now()), nil
}

// key finds a key that the manager decides about.
func (d *Desk) key(ctx context.Context, id doorlink.KeyID) (*Roll, doorlink.Key, error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return nil, doorlink.Key{}, err
	}
	k, ok := roll.Key(id)
	if !ok || !d.Manages(id) {
		return nil, k, ErrKeyGone
	}
	return roll, k, nil
}

// DoorOnKey is a door with the hours in which a key opens it.
type DoorOnKey struct {
	doorlink.KeyDoor
	Tag   string // of the row that puts the door on the key
	Door  doorlink.Door
	Panel doorlink.Panel // zero: the door has no DOOR Link
}

// DoorsOnKey lists the doors on a key by name. Query.Sort knows "name" and
// "type"; Query.Find looks in names. It fails with ErrKeyGone. Needs See.
func (d *Desk) DoorsOnKey(ctx context.Context, id doorlink.KeyID, q Query) (Page[DoorOnKey], error) {
	roll, _, err := d.key(ctx, id)
	if err != nil {
		return Page[DoorOnKey]{}, err
	}
	on := roll.byDoor(id)
	part, err := roll.pageOfDoors(q, func(door doorlink.DoorID) bool { return on[door].Door != "" })
	lines := Page[DoorOnKey]{Total: part.Total, Next: part.Next}
	for _, door := range part.Rows {
		lines.Rows = append(lines.Rows, roll.doorOnKey(on[door.ID]))
	}
	return lines, err
}

// DoorsOffKey lists the doors that are not on a key by name. It is asked as
// DoorsOnKey is. It fails with ErrKeyGone. Needs See.
func (d *Desk) DoorsOffKey(ctx context.Context, id doorlink.KeyID, q Query) (Page[doorlink.Door], error) {
	roll, _, err := d.key(ctx, id)
	if err != nil {
		return Page[doorlink.Door]{}, err
	}
	on := roll.byDoor(id)
	return roll.pageOfDoors(q, func(door doorlink.DoorID) bool { return on[door].Door == "" })
}

func (r *Roll) pageOfDoors(q Query, want func(doorlink.DoorID) bool) (Page[doorlink.Door], error) {
	var found []doorlink.Door
	for _, door := range r.Doors {
		if (q.Find == "" || finds(q.Find, door.Name)) && want(door.ID) {
			found = append(found, door)
		}
	}
	return page(found, q, order[doorlink.Door]{
		by: map[string]func(a, b doorlink.Door) int{"": doorsByName, "type": doorsByType},
		id: func(door doorlink.Door) string { return string(door.ID) },
	})
}

// DoorOnKey finds one door on a key. It fails with ErrKeyGone, and with ErrOffKey
// for a door that is not on the key. Needs See.
func (d *Desk) DoorOnKey(ctx context.Context, id doorlink.KeyID, door doorlink.DoorID) (DoorOnKey, error) {
	roll, _, err := d.key(ctx, id)
	if err != nil {
		return DoorOnKey{}, err
	}
	on, ok := roll.onKeyAt(id, door)
	if !ok {
		return DoorOnKey{}, ErrOffKey
	}
	return roll.doorOnKey(on), nil
}

func (r *Roll) doorOnKey(on doorlink.KeyDoor) DoorOnKey {
	return DoorOnKey{on, doorlink.Row{KeyDoor: &on}.Tag(), r.doors[on.Door], r.panels[on.Door]}
}

// byDoor are the doors on a key by their IDs.
func (r *Roll) byDoor(k doorlink.KeyID) map[doorlink.DoorID]doorlink.KeyDoor {
	return index(r.onKey[k], func(on doorlink.KeyDoor) doorlink.DoorID { return on.Door })
}

// onKeyAt finds one door on a key.
func (r *Roll) onKeyAt(k doorlink.KeyID, door doorlink.DoorID) (doorlink.KeyDoor, bool) {
	i := slices.IndexFunc(r.onKey[k], func(on doorlink.KeyDoor) bool { return on.Door == door })
	if i < 0 {
		return doorlink.KeyDoor{}, false
	}
	return r.onKey[k][i], true
}
