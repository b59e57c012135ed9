package roster

import (
	"slices"
	"time"

	"doorlink"
)

// present is the line of somebody who lives here, or will. was is zero for
// somebody new. Nothing is added to the plan before all of the wish was found to
// be possible.
func (c *comparison) present(w *wish, was doorlink.Person) Line {
	keys, err := c.wanted(w, was)
	if err != nil {
		return w.skip(err)
	}
	if err := c.possible(w, was); err != nil {
		return w.skip(err)
	}
	will := was
	if was.ID == "" {
		will = doorlink.Person{ID: doorlink.NewID[doorlink.PersonID]("pers"), Property: c.Property, Shown: true}
	}
	will = w.as(will)
	l := Line{Row: w.line, More: w.more, Was: was, Person: will}
	before, after := c.move(&l, w)
	l.Changes = append(l.Changes, before...)
	if was.ID == "" {
		l.Changes = append(l.Changes, doorlink.Add(doorlink.Row{Person: &will}))
	} else if will != was {
		l.Changes = append(l.Changes, doorlink.Edit(doorlink.Row{Person: &was}, doorlink.Row{Person: &will}))
	}
	l.Changes = append(l.Changes, after...)
	c.hold(&l, keys, c.options.TakeKeys && len(w.grants) > 0 && c.doubted[w.row.Email] == 0)
	switch {
	case was.ID == "":
		l.What = New
	case len(l.Changes) > 0:
		l.What = Change
	default:
		l.What = Same
	}
	return l
}

// possible fails for units that cannot be told apart, and for Featured Entries
// that the person does not staff already.
func (c *comparison) possible(w *wish, was doorlink.Person) *doorlink.Error {
	for _, name := range w.units {
		u, found, err := c.units.find(name)
		if err != nil {
			return err
		}
		if found && u.Featured && !c.isIn(was.ID, u.ID) {
			return ErrFeatured.With("name", u.Name)
		}
	}
	return nil
}

func (c *comparison) isIn(p doorlink.PersonID, u doorlink.UnitID) bool {
	for _, m := range c.in[p] {
		if m.Unit == u {
			return true
		}
	}
	return false
}

// move puts a person into the units of a wish, and out of the others: the
// changes before the person's own and those after it.
func (c *comparison) move(l *Line, w *wish) (before, after []doorlink.Change) {
	want := map[doorlink.UnitID]bool{}
	var units []doorlink.Unit
	for _, name := range w.units {
		u, found, _ := c.units.find(name) // possible has seen the error
		if !found {
			u = c.newUnit(w.line, name)
		}
		if !want[u.ID] {
			units = append(units, u)
		}
		want[u.ID] = true
	}
	for _, m := range c.in[l.Was.ID] {
		u, item := c.unit[m.Unit], Item{Name: c.unit[m.Unit].Name}
		if len(units) > 0 && !want[u.ID] && !u.Featured && c.doubted[w.row.Email] == 0 {
			item.Move = Removed
			before = append(before, doorlink.Remove(doorlink.Row{Membership: &m}))
		}
		l.Units = append(l.Units, item)
	}
	for _, u := range units {
		if !c.isIn(l.Was.ID, u.ID) {
			l.Units = append(l.Units, Item{Name: u.Name, Move: Added})
			after = append(after, doorlink.Add(doorlink.Row{Membership: &doorlink.Membership{
				ID: doorlink.NewID[doorlink.MembershipID]("memb"), Entry: doorlink.NewEntryID(), Person: l.Person.ID, Unit: u.ID,
			}}))
		}
	}
	return before, after
}

// wanted are the keys a person is to hold at least, with their dates, in the
// order of the list.
func (c *comparison) wanted(w *wish, was doorlink.Person) ([]doorlink.Holder, *doorlink.Error) {
	asked, err := c.asked(w, was)
	if err != nil {
		return nil, err
	}
	var all []doorlink.Holder
	for _, a := range asked {
		h := a.on(c.holding(was.ID, a.id), c.Zone)
		if !h.To.IsZero() && !h.To.After(h.From) {
			return nil, ErrDates
		}
		if !slices.ContainsFunc(all, func(other doorlink.Holder) bool { return other.Key == h.Key }) {
			all = append(all, h)
		}
	}
	if len(all) == 0 && w.dates != (grant{}) {
		return nil, ErrKeyDates
	}
	return all, nil
}

