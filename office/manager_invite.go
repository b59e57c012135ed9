package office

import (
	"context"
	"errors"
	"slices"
	"time"

	"doorlink"
	"doorlink/store"
)

// DeskInviteTime is how long the link is good with which a new manager signs in.
const DeskInviteTime = 3 * 24 * time.Hour

// ManagerInvitation is somebody who is to manage the property.
type ManagerInvitation struct {
	Name  string // of somebody new; who is a manager elsewhere keeps theirs
	Email string
	Access
}

// InvitedManager is what an invitation made.
type InvitedManager struct {
	Manager doorlink.Manager
	Link    Link // without a secret for who manages elsewhere: they can sign in
	Receipt
}

// InviteManager lets somebody manage the property, and tells them by e-mail where
// that can be. It fails with ErrName, ErrEmail, ErrManagerKnown, ErrScope, and
// with ErrKeyGone for a key of elsewhere. Needs Govern.
func (d *Desk) InviteManager(ctx context.Context, i ManagerInvitation) (InvitedManager, error) {
	if err := d.may(doorlink.Govern); err != nil {
		return InvitedManager{}, err
	}
	m, err := NewManager(i.Name, i.Email)
	if err != nil {
		return InvitedManager{}, err
	}
	m.Portfolio = i.Portfolio
	known, err := d.db.ManagerByEmail(ctx, m.Email)
	switch {
	case err == nil:
		return d.inviteKnown(ctx, known, i.Access)
	case !errors.Is(err, store.ErrNoManager):
		return InvitedManager{}, err
	}
	role, err := d.roleFor(ctx, m.ID, i.Access)
	if err != nil {
		return InvitedManager{}, err
	}
	in := InvitedManager{Manager: m, Link: newDeskLink()}
	in.Receipt, err = d.do(ctx, act{
		action: "manager.invite", subject: string(m.ID), everywhere: m.Portfolio,
		facts: map[string]string{"scope": string(role.Scope)},
		also: func(ctx context.Context, tx *store.Tx) error {
			if err := tx.AddManager(ctx, m, time.Now()); err != nil {
				return err
			}
			if !m.Portfolio {
				if err := tx.SetRole(ctx, role); err != nil {
					return err
				}
			}
			return in.Link.let(ctx, tx, m.ID)
		},
	})
	if err == nil {
		in.Link.Mailed = d.mailManager(ctx, m, in.Link)
	}
	return in, err
}

// inviteKnown gives access to somebody who is a manager already, or was one until
// just now.
func (d *Desk) inviteKnown(ctx context.Context, m doorlink.Manager, a Access) (InvitedManager, error) {
	roles, err := d.db.Roles(ctx, m.ID)
	if err != nil {
		return InvitedManager{}, err
	}
	here := slices.ContainsFunc(roles, func(r doorlink.Role) bool { return r.Property == d.Property.ID })
	if m.Portfolio || here {
		return InvitedManager{}, ErrManagerKnown.With("name", m.Name)
	}
	role, err := d.roleFor(ctx, m.ID, a)
	if err != nil {
		return InvitedManager{}, err
	}
	in, let := InvitedManager{Manager: m}, nothing
	if len(roles) == 0 { // with a link of somebody who manages elsewhere one could do more than here
		in.Link = newDeskLink()
		let = func(ctx context.Context, tx *store.Tx) error { return in.Link.let(ctx, tx, m.ID) }
	}
	if a.Portfolio {
		in.Receipt, err = d.promote(ctx, m, let)
	} else {
		in.Receipt, err = d.do(ctx, act{
			action: "role.add", subject: string(m.ID), also: let,
			changes: []doorlink.Change{doorlink.Add(doorlink.Row{Role: &role})},
		})
	}
	if err != nil {
		return InvitedManager{}, err
	}
	in.Link.Mailed = d.mailManager(ctx, m, in.Link)
	return in, nil
}

// LinkManager makes a new link with which a manager signs in, and sends it where
// that can be. It fails with store.ErrNoManager, and with ErrMayNot for somebody
// who may do more than the actor could give. Needs Govern.
func (d *Desk) LinkManager(ctx context.Context, id doorlink.ManagerID) (Link, Receipt, error) {
	l, err := d.OneManager(ctx, id)
	if err != nil {
		return Link{}, Receipt{}, err
	}
	roles, err := d.db.Roles(ctx, id)
	if err != nil {
		return Link{}, Receipt{}, err
	}
	if l.Portfolio || len(roles) > 1 {
		if err := d.mayGovern(); err != nil {
			return Link{}, Receipt{}, err
		}
	}
	link := newDeskLink()
	r, err := d.do(ctx, act{
		action: "manager.link", subject: string(id), everywhere: l.Portfolio,
		also: func(ctx context.Context, tx *store.Tx) error { return link.let(ctx, tx, id) },
	})
	if err != nil {
		return Link{}, Receipt{}, err
	}
	link.Mailed = d.mailManager(ctx, l.Manager, link)
	return link, r, nil
}

// ManagerLink is a link that was made for a manager and still signs them in, for
// whoever has to hand it over. It fails as store.DB.DeskLink does; somebody else's
// link is store.ErrLinkUnknown. Needs Govern.
func (d *Desk) ManagerLink(ctx context.Context, id doorlink.ManagerID, secret doorlink.Secret) (Link, error) {
	if err := d.may(doorlink.Govern); err != nil {
		return Link{}, err
	}
	whose, ends, err := d.db.DeskLink(ctx, secret.Hash(), time.Now())
	if err == nil && whose != id {
		err = store.ErrLinkUnknown
	}
	return Link{Secret: secret, Ends: ends}, err
}

func newDeskLink() Link {
	return Link{Secret: doorlink.NewSecret(), Ends: time.Now().Add(DeskInviteTime).Truncate(time.Millisecond)}
}

// let stores the link as one of a manager's.
func (l Link) let(ctx context.Context, tx *store.Tx, m doorlink.ManagerID) error {
	return tx.AddDeskLink(ctx, m, l.Secret.Hash(), l.Ends)
}

// mailManager tells a manager that they have access; like mail, it is no failure
// if it does not.
func (d *Desk) mailManager(ctx context.Context, m doorlink.Manager, l Link) bool {
	if d.ways.Mail == nil {
		return false
	}
	if err := d.ways.Mail.InviteManager(ctx, d.Property, m, l.Secret, l.Ends); err != nil {
		d.log.Warn("a manager's invitation was not sent", "manager", m.ID, "cause", err)
		return false
	}
	return true
}
