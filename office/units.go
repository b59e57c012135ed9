package office

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/store"
)

// UnitLine is a unit as lists show it.
type UnitLine struct {
	doorlink.Unit
	Tag    string // of the unit's row
	People []doorlink.Person
	Listed int // people of it in the directory of at least one door
}

// Units lists the property's units: Featured Entries first, then by rank and in
// house order. Query.Sort knows "name" and "people". Needs See.
func (d *Desk) Units(ctx context.Context, q Query) (Page[UnitLine], error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return Page[UnitLine]{}, err
	}
	now := time.Now().In(d.Location())
	var lines []UnitLine
	for _, u := range roll.Units {
		line := roll.unitLine(u, now)
		texts := []string{u.Name}
		for _, p := range line.People {
			texts = append(texts, p.As(doorlink.FullName, ""))
		}
		if finds(q.Find, texts...) {
			lines = append(lines, line)
		}
	}
	return page(lines, q, order[UnitLine]{
		by: map[string]func(a, b UnitLine) int{
			"":       func(a, b UnitLine) int { return directory.CompareUnits(a.Unit, b.Unit) },
			"name":   func(a, b UnitLine) int { return directory.CompareNames(a.Name, b.Name) },
			"people": func(a, b UnitLine) int { return cmp.Compare(len(a.People), len(b.People)) },
		},
		id: func(l UnitLine) string { return string(l.ID) },
	})
}

func (r *Roll) unitLine(u doorlink.Unit, now time.Time) UnitLine {
	line := UnitLine{Unit: u, Tag: doorlink.Row{Unit: &u}.Tag()}
	for _, m := range r.inUnit[u.ID] {
		p := r.people[m.Person]
		line.People = append(line.People, p)
		if slices.ContainsFunc(r.Panels, func(w doorlink.Panel) bool { return r.Listed(p, w.Door, now) }) {
			line.Listed++
		}
	}
	return line
}

// Unit finds one unit, or fails with store.ErrMissing. Needs See.
func (d *Desk) Unit(ctx context.Context, id doorlink.UnitID) (UnitLine, error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return UnitLine{}, err
	}
	u, ok := roll.Unit(id)
	if !ok {
		return UnitLine{}, store.ErrMissing
	}
	return roll.unitLine(u, time.Now().In(d.Location())), nil
}

// AddUnit adds a unit. A name that is taken is store.ErrExists; one that is
// empty or too long is Invalid. Needs EditPeople.
func (d *Desk) AddUnit(ctx context.Context, name string) (doorlink.Unit, Receipt, error) {
	u := doorlink.Unit{ID: doorlink.NewID[doorlink.UnitID]("unit"), Property: d.Property.ID}
	if err := d.may(doorlink.EditPeople); err != nil {
		return u, Receipt{}, err
	}
	var err error
	if u.Name, err = cleanName(name); err != nil {
		return u, Receipt{}, err
	}
	r, err := d.do(ctx, act{action: "unit.add", subject: string(u.ID),
		changes: []doorlink.Change{doorlink.Add(doorlink.Row{Unit: &u})}})
	return u, r, err
}

// SetUnit changes a unit that the asker saw with a tag: see edit. Needs
// EditPeople.
func (d *Desk) SetUnit(ctx context.Context, u doorlink.Unit, tag string) (Receipt, error) {
	if err := d.may(doorlink.EditPeople); err != nil {
		return Receipt{}, err
	}
	was, err := d.Unit(ctx, u.ID)
	if err != nil {
		return Receipt{}, err
	}
	if u.Name, err = cleanName(u.Name); err != nil {
		return Receipt{}, err
	}
	u.Property, u.Featured = was.Property, was.Featured
	c, err := edit(doorlink.Row{Unit: &was.Unit}, doorlink.Row{Unit: &u}, tag)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{action: "unit.set", subject: string(u.ID), changes: []doorlink.Change{c}})
}

// RemoveUnit removes a unit; the people in it stay, without it. Needs
// EditPeople.
func (d *Desk) RemoveUnit(ctx context.Context, id doorlink.UnitID, tag string) (Receipt, error) {
	if err := d.may(doorlink.EditPeople); err != nil {
		return Receipt{}, err
	}
	roll, err := d.Roll(ctx)
	if err != nil {
		return Receipt{}, err
	}
	u, ok := roll.Unit(id)
	if !ok {
		return Receipt{}, store.ErrMissing
	}
	row := doorlink.Row{Unit: &u}
	if tag != "" && tag != row.Tag() {
		return Receipt{}, doorlink.ErrChanged
	}
	var changes []doorlink.Change
	for _, m := range roll.Members(id) {
		changes = append(changes, doorlink.Remove(doorlink.Row{Membership: &m}))
	}
	for _, h := range roll.Hidden {
		if h.Unit == id {
			changes = append(changes, doorlink.Remove(doorlink.Row{Hidden: &h}))
		}
	}
	changes = append(changes, doorlink.Remove(row))
	return d.do(ctx, act{action: "unit.remove", subject: string(id), changes: changes})
}

// Names that people write are bounded, and free of what could pass for
// something else on a page or a panel.
const maxName = 100

// ErrName refuses a name that is empty, longer than its arg "max", or has
// characters that hide or turn text around.
var ErrName = doorlink.Fail(doorlink.Invalid, "office.name", "max", maxName)

// cleanName trims a name and refuses what cannot be one.
func cleanName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || len([]rune(name)) > maxName || !doorlink.Clean(name) {
		return "", ErrName
	}
	return name, nil
}
