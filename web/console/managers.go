package console

import (
	"errors"
	"net/http"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// managersView is managers.html.
type managersView struct {
	shell
	listing
	Rows []managerRow
}

type managerRow struct {
	Name, Email, Path string
	Access, Devices   string // what they may; empty Devices: no Device Management
	Used              string
}

func (s *Server) managerRoutes(on register) {
	on("GET /console/{property}/managers", s.desk(s.managers))
	on("GET /console/{property}/managers/new", s.desk(s.newManager))
	on("POST /console/{property}/managers/new", s.desk(s.addManager))
	on("GET /console/{property}/managers/{manager}", s.desk(s.manager))
	on("POST /console/{property}/managers/{manager}", s.desk(s.setAccess))
	on("GET /console/{property}/managers/{manager}/link", s.desk(s.managerLink))
	on("POST /console/{property}/managers/{manager}/link", s.desk(s.linkManager))
	on("POST /console/{property}/managers/{manager}/end", s.desk(s.endAccess))
}

func (s *Server) managers(w http.ResponseWriter, r *http.Request, d *desk) error {
	found, err := d.Managers(r.Context(), asked(r))
	if err != nil {
		return err
	}
	v := managersView{
		shell: s.shell(r, d, "managers"), listing: listed(d.lang, r, found, "console.managers.", "name", "access", "used"),
	}
	for _, l := range found.Rows {
		row := managerRow{
			Name: l.Name, Email: l.Email, Path: d.path("managers/" + string(l.ID)),
			Access: d.lang.Say("console.access." + accessOf(l)), Used: d.moment(l.Used),
		}
		if !l.Portfolio && l.Role.Devices {
			row.Devices = d.lang.Say("console.access.devices")
		}
		v.Rows = append(v.Rows, row)
	}
	return s.show(w, r, http.StatusOK, "managers.html", v)
}

// portfolio is the choice beside the scopes.
const portfolio = "portfolio"

// accessOf names what somebody may, as the form has it.
func accessOf(l office.ManagerLine) string {
	if l.Portfolio {
		return portfolio
	}
	return string(l.Role.Scope)
}

// managerView is new_manager.html and manager.html: somebody's access, as it is
// or as it was typed.
type managerView struct {
	shell
	Wrong   string
	Stands  string // what somebody else made of it meanwhile; may be empty
	Name    string
	Email   string
	Row     string // the tag
	Used    string
	At      string // the address of the manager; empty: they are new
	Access  []choice
	Keys    []choice
	Devices bool
	Self    bool // the reader
	All     bool // a Portfolio Manager now
}

// offer fills the form with an access.
func (v *managerView) offer(r *http.Request, d *desk, a office.Access) error {
	roll, err := d.Roll(r.Context())
	if err != nil {
		return err
	}
	now := string(a.Scope)
	if a.Portfolio {
		now = portfolio
	}
	for _, scope := range append(office.KeyScopes, portfolio) {
		words := "console.access." + string(scope)
		v.Access = append(v.Access, choice{string(scope), d.lang.Say(words), d.lang.Say(words + ".why"), string(scope) == now})
	}
	on := map[doorlink.KeyID]bool{}
	for _, k := range a.Keys {
		on[k] = true
	}
	for _, k := range roll.Keys {
		v.Keys = append(v.Keys, choice{Value: string(k.ID), Name: k.Name, On: on[k.ID]})
	}
	v.Devices = a.Devices
	return nil
}

// accessIn reads the form.
func accessIn(r *http.Request) office.Access {
	a := office.Access{Devices: r.PostFormValue("devices") != ""} // which also parses the form
	if a.Portfolio = r.PostFormValue("access") == portfolio; !a.Portfolio {
		a.Scope = doorlink.KeyScope(r.PostFormValue("access"))
	}
	for _, k := range r.PostForm["keys"] {
		a.Keys = append(a.Keys, doorlink.KeyID(k))
	}
	return a
}

func (s *Server) newManager(w http.ResponseWriter, r *http.Request, d *desk) error {
	if !d.May(doorlink.Govern) {
		return office.ErrMayNot
	}
	return s.showNewManager(w, r, d, http.StatusOK, managerView{}, office.Access{Scope: doorlink.LimitedKeys})
}

func (s *Server) showNewManager(w http.ResponseWriter, r *http.Request, d *desk, status int, v managerView, a office.Access) error {
	v.shell = s.shell(r, d, "managers")
	v.Title = d.lang.Say("console.managers.add")
	if err := v.offer(r, d, a); err != nil {
		return err
	}
	return s.show(w, r, status, "new_manager.html", v)
}

// addManager invites somebody. Where no letter tells them, their link is shown,
// once.
func (s *Server) addManager(w http.ResponseWriter, r *http.Request, d *desk) error {
	i := office.ManagerInvitation{Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Access: accessIn(r)}
	in, err := d.InviteManager(r.Context(), i)
	if e, ok := errors.AsType[*doorlink.Error](err); ok && (e.Kind == doorlink.Invalid || errors.Is(err, office.ErrManagerKnown)) {
		v := managerView{Name: i.Name, Email: i.Email, Wrong: page.Sentence(d.lang, e, d.Location())}
		return s.showNewManager(w, r, d, page.Status(e.Kind), v, i.Access)
	}
	if err != nil {
		return err
	}
	return s.afterManagerLink(w, r, d, in.Manager, in.Link, in.Receipt)
}

// handOverView is manager_link.html: a link to be handed over.
type handOverView struct {
	shell
	Name, Link, Ends, Back string
}

// afterManagerLink leads to the page that shows a manager's link if no letter has
// it, and else back to them.
func (s *Server) afterManagerLink(w http.ResponseWriter, r *http.Request, d *desk, m doorlink.Manager, link office.Link, did office.Receipt) error {
	at := d.path("managers/" + string(m.ID))
	if link.Mailed || link.Secret == "" {
		return s.after(w, r, d, did, at)
	}
	at += "/link"
	s.carry(w, link.Secret, at)
	return s.after(w, r, d, did, at)
}

// managerLink shows the link that was made just now. Without it, or once it is
// used or has ended, there is only the manager's page.
func (s *Server) managerLink(w http.ResponseWriter, r *http.Request, d *desk) error {
	l, err := d.OneManager(r.Context(), doorlink.ManagerID(r.PathValue("manager")))
	if err != nil {
		return err
	}
	back := d.path("managers/" + string(l.ID))
	secret, _ := carried(w, r)
	link, err := d.ManagerLink(r.Context(), l.ID, secret)
	if usedUp(err) {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	v := handOverView{
		shell: s.shell(r, d, "managers"), Name: l.Name, Back: back,
		Link: s.base + root + "in/by/" + secret.Reveal(), Ends: d.moment(link.Ends),
	}
	v.Title = d.lang.Say("console.managers.link")
	return s.show(w, r, http.StatusOK, "manager_link.html", v)
}

func (s *Server) manager(w http.ResponseWriter, r *http.Request, d *desk) error {
	l, err := d.OneManager(r.Context(), doorlink.ManagerID(r.PathValue("manager")))
	if err != nil {
		return err
	}
	return s.showManager(w, r, d, http.StatusOK, l, managerView{}, asIs(l))
}

// asIs is what somebody may now.
func asIs(l office.ManagerLine) office.Access {
	if l.Portfolio {
		return office.Access{Portfolio: true}
	}
	return office.Access{Scope: l.Role.Scope, Keys: l.Role.Keys, Devices: l.Role.Devices}
}

func (s *Server) showManager(w http.ResponseWriter, r *http.Request, d *desk, status int, l office.ManagerLine, v managerView, a office.Access) error {
	v.shell = s.shell(r, d, "managers")
	v.Title, v.Name, v.Email, v.Row = l.Name, l.Name, l.Email, l.Tag
	v.Used, v.At = d.moment(l.Used), d.path("managers/"+string(l.ID))
	v.Self, v.All = l.ID == d.Manager.ID, l.Portfolio
	if err := v.offer(r, d, a); err != nil {
		return err
	}
	return s.show(w, r, status, "manager.html", v)
}

// setAccess brings a form with a mistake back, and one that somebody else was
// faster with, beside what stands there now.
func (s *Server) setAccess(w http.ResponseWriter, r *http.Request, d *desk) error {
	id, a := doorlink.ManagerID(r.PathValue("manager")), accessIn(r)
	did, err := d.SetAccess(r.Context(), id, a, r.PostFormValue("tag"))
	e, ok := errors.AsType[*doorlink.Error](err)
	stale := errors.Is(err, doorlink.ErrChanged)
	if !ok || !stale && e.Kind != doorlink.Invalid {
		if err != nil {
			return err
		}
		return s.after(w, r, d, did, d.path("managers/"+string(id)))
	}
	l, err := d.OneManager(r.Context(), id)
	if err != nil {
		return err
	}
	v := managerView{Wrong: page.Sentence(d.lang, e, d.Location())}
	if stale {
		v.Stands = d.lang.Say("console.access." + accessOf(l))
	}
	return s.showManager(w, r, d, page.Status(e.Kind), l, v, a)
}

func (s *Server) linkManager(w http.ResponseWriter, r *http.Request, d *desk) error {
	l, err := d.OneManager(r.Context(), doorlink.ManagerID(r.PathValue("manager")))
	if err != nil {
		return err
	}
	link, did, err := d.LinkManager(r.Context(), l.ID)
	if err != nil {
		return err
	}
	return s.afterManagerLink(w, r, d, l.Manager, link, did)
}

func (s *Server) endAccess(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.EndAccess(r.Context(), doorlink.ManagerID(r.PathValue("manager")), r.PostFormValue("tag"))
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("managers"))
}