// asking is a grant whose key was found.
type asking struct {
	grant
	id doorlink.KeyID
}

// asked are the keys that a wish names or means.
func (c *comparison) asked(w *wish, was doorlink.Person) (all []asking, err *doorlink.Error) {
	for _, g := range w.grants {
		k, found, err := c.keys.find(g.key)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, ErrKey.With("name", g.key)
		}
		all = append(all, asking{g, k.ID})
	}
	if len(all) == 0 {
		for _, id := range c.unnamed(w, was) {
			all = append(all, asking{w.dates, id})
		}
	}
	return all, nil
}

// holding is a key as a person holds it, or as a resident would begin to.
func (c *comparison) holding(p doorlink.PersonID, k doorlink.KeyID) doorlink.Holder {
	for _, h := range c.holds[p] {
		if h.Key == k {
			return h
		}
	}
	return doorlink.Holder{Key: k, Person: p, Resident: true}
}

// unnamed are the keys that rows without any key mean: those of Options for
// somebody who has nothing here yet, and else, if there are dates to put on
// them, all that the person holds.
func (c *comparison) unnamed(w *wish, was doorlink.Person) (all []doorlink.KeyID) {
	if len(c.in[was.ID])+len(c.holds[was.ID]) == 0 {
		for _, k := range c.options.Keys {
			if _, ok := c.key[k]; ok {
				all = append(all, k)
			}
		}
		return all
	}
	if w.dates != (grant{}) {
		for _, h := range c.holds[was.ID] {
			all = append(all, h.Key)
		}
	}
	return all
}

// on puts the days of a grant on a key that is held. Days that are not said stay
// as they are, and so does the time of day of those that are the same.
func (g grant) on(h doorlink.Holder, zone *time.Location) doorlink.Holder {
	if g.from != 0 && (h.From.IsZero() || doorlink.DayIn(h.From, zone) != g.from) {
		h.From = g.from.Start(zone).UTC()
	}
	if g.to != 0 && (h.To.IsZero() || LastDay(h.To, zone) != g.to) {
		h.To = g.to.End(zone).UTC()
	}
	return h
}

// LastDay is the last day of access that ends at an instant: an export writes
// it, and Read reads it back to the same end.
func LastDay(end time.Time, zone *time.Location) doorlink.Day {
	return doorlink.DayIn(end.Add(-time.Nanosecond), zone)
}

// hold gives a line its keys. If take is set, keys that are not wanted go.
func (c *comparison) hold(l *Line, want []doorlink.Holder, take bool) {
	wanted, held := map[doorlink.KeyID]doorlink.Holder{}, map[doorlink.KeyID]bool{}
	for _, h := range want {
		wanted[h.Key] = h
	}
	for _, was := range c.holds[l.Was.ID] {
		held[was.Key] = true
		will, named := wanted[was.Key]
		span := Span{was.From, was.To}
		item := Item{Name: c.key[was.Key].Name, Was: span, Will: span}
		switch {
		case !named && take:
			item.Move, item.Will = Removed, Span{}
			l.Changes = append(l.Changes, doorlink.Remove(doorlink.Row{Holder: &was}))
		case named && will != was:
			item.Move, item.Will = Dated, Span{will.From, will.To}
			l.Changes = append(l.Changes, doorlink.Edit(doorlink.Row{Holder: &was}, doorlink.Row{Holder: &will}))
		}
		l.Keys = append(l.Keys, item)
	}
	for _, h := range want {
		if h.Person = l.Person.ID; !held[h.Key] {
			l.Keys = append(l.Keys, Item{Name: c.key[h.Key].Name, Move: Added, Will: Span{h.From, h.To}})
			l.Changes = append(l.Changes, doorlink.Add(doorlink.Row{Holder: &h}))
		}
	}
}
