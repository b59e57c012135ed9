package office

import (
	"cmp"
	"context"
	"slices"
	"time"

	"doorlink"
)

// PersonLine is a person as lists show them.
type PersonLine struct {
	doorlink.Person
	Tag     string // of the person's row
	Units   []doorlink.Unit
	Keys    []doorlink.Key // that they hold now
	ShownAs string         // as visitors read it; empty if Show in intercom is off
	Listed  int            // directories they are in
	Doors   int            // directories there are
	Lack    string         // if Listed nowhere, the fact that keeps them out: see directory.Check
	Ring    Ring
}

// What Query.Only["show"] chooses among the people.
const (
	Unlisted  = "unlisted"  // not listed anywhere; with "door", not listed there
	Unreached = "unreached" // nothing would ring
	NotJoined = "invited"   // have not signed in yet
	Joined    = "joined"    // have signed in
	Ended     = "ended"     // no key of theirs is good now, or will be
)

// placed is a person with their place in lists.
type placed struct {
	*doorlink.Person
	name, unit int
}

// People lists the people of the property by family name. Query.Sort knows
// "name" and "unit", Query.Only "unit" (of it), "door" (listed at it), "key" (who
// hold it) and "show". A unit, door or key that is not there is ErrUnitGone,
// ErrDoorGone or ErrKeyGone. Needs See.
func (d *Desk) People(ctx context.Context, q Query) (Page[PersonLine], error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return Page[PersonLine]{}, err
	}
	now := time.Now().In(d.Location())
	chosen, err := roll.choose(q.Only, now)
	if err != nil {
		return Page[PersonLine]{}, err
	}
	return roll.pageOfPeople(q, now, chosen)
}

// pageOfPeople finds, sorts and cuts the people that are wanted.
func (r *Roll) pageOfPeople(q Query, now time.Time, want func(*doorlink.Person) bool) (Page[PersonLine], error) {
	var found []placed
	at := r.places()
	for i := range r.People {
		p := &r.People[i]
		if (q.Find == "" || r.personFinds(q.Find, p)) && want(p) {
			found = append(found, r.placed(at, p))
		}
	}
	part, err := page(found, q, order[placed]{
		by: map[string]func(a, b placed) int{"": byName, "unit": byUnit},
		id: func(p placed) string { return string(p.ID) },
	})
	lines := Page[PersonLine]{Total: part.Total, Next: part.Next}
	for _, p := range part.Rows {
		lines.Rows = append(lines.Rows, r.personLine(*p.Person, now))
	}
	return lines, err
}

func (r *Roll) placed(at places, p *doorlink.Person) placed {
	return placed{p, at.people[p.ID], r.unitPlace(at, p.ID)}
}

func byName(a, b placed) int { return cmp.Compare(a.name, b.name) }

func byUnit(a, b placed) int { return cmp.Or(cmp.Compare(a.unit, b.unit), byName(a, b)) }

// choose makes the filter of Query.Only.
func (r *Roll) choose(only map[string]string, now time.Time) (func(*doorlink.Person) bool, error) {
	unit, door, key := doorlink.UnitID(only["unit"]), doorlink.DoorID(only["door"]), doorlink.KeyID(only["key"])
	if _, ok := r.Unit(unit); unit != "" && !ok {
		return nil, ErrUnitGone
	}
	if _, ok := r.Door(door); door != "" && !ok {
		return nil, ErrDoorGone
	}
	if _, ok := r.Key(key); key != "" && !ok {
		return nil, ErrKeyGone
	}
	return func(p *doorlink.Person) bool {
		return (unit == "" || r.livesIn(p.ID, unit)) && (key == "" || r.holdsKey(p.ID, key)) && r.shows(only["show"], *p, door, now)
	}, nil
}

func (r *Roll) shows(which string, p doorlink.Person, door doorlink.DoorID, now time.Time) bool {
	if which == Unlisted && door == "" {
		return r.listedAt(p, now) == 0
	}
	if door != "" && r.Listed(p, door, now) == (which == Unlisted) {
		return false
	}
	switch which {
	case Unreached:
		return r.unreached(p, now)
	case NotJoined, Joined:
		return p.Activated == (which == Joined)
	case Ended:
		return !slices.ContainsFunc(r.held[p.ID], func(h doorlink.Holder) bool { return h.To.IsZero() || now.Before(h.To) })
	}
	return true
}

func (r *Roll) livesIn(p doorlink.PersonID, u doorlink.UnitID) bool {
	return slices.ContainsFunc(r.of[p], func(m doorlink.Membership) bool { return m.Unit == u })
}

func (r *Roll) holdsKey(p doorlink.PersonID, k doorlink.KeyID) bool {
	return slices.ContainsFunc(r.held[p], func(h doorlink.Holder) bool { return h.Key == k })
}

// listedAt counts the doors whose directory a person is in.
func (r *Roll) listedAt(p doorlink.Person, now time.Time) (n int) {
	for _, w := range r.Panels {
		if r.Listed(p, w.Door, now) {
			n++
		}
	}
	return n
}

