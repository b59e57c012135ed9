package api

import (
	"context"
	"net/http"

	"doorlink"
	"doorlink/office"
)

// Unit is a unit as programs read it.
type Unit struct {
	ID       doorlink.UnitID `json:"id"`
	Name     string          `json:"name"`
	Featured bool            `json:"featured" doc:"A Featured Entry: on top of every directory, under its own name"`
	Place    int             `json:"place" doc:"In the directory, from 1; Featured Entries count apart"`
	People   []Named         `json:"people"`
	Listed   int             `json:"listed" doc:"How many of them at least one directory lists"`
	HiddenAt []Named         `json:"hidden_at" doc:"The doors whose directory leaves the unit out"`
	ETag     string          `json:"etag" doc:"For If-Match"`
}

func unitOf(u office.UnitLine) Unit {
	return Unit{
		u.ID, u.Name, u.Featured, u.Place, words(u.People, personNamed), u.Listed,
		words(u.Hidden, func(d doorlink.Door) Named { return Named{string(d.ID), d.Name} }), etag(u.Tag),
	}
}

func personNamed(p doorlink.Person) Named {
	return Named{string(p.ID), p.As(doorlink.FullName, "")}
}

func unitNamed(u doorlink.Unit) Named { return Named{string(u.ID), u.Name} }

func (s *Server) registerUnits() {
	at(s, http.MethodGet, "/units", says("listUnits", "The units, in the order of the directory", doorlink.See), units)
	at(s, http.MethodPost, "/units", says("addUnit", "Adds a unit", doorlink.EditPeople), addUnit)
	at(s, http.MethodGet, "/units/{unit}", says("readUnit", "One unit", doorlink.See), unit)
	at(s, http.MethodPatch, "/units/{unit}", says("changeUnit", "Renames a unit", doorlink.EditPeople), changeUnit)
	at(s, http.MethodDelete, "/units/{unit}", says("removeUnit", "Removes a unit; its people stay, without it", doorlink.EditPeople), removeUnit)
	at(s, http.MethodPost, "/units/{unit}/move", says("moveUnit", "Puts a unit at a place in the directory", doorlink.EditPeople), moveUnit)
	at(s, http.MethodPut, "/units/{unit}/hidden/{door}", says("hideUnit", "Leaves a unit out of the directory of a door", doorlink.EditPeople), hideUnit(true))
	at(s, http.MethodDelete, "/units/{unit}/hidden/{door}", says("showUnit", "Shows a unit at a door again", doorlink.EditPeople), hideUnit(false))
	at(s, http.MethodPost, "/units/by-name", says("orderUnits", "Forgets every chosen place: units come in the order of their names", doorlink.EditPeople), orderUnits)
	at(s, http.MethodGet, "/unreached", says("listUnreached", "The units in which a visitor could not reach somebody, as counts", doorlink.See), unreached)
	at(s, http.MethodPost, "/featured", says("addFeatured", "Adds a Featured Entry with the one person who answers there", doorlink.EditPeople), s.addFeatured)
}

type unitsInput struct {
	Here
	Listing
	Show string `query:"show" enum:"empty,hidden" doc:"Those in which nobody lives, or that a directory leaves out"`
}

func units(ctx context.Context, d *office.Desk, in *unitsInput) (*listed[Unit], error) {
	p, err := d.Units(ctx, in.query(map[string]string{"show": in.Show}))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, unitOf), nil
}

// AtUnit is the path to a unit.
type AtUnit struct {
	Here
	Unit doorlink.UnitID `path:"unit" doc:"unit_…"`
}

func unit(ctx context.Context, d *office.Desk, in *AtUnit) (*one[Unit], error) {
	return readUnit(ctx, d, in.Unit, office.Receipt{})
}

// readUnit is a unit as it stands, after a change with a receipt.
func readUnit(ctx context.Context, d *office.Desk, id doorlink.UnitID, r office.Receipt) (*one[Unit], error) {
	u, err := d.Unit(ctx, id)
	if err != nil {
		return nil, err
	}
	return &one[Unit]{etag(u.Tag), deed(r), unitOf(u)}, nil
}

// UnitWish is a unit to be added.
type UnitWish struct {
	Name string `json:"name" maxLength:"400"`
}

type addUnitInput struct {
	Here
	Again
	Body UnitWish
}

func addUnit(ctx context.Context, d *office.Desk, in *addUnitInput) (*made[Unit], error) {
	u, r, err := d.AddUnit(ctx, in.Body.Name)
	if err != nil {
		return nil, err
	}
	at, err := readUnit(ctx, d, u.ID, r)
	return madeOf(ctx, string(u.ID), at, err)
}

