// Package building draws up a building: every value of it, with its IDs, ready
// to be stored in one go. It decides nothing that the root package has a rule
// for and stores nothing itself.
package building

import (
	"doorlink"
)

// Plan is a building as it will be stored.
type Plan struct {
	Property    doorlink.Property
	Doors       []doorlink.Door
	Panels      []doorlink.Panel
	Stickers    []doorlink.Sticker
	Units       []doorlink.Unit
	People      []doorlink.Person
	Memberships []doorlink.Membership
	Keys        []doorlink.Key
	KeyDoors    []doorlink.KeyDoor
	Holders     []doorlink.Holder
	Handsets    []doorlink.Handset

	units  map[string]doorlink.UnitID
	people map[doorlink.PersonID]int // where in People
}

// New begins a building with one key for residents, which every door added
// later is on. zone must be one that doorlink.Property.Location loads; else its
// error is returned.
func New(name, zone string) (*Plan, error) {
	p := &Plan{
		Property: doorlink.Property{
			ID: doorlink.NewID[doorlink.PropertyID]("prop"), Name: name, Zone: zone, Names: doorlink.DefaultNames,
		},
		units:  map[string]doorlink.UnitID{},
		people: map[doorlink.PersonID]int{},
	}
	if _, err := p.Property.Location(); err != nil {
		return nil, err
	}
	p.AddKey("Residents")
	return p, nil
}

// AddKey adds a key that opens nothing yet.
func (p *Plan) AddKey(name string) doorlink.KeyID {
	k := doorlink.Key{ID: doorlink.NewID[doorlink.KeyID]("key"), Property: p.Property.ID, Name: name}
	p.Keys = append(p.Keys, k)
	return k.ID
}

// AddDoor adds a door with a panel and its sticker, on the residents' key. It
// returns doorlink.ErrResidenceDoor for a type that has no panel.
func (p *Plan) AddDoor(name string, t doorlink.DoorType, label string) (doorlink.Door, error) {
	if err := t.MayHang(); err != nil {
		return doorlink.Door{}, err
	}
	d := doorlink.Door{ID: doorlink.NewID[doorlink.DoorID]("door"), Property: p.Property.ID, Name: name, Type: t}
	panel := doorlink.Panel{ID: doorlink.NewID[doorlink.PanelID]("panel"), Door: d.ID, Label: label}
	p.Doors = append(p.Doors, d)
	p.Panels = append(p.Panels, panel)
	p.Stickers = append(p.Stickers, NewSticker(panel.ID))
	p.KeyDoors = append(p.KeyDoors, doorlink.KeyDoor{Key: p.Keys[0].ID, Door: d.ID})
	return d, nil
}

// NewSticker makes a sticker for a panel, with a token and short code of its
// own.
func NewSticker(panel doorlink.PanelID) doorlink.Sticker {
	return doorlink.Sticker{
		ID: doorlink.NewID[doorlink.StickerID]("stick"), Panel: panel,
		Token: doorlink.NewSecret(), Short: doorlink.NewShortCode(), Number: 1,
	}
}

// AddPerson adds somebody who shows themselves in the intercom but has no unit,
// no key and no handset yet.
func (p *Plan) AddPerson(given, family string) doorlink.PersonID {
	one := doorlink.Person{
		ID: doorlink.NewID[doorlink.PersonID]("pers"), Property: p.Property.ID,
		Given: given, Family: family, Shown: true,
	}
	p.people[one.ID] = len(p.People)
	p.People = append(p.People, one)
	return one.ID
}

// MoveIn puts a person into the unit of that name, which is added if need be.
func (p *Plan) MoveIn(who doorlink.PersonID, unit string) {
	id, ok := p.units[unit]
	if !ok {
		id = doorlink.NewID[doorlink.UnitID]("unit")
		p.units[unit] = id
		p.Units = append(p.Units, doorlink.Unit{ID: id, Property: p.Property.ID, Name: unit})
	}
	p.Memberships = append(p.Memberships, doorlink.Membership{
		ID: doorlink.NewID[doorlink.MembershipID]("memb"), Entry: doorlink.NewEntryID(), Person: who, Unit: id,
	})
}

// Give gives a person a key for good.
func (p *Plan) Give(who doorlink.PersonID, key doorlink.KeyID) {
	p.Holders = append(p.Holders, doorlink.Holder{Key: key, Person: who})
}

// AddHandset registers a handset for a person, whose account counts as
// activated by it.
func (p *Plan) AddHandset(who doorlink.PersonID, name string) {
	p.Handsets = append(p.Handsets, doorlink.Handset{
		ID: doorlink.NewID[doorlink.HandsetID]("hset"), Person: who, Name: name,
	})
	p.People[p.people[who]].Activated = true
}

// AddResident adds a person with a unit and the residents' key.
func (p *Plan) AddResident(unit, given, family string) doorlink.PersonID {
	who := p.AddPerson(given, family)
	p.MoveIn(who, unit)
	p.Give(who, p.Keys[0].ID)
	return who
}
