package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"doorlink"
	"doorlink/office"
)

// Holder is a key that a person holds.
type Holder struct {
	Key      Named     `json:"key"`
	From     time.Time `json:"from,omitzero" doc:"Missing: it has always begun"`
	To       time.Time `json:"to,omitzero" doc:"Missing: it never ends"`
	Resident bool      `json:"resident" doc:"The status on this key, for privacy at Residence doors"`
	Now      bool      `json:"now" doc:"The dates include now"`
	ETag     string    `json:"etag" doc:"For If-Match"`
}

func holderOf(h office.Held) Holder {
	return Holder{keyNamed(h.Key), h.From, h.To, h.Resident, h.Now, etag(h.Tag)}
}

// HolderWish is a key to be given.
type HolderWish struct {
	Key      doorlink.KeyID `json:"key" maxLength:"60"`
	From     time.Time      `json:"from,omitzero" doc:"Missing: at once"`
	To       time.Time      `json:"to,omitzero" doc:"Missing: for good"`
	Resident bool           `json:"resident,omitempty"`
}

func (w HolderWish) holder() doorlink.Holder {
	return doorlink.Holder{Key: w.Key, From: w.From, To: w.To, Resident: w.Resident}
}

func (s *Server) registerHolders() {
	at(s, http.MethodPost, "/people/{person}/keys", says("giveKey", "Gives a person a key for a time", doorlink.GrantKeys), giveKey)
	at(s, http.MethodGet, "/people/{person}/keys/{key}", says("readHolding", "A key that a person holds", doorlink.See), holding)
	at(s, http.MethodPatch, "/people/{person}/keys/{key}", says("changeHolding", "Changes the dates or the status", doorlink.GrantKeys), changeHolding)
	at(s, http.MethodDelete, "/people/{person}/keys/{key}", says("endKey", "Takes a key away, at once, with the codes given by it today", doorlink.GrantKeys), endKey)
}

type giveKeyInput struct {
	AtPerson
	Again
	Body HolderWish
}

func giveKey(ctx context.Context, d *office.Desk, in *giveKeyInput) (*made[Holder], error) {
	h := in.Body.holder()
	h.Person = in.Person
	r, err := d.GiveKey(ctx, h)
	if err != nil {
		return nil, err
	}
	at, err := readHolding(ctx, d, in.Person, h.Key, r)
	return madeOf(ctx, string(h.Key), at, err)
}

// AtHolding is the path to a key that a person holds.
type AtHolding struct {
	AtPerson
	Key doorlink.KeyID `path:"key" doc:"key_…"`
}

func holding(ctx context.Context, d *office.Desk, in *AtHolding) (*one[Holder], error) {
	return readHolding(ctx, d, in.Person, in.Key, office.Receipt{})
}

// held finds a key that a person holds, or fails with office.ErrNotHeld.
func held(ctx context.Context, d *office.Desk, p doorlink.PersonID, k doorlink.KeyID) (office.Held, error) {
	v, err := d.Person(ctx, p)
	if err != nil {
		return office.Held{}, err
	}
	i := slices.IndexFunc(v.Held, func(h office.Held) bool { return h.Holder.Key == k })
	if i < 0 {
		return office.Held{}, office.ErrNotHeld
	}
	return v.Held[i], nil
}

func readHolding(ctx context.Context, d *office.Desk, p doorlink.PersonID, k doorlink.KeyID, r office.Receipt) (*one[Holder], error) {
	h, err := held(ctx, d, p, k)
	if err != nil {
		return nil, err
	}
	return &one[Holder]{etag(h.Tag), deed(r), holderOf(h)}, nil
}

// HolderPatch is what can be changed of a key that a person holds.
type HolderPatch struct {
	From     Clear[time.Time] `json:"from,omitzero"`
	To       Clear[time.Time] `json:"to,omitzero"`
	Resident Edit[bool]       `json:"resident,omitzero"`
}

type changeHoldingInput struct {
	AtHolding
	Match
	Body HolderPatch
}

func changeHolding(ctx context.Context, d *office.Desk, in *changeHoldingInput) (*one[Holder], error) {
	was, err := held(ctx, d, in.Person, in.Key)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, holderOf(was)); err != nil {
		return nil, err
	}
	h := was.Holder
	in.Body.From.over(&h.From)
	in.Body.To.over(&h.To)
	in.Body.Resident.over(&h.Resident)
	r, err := d.SetHolding(ctx, h, was.Tag)
	if err != nil {
		return nil, err
	}
	return readHolding(ctx, d, in.Person, in.Key, r)
}

type endKeyInput struct {
	AtHolding
	Match
}

func endKey(ctx context.Context, d *office.Desk, in *endKeyInput) (*gone, error) {
	was, err := held(ctx, d, in.Person, in.Key)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.Tag, holderOf(was)); err != nil {
		return nil, err
	}
	r, err := d.EndKey(ctx, in.Person, in.Key, was.Tag)
	return &gone{deed(r)}, err
}
