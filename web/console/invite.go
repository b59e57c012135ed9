package console

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/office"
	"doorlink/sticker"
	"doorlink/web/page"
)

// inviteView is invite.html: somebody new, for a unit or as the one who answers
// at a new Featured Entry.
type inviteView struct {
	shell
	Featured bool
	inviteForm
	Keys  []choice
	Names []string // of units, to choose from
	Wrong string
	Known string // the address of whoever has the e-mail address already
	Mail  bool   // the link is sent
}

// inviteForm is what was typed.
type inviteForm struct {
	datesForm
	Entry, Given, Family, Email, Unit string
}

func (s *Server) inviteForm(w http.ResponseWriter, r *http.Request, d *desk) error {
	return s.showInvite(w, r, d, http.StatusOK, inviteView{inviteForm: inviteForm{Unit: r.FormValue("unit"), datesForm: datesForm{Resident: true}}})
}

func (s *Server) featuredForm(w http.ResponseWriter, r *http.Request, d *desk) error {
	return s.showInvite(w, r, d, http.StatusOK, inviteView{Featured: true})
}

// showInvite shows the form. Where there is but one key it is proposed, since
// somebody without a key is listed nowhere.
func (s *Server) showInvite(w http.ResponseWriter, r *http.Request, d *desk, status int, v inviteView) error {
	if !d.May(doorlink.EditPeople) {
		return office.ErrMayNot
	}
	roll, err := d.Roll(r.Context())
	if err != nil {
		return err
	}
	at, title := "people", "console.invite.title"
	if v.Featured {
		at, title = "units", "console.featured.add"
	}
	v.shell, v.Names, v.Mail = s.shell(r, d, at), proposed(roll), d.CanMail()
	v.Title = d.lang.Say(title)
	if d.May(doorlink.GrantKeys) {
		v.Keys = d.keysOf(roll, func(doorlink.Key) bool { return true })
	}
	for i, k := range v.Keys {
		v.Keys[i].On = chosen(r, "key", k.Value) || len(v.Keys) == 1 && r.Method == http.MethodGet
	}
	return s.show(w, r, status, "invite.html", v)
}

// keysOf are those among which this manager may choose, by name, with what they
// open.
func (d *desk) keysOf(roll *office.Roll, also func(doorlink.Key) bool) []choice {
	var keys []choice
	for _, k := range roll.Keys {
		if !d.Manages(k.ID) || !also(k) {
			continue
		}
		doors := d.lang.Say("console.doors.count", "n", len(roll.DoorsOn(k.ID)))
		if k.MayShare {
			doors = d.lang.Say("console.key.shares", "doors", doors)
		}
		keys = append(keys, choice{Value: string(k.ID), Name: k.Name, Hint: doors})
	}
	slices.SortFunc(keys, func(a, b choice) int { return directory.CompareNames(a.Name, b.Name) })
	return keys
}

// proposed are the names of units while one is typed, in the directory's order;
// none where they would weigh more than the page.
func proposed(roll *office.Roll) []string {
	const most = 300
	if len(roll.Units) > most {
		return nil
	}
	var names []string
	for _, u := range roll.UnitsInOrder() {
		if !u.Featured {
			names = append(names, u.Name)
		}
	}
	return names
}

// invite adds a person and leads to their link.
func (s *Server) invite(w http.ResponseWriter, r *http.Request, d *desk) error {
	form := inviteIn(r)
	in, err := d.invitation(r, form)
	if err != nil {
		return s.inviteAgain(w, r, d, inviteView{inviteForm: form}, err)
	}
	made, err := d.Invite(r.Context(), in)
	if err != nil {
		return s.inviteAgain(w, r, d, inviteView{inviteForm: form}, err)
	}
	return s.afterLinkIn(w, r, d, made.Person.ID, made.Link, made.Receipt)
}

// addFeatured adds a Featured Entry with the person who answers there.
func (s *Server) addFeatured(w http.ResponseWriter, r *http.Request, d *desk) error {
	form := inviteIn(r)
	form.Unit, form.Resident = "", false
	in, err := d.invitation(r, form)
	if err != nil {
		return s.inviteAgain(w, r, d, inviteView{Featured: true, inviteForm: form}, err)
	}
	_, made, err := d.AddFeatured(r.Context(), form.Entry, in)
	if err != nil {
		return s.inviteAgain(w, r, d, inviteView{Featured: true, inviteForm: form}, err)
	}
	return s.afterLinkIn(w, r, d, made.Person.ID, made.Link, made.Receipt)
}

