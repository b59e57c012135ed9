package office

import (
	"cmp"
	"slices"
	"strings"

	"doorlink"
	"doorlink/directory"
)

// places are where people, units and keys come in lists, from 0, so that sorting
// ten thousand of them compares numbers.
type places struct {
	people map[doorlink.PersonID]int
	keys   map[doorlink.KeyID]int
	opens  map[doorlink.KeyID][]doorlink.KeyDoor // the doors on a key, by name
	units  map[doorlink.UnitID]int               // as directories have them
	byName map[doorlink.UnitID]int
}

// order puts people by family name and units in their orders.
func (r *Roll) order() places {
	type folded struct {
		id   doorlink.PersonID
		name string
	}
	names := make([]folded, len(r.People))
	for i, p := range r.People {
		names[i] = folded{p.ID, directory.Fold(p.Family) + " " + directory.Fold(p.Given)}
	}
	slices.SortFunc(names, func(a, b folded) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(string(a.id), string(b.id)))
	})
	p := places{people: make(map[doorlink.PersonID]int, len(names)), units: map[doorlink.UnitID]int{}, byName: map[doorlink.UnitID]int{}}
	for i, n := range names {
		p.people[n.id] = i
	}
	units := slices.SortedFunc(slices.Values(r.Units), directory.CompareUnits)
	for i, u := range units {
		p.units[u.ID] = i
	}
	slices.SortStableFunc(units, func(a, b doorlink.Unit) int { return directory.CompareNames(a.Name, b.Name) })
	for i, u := range units {
		p.byName[u.ID] = i
	}
	p.keys, p.opens = r.orderKeys()
	return p
}

// orderKeys puts keys, and the doors on each, by name.
func (r *Roll) orderKeys() (at map[doorlink.KeyID]int, opens map[doorlink.KeyID][]doorlink.KeyDoor) {
	at, opens = map[doorlink.KeyID]int{}, map[doorlink.KeyID][]doorlink.KeyDoor{}
	keys := slices.SortedFunc(slices.Values(r.Keys), keysByName)
	for i, k := range keys {
		at[k.ID] = i
		opens[k.ID] = slices.SortedFunc(slices.Values(r.onKey[k.ID]), func(a, b doorlink.KeyDoor) int {
			return directory.CompareNames(r.doors[a.Door].Name, r.doors[b.Door].Name)
		})
	}
	return at, opens
}

// UnitsInOrder are the units as directories list them, Featured Entries first.
func (r *Roll) UnitsInOrder() []doorlink.Unit {
	units := make([]doorlink.Unit, len(r.Units))
	for _, u := range r.Units {
		units[r.places().units[u.ID]] = u
	}
	return units
}

// unitsIn are a person's units, in the order of the directory.
func (r *Roll) unitsIn(p doorlink.PersonID) []doorlink.Unit {
	var units []doorlink.Unit
	for _, m := range r.of[p] {
		units = append(units, r.units[m.Unit])
	}
	at := r.places().units
	slices.SortFunc(units, func(a, b doorlink.Unit) int { return cmp.Compare(at[a.ID], at[b.ID]) })
	return units
}
