package office

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/doorcode"
)

var (
	// ErrDoorKind refuses a type that doors do not have.
	ErrDoorKind = doorlink.Fail(doorlink.Invalid, "doors.kind")
	// ErrDoorOnKeys refuses to remove a door that keys open; arg "keys" is their
	// names.
	ErrDoorOnKeys = doorlink.Fail(doorlink.Conflict, "doors.on_keys")
	// ErrDoorLinked refuses to remove a door with a DOOR Link.
	ErrDoorLinked = doorlink.Fail(doorlink.Conflict, "doors.linked")
	// ErrDoorLocked refuses to remove a door whose lock is activated.
	ErrDoorLocked = doorlink.Fail(doorlink.Conflict, "doors.locked")
)

// DoorTypes are all types, in the order in which people choose them.
var DoorTypes = []doorlink.DoorType{doorlink.BuildingEntrance, doorlink.Communal, doorlink.Service, doorlink.Residence}

// DoorLine is a door as lists show it.
type DoorLine struct {
	doorlink.Door
	Tag    string           // of the door's row
	Panel  doorlink.Panel   // zero: it has no DOOR Link
	Live   doorlink.Sticker // the newest sticker that is good; zero: none
	Before doorlink.Sticker // the one before while it is good, too; zero: none
	Setup  doorcode.Setup   // of its lock; the zero value: none is activated
	Keys   []doorlink.Key   // those that open it, by name
	Listed int              // people in its directory
}

// Active reports whether the door has a lock that takes doorcodes.
func (l DoorLine) Active() bool { return l.Setup.Lock != "" }

// Doors lists the property's doors by name. Query.Sort knows "name", "type" and
// "listed"; Query.Find looks in names and labels. Needs See.
func (d *Desk) Doors(ctx context.Context, q Query) (Page[DoorLine], error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return Page[DoorLine]{}, err
	}
	now := time.Now().In(d.Location())
	listed := map[doorlink.DoorID]int{}
	var found []doorlink.Door
	for _, door := range roll.Doors {
		if q.Find == "" || finds(q.Find, door.Name, roll.panels[door.ID].Label) {
			found = append(found, door)
			if strings.TrimPrefix(q.Sort, "-") == "listed" {
				listed[door.ID] = roll.countListed(door.ID, now)
			}
		}
	}
	part, err := page(found, q, order[doorlink.Door]{
		by: map[string]func(a, b doorlink.Door) int{
			"": doorsByName, "type": doorsByType,
			"listed": func(a, b doorlink.Door) int { return cmp.Or(listed[a.ID]-listed[b.ID], doorsByName(a, b)) },
		},
		id: func(door doorlink.Door) string { return string(door.ID) },
	})
	lines := Page[DoorLine]{Total: part.Total, Next: part.Next}
	for _, door := range part.Rows {
		lines.Rows = append(lines.Rows, roll.doorLine(door, now))
	}
	return lines, err
}

func doorsByName(a, b doorlink.Door) int { return directory.CompareNames(a.Name, b.Name) }

func doorsByType(a, b doorlink.Door) int {
	return cmp.Or(slices.Index(DoorTypes, a.Type)-slices.Index(DoorTypes, b.Type), doorsByName(a, b))
}

// Door finds one door, or fails with ErrDoorGone. Needs See.
func (d *Desk) Door(ctx context.Context, id doorlink.DoorID) (DoorLine, error) {
	roll, door, err := begin(ctx, d, doorlink.See, (*Roll).Door, id)
	if err != nil {
		return DoorLine{}, err
	}
	return roll.doorLine(door, time.Now().In(d.Location())), nil
}

func (r *Roll) doorLine(door doorlink.Door, now time.Time) DoorLine {
	line := DoorLine{
		Door: door, Tag: doorlink.Row{Door: &door}.Tag(), Panel: r.panels[door.ID],
		Setup: r.Setups[door.ID], Keys: r.keysTo(door.ID), Listed: r.countListed(door.ID, now),
	}
	line.Live, line.Before = liveOf(r.stickers[line.Panel.ID], now)
	return line
}

// countListed counts the people in the directory of a door, among those who hold
// a key that opens it.
func (r *Roll) countListed(door doorlink.DoorID, now time.Time) (n int) {
	seen := map[doorlink.PersonID]bool{}
	for _, k := range r.keysOn[door] {
		for _, h := range r.holders[k.Key] {
			if !seen[h.Person] && r.Listed(r.people[h.Person], door, now) {
				n++
			}
			seen[h.Person] = true
		}
	}
	return n
}

// liveOf are the newest good sticker, and the good one before it.
func liveOf(all []doorlink.Sticker, now time.Time) (live, before doorlink.Sticker) {
	for _, s := range all {
		if s.Good(now) {
			live, before = s, live
		}
	}
	return live, before
}

// keysTo are the keys that open a door, by name.
func (r *Roll) keysTo(d doorlink.DoorID) []doorlink.Key {
	var keys []doorlink.Key
	for _, k := range r.keysOn[d] {
		keys = append(keys, r.keys[k.Key])
	}
	slices.SortFunc(keys, keysByName)
	return keys
}

