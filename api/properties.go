package api

import (
	"context"
	"net/http"
	"slices"

	"doorlink"
	"doorlink/directory"
	"doorlink/office"
)

// Property is a building as programs read it.
type Property struct {
	ID        doorlink.PropertyID `json:"id"`
	Name      string              `json:"name"`
	Zone      string              `json:"time_zone" doc:"IANA name; days and hours are this zone's"`
	Names     doorlink.NameFormat `json:"names" doc:"How residents appear to visitors"`
	Languages []string            `json:"languages" doc:"Of the printed panel, the main one first"`
}

func propertyOf(p doorlink.Property) Property {
	names := p.Names
	if names == "" {
		names = doorlink.DefaultNames
	}
	return Property{p.ID, p.Name, p.Zone, names, append([]string{}, p.Languages...)}
}

// Named is something in short: what it is called, and its ID to ask for more.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s *Server) registerProperties() {
	everywhere(s, http.MethodGet, "/properties", says("listProperties", "The properties the token works at", doorlink.See), s.properties)
	everywhere(s, http.MethodPost, "/properties", says("addProperty", "Adds a property with a key for its residents, which opens nothing yet", doorlink.Govern), s.addProperty)
	at(s, http.MethodGet, "", says("readProperty", "One property", doorlink.See), property)
	at(s, http.MethodGet, "/doors", says("listDoors", "The doors, by name", doorlink.See), doors)
	at(s, http.MethodGet, "/keys", says("listKeys", "The keys, by name", doorlink.See), keys)
	at(s, http.MethodPost, "/deeds/{deed}/undo", says("undo", "Takes back a change of the last 24 hours", doorlink.See), undo)
}

func (s *Server) properties(ctx context.Context, _ *struct{}) (*all[Property], error) {
	theirs, err := s.office.Properties(ctx, askedBy(ctx).Actor)
	return &all[Property]{Whole[Property]{words(theirs, propertyOf)}}, err
}

// PropertyWish is a property to be added.
type PropertyWish struct {
	Name      string   `json:"name" maxLength:"400"`
	Zone      string   `json:"time_zone" maxLength:"64" doc:"IANA name, as in Europe/Berlin"`
	Languages []string `json:"languages,omitempty" maxItems:"20" doc:"Of the printed panel, the main one first"`
}

type addPropertyInput struct {
	Again
	Body PropertyWish
}

func (s *Server) addProperty(ctx context.Context, in *addPropertyInput) (*made[Property], error) {
	wish := doorlink.Property{Name: in.Body.Name, Zone: in.Body.Zone, Languages: in.Body.Languages}
	p, r, err := s.office.AddProperty(ctx, askedBy(ctx).Actor, wish)
	return madeOf(ctx, string(p.ID), &one[Property]{etag(doorlink.Row{Property: &p}.Tag()), deed(r), propertyOf(p)}, err)
}

func property(_ context.Context, d *office.Desk, _ *Here) (*one[Property], error) {
	return &one[Property]{ETag: etag(doorlink.Row{Property: &d.Property}.Tag()), Body: propertyOf(d.Property)}, nil
}

// Door is a door as programs read it.
type Door struct {
	ID    doorlink.DoorID   `json:"id"`
	Name  string            `json:"name"`
	Type  doorlink.DoorType `json:"type"`
	Panel string            `json:"panel,omitempty" doc:"The label of its DOOR Link, if it has one"`
}

func doors(ctx context.Context, d *office.Desk, _ *Here) (*all[Door], error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return nil, err
	}
	list := words(roll.Doors, func(door doorlink.Door) Door {
		panel, _ := roll.Panel(door.ID)
		return Door{door.ID, door.Name, door.Type, panel.Label}
	})
	slices.SortFunc(list, func(a, b Door) int { return directory.CompareNames(a.Name, b.Name) })
	return &all[Door]{Whole[Door]{list}}, nil
}

// Key is a bundle of doors as programs read it.
type Key struct {
	ID       doorlink.KeyID    `json:"id"`
	Name     string            `json:"name"`
	MayShare bool              `json:"may_share" doc:"May Share Key"`
	Doors    []doorlink.DoorID `json:"doors"`
	Holders  int               `json:"holders" doc:"How many people hold it, whatever the dates"`
	Mine     bool              `json:"may_give" doc:"The token may give it to people and take it away"`
}

func keys(ctx context.Context, d *office.Desk, _ *Here) (*all[Key], error) {
	roll, err := d.Roll(ctx)
	if err != nil {
		return nil, err
	}
	list := words(roll.Keys, func(k doorlink.Key) Key {
		on := words(roll.DoorsOn(k.ID), func(kd doorlink.KeyDoor) doorlink.DoorID { return kd.Door })
		mine := d.May(doorlink.GrantKeys) && d.Manages(k.ID)
		return Key{k.ID, k.Name, k.MayShare, on, len(roll.HoldersOf(k.ID)), mine}
	})
	slices.SortFunc(list, func(a, b Key) int { return directory.CompareNames(a.Name, b.Name) })
	return &all[Key]{Whole[Key]{list}}, nil
}

type undoInput struct {
	Here
	Again
	Deed int64 `path:"deed" minimum:"1" doc:"The number in the Doorlink-Deed of the change"`
}

func undo(ctx context.Context, d *office.Desk, in *undoInput) (*gone, error) {
	r, err := d.Undo(ctx, in.Deed)
	return &gone{deed(r)}, err
}
