package api

import (
	"context"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

// Key is a bundle of doors as programs read it.
type Key struct {
	ID       doorlink.KeyID `json:"id"`
	Name     string         `json:"name"`
	MayShare bool           `json:"may_share" doc:"May Share Key"`
	Doors    []Named        `json:"doors"`
	Holders  int            `json:"holders" doc:"How many people hold it now"`
	ETag     string         `json:"etag" doc:"For If-Match"`
}

func keyOf(l office.KeyLine) Key {
	return Key{l.ID, l.Name, l.MayShare, words(l.Doors, doorNamed), l.Holders, etag(l.Tag)}
}

func (s *Server) registerKeys() {
	at(s, http.MethodGet, "/keys", says("listKeys", "The keys that the token's maker decides about, by name", doorlink.See), keys)
	at(s, http.MethodPost, "/keys", says("addKey", "Adds a key that opens nothing yet", doorlink.EditKeys), addKey)
	at(s, http.MethodGet, "/keys/{key}", says("readKey", "One key", doorlink.See), key)
	at(s, http.MethodPatch, "/keys/{key}", says("changeKey", "Changes the name or May Share Key", doorlink.EditKeys), changeKey)
	at(s, http.MethodDelete, "/keys/{key}", says("removeKey", "Removes a key and takes it away from its holders, for which it needs grants, too", doorlink.EditKeys), removeKey)
	at(s, http.MethodGet, "/keys/{key}/doors", says("listKeyDoors", "The doors on a key, by name", doorlink.See), keyDoors)
	at(s, http.MethodPost, "/keys/{key}/doors", says("putDoors", "Puts doors on a key; those on it already stay as they are", doorlink.EditKeys), putDoors)
	at(s, http.MethodGet, "/keys/{key}/doors/{door}", says("readKeyDoor", "When a key opens a door", doorlink.See), keyDoor)
	at(s, http.MethodPatch, "/keys/{key}/doors/{door}", says("changeKeyDoor", "Changes the hours or Provide Doorcodes", doorlink.EditKeys), changeKeyDoor)
	at(s, http.MethodDelete, "/keys/{key}/doors/{door}", says("takeDoor", "Takes a door off a key, with today's codes of holders who have no other key to it", doorlink.EditKeys), takeDoor)
	at(s, http.MethodGet, "/keys/{key}/holders", says("listHolders", "Who holds a key, whatever the dates, by family name", doorlink.See), keyHolders)
	at(s, http.MethodPost, "/keys/{key}/holders", says("giveTo", "Gives a key to people, all for the same time; who holds it already keeps it as it is", doorlink.GrantKeys), giveTo)
}

type keysInput struct {
	Here
	Listing
}

func keys(ctx context.Context, d *office.Desk, in *keysInput) (*listed[Key], error) {
	p, err := d.Keys(ctx, in.query(nil))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, keyOf), nil
}

// AtKey is the path to a key.
type AtKey struct {
	Here
	Key doorlink.KeyID `path:"key" doc:"key_…"`
}

func key(ctx context.Context, d *office.Desk, in *AtKey) (*one[Key], error) {
	return readKey(ctx, d, in.Key, office.Receipt{})
}

// readKey is a key as it stands, after a change with a receipt.
func readKey(ctx context.Context, d *office.Desk, id doorlink.KeyID, r office.Receipt) (*one[Key], error) {
	l, err := d.Key(ctx, id)
	if err != nil {
		return nil, err
	}
	return &one[Key]{etag(l.Tag), deed(r), keyOf(l)}, nil
}

// KeyWish is a key to be added.
type KeyWish struct {
	Name     string `json:"name" maxLength:"400"`
	MayShare bool   `json:"may_share,omitempty" doc:"May Share Key"`
}

type addKeyInput struct {
	Here
	Again
	Body KeyWish
}

func addKey(ctx context.Context, d *office.Desk, in *addKeyInput) (*made[Key], error) {
	k, r, err := d.AddKey(ctx, in.Body.Name, in.Body.MayShare)
	if err != nil {
		return nil, err
	}
	at, err := readKey(ctx, d, k.ID, r)
	return madeOf(ctx, string(k.ID), at, err)
}

// KeyPatch is what can be changed of a key.
type KeyPatch struct {
	Name     Edit[string] `json:"name,omitzero"`
	MayShare Edit[bool]   `json:"may_share,omitzero"`
}

type changeKeyInput struct {
	AtKey
	Match
	Body KeyPatch
}

func changeKey(ctx context.Context, d *office.Desk, in *changeKeyInput) (*one[Key], error) {
	was, err := d.Key(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, keyOf(was)); err != nil {
		return nil, err
	}
	k := was.Key
	in.Body.Name.over(&k.Name)
	in.Body.MayShare.over(&k.MayShare)
	r, err := d.SetKey(ctx, k, was.Tag)
	if err != nil {
		return nil, err
	}
	return readKey(ctx, d, in.Key, r)
}

type removeKeyInput struct {
	AtKey
	Match
}

func removeKey(ctx context.Context, d *office.Desk, in *removeKeyInput) (*gone, error) {
	was, err := d.Key(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, keyOf(was)); err != nil {
		return nil, err
	}
	r, err := d.RemoveKey(ctx, in.Key, was.Tag)
	return &gone{deed(r)}, err
}

// KeyDoor is a door on a key.
type KeyDoor struct {
	Door  Named  `json:"door"`
	Hours *Hours `json:"hours,omitempty" doc:"Missing: always"`
	Own   bool   `json:"provide_doorcodes" doc:"Holders have a code of their own here"`
	ETag  string `json:"etag" doc:"For If-Match"`
}

