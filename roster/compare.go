package roster

import (
	"cmp"
	"slices"

	"doorlink"
)

// Compare works out what would change if the building became like the list. It
// changes nothing, and gives new units, people and memberships their IDs.
//
// Units that a row names are all the units a person then has, but for Featured
// Entries, which lists leave alone; units that are not there are added. Keys are
// given, and taken only as Options say. Nothing is taken from somebody of whom a row
// cannot be used, since it may be the one that says they keep it. An activated
// person's Show in intercom is theirs and stays.
func Compare(s *Sheet, h House, o Options) Plan {
	c := &comparison{
		index: indexOf(h), options: o,
		listed: make(map[string]bool, len(s.Rows)), doubted: map[string]int{}, claimed: map[doorlink.PersonID]bool{},
	}
	c.plan.Lines = make([]Line, 0, len(s.Rows)+len(s.Problems))
	for _, r := range s.Rows {
		c.listed[r.Email] = true
	}
	for _, p := range s.Problems {
		c.plan.Lines = append(c.plan.Lines, skip(p.Row, p.Err))
	}
	all, skipped := wishes(s.Rows)
	c.plan.Lines = append(c.plan.Lines, skipped...)
	for _, l := range c.plan.Lines {
		c.listed[l.Person.Email], c.doubted[l.Person.Email] = true, l.Row
	}
	delete(c.listed, "")
	for _, w := range all {
		c.plan.Lines = append(c.plan.Lines, c.line(w))
	}
	for _, r := range s.Rows {
		if r.Email == "" {
			c.unitAlone(r)
		}
	}
	slices.SortStableFunc(c.plan.Lines, func(a, b Line) int { return cmp.Compare(a.Row, b.Row) })
	slices.SortStableFunc(c.plan.Units, func(a, b NewUnit) int { return cmp.Compare(a.Row, b.Row) })
	if o.Leavers && s.People && len(all) > 0 {
		c.leavers(s.Problems)
	}
	return c.plan
}

// comparison is a plan in the making.
type comparison struct {
	*index
	options Options
	plan    Plan
	listed  map[string]bool            // addresses that any row has
	doubted map[string]int             // those with a row that cannot be used, and which
	claimed map[doorlink.PersonID]bool // who got another address by decision
}

// unitAlone adds the unit of a row without people.
func (c *comparison) unitAlone(r Row) {
	_, found, err := c.units.find(r.Unit)
	switch {
	case err != nil:
		c.plan.Lines = append(c.plan.Lines, skip(r, err))
	case !found:
		c.newUnit(r.Line, r.Unit)
	}
}

func (c *comparison) newUnit(row int, name string) doorlink.Unit {
	u := doorlink.Unit{ID: doorlink.NewID[doorlink.UnitID]("unit"), Property: c.Property, Name: name}
	c.plan.Units = append(c.plan.Units, NewUnit{row, u})
	c.addUnit(u)
	return u
}

// line says what becomes of one person of the list.
func (c *comparison) line(w *wish) Line {
	was, found, question := c.who(w)
	if question != nil {
		return *question
	}
	switch w.row.Lease {
	case PastLease:
		return c.past(w, was, found)
	case FutureLease:
		if found && len(c.holds[was.ID]) > 0 { // a lease to come takes nothing
			return c.same(w.line, was)
		}
		if !w.dated() {
			return w.skip(ErrNoStart)
		}
	}
	if !found && w.row.Name() == "" {
		return w.skip(ErrNameless)
	}
	if !found {
		was = doorlink.Person{}
	}
	return c.present(w, was)
}

// dated reports whether everything the wish asks for begins on a day.
func (w *wish) dated() bool {
	for _, g := range w.grants {
		if g.from == 0 {
			return false
		}
	}
	return len(w.grants) > 0 || w.dates.from != 0
}

