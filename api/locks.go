package api

import (
	"context"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

func (s *Server) registerLocks() {
	at(s, http.MethodGet, "/locks", says("listLocks", "What is known of the locks, by the doors' names", doorlink.See), locks)
	at(s, http.MethodGet, "/doors/{door}/lock", says("readLock", "What is known of the lock at a door", doorlink.See), lock)
}

// Lock is what is known of the lock at a door. What only the lock knows, such as
// its battery, is in no answer until a Door Sync brings it.
type Lock struct {
	Door    Named            `json:"door"`
	Active  bool             `json:"active" doc:"A lock is activated: doorcodes can be given"`
	Setup   *LockSetup       `json:"setup,omitempty"`
	Waiting []office.Waiting `json:"waiting" doc:"What the lock was not told yet: length, clock, name or codes"`
	Unused  int              `json:"cancelled_codes" doc:"Doorcodes of today that were cancelled and that the lock still takes"`
}

// LockSetup is what a lock was last provisioned with.
type LockSetup struct {
	ID      doorlink.LockID `json:"id"`
	Version int             `json:"version"`
	Model   string          `json:"model,omitempty"`
	Digits  int             `json:"digits"`
	Places  int             `json:"places" doc:"Residents who can give doorcodes on one day"`
	OneIn   int             `json:"one_in" doc:"Of so many numbers one opens the door"`
	PerDay  float64         `json:"chance_per_day" doc:"Of somebody who tries all day long"`
	Zone    string          `json:"time_zone"`
	Issued  time.Time       `json:"issued"`
}

func lockOf(l office.LockLine) Lock {
	lock := Lock{Door: doorNamed(l.Door), Active: l.Active(), Waiting: append([]office.Waiting{}, l.Waiting...), Unused: l.Cancelled}
	if s := l.Setup; lock.Active {
		lock.Setup = &LockSetup{
			s.Lock, s.Version, s.Model, s.Params.Digits, int(s.Places), l.Odds.OneIn, l.Odds.PerDay, s.Zone, s.Issued,
		}
	}
	return lock
}

type locksInput struct {
	Here
	Listing
	Show string `query:"show" enum:"active,missing" doc:"Doors with an activated lock, or without"`
}

func locks(ctx context.Context, d *office.Desk, in *locksInput) (*listed[Lock], error) {
	p, err := d.Locks(ctx, in.query(map[string]string{"show": in.Show}))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, lockOf), nil
}

// lockTold is the answer with what is known of one lock.
type lockTold struct {
	Body Lock
}

func lock(ctx context.Context, d *office.Desk, in *AtDoor) (*lockTold, error) {
	l, err := d.Lock(ctx, in.Door)
	if err != nil {
		return nil, err
	}
	return &lockTold{lockOf(l)}, nil
}