// personFinds looks in the name, the address and the units' names.
func (r *Roll) personFinds(find string, p *doorlink.Person) bool {
	texts := []string{p.Given, p.Family, p.Email}
	for _, m := range r.of[p.ID] {
		texts = append(texts, r.units[m.Unit].Name)
	}
	return finds(find, texts...)
}

// unitPlace is where the first unit of a person comes; after all for who has
// none.
func (r *Roll) unitPlace(at places, p doorlink.PersonID) int {
	place := len(r.Units)
	for _, m := range r.of[p] {
		place = min(place, at.units[m.Unit])
	}
	return place
}

func (r *Roll) personLine(p doorlink.Person, now time.Time) PersonLine {
	line := PersonLine{
		Person: p, Tag: doorlink.Row{Person: &p}.Tag(), Units: r.unitsIn(p.ID),
		Listed: r.listedAt(p, now), Doors: len(r.Panels), Ring: ringOf(r.Reach[p.ID], now),
	}
	for _, h := range r.held[p.ID] {
		if holds(h, now) {
			line.Keys = append(line.Keys, r.keys[h.Key])
		}
	}
	slices.SortFunc(line.Keys, keysByName)
	line.ShownAs = r.shownAs(p, line.Units)
	if line.Listed == 0 {
		line.Lack = r.lack(p, now)
	}
	return line
}

// shownAs is what a visitor reads: a Featured Entry stands under its own name.
func (r *Roll) shownAs(p doorlink.Person, units []doorlink.Unit) string {
	switch {
	case !p.Shown || len(units) == 0:
		return ""
	case units[0].Featured:
		return units[0].Name
	}
	return p.As(r.Property.Names, units[0].Name)
}

// lack is the first condition that somebody who is listed nowhere does not meet,
// at the door where they come nearest to it.
func (r *Roll) lack(p doorlink.Person, now time.Time) (fact string) {
	best := -1
	for _, w := range r.Panels {
		for _, f := range r.Facts(p, w.Door) {
			met, first := 0, ""
			for _, c := range f.Explain(now) {
				if c.Met {
					met++
				} else if first == "" {
					first = c.Fact
				}
			}
			if met > best {
				best, fact = met, first
			}
		}
	}
	return fact
}

// PeopleCounts are the figures above the list of people.
type PeopleCounts struct {
	People    int
	NotJoined int
	Unreached int // units in which nothing rings for anybody: see Desk.Unreached
	Residents int // people whom a visitor can mean: they live in a unit, hold a key and show themselves
	Reached   int // those of them for whom something would ring
}

// CountPeople counts. Needs See.
func (d *Desk) CountPeople(ctx context.Context) (PeopleCounts, error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return PeopleCounts{}, err
	}
	c, now := PeopleCounts{People: len(roll.People)}, time.Now().In(d.Location())
	for _, p := range roll.People {
		if !p.Activated {
			c.NotJoined++
		}
		if roll.meant(p, now) {
			c.Residents++
			if ringOf(roll.Reach[p.ID], now).State == Reached {
				c.Reached++
			}
		}
	}
	for _, u := range roll.unreachedUnits(now) {
		if u.Silent() {
			c.Unreached++
		}
	}
	return c, nil
}

// UnitReach is how many of a unit's residents a visitor could not reach. It says
// nothing of who was called.
type UnitReach struct {
	doorlink.Unit
	Residents int // who show themselves and hold a key
	Unreached int
}

// Silent reports whether nothing would ring for anybody of the unit.
func (u UnitReach) Silent() bool { return u.Unreached == u.Residents }

// SilentUnits is what Query.Only["show"] chooses among the units of Unreached:
// those in which nothing rings for anybody.
const SilentUnits = "silent"

// Unreached lists the units in which somebody cannot be reached, in the order of
// the directory. Query.Find looks in their names, Query.Sort knows "unreached",
// Query.Only "show". Needs See.
func (d *Desk) Unreached(ctx context.Context, q Query) (Page[UnitReach], error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return Page[UnitReach]{}, err
	}
	at := roll.places().units
	inOrder := func(a, b UnitReach) int { return cmp.Compare(at[a.ID], at[b.ID]) }
	found := slices.DeleteFunc(roll.unreachedUnits(time.Now().In(d.Location())), func(u UnitReach) bool {
		return !finds(q.Find, u.Name) || q.Only["show"] == SilentUnits && !u.Silent()
	})
	return page(found, q, order[UnitReach]{
		by: map[string]func(a, b UnitReach) int{
			"":          inOrder,
			"unreached": func(a, b UnitReach) int { return cmp.Or(cmp.Compare(a.Unreached, b.Unreached), inOrder(a, b)) },
		},
		id: func(u UnitReach) string { return string(u.ID) },
	})
}

func (r *Roll) unreachedUnits(now time.Time) []UnitReach {
	var all []UnitReach
	for _, u := range r.UnitsInOrder() {
		reach := UnitReach{Unit: u}
		for _, m := range r.inUnit[u.ID] {
			p := r.people[m.Person]
			switch {
			case r.unreached(p, now):
				reach.Unreached++
				reach.Residents++
			case p.Shown && ringOf(r.Reach[p.ID], now).State == Reached:
				reach.Residents++
			}
		}
		if reach.Unreached > 0 {
			all = append(all, reach)
		}
	}
	return all
}
