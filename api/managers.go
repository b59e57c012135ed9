package api

import (
	"context"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

// Manager is somebody who manages the property.
type Manager struct {
	ID    doorlink.ManagerID `json:"id"`
	Name  string             `json:"name"`
	Email string             `json:"email"`
	Access
	Used time.Time `json:"last_here,omitzero" doc:"When they were last in the console, to ten minutes; missing: they are signed in nowhere"`
	ETag string    `json:"etag" doc:"For If-Match"`
}

// Access is what a manager may do.
type Access struct {
	Portfolio bool              `json:"portfolio,omitempty" doc:"Everything, at every property; the rest does not matter then"`
	Scope     doorlink.KeyScope `json:"scope,omitempty" enum:"full,limited,specific" doc:"Of Key Management"`
	Keys      []doorlink.KeyID  `json:"keys,omitempty" maxItems:"2000" doc:"With the scope specific: those"`
	Devices   bool              `json:"devices,omitempty" doc:"Device Management"`
}

func managerOf(l office.ManagerLine) Manager {
	m := Manager{ID: l.ID, Name: l.Name, Email: l.Email, Used: l.Used.UTC(), ETag: etag(l.Tag)}
	if m.Access = (Access{l.Portfolio, l.Role.Scope, l.Role.Keys, l.Role.Devices}); l.Portfolio {
		m.Access = Access{Portfolio: true}
	}
	return m
}

// ManagerWish is somebody who is to manage the property.
type ManagerWish struct {
	Name  string `json:"name" maxLength:"400" doc:"Who is a manager elsewhere keeps theirs"`
	Email string `json:"email" maxLength:"254"`
	Access
}

// ManagerInvited is a manager, with the link with which they sign in first.
type ManagerInvited struct {
	ID     doorlink.ManagerID `json:"id"`
	Link   *Link              `json:"link,omitempty" doc:"Missing for who manages elsewhere: they can sign in"`
	Mailed bool               `json:"mailed" doc:"They were told by e-mail"`
}

func (s *Server) registerManagers() {
	at(s, http.MethodGet, "/managers", says("listManagers", "Who manages the property", doorlink.Govern), managers)
	at(s, http.MethodPost, "/managers", says("inviteManager", "Lets somebody manage the property", doorlink.Govern), s.inviteManager)
	at(s, http.MethodGet, "/managers/{manager}", says("readManager", "One of them", doorlink.Govern), manager)
	at(s, http.MethodPatch, "/managers/{manager}", says("changeManager", "Changes what a manager may do", doorlink.Govern), changeManager)
	at(s, http.MethodDelete, "/managers/{manager}", says("endManager", "Ends a manager's access at once; a Portfolio Manager's everywhere", doorlink.Govern), endManager)
	at(s, http.MethodPost, "/managers/{manager}/link", says("linkManager", "Makes a new link with which a manager signs in", doorlink.Govern), s.linkManager)
}

type managersInput struct {
	Here
	Listing
}

func managers(ctx context.Context, d *office.Desk, in *managersInput) (*listed[Manager], error) {
	p, err := d.Managers(ctx, in.query(nil))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, managerOf), nil
}

type inviteManagerInput struct {
	Here
	Again
	Body ManagerWish
}

func (a Access) office() office.Access {
	return office.Access{Portfolio: a.Portfolio, Scope: a.Scope, Keys: a.Keys, Devices: a.Devices}
}

func (s *Server) inviteManager(ctx context.Context, d *office.Desk, in *inviteManagerInput) (*made[ManagerInvited], error) {
	i, err := d.InviteManager(ctx, office.ManagerInvitation{Name: in.Body.Name, Email: in.Body.Email, Access: in.Body.office()})
	if err != nil {
		return nil, err
	}
	m := ManagerInvited{ID: i.Manager.ID, Mailed: i.Link.Mailed}
	if i.Link.Secret != "" {
		link := s.deskLinkOf(i.Link)
		m.Link = &link
	}
	return &made[ManagerInvited]{Deed: deed(i.Receipt), Location: askedBy(ctx).url.Path + "/" + string(m.ID), Body: m}, nil
}

// deskLinkOf is a link to the console.
func (s *Server) deskLinkOf(l office.Link) Link {
	return Link{s.Base + "/console/in/by/" + l.Secret.Reveal(), l.Ends.UTC(), l.Mailed}
}

// AtManager is the path to a manager.
type AtManager struct {
	Here
	Manager doorlink.ManagerID `path:"manager" doc:"man_…"`
}

func manager(ctx context.Context, d *office.Desk, in *AtManager) (*one[Manager], error) {
	return readManager(ctx, d, in.Manager, office.Receipt{})
}

func readManager(ctx context.Context, d *office.Desk, id doorlink.ManagerID, did office.Receipt) (*one[Manager], error) {
	l, err := d.OneManager(ctx, id)
	if err != nil {
		return nil, err
	}
	return &one[Manager]{etag(l.Tag), deed(did), managerOf(l)}, nil
}

// ManagerPatch is what may be changed of a manager.
type ManagerPatch struct {
	Portfolio Edit[bool]              `json:"portfolio,omitzero"`
	Scope     Edit[doorlink.KeyScope] `json:"scope,omitzero" doc:"full, limited or specific"`
	Keys      Edit[[]doorlink.KeyID]  `json:"keys,omitzero"`
	Devices   Edit[bool]              `json:"devices,omitzero"`
}

type changeManagerInput struct {
	AtManager
	Match
	Body ManagerPatch
}

func changeManager(ctx context.Context, d *office.Desk, in *changeManagerInput) (*one[Manager], error) {
	l, err := d.OneManager(ctx, in.Manager)
	if err != nil {
		return nil, err
	}
	now := managerOf(l)
	if err := in.match(l.Tag, now); err != nil {
		return nil, err
	}
	in.Body.Portfolio.over(&now.Portfolio)
	in.Body.Scope.over(&now.Scope)
	in.Body.Keys.over(&now.Keys)
	in.Body.Devices.over(&now.Devices)
	r, err := d.SetAccess(ctx, l.ID, now.office(), l.Tag)
	if err != nil {
		return nil, err
	}
	return readManager(ctx, d, l.ID, r)
}

type endManagerInput struct {
	AtManager
	Match
}

func endManager(ctx context.Context, d *office.Desk, in *endManagerInput) (*gone, error) {
	l, err := d.OneManager(ctx, in.Manager)
	if err != nil {
		return nil, err
	}
	if err := in.match(l.Tag, managerOf(l)); err != nil {
		return nil, err
	}
	r, err := d.EndAccess(ctx, l.ID, l.Tag)
	return &gone{deed(r)}, err
}

type linkManagerInput struct {
	AtManager
	Again
}

func (s *Server) linkManager(ctx context.Context, d *office.Desk, in *linkManagerInput) (*made[Link], error) {
	l, r, err := d.LinkManager(ctx, in.Manager)
	if err != nil {
		return nil, err
	}
	return &made[Link]{Deed: deed(r), Body: s.deskLinkOf(l)}, nil
}
