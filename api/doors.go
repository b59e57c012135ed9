package api

import (
	"context"
	"net/http"

	"doorlink"
	"doorlink/directory"
	"doorlink/office"
)

// Door is a door as programs read it.
type Door struct {
	ID         doorlink.DoorID   `json:"id"`
	Name       string            `json:"name"`
	Type       doorlink.DoorType `json:"type" enum:"building_entrance,communal,service,residence"`
	NeedsShare bool              `json:"needs_may_share" doc:"Doorcodes need a key with May Share Key"`
	Panel      string            `json:"panel,omitempty" doc:"The label of its DOOR Link, if it has one"`
	Locked     bool              `json:"lock_activated" doc:"It has a lock that takes doorcodes"`
	Keys       []Named           `json:"keys" doc:"Those that open it"`
	Listed     int               `json:"listed" doc:"How many people its directory lists"`
	ETag       string            `json:"etag" doc:"For If-Match"`
}

func doorLineOf(l office.DoorLine) Door {
	return Door{l.ID, l.Name, l.Type, l.NeedsShare, l.Panel.Label, l.Active(), words(l.Keys, keyNamed), l.Listed, etag(l.Tag)}
}

func doorNamed(d doorlink.Door) Named { return Named{string(d.ID), d.Name} }

func (s *Server) registerDoors() {
	at(s, http.MethodGet, "/doors", says("listDoors", "The doors, by name", doorlink.See), doors)
	at(s, http.MethodPost, "/doors", says("addDoor", "Adds a door that no key opens yet", doorlink.Devices), addDoor)
	at(s, http.MethodGet, "/doors/{door}", says("readDoor", "One door", doorlink.See), door)
	at(s, http.MethodPatch, "/doors/{door}", says("changeDoor", "Changes a door; its type only while no lock is activated", doorlink.Devices), changeDoor)
	at(s, http.MethodDelete, "/doors/{door}", says("removeDoor", "Removes a door on no key, without DOOR Link or lock", doorlink.Devices), removeDoor)
	at(s, http.MethodGet, "/doors/{door}/directory", says("readDirectory", "What visitors read at a door now, in their order", doorlink.See), doorDirectory)
}

type doorsInput struct {
	Here
	Listing
}

func doors(ctx context.Context, d *office.Desk, in *doorsInput) (*listed[Door], error) {
	p, err := d.Doors(ctx, in.query(nil))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, doorLineOf), nil
}

// AtDoor is the path to a door.
type AtDoor struct {
	Here
	Door doorlink.DoorID `path:"door" doc:"door_…"`
}

func door(ctx context.Context, d *office.Desk, in *AtDoor) (*one[Door], error) {
	return readDoor(ctx, d, in.Door, office.Receipt{})
}

// readDoor is a door as it stands, after a change with a receipt.
func readDoor(ctx context.Context, d *office.Desk, id doorlink.DoorID, r office.Receipt) (*one[Door], error) {
	l, err := d.Door(ctx, id)
	if err != nil {
		return nil, err
	}
	return &one[Door]{etag(l.Tag), deed(r), doorLineOf(l)}, nil
}

// DoorWish is a door to be added.
type DoorWish struct {
	Name string            `json:"name" maxLength:"400"`
	Type doorlink.DoorType `json:"type" enum:"building_entrance,communal,service,residence"`
}

type addDoorInput struct {
	Here
	Again
	Body DoorWish
}

func addDoor(ctx context.Context, d *office.Desk, in *addDoorInput) (*made[Door], error) {
	added, r, err := d.AddDoor(ctx, in.Body.Name, in.Body.Type)
	if err != nil {
		return nil, err
	}
	at, err := readDoor(ctx, d, added.ID, r)
	return madeOf(ctx, string(added.ID), at, err)
}

// DoorPatch is what can be changed of a door.
type DoorPatch struct {
	Name       Edit[string]            `json:"name,omitzero"`
	Type       Edit[doorlink.DoorType] `json:"type,omitzero" enum:"building_entrance,communal,service,residence"`
	NeedsShare Edit[bool]              `json:"needs_may_share,omitzero"`
}

type changeDoorInput struct {
	AtDoor
	Match
	Body DoorPatch
}

func changeDoor(ctx context.Context, d *office.Desk, in *changeDoorInput) (*one[Door], error) {
	was, err := d.Door(ctx, in.Door)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, doorLineOf(was)); err != nil {
		return nil, err
	}
	next := was.Door
	in.Body.Name.over(&next.Name)
	in.Body.Type.over(&next.Type)
	in.Body.NeedsShare.over(&next.NeedsShare)
	r, err := d.SetDoor(ctx, next, was.Tag)
	if err != nil {
		return nil, err
	}
	return readDoor(ctx, d, in.Door, r)
}

type removeDoorInput struct {
	AtDoor
	Match
}

func removeDoor(ctx context.Context, d *office.Desk, in *removeDoorInput) (*gone, error) {
	was, err := d.Door(ctx, in.Door)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, doorLineOf(was)); err != nil {
		return nil, err
	}
	r, err := d.RemoveDoor(ctx, in.Door, was.Tag)
	return &gone{deed(r)}, err
}

// DirectoryLine is one line of the directory of a door.
type DirectoryLine struct {
	Person   doorlink.PersonID `json:"person"`
	Unit     doorlink.UnitID   `json:"unit"`
	Name     string            `json:"name" doc:"As visitors read it"`
	Place    string            `json:"place" doc:"The unit's name"`
	Featured bool              `json:"featured"`
}

func directoryLineOf(e directory.Entry) DirectoryLine {
	return DirectoryLine{e.Person, e.Unit, e.Name, e.Place, e.Featured}
}

type directoryInput struct {
	AtDoor
	Find  string `query:"find" maxLength:"200" doc:"Names, as visitors read them or family names, and places"`
	After string `query:"after" maxLength:"200" doc:"The cursor of the page before: its next"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" doc:"Rows at most; 50 unless said"`
}

func doorDirectory(ctx context.Context, d *office.Desk, in *directoryInput) (*listed[DirectoryLine], error) {
	whole, err := d.Directory(ctx, in.Door)
	if err != nil {
		return nil, err
	}
	p, err := office.FindEntries(whole, office.Query{Find: in.Find, After: in.After, Limit: in.Limit})
	return pageOf(ctx, p, directoryLineOf), err
}