// UnitPatch is what can be changed of a unit.
type UnitPatch struct {
	Name Edit[string] `json:"name,omitzero"`
}

type changeUnitInput struct {
	AtUnit
	Match
	Body UnitPatch
}

func changeUnit(ctx context.Context, d *office.Desk, in *changeUnitInput) (*one[Unit], error) {
	was, err := d.Unit(ctx, in.Unit)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, unitOf(was)); err != nil {
		return nil, err
	}
	u := was.Unit
	in.Body.Name.over(&u.Name)
	r, err := d.SetUnit(ctx, u, was.Tag)
	if err != nil {
		return nil, err
	}
	return readUnit(ctx, d, in.Unit, r)
}

type removeUnitInput struct {
	AtUnit
	Match
}

func removeUnit(ctx context.Context, d *office.Desk, in *removeUnitInput) (*gone, error) {
	was, err := d.Unit(ctx, in.Unit)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, unitOf(was)); err != nil {
		return nil, err
	}
	r, err := d.RemoveUnit(ctx, in.Unit, was.Tag)
	return &gone{deed(r)}, err
}

// PlaceWish is where a unit is to stand.
type PlaceWish struct {
	From int `json:"from,omitzero" minimum:"0" doc:"Where the asker saw it: elsewhere by now is refused; 0 does not care"`
	To   int `json:"to" minimum:"1" doc:"Beyond the last is the last"`
}

type moveUnitInput struct {
	AtUnit
	Again
	Body PlaceWish
}

func moveUnit(ctx context.Context, d *office.Desk, in *moveUnitInput) (*one[Unit], error) {
	r, err := d.MoveUnit(ctx, in.Unit, in.Body.From, in.Body.To)
	if err != nil {
		return nil, err
	}
	return readUnit(ctx, d, in.Unit, r)
}

type orderUnitsInput struct {
	Here
	Again
}

func orderUnits(ctx context.Context, d *office.Desk, _ *orderUnitsInput) (*gone, error) {
	r, err := d.OrderByName(ctx)
	return &gone{deed(r)}, err
}

// Unreached is how many of a unit's residents a visitor could not reach.
type Unreached struct {
	Unit      Named `json:"unit"`
	Residents int   `json:"residents" doc:"Who show themselves and hold a key"`
	Unreached int   `json:"unreached" doc:"Whom nothing would ring"`
}

func unreachedOf(u office.UnitReach) Unreached {
	return Unreached{unitNamed(u.Unit), u.Residents, u.Unreached}
}

type unreachedInput struct {
	Here
	Listing
	Show string `query:"show" enum:"silent" doc:"Only units in which nothing rings for anybody"`
}

func unreached(ctx context.Context, d *office.Desk, in *unreachedInput) (*listed[Unreached], error) {
	p, err := d.Unreached(ctx, in.query(map[string]string{"show": in.Show}))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, unreachedOf), nil
}

type hideUnitInput struct {
	AtUnit
	Door doorlink.DoorID `path:"door" doc:"door_…"`
}

func hideUnit(hide bool) func(context.Context, *office.Desk, *hideUnitInput) (*gone, error) {
	return func(ctx context.Context, d *office.Desk, in *hideUnitInput) (*gone, error) {
		r, err := d.HideUnit(ctx, doorlink.Hidden{Door: in.Door, Unit: in.Unit}, hide)
		return &gone{deed(r)}, err
	}
}

// FeaturedWish is a Featured Entry to be added.
type FeaturedWish struct {
	Name  string     `json:"name" maxLength:"400" doc:"Under which it stands: “Leasing office”"`
	Staff PersonWish `json:"staff" doc:"Who answers; their units are not looked at"`
}

// Featured is a Featured Entry that was added.
type Featured struct {
	Unit  doorlink.UnitID `json:"unit"`
	Staff Invited         `json:"staff"`
}

type addFeaturedInput struct {
	Here
	Again
	Body FeaturedWish
}

func (s *Server) addFeatured(ctx context.Context, d *office.Desk, in *addFeaturedInput) (*made[Featured], error) {
	u, who, err := d.AddFeatured(ctx, in.Body.Name, in.Body.Staff.invitation())
	if err != nil {
		return nil, err
	}
	return &made[Featured]{
		Deed: deed(who.Receipt), Location: Base + "/properties/" + string(d.Property.ID) + "/units/" + string(u.ID),
		Body: Featured{u.ID, s.invitedOf(who)},
	}, nil
}
