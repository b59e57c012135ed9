package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorlink"
	"doorlink/doorcode"
	"doorlink/office"
	"doorlink/web/page"
)

func (s *Server) registerLocks() {
	at(s, http.MethodGet, "/locks", says("listLocks", "What is known of the locks, by the doors' names", doorlink.See), locks)
	at(s, http.MethodGet, "/doors/{door}/lock", says("readLock", "What is known of the lock at a door", doorlink.See), lock)
	at(s, http.MethodGet, "/doors/{door}/lock/plan", says("planLock", "What a lock would become: see activateLock", doorlink.Devices), planLock)
	at(s, http.MethodPut, "/doors/{door}/lock", says("activateLock", "Sets a lock up, for the first time or anew, and answers with its provisioning file, which holds the secret of the door and is made only this once; cannot be undone", doorlink.Devices), activateLock)
}

// Lock is what is known of the lock at a door. What only the lock knows, such as
// its battery, is in no answer until a Door Sync brings it.
type Lock struct {
	Door    Named            `json:"door"`
	Active  bool             `json:"active" doc:"A lock is activated: doorcodes can be given"`
	Setup   *LockSetup       `json:"setup,omitempty"`
	Waiting []office.Waiting `json:"waiting" doc:"What the lock was not told yet: length, clock, name or codes. With any of it, the lock is out of sync."`
	Unused  int              `json:"cancelled_codes" doc:"Doorcodes of today that were cancelled and that the lock still takes"`
	ETag    string           `json:"etag" doc:"For If-Match"`
}

// LockSetup is what a lock was last provisioned with.
type LockSetup struct {
	ID      doorlink.LockID `json:"id"`
	Version int             `json:"version"`
	Model   string          `json:"model,omitempty"`
	Epoch   int             `json:"epoch" doc:"Counts its keys: each has doorcodes of its own"`
	Digits  int             `json:"digits"`
	Places  int             `json:"places" doc:"Residents who can give doorcodes on one day"`
	OneIn   int             `json:"one_in" doc:"Of so many numbers one opens the door"`
	PerDay  float64         `json:"chance_per_day" doc:"Of somebody who tries all day long"`
	Reuse   int             `json:"reuse_seconds" doc:"For how long a doorcode opens again after its first use"`
	Zone    string          `json:"time_zone"`
	Issued  time.Time       `json:"issued"`
}

func lockOf(l office.LockLine) Lock {
	lock := Lock{
		Door: doorNamed(l.Door), Active: l.Active(), Waiting: append([]office.Waiting{}, l.Waiting...), Unused: l.Cancelled, ETag: etag(l.LockTag()),
	}
	if s := l.Setup; lock.Active {
		lock.Setup = &LockSetup{
			s.Lock, s.Version, s.Model, int(s.Epoch), s.Params.Digits, int(s.Places), l.Odds.OneIn, l.Odds.PerDay, int(s.Params.Reuse), s.Zone, s.Issued,
		}
	}
	return lock
}

type locksInput struct {
	Here
	Listing
	Show string `query:"show" enum:"active,missing,waiting" doc:"Doors with an activated lock, without, or with one that is out of sync"`
}

func locks(ctx context.Context, d *office.Desk, in *locksInput) (*listed[Lock], error) {
	p, err := d.Locks(ctx, in.query(map[string]string{"show": in.Show}))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, lockOf), nil
}

func lock(ctx context.Context, d *office.Desk, in *AtDoor) (*one[Lock], error) {
	l, err := d.Lock(ctx, in.Door)
	if err != nil {
		return nil, err
	}
	return &one[Lock]{etag(l.LockTag()), "", lockOf(l)}, nil
}

// LockWish is how a lock is wanted. The length of doorcodes is the property's.
type LockWish struct {
	Model   string `json:"model,omitempty" query:"model" maxLength:"40" doc:"Decides which steps visitors are shown: M2, M, G-M2, M3, C1, C2, R2, Keypad or another; as it was unless given, at first M2"`
	Places  int    `json:"places,omitempty" query:"places" minimum:"0" maximum:"65536" doc:"Residents who can give doorcodes on one day; as it was unless given, at first 100, as far as the odds allow"`
	Reuse   int    `json:"reuse_seconds,omitempty" query:"reuse_seconds" minimum:"0" maximum:"900" default:"60" doc:"For how long a doorcode opens again after its first use"`
	NewKeys bool   `json:"new_keys,omitempty" query:"new_keys" doc:"Another lock hangs at the door, or somebody may have read the last file: unused doorcodes of today are cancelled, which a lock that still hangs there takes until midnight"`
}

func (w LockWish) wish() office.LockWish {
	return office.LockWish{Model: w.Model, Places: w.Places, Reuse: doorcode.Seconds(w.Reuse), NewKeys: w.NewKeys}
}

// LockPlan is what a lock would become.
type LockPlan struct {
	Version int     `json:"version"`
	Model   string  `json:"model"`
	Epoch   int     `json:"epoch" doc:"Grows with new keys"`
	Digits  int     `json:"digits"`
	Places  int     `json:"places"`
	Room    int     `json:"most_places" doc:"With more a stranger could guess"`
	OneIn   int     `json:"one_in" doc:"Of so many numbers one would open the door"`
	PerDay  float64 `json:"chance_per_day" doc:"Of somebody who tries all day long"`
	Open    int     `json:"unused_doorcodes" doc:"Of today, which new keys would cancel"`
}

type planLockInput struct {
	AtDoor
	LockWish
}

// planned is the answer with what a lock would become.
type planned struct {
	Body LockPlan
}

func planLock(ctx context.Context, d *office.Desk, in *planLockInput) (*planned, error) {
	p, err := d.PlanLock(ctx, in.Door, in.wish())
	if err != nil {
		return nil, err
	}
	return &planned{LockPlan{
		p.Setup.Version, p.Setup.Model, int(p.Setup.Epoch), p.Setup.Params.Digits, int(p.Setup.Places), p.Room, p.Odds.OneIn, p.Odds.PerDay, p.Open,
	}}, nil
}

type activateLockInput struct {
	AtDoor
	Match
	Body LockWish
}

// secretFile is an answer that is a file with a secret. It comes by PUT, which
// nobody keeps an answer of to give again.
type secretFile struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition" doc:"What to call the file"`
	ETag string `header:"ETag" doc:"Of the lock as it is set up now, for If-Match"`
	Deed string `header:"Doorlink-Deed" doc:"Its entry in the audit"`
	Body []byte
}

func (secretFile) content() map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
}

func activateLock(ctx context.Context, d *office.Desk, in *activateLockInput) (*secretFile, error) {
	was, err := d.Lock(ctx, in.Door)
	if err != nil {
		return nil, err
	}
	if err := in.match(was.LockTag(), lockOf(was)); err != nil {
		return nil, err
	}
	wish := in.Body.wish()
	wish.Seen = was.LockTag()
	made, err := d.Activate(ctx, in.Door, wish)
	if err != nil {
		return nil, err
	}
	return &secretFile{made.Type, page.Attachment(made.Name), etag(strconv.Itoa(made.Setup.Version)), deed(made.Receipt), made.Body}, nil
}