func keyDoorOf(on office.DoorOnKey) KeyDoor {
	return KeyDoor{doorNamed(on.Door), hoursOf(on.Hours), on.Own, etag(on.Tag)}
}

type keyDoorsInput struct {
	AtKey
	Listing
}

func keyDoors(ctx context.Context, d *office.Desk, in *keyDoorsInput) (*listed[KeyDoor], error) {
	p, err := d.DoorsOnKey(ctx, in.Key, in.query(nil))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, keyDoorOf), nil
}

// DoorsWish is doors to be put on a key.
type DoorsWish struct {
	Doors []doorlink.DoorID `json:"doors" minItems:"1" maxItems:"500"`
	Hours Hours             `json:"hours,omitzero" doc:"Missing: always"`
	Own   bool              `json:"provide_doorcodes,omitempty" doc:"Holders have a code of their own there"`
}

type putDoorsInput struct {
	AtKey
	Again
	Body DoorsWish
}

func putDoors(ctx context.Context, d *office.Desk, in *putDoorsInput) (*one[Key], error) {
	on := doorlink.KeyDoor{Key: in.AtKey.Key, Own: in.Body.Own}
	var err error
	if on.Hours, err = in.Body.Hours.hours(); err != nil {
		return nil, err
	}
	r, err := d.PutDoors(ctx, on, in.Body.Doors...)
	if err != nil {
		return nil, err
	}
	return readKey(ctx, d, in.AtKey.Key, r)
}

// AtKeyDoor is the path to a door on a key.
type AtKeyDoor struct {
	AtKey
	Door doorlink.DoorID `path:"door" doc:"door_…"`
}

func keyDoor(ctx context.Context, d *office.Desk, in *AtKeyDoor) (*one[KeyDoor], error) {
	return readKeyDoor(ctx, d, in, office.Receipt{})
}

func readKeyDoor(ctx context.Context, d *office.Desk, in *AtKeyDoor, r office.Receipt) (*one[KeyDoor], error) {
	on, err := d.DoorOnKey(ctx, in.Key, in.Door)
	if err != nil {
		return nil, err
	}
	return &one[KeyDoor]{etag(on.Tag), deed(r), keyDoorOf(on)}, nil
}

// KeyDoorPatch is what can be changed of a door on a key.
type KeyDoorPatch struct {
	Hours Clear[Hours] `json:"hours,omitzero" doc:"All of them at once; null: always"`
	Own   Edit[bool]   `json:"provide_doorcodes,omitzero"`
}

type changeKeyDoorInput struct {
	AtKeyDoor
	Match
	Body KeyDoorPatch
}

func changeKeyDoor(ctx context.Context, d *office.Desk, in *changeKeyDoorInput) (*one[KeyDoor], error) {
	was, err := d.DoorOnKey(ctx, in.Key, in.Door)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, keyDoorOf(was)); err != nil {
		return nil, err
	}
	on := was.KeyDoor
	if in.Body.Hours.named {
		if on.Hours, err = in.Body.Hours.to.hours(); err != nil {
			return nil, err
		}
	}
	in.Body.Own.over(&on.Own)
	r, err := d.SetKeyDoor(ctx, on, was.Tag)
	if err != nil {
		return nil, err
	}
	return readKeyDoor(ctx, d, &in.AtKeyDoor, r)
}

type takeDoorInput struct {
	AtKeyDoor
	Match
}

func takeDoor(ctx context.Context, d *office.Desk, in *takeDoorInput) (*gone, error) {
	was, err := d.DoorOnKey(ctx, in.Key, in.Door)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, keyDoorOf(was)); err != nil {
		return nil, err
	}
	r, err := d.TakeDoor(ctx, in.Key, in.Door, was.Tag)
	return &gone{deed(r)}, err
}

// KeyHolder is somebody who holds a key. It is changed under their own path.
type KeyHolder struct {
	Person   Named     `json:"person"`
	Units    []Named   `json:"units"`
	From     time.Time `json:"from,omitzero" doc:"Missing: it has always begun"`
	To       time.Time `json:"to,omitzero" doc:"Missing: it never ends"`
	Resident bool      `json:"resident" doc:"The status on this key, for privacy at Residence doors"`
	Now      bool      `json:"now" doc:"The dates include now"`
	ETag     string    `json:"etag" doc:"For If-Match"`
}

func keyHolderOf(h office.HeldBy) KeyHolder {
	return KeyHolder{personNamed(h.Person), words(h.Units, unitNamed), h.From, h.To, h.Resident, h.Now, etag(h.Tag)}
}

type keyHoldersInput struct {
	AtKey
	Listing
}

func keyHolders(ctx context.Context, d *office.Desk, in *keyHoldersInput) (*listed[KeyHolder], error) {
	p, err := d.Holders(ctx, in.Key, in.query(nil))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, keyHolderOf), nil
}

// HoldersWish is people to whom a key is to be given.
type HoldersWish struct {
	People   []doorlink.PersonID `json:"people" minItems:"1" maxItems:"500"`
	From     time.Time           `json:"from,omitzero" doc:"Missing: at once"`
	To       time.Time           `json:"to,omitzero" doc:"Missing: for good"`
	Resident bool                `json:"resident,omitempty"`
}

type giveToInput struct {
	AtKey
	Again
	Body HoldersWish
}

func giveTo(ctx context.Context, d *office.Desk, in *giveToInput) (*one[Key], error) {
	b := in.Body
	r, err := d.GiveTo(ctx, doorlink.Holder{Key: in.AtKey.Key, From: b.From, To: b.To, Resident: b.Resident}, b.People...)
	if err != nil {
		return nil, err
	}
	return readKey(ctx, d, in.AtKey.Key, r)
}
