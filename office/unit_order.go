package office

import (
	"context"

	"doorlink"
)

// placeOf is a unit's place in the directory, from 1; Featured Entries count
// apart.
func (r *Roll) placeOf(u doorlink.Unit) int {
	place := r.places().units[u.ID] + 1
	if !u.Featured {
		place -= r.featured()
	}
	return place
}

// featured is how many Featured Entries there are; they come first.
func (r *Roll) featured() (n int) {
	for _, u := range r.Units {
		if u.Featured {
			n++
		}
	}
	return n
}

// MoveUnit puts a unit at a place in the directory, from 1; Featured Entries
// have places of their own. A place beyond the last is the last. It fails with
// doorlink.ErrChanged if the unit is no longer where the asker saw it, unless
// from is 0. Needs EditPeople.
func (d *Desk) MoveUnit(ctx context.Context, id doorlink.UnitID, from, to int) (Receipt, error) {
	roll, u, err := begin(ctx, d, doorlink.EditPeople, (*Roll).Unit, id)
	if err != nil {
		return Receipt{}, err
	}
	now := roll.placeOf(u)
	if from != 0 && from != now {
		return Receipt{}, doorlink.ErrChanged
	}
	units := roll.UnitsInOrder()
	if n := roll.featured(); u.Featured {
		units = units[:n]
	} else {
		units = units[n:]
	}
	return d.do(ctx, act{action: "unit.move", subject: string(id), changes: reorder(units, now-1, max(to-1, 0))})
}

// reorder are the changes that move one of some units, which are in order. Units
// behind the moved one that have no rank need none: they come by name, as they
// did.
func reorder(units []doorlink.Unit, from, to int) []doorlink.Change {
	to = min(to, len(units)-1)
	if from == to {
		return nil
	}
	next := append([]doorlink.Unit(nil), units[:from]...)
	next = append(next, units[from+1:]...)
	next = append(next[:to], append([]doorlink.Unit{units[from]}, next[to:]...)...)
	ranked := to + 1
	for i, u := range next {
		if u.Rank != 0 {
			ranked = max(ranked, i+1)
		}
	}
	var changes []doorlink.Change
	for i, was := range next {
		u := was
		if u.Rank = i + 1; i >= ranked {
			u.Rank = 0
		}
		if u != was {
			changes = append(changes, doorlink.Edit(doorlink.Row{Unit: &was}, doorlink.Row{Unit: &u}))
		}
	}
	return changes
}

// OrderByName forgets every chosen place: units come in house order again,
// behind the Featured Entries. Needs EditPeople.
func (d *Desk) OrderByName(ctx context.Context) (Receipt, error) {
	roll, err := d.rollFor(ctx, doorlink.EditPeople)
	if err != nil {
		return Receipt{}, err
	}
	var changes []doorlink.Change
	for _, was := range roll.Units {
		if u := was; u.Rank != 0 && !u.Featured {
			u.Rank = 0
			changes = append(changes, doorlink.Edit(doorlink.Row{Unit: &was}, doorlink.Row{Unit: &u}))
		}
	}
	return d.do(ctx, act{action: "unit.by_name", changes: changes})
}

// HideUnit leaves a unit out of the directory of a door, or shows it there
// again. Hiding what is hidden, and showing what is shown, changes nothing. A
// unit or door of elsewhere is ErrUnitGone or ErrDoorGone. Needs EditPeople.
func (d *Desk) HideUnit(ctx context.Context, h doorlink.Hidden, hide bool) (Receipt, error) {
	roll, err := d.rollFor(ctx, doorlink.EditPeople)
	if err != nil {
		return Receipt{}, err
	}
	_, unit := roll.Unit(h.Unit)
	_, door := roll.Door(h.Door)
	row := doorlink.Row{Hidden: &h}
	switch is := roll.HiddenAt(h.Door, h.Unit); {
	case !unit:
		return Receipt{}, ErrUnitGone
	case !door:
		return Receipt{}, ErrDoorGone
	case is == hide:
		return Receipt{}, nil
	case hide:
		return d.do(ctx, act{action: "unit.hide", subject: string(h.Unit), changes: []doorlink.Change{doorlink.Add(row)}})
	}
	return d.do(ctx, act{action: "unit.unhide", subject: string(h.Unit), changes: []doorlink.Change{doorlink.Remove(row)}})
}
