package office

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/store"
)

// Roll is a building as it stands, with ways to find what belongs together. It
// is shared and never changes: sort a copy.
type Roll struct {
	*store.Standing

	doors    map[doorlink.DoorID]doorlink.Door
	panels   map[doorlink.DoorID]doorlink.Panel
	stickers map[doorlink.PanelID][]doorlink.Sticker
	units    map[doorlink.UnitID]doorlink.Unit
	people   map[doorlink.PersonID]doorlink.Person
	keys     map[doorlink.KeyID]doorlink.Key
	inUnit   map[doorlink.UnitID][]doorlink.Membership
	of       map[doorlink.PersonID][]doorlink.Membership
	held     map[doorlink.PersonID][]doorlink.Holder
	holders  map[doorlink.KeyID][]doorlink.Holder
	onKey    map[doorlink.KeyID][]doorlink.KeyDoor
	keysOn   map[doorlink.DoorID][]doorlink.KeyDoor
	hidden   map[doorlink.Hidden]bool
	places   func() places // made when it is first asked for
}

// newRoll makes the ways.
func newRoll(s *store.Standing) *Roll {
	r := &Roll{
		Standing: s,
		doors:    index(s.Doors, func(d doorlink.Door) doorlink.DoorID { return d.ID }),
		panels:   index(s.Panels, func(p doorlink.Panel) doorlink.DoorID { return p.Door }),
		stickers: group(s.Stickers, func(t doorlink.Sticker) doorlink.PanelID { return t.Panel }),
		units:    index(s.Units, func(u doorlink.Unit) doorlink.UnitID { return u.ID }),
		people:   index(s.People, func(p doorlink.Person) doorlink.PersonID { return p.ID }),
		keys:     index(s.Keys, func(k doorlink.Key) doorlink.KeyID { return k.ID }),
		inUnit:   group(s.Memberships, func(m doorlink.Membership) doorlink.UnitID { return m.Unit }),
		of:       group(s.Memberships, func(m doorlink.Membership) doorlink.PersonID { return m.Person }),
		held:     group(s.Holders, func(h doorlink.Holder) doorlink.PersonID { return h.Person }),
		holders:  group(s.Holders, func(h doorlink.Holder) doorlink.KeyID { return h.Key }),
		onKey:    group(s.KeyDoors, func(k doorlink.KeyDoor) doorlink.KeyID { return k.Key }),
		keysOn:   group(s.KeyDoors, func(k doorlink.KeyDoor) doorlink.DoorID { return k.Door }),
		hidden:   map[doorlink.Hidden]bool{},
	}
	for _, h := range s.Hidden {
		r.hidden[h] = true
	}
	r.places = sync.OnceValue(r.order)
	return r
}

func index[K comparable, V any](all []V, key func(V) K) map[K]V {
	m := make(map[K]V, len(all))
	for _, v := range all {
		m[key(v)] = v
	}
	return m
}

func group[K comparable, V any](all []V, key func(V) K) map[K][]V {
	m := map[K][]V{}
	for _, v := range all {
		m[key(v)] = append(m[key(v)], v)
	}
	return m
}

// Door, Panel, Unit, Person and Key find one thing of the property, or report
// false: another property's things are not there.
func (r *Roll) Door(id doorlink.DoorID) (doorlink.Door, bool) { d, ok := r.doors[id]; return d, ok }

// Panel finds the panel beside a door.
func (r *Roll) Panel(of doorlink.DoorID) (doorlink.Panel, bool) { p, ok := r.panels[of]; return p, ok }

// Unit finds a unit.
func (r *Roll) Unit(id doorlink.UnitID) (doorlink.Unit, bool) { u, ok := r.units[id]; return u, ok }

// UnitNamed finds a unit by its name as people type it: blanks around it and the
// case do not matter, unless two names differ by that alone.
func (r *Roll) UnitNamed(typed string) (found doorlink.Unit, ok bool) {
	typed = strings.Join(strings.Fields(typed), " ")
	for _, u := range r.Units {
		switch {
		case u.Name == typed:
			return u, true
		case strings.EqualFold(u.Name, typed):
			found, ok = u, true
		}
	}
	return found, ok
}

// Person finds a person.
func (r *Roll) Person(id doorlink.PersonID) (doorlink.Person, bool) {
	p, ok := r.people[id]
	return p, ok
}

// Key finds a key.
func (r *Roll) Key(id doorlink.KeyID) (doorlink.Key, bool) { k, ok := r.keys[id]; return k, ok }