// inviteAgain brings a form with a mistake back with everything that was typed.
func (s *Server) inviteAgain(w http.ResponseWriter, r *http.Request, d *desk, v inviteView, err error) error {
	e, ok := mistake(err)
	if !ok {
		return err
	}
	v.Wrong = page.Sentence(d.lang, e, d.Location())
	for _, arg := range e.Args {
		if id, ok := arg.(doorlink.PersonID); ok { // of ErrKnown
			v.Known = d.person(id)
		}
	}
	return s.showInvite(w, r, d, page.Status(e.Kind), v)
}

func inviteIn(r *http.Request) inviteForm {
	return inviteForm{
		datesForm: datesTyped(r), Entry: r.PostFormValue("entry"), Given: r.PostFormValue("given"),
		Family: r.PostFormValue("family"), Email: r.PostFormValue("email"), Unit: r.PostFormValue("unit"),
	}
}

// invitation is what the form asks for. All keys are given for the same time.
func (d *desk) invitation(r *http.Request, f inviteForm) (office.Invitation, error) {
	in := office.Invitation{Given: f.Given, Family: f.Family, Email: f.Email}
	if f.Unit != "" {
		u, err := d.unitNamed(r.Context(), f.Unit)
		if err != nil {
			return in, err
		}
		in.Units = []doorlink.UnitID{u}
	}
	for _, k := range all[doorlink.KeyID](r, "key") {
		h, err := d.datesIn(r, doorlink.Holder{Key: k})
		if err != nil {
			return in, err
		}
		h.Resident = f.Resident
		in.Keys = append(in.Keys, h)
	}
	return in, nil
}

// mailedParam says on the page of a link that a letter has it, too.
const mailedParam = "mailed"

// linkAgain makes a new link for somebody.
func (s *Server) linkAgain(w http.ResponseWriter, r *http.Request, d *desk) error {
	link, did, err := d.InviteAgain(r.Context(), personOf(r))
	if err != nil {
		return err
	}
	return s.afterLinkIn(w, r, d, personOf(r), link, did)
}

// afterLinkIn leads to the page that shows a link.
func (s *Server) afterLinkIn(w http.ResponseWriter, r *http.Request, d *desk, id doorlink.PersonID, link office.Link, did office.Receipt) error {
	at := d.person(id) + "/link"
	s.carry(w, link.Secret, at)
	if link.Mailed {
		at += "?" + url.Values{mailedParam: {"1"}}.Encode()
	}
	return s.after(w, r, d, did, at)
}

// linkInView is person_link.html: a link to sign in with, to be handed over.
type linkInView struct {
	shell
	Who    office.PersonView
	Self   string // the address of the person's page
	Link   string
	QR     string // its QR code, as a path
	Side   int    // of the code's view box
	Ends   string
	Mailed bool
}

// linkIn shows the link that was made just now. Without it, or once it is used or
// has ended, there is only the person's page.
func (s *Server) linkIn(w http.ResponseWriter, r *http.Request, d *desk) error {
	who, err := d.Person(r.Context(), personOf(r))
	if err != nil {
		return err
	}
	secret, ok := carried(w, r)
	if !ok || !who.Invited.Waits(time.Now()) {
		http.Redirect(w, r, d.person(who.ID), http.StatusSeeOther)
		return nil
	}
	v := linkInView{
		shell: s.shell(r, d, "people"), Who: who, Self: d.person(who.ID), Link: s.base + "/r/in/" + secret.Reveal(),
		Ends: d.moment(who.Invited.Expires), Mailed: r.FormValue(mailedParam) != "",
	}
	v.Title = d.lang.Say("console.link_in.title", "name", nameOf(who.Person))
	v.Here = d.path("people") // whoever takes the invitation back has no page any more
	if v.QR, v.Side, err = sticker.Path(v.Link); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "person_link.html", v)
}
