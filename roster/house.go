package roster

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"doorlink"
)

// House is a building as it stands now.
type House struct {
	Property    doorlink.PropertyID
	Zone        *time.Location // in which days of access begin and end
	Units       []doorlink.Unit
	People      []doorlink.Person
	Memberships []doorlink.Membership
	Keys        []doorlink.Key
	Holders     []doorlink.Holder
}

// index finds in a House what a list calls by name.
type index struct {
	House
	units   named[doorlink.Unit]
	keys    named[doorlink.Key]
	unit    map[doorlink.UnitID]doorlink.Unit
	key     map[doorlink.KeyID]doorlink.Key
	person  map[doorlink.PersonID]doorlink.Person
	byEmail map[string]doorlink.PersonID
	byName  map[string][]doorlink.PersonID
	in      map[doorlink.PersonID][]doorlink.Membership
	holds   map[doorlink.PersonID][]doorlink.Holder
}

func indexOf(h House) *index {
	x := &index{
		House: h,
		units: make(named[doorlink.Unit], len(h.Units)), keys: named[doorlink.Key]{},
		unit: make(map[doorlink.UnitID]doorlink.Unit, len(h.Units)), key: map[doorlink.KeyID]doorlink.Key{},
		person: make(map[doorlink.PersonID]doorlink.Person, len(h.People)), byEmail: make(map[string]doorlink.PersonID, len(h.People)),
		byName: map[string][]doorlink.PersonID{},
		in:     make(map[doorlink.PersonID][]doorlink.Membership, len(h.People)), holds: make(map[doorlink.PersonID][]doorlink.Holder, len(h.People)),
	}
	for _, u := range h.Units {
		x.addUnit(u)
	}
	for _, k := range h.Keys {
		x.key[k.ID] = k
		x.keys.add(k.Name, k)
	}
	for _, p := range h.People {
		x.person[p.ID] = p
		name := fold(fullName(p.Given, p.Family))
		x.byName[name] = append(x.byName[name], p.ID)
		if p.Email != "" {
			x.byEmail[strings.ToLower(p.Email)] = p.ID
		}
	}
	for _, m := range h.Memberships {
		x.in[m.Person] = append(x.in[m.Person], m)
	}
	for _, k := range h.Holders {
		x.holds[k.Person] = append(x.holds[k.Person], k)
	}
	return x
}

func (x *index) addUnit(u doorlink.Unit) {
	x.unit[u.ID] = u
	x.units.add(u.Name, u)
}

// staffs reports whether a person answers at a Featured Entry.
func (x *index) staffs(p doorlink.PersonID) bool {
	for _, m := range x.in[p] {
		if x.unit[m.Unit].Featured {
			return true
		}
	}
	return false
}

// resides reports whether a person lives here: in a unit, or with a key as a
// resident.
func (x *index) resides(p doorlink.PersonID) bool {
	for _, h := range x.holds[p] {
		if h.Resident {
			return true
		}
	}
	return len(x.in[p]) > 0
}

// named finds things by their names, in whatever case they are written.
type named[T any] map[string][]called[T]

type called[T any] struct {
	name  string
	thing T
}

func (n named[T]) add(name string, thing T) {
	like := fold(name)
	n[like] = append(n[like], called[T]{name, thing})
}

// find prefers the one thing of exactly this name to the one that differs by
// case. It fails with ErrAlike if there are several of either.
func (n named[T]) find(name string) (thing T, ok bool, err *doorlink.Error) {
	like := n[fold(name)]
	var same []called[T]
	for _, c := range like {
		if c.name == name {
			same = append(same, c)
		}
	}
	if len(same) > 0 {
		like = same
	}
	switch len(like) {
	case 0:
		return thing, false, nil
	case 1:
		return like[0].thing, true, nil
	}
	return thing, false, ErrAlike.With("name", name)
}

// SameName reports whether lists take two names for the same: they differ by case
// or width alone.
func SameName(a, b string) bool { return fold(a) == fold(b) }

// fold makes names that differ by case or width alone the same.
func fold(name string) string { return strings.ToLower(norm.NFKC.String(name)) }
