// Package office is all that managers do, once for the console's pages and
// once for programs: who may, what it changes, what the audit says of it.
//
// Every request goes the same way. An Actor was found by a session or a token;
// Office.At leads it to its Desk at one property, or to nothing, which looks
// the same for a property that is not theirs as for one that does not exist.
// What can be done at the property are the Desk's methods. Each begins with
// the ability it needs; each change is made as a list of doorlink.Change in one
// transaction with its entry in the audit, so that it can be refused when
// somebody else was faster, and undone.
//
// Whatever is named by an ID fails with store.ErrMissing where nothing of that ID is
// at the property, such as ErrDoorGone, and with ErrMayNot where the ability is
// missing. Whatever takes a tag fails with doorlink.ErrChanged where what stands
// there has another; an empty tag takes it as it is. Days are the property's unless
// said otherwise.
//
// Reading is from a Roll: the building as it stands, kept in memory until it
// changes.
package office

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"doorlink"
	"doorlink/store"
)

var (
	// ErrMayNot refuses what the manager's role, or the token, does not include.
	ErrMayNot = doorlink.Fail(doorlink.Denied, "office.may_not")
	// ErrNotUndone refuses to take back what cannot be, or no longer.
	ErrNotUndone = doorlink.Fail(doorlink.Conflict, "office.not_undone")
)

// Office does managers' work at every property. It is for many goroutines.
type Office struct {
	db    *store.DB
	log   *slog.Logger
	rolls *rolls
	ways  Ways

	proposals proposals
}

// New makes the office of a node.
func New(db *store.DB, log *slog.Logger) *Office {
	return &Office{db: db, log: log, rolls: newRolls(db)}
}

// Actor is who asks: a manager in the console, or a program with a token that
// a manager made.
type Actor struct {
	Manager doorlink.Manager
	Token   *doorlink.Token // nil in the console
}

// via is the token that the audit names.
func (a Actor) via() doorlink.TokenID {
	if a.Token == nil {
		return ""
	}
	return a.Token.ID
}

// limitedTo reports whether a token keeps the actor from a property or ability.
func (a Actor) limitedTo(p doorlink.PropertyID, can doorlink.Ability) bool {
	t := a.Token
	return t == nil || (t.Property == "" || t.Property == p) && slices.Contains(t.May, can)
}

// Desk is one manager's, or program's, place at one property.
type Desk struct {
	*Office
	Actor
	Property doorlink.Property
	Role     doorlink.Role // zero for a Portfolio Manager
}

// At leads an actor to their desk at a property. It fails with
// store.ErrNoProperty for one that does not exist and for one that they have no
// role at; the latter is audited, since somebody is guessing.
func (o *Office) At(ctx context.Context, who Actor, id doorlink.PropertyID) (*Desk, error) {
	p, err := o.db.Property(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &Desk{Office: o, Actor: who, Property: p}
	if !who.Manager.Portfolio {
		if d.Role, err = o.role(ctx, who.Manager.ID, id); err != nil {
			return nil, err
		}
	}
	if !d.May(doorlink.See) {
		o.guessed(ctx, who, id)
		return nil, store.ErrNoProperty
	}
	return d, nil
}

// role is a manager's role at a property; zero if they have none.
func (o *Office) role(ctx context.Context, m doorlink.ManagerID, p doorlink.PropertyID) (doorlink.Role, error) {
	roles, err := o.db.Roles(ctx, m)
	for _, r := range roles {
		if r.Property == p {
			return r, nil
		}
	}
	return doorlink.Role{}, err
}

// guessed puts a look at somebody else's property into the audit.
func (o *Office) guessed(ctx context.Context, who Actor, id doorlink.PropertyID) {
	err := o.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Audit(ctx, doorlink.Deed{
			At: time.Now(), Manager: who.Manager.ID, Via: who.via(), Action: "property.refused", Subject: string(id),
		})
		return err
	})
	if err != nil {
		o.log.Warn("a refused look at a property was not audited", "manager", who.Manager.ID, "cause", err)
	}
}

// May reports whether the actor has an ability here.
func (d *Desk) May(a doorlink.Ability) bool {
	return (d.Manager.Portfolio || d.Role.May(a)) && d.limitedTo(d.Property.ID, a)
}

// may is ErrMayNot unless the actor has an ability here.
func (d *Desk) may(a doorlink.Ability) error {
	if d.May(a) {
		return nil
	}
	return ErrMayNot.With("ability", string(a))
}

// Manages reports whether the actor decides about a key: see
// doorlink.Role.Manages.
func (d *Desk) Manages(k doorlink.KeyID) bool {
	return d.Manager.Portfolio || d.Role.Manages(k)
}

// Location is doorlink.Property.Clock.
func (d *Desk) Location() *time.Location { return d.Property.Clock() }