// StickersOf are the stickers that a panel has had, the first one first.
func (r *Roll) StickersOf(p doorlink.PanelID) []doorlink.Sticker { return r.stickers[p] }

// Members are the people of a unit.
func (r *Roll) Members(u doorlink.UnitID) []doorlink.Membership { return r.inUnit[u] }

// UnitsOf are the units a person belongs to.
func (r *Roll) UnitsOf(p doorlink.PersonID) []doorlink.Membership { return r.of[p] }

// KeysOf are the keys a person holds, whatever their dates.
func (r *Roll) KeysOf(p doorlink.PersonID) []doorlink.Holder { return r.held[p] }

// HoldersOf are the people who hold a key, whatever their dates.
func (r *Roll) HoldersOf(k doorlink.KeyID) []doorlink.Holder { return r.holders[k] }

// DoorsOn are the doors on a key.
func (r *Roll) DoorsOn(k doorlink.KeyID) []doorlink.KeyDoor { return r.onKey[k] }

// HiddenAt reports whether the directory of a door leaves a unit out.
func (r *Roll) HiddenAt(d doorlink.DoorID, u doorlink.UnitID) bool {
	return r.hidden[doorlink.Hidden{Door: d, Unit: u}]
}

// Facts are a person's facts at a door: one for each of their units, or a
// single one without a unit. They are what the visitor's directory is made
// from, so that what a manager reads is what a visitor gets.
func (r *Roll) Facts(p doorlink.Person, d doorlink.DoorID) []directory.Facts {
	var grants []directory.Grant
	for _, h := range r.held[p.ID] {
		for _, k := range r.onKey[h.Key] {
			if k.Door == d {
				grants = append(grants, directory.Grant{
					From: h.From, To: h.To, Hours: k.Hours,
					MayShare: r.keys[h.Key].MayShare, NeedsShare: r.doors[d].NeedsShare,
				})
			}
		}
	}
	one := directory.Facts{Person: p, Grants: grants, Handsets: r.Reach[p.ID].Handsets}
	if len(r.of[p.ID]) == 0 {
		return []directory.Facts{one}
	}
	var all []directory.Facts
	for _, m := range r.of[p.ID] {
		one.Entry, one.Unit = m.Entry, r.units[m.Unit]
		one.Hidden = r.HiddenAt(d, m.Unit)
		all = append(all, one)
	}
	return all
}

// Listed reports whether a person is in the directory of a door at now.
func (r *Roll) Listed(p doorlink.Person, d doorlink.DoorID, now time.Time) bool {
	return slices.ContainsFunc(r.Facts(p, d), func(f directory.Facts) bool { return f.Listed(now) })
}

// rolls keeps the roll of each property until its revision grows.
type rolls struct {
	db *store.DB

	mu   sync.Mutex
	kept map[doorlink.PropertyID]*Roll
}

// maxRolls bounds the memory: a roll of ten thousand people is a few megabytes.
const maxRolls = 16

func newRolls(db *store.DB) *rolls { return &rolls{db: db, kept: map[doorlink.PropertyID]*Roll{}} }

// at is the roll as it stands. Two who ask at once may both read it.
func (r *rolls) at(ctx context.Context, p doorlink.PropertyID) (*Roll, error) {
	revision, err := r.db.Revision(ctx, p)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	kept := r.kept[p]
	r.mu.Unlock()
	if kept != nil && kept.Revision == revision {
		return kept, nil
	}
	s, err := r.db.Standing(ctx, p)
	if err != nil {
		return nil, err
	}
	made := newRoll(s)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.kept) >= maxRolls {
		clear(r.kept)
	}
	r.kept[p] = made
	return made, nil
}

// Roll is the building as it stands. It needs doorlink.See, which everybody
// with a desk has.
func (d *Desk) Roll(ctx context.Context) (*Roll, error) { return d.rolls.at(ctx, d.Property.ID) }

// rollFor is Roll for what needs an ability.
func (d *Desk) rollFor(ctx context.Context, needs doorlink.Ability) (*Roll, error) {
	if err := d.may(needs); err != nil {
		return nil, err
	}
	return d.Roll(ctx)
}

// begin is how most methods begin that are about one thing: it finds the thing in
// the roll, for what needs an ability, or says what is missing.
func begin[ID, T any](ctx context.Context, d *Desk, needs doorlink.Ability, find func(*Roll, ID) (T, bool), id ID) (*Roll, T, error) {
	var one T
	roll, err := d.rollFor(ctx, needs)
	if err != nil {
		return nil, one, err
	}
	one, ok := find(roll, id)
	if !ok {
		return nil, one, missing(id)
	}
	return roll, one, nil
}