// who finds the person of a wish: by address, by decision, or nobody. A person
// who may be meant is a question instead.
func (c *comparison) who(w *wish) (was doorlink.Person, found bool, question *Line) {
	if id, ok := c.byEmail[w.row.Email]; ok {
		return c.person[id], true, nil
	}
	id, decided := c.options.Decided[w.row.Email]
	if decided && id == "" {
		return was, false, nil
	}
	if p, ok := c.person[id]; ok && !c.listed[p.Email] && !c.claimed[id] {
		c.claimed[id] = true
		return p, true, nil
	}
	for _, id := range c.byName[fold(w.row.Name())] {
		if p := c.person[id]; w.row.Name() != "" && !c.listed[p.Email] && !c.claimed[id] && c.neighbours(id, w.units) {
			l := w.skip(ErrPartial.With("name", fullName(p.Given, p.Family)))
			l.What, l.Other, l.Was = Undecided, id, p
			return was, false, &l
		}
	}
	return was, false, nil
}

// neighbours reports whether a person is in one of the units.
func (c *comparison) neighbours(p doorlink.PersonID, units []string) bool {
	for _, m := range c.in[p] {
		for _, name := range units {
			if fold(name) == fold(c.unit[m.Unit].Name) {
				return true
			}
		}
	}
	return false
}

func (c *comparison) past(w *wish, was doorlink.Person, found bool) Line {
	switch {
	case !found:
		return w.skip(ErrUnknown)
	case c.doubted[w.row.Email] > 0:
		return w.skip(ErrTwice.With("line", c.doubted[w.row.Email]))
	case c.staffs(was.ID):
		l := w.skip(ErrStaff)
		l.What, l.Other, l.Was = Undecided, was.ID, was
		return l
	case len(c.in[was.ID])+len(c.holds[was.ID]) == 0:
		return c.same(w.line, was)
	}
	return c.leave(w.line, was)
}

// same is the line of somebody who stays as they are.
func (c *comparison) same(row int, p doorlink.Person) Line {
	l := Line{Row: row, What: Same, Was: p, Person: p}
	for _, m := range c.in[p.ID] {
		l.Units = append(l.Units, Item{Name: c.unit[m.Unit].Name})
	}
	for _, h := range c.holds[p.ID] {
		span := Span{h.From, h.To}
		l.Keys = append(l.Keys, Item{Name: c.key[h.Key].Name, Was: span, Will: span})
	}
	return l
}

// leave ends all that somebody has; their record stays.
func (c *comparison) leave(row int, p doorlink.Person) Line {
	l := c.same(row, p)
	l.What = Leave
	for i, m := range c.in[p.ID] {
		l.Units[i].Move = Removed
		l.Changes = append(l.Changes, doorlink.Remove(doorlink.Row{Membership: &m}))
	}
	for i, h := range c.holds[p.ID] {
		l.Keys[i].Move, l.Keys[i].Will = Removed, Span{}
		l.Changes = append(l.Changes, doorlink.Remove(doorlink.Row{Holder: &h}))
	}
	return l
}

// leavers adds the people who are missing from the list. Somebody whom a row
// that could not be read may mean is not missing.
func (c *comparison) leavers(problems []Problem) {
	spared := map[doorlink.PersonID]bool{}
	units, names := map[string]bool{}, map[string]bool{}
	for _, l := range c.plan.Lines {
		spared[l.Other] = true
	}
	for _, p := range problems {
		switch {
		case p.Email != "": // listed
		case p.Unit == "" && p.Name() == "":
			return
		default:
			units[fold(p.Unit)], names[fold(p.Name())] = true, true
		}
	}
	for _, p := range c.People {
		if p.Email == "" || c.listed[p.Email] || c.claimed[p.ID] || spared[p.ID] ||
			names[fold(fullName(p.Given, p.Family))] || !c.resides(p.ID) || c.staffs(p.ID) || c.livesIn(p.ID, units) {
			continue
		}
		c.plan.Lines = append(c.plan.Lines, c.leave(0, p))
	}
}

func (c *comparison) livesIn(p doorlink.PersonID, units map[string]bool) bool {
	return slices.ContainsFunc(c.in[p], func(m doorlink.Membership) bool { return units[fold(c.unit[m.Unit].Name)] })
}
