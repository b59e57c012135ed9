package office

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"doorlink"
)

// UnitLine is a unit as lists show it.
type UnitLine struct {
	doorlink.Unit
	Tag    string // of the unit's row
	People []doorlink.Person
	Listed int             // people of it in the directory of at least one door
	Hidden []doorlink.Door // doors whose directory leaves it out
	Place  int             // in the directory, from 1; Featured Entries count apart
}

// Units lists the property's units: Featured Entries first, then by rank and in
// house order. Query.Sort knows "name" and "people", Query.Only "show" with
// EmptyUnits and HiddenUnits. Needs See.
func (d *Desk) Units(ctx context.Context, q Query) (Page[UnitLine], error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return Page[UnitLine]{}, err
	}
	var found []doorlink.Unit
	for _, u := range roll.UnitsInOrder() {
		if roll.unitShows(q.Only["show"], u.ID) && roll.unitFinds(q.Find, u) {
			found = append(found, u)
		}
	}
	at := roll.places()
	inOrder := func(a, b doorlink.Unit) int { return cmp.Compare(at.units[a.ID], at.units[b.ID]) }
	part, err := page(found, q, order[doorlink.Unit]{
		by: map[string]func(a, b doorlink.Unit) int{
			"":     inOrder,
			"name": func(a, b doorlink.Unit) int { return cmp.Compare(at.byName[a.ID], at.byName[b.ID]) },
			"people": func(a, b doorlink.Unit) int {
				return cmp.Or(len(roll.inUnit[a.ID])-len(roll.inUnit[b.ID]), inOrder(a, b))
			},
		},
		id: func(u doorlink.Unit) string { return string(u.ID) },
	})
	lines := Page[UnitLine]{Total: part.Total, Next: part.Next}
	now := time.Now().In(d.Location())
	for _, u := range part.Rows {
		lines.Rows = append(lines.Rows, roll.unitLine(u, now))
	}
	return lines, err
}

// What Query.Only["show"] chooses among the units.
const (
	EmptyUnits  = "empty"  // nobody lives there
	HiddenUnits = "hidden" // the directory of a door leaves them out
)

func (r *Roll) unitShows(which string, u doorlink.UnitID) bool {
	switch which {
	case EmptyUnits:
		return len(r.inUnit[u]) == 0
	case HiddenUnits:
		return len(r.hiddenAt(u)) > 0
	}
	return true
}

// unitFinds looks in the unit's name and in those of its people.
func (r *Roll) unitFinds(find string, u doorlink.Unit) bool {
	texts := []string{u.Name}
	for _, m := range r.inUnit[u.ID] {
		texts = append(texts, r.people[m.Person].As(doorlink.FullName, ""))
	}
	return find == "" || finds(find, texts...)
}

func (r *Roll) unitLine(u doorlink.Unit, now time.Time) UnitLine {
	line := UnitLine{Unit: u, Tag: doorlink.Row{Unit: &u}.Tag(), Hidden: r.hiddenAt(u.ID), Place: r.placeOf(u)}
	for _, m := range r.inUnit[u.ID] {
		p := r.people[m.Person]
		line.People = append(line.People, p)
		if r.listedAt(p, now) > 0 {
			line.Listed++
		}
	}
	return line
}

// hiddenAt are the doors whose directory leaves a unit out, by name.
func (r *Roll) hiddenAt(u doorlink.UnitID) []doorlink.Door {
	var doors []doorlink.Door
	for _, h := range r.Hidden {
		if h.Unit == u {
			doors = append(doors, r.doors[h.Door])
		}
	}
	slices.SortFunc(doors, doorsByName)
	return doors
}

// Unit finds one unit, or fails with ErrUnitGone. Needs See.
func (d *Desk) Unit(ctx context.Context, id doorlink.UnitID) (UnitLine, error) {
	roll, u, err := begin(ctx, d, doorlink.See, (*Roll).Unit, id)
	if err != nil {
		return UnitLine{}, err
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

// SetUnit renames a unit that the asker saw with a tag: see edit. A name that
// is taken is store.ErrExists. Needs EditPeople; see MoveUnit for its place.
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
	u.Property, u.Featured, u.Rank = was.Property, was.Featured, was.Rank
	c, err := edit(doorlink.Row{Unit: &was.Unit}, doorlink.Row{Unit: &u}, tag)
	if err != nil {
		return Receipt{}, err
	}
	return d.do(ctx, act{action: "unit.set", subject: string(u.ID), changes: []doorlink.Change{c}})
}

// RemoveUnit removes a unit; the people in it stay, without it. Needs
// EditPeople.
func (d *Desk) RemoveUnit(ctx context.Context, id doorlink.UnitID, tag string) (Receipt, error) {
	roll, u, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Unit, id)
	if err != nil {
		return Receipt{}, err
	}
	row := doorlink.Row{Unit: &u}
	if err := seen(row, tag); err != nil {
		return Receipt{}, err
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
func cleanName(name string) (string, error) { return cleanText(name, maxName) }

// cleanText trims one line of text, and refuses with ErrName what is empty,
// longer than max characters, or hides or turns what comes after it.
func cleanText(text string, max int) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || len([]rune(text)) > max || !doorlink.Clean(text) {
		return "", ErrName
	}
	return text, nil
}