// AddDoor adds a door that no key opens yet. It fails with ErrName and
// ErrDoorKind. Needs Devices.
func (d *Desk) AddDoor(ctx context.Context, name string, t doorlink.DoorType) (doorlink.Door, Receipt, error) {
	door := doorlink.Door{ID: doorlink.NewID[doorlink.DoorID]("door"), Property: d.Property.ID, Name: name, Type: t}
	if err := d.may(doorlink.Devices); err != nil {
		return door, Receipt{}, err
	}
	door, err := cleanDoor(door)
	if err != nil {
		return door, Receipt{}, err
	}
	r, err := d.do(ctx, act{action: "door.add", subject: string(door.ID),
		changes: []doorlink.Change{doorlink.Add(doorlink.Row{Door: &door})}})
	return door, r, err
}

func cleanDoor(door doorlink.Door) (doorlink.Door, error) {
	name, err := cleanName(door.Name)
	if err != nil {
		return door, err
	}
	door.Name = name
	if !slices.Contains(DoorTypes, door.Type) {
		return door, ErrDoorKind
	}
	return door, nil
}

// SetDoor changes a door's name, its type, and whether doorcodes take a key that
// may be shared, as the asker saw them with a tag: see edit. It fails as AddDoor
// does, with doorlink.ErrDoorType for another type under an activated lock, and
// with doorlink.ErrResidenceDoor for a DOOR Link at a unit's own door. Needs
// Devices.
func (d *Desk) SetDoor(ctx context.Context, door doorlink.Door, tag string) (Receipt, error) {
	if err := d.may(doorlink.Devices); err != nil {
		return Receipt{}, err
	}
	was, err := d.Door(ctx, door.ID)
	if err != nil {
		return Receipt{}, err
	}
	door.Property = was.Property
	if door, err = cleanDoor(door); err != nil {
		return Receipt{}, err
	}
	c, err := edit(doorlink.Row{Door: &was.Door}, doorlink.Row{Door: &door}, tag)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{action: "door.set", subject: string(door.ID), changes: []doorlink.Change{c}})
}

// RemoveDoor removes a door. It fails with ErrDoorOnKeys, ErrDoorLinked or
// ErrDoorLocked while something hangs on it. Needs Devices.
func (d *Desk) RemoveDoor(ctx context.Context, id doorlink.DoorID, tag string) (Receipt, error) {
	roll, door, err := begin(ctx, d, doorlink.Devices, (*Roll).Door, id)
	if err != nil {
		return Receipt{}, err
	}
	row := doorlink.Row{Door: &door}
	if err := seen(row, tag); err != nil {
		return Receipt{}, err
	}
	if err := roll.mayRemove(id); err != nil {
		return Receipt{}, err
	}
	var changes []doorlink.Change
	for _, h := range roll.Hidden {
		if h.Door == id {
			changes = append(changes, doorlink.Remove(doorlink.Row{Hidden: &h}))
		}
	}
	return d.do(ctx, act{action: "door.remove", subject: string(id), changes: append(changes, doorlink.Remove(row))})
}

func (r *Roll) mayRemove(id doorlink.DoorID) error {
	if keys := r.keysTo(id); len(keys) > 0 {
		var names []string
		for _, k := range keys {
			names = append(names, k.Name)
		}
		return ErrDoorOnKeys.With("keys", strings.Join(names, ", "))
	}
	if _, ok := r.Panel(id); ok {
		return ErrDoorLinked
	}
	if _, ok := r.Setups[id]; ok {
		return ErrDoorLocked
	}
	return nil
}

// Directory is what visitors read at a door now, or fails with ErrDoorGone.
// Needs See.
func (d *Desk) Directory(ctx context.Context, id doorlink.DoorID) ([]directory.Entry, error) {
	roll, _, err := begin(ctx, d, doorlink.See, (*Roll).Door, id)
	if err != nil {
		return nil, err
	}
	var all []directory.Facts
	for _, p := range roll.People {
		all = append(all, roll.Facts(p, id)...)
	}
	return directory.Project(d.Property, all, time.Now().In(d.Location())), nil
}

// FindEntries is a page of a directory, in its own order. Query.Find looks in what
// visitors read, in places, and in whole family names.
func FindEntries(all []directory.Entry, q Query) (Page[directory.Entry], error) {
	at := map[doorlink.EntryID]int{}
	var found []directory.Entry
	for i, e := range all {
		if at[e.ID] = i; finds(q.Find, append(e.Known, e.Name, e.Place)...) {
			found = append(found, e)
		}
	}
	q.Sort = ""
	return page(found, q, order[directory.Entry]{
		by: map[string]func(a, b directory.Entry) int{"": func(a, b directory.Entry) int { return at[a.ID] - at[b.ID] }},
		id: func(e directory.Entry) string { return string(e.ID) },
	})
}
