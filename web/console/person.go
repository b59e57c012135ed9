package console

import (
	"errors"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/web/locale"
	"doorlink/web/page"
)

// personView is person.html: one person, what they have, and why they are listed
// or not. A form with a mistake comes back in it with what was typed.
type personView struct {
	shell
	Who      office.PersonView
	Self     string // the address of the page
	History  string // the address of what they did; empty: the reader may not
	Rings    badge
	Invited  string // what is known of their link to sign in with
	Used     string // the day of the last use of a device
	Featured string // the Featured Entry that is theirs; empty: none
	Doors    []doorBox
	Held     []heldRow
	Form     personForm
	Give     giveForm
	Unit     string   // that was typed to put them into
	Names    []string // of units, to choose from
	Wrong    string
	MayEdit  bool
	MayGrant bool
	MayErase bool
}

// heldRow is a key that a person holds, with the form for how they do.
type heldRow struct {
	office.Held
	Path  string // of the key
	State badge
	Dates string
	Form  holdForm
}

// holdForm is the form for how somebody holds a key.
type holdForm struct {
	*locale.Language
	datesForm
	Row  string // the tag of the row that it changes
	Open bool   // it is shown at once
}

// giveForm gives a key.
type giveForm struct {
	holdForm
	Keys []choice // that they do not hold, and the reader decides about
}

// readPerson makes the page of a request's person.
func (s *Server) readPerson(r *http.Request, d *desk) (personView, error) {
	who, err := d.Person(r.Context(), personOf(r))
	if err != nil {
		return personView{}, err
	}
	roll, err := d.Roll(r.Context())
	if err != nil {
		return personView{}, err
	}
	v := personView{
		shell: s.shell(r, d, "people"), Who: who, Self: d.person(who.ID), Rings: d.rings(who.Ring), Invited: d.invited(who),
		Doors: d.doorBoxes(who), Form: personForm{Person: who.Person, Seen: who.Person, Tag: who.Tag},
		Give: giveForm{d.holdForm(doorlink.Holder{Resident: resides(who)}), d.keysFor(roll, who)}, Names: proposed(roll),
		MayEdit: d.May(doorlink.EditPeople), MayGrant: d.May(doorlink.GrantKeys),
	}
	v.MayErase = v.MayEdit && d.May(doorlink.SeeReports)
	v.Title = nameOf(who.Person)
	if history := d.pageFor(doorlink.SeeHistory, "history"); history != "" {
		v.History = history + "?person=" + string(who.ID)
	}
	v.Here = v.Self // a form that came back is no address to go back to
	if !who.Reach.Used.IsZero() {
		v.Used = who.Reach.Used.In(d.Location()).Format(dayOnly)
	}
	for _, u := range who.Units {
		if u.Featured {
			v.Featured = u.Name
		}
	}
	for _, h := range who.Held {
		v.Held = append(v.Held, d.heldRow(h))
	}
	return v, nil
}

// dayOnly is a date as managers read it.
const dayOnly = "2 January 2006"

// invited says what became of the last link that somebody was given.
func (d *desk) invited(who office.PersonView) string {
	switch link := who.Invited; {
	case link.Waits(time.Now()):
		return d.lang.Say("console.link_in.waits", "when", d.moment(link.Expires))
	case !link.Used.IsZero():
		return d.lang.Say("console.link_in.used", "when", d.moment(link.Used))
	case link.Expires.IsZero():
		return d.lang.Say("console.link_in.none")
	}
	return d.lang.Say("console.link_in.ended", "when", d.moment(who.Invited.Expires))
}

func (d *desk) heldRow(h office.Held) heldRow {
	row := heldRow{
		Held: h, Path: d.keyPath(h.Key.ID), State: d.holding(office.HeldBy{Holder: h.Holder, Now: h.Now}),
		Dates: d.heldFor(h.From, h.To), Form: d.holdForm(h.Holder),
	}
	row.Form.Row = h.Tag
	return row
}

func (d *desk) holdForm(h doorlink.Holder) holdForm {
	return holdForm{Language: d.lang, datesForm: d.datesForm(h)}
}

// heldFor words the time of a key.
func (d *desk) heldFor(from, to time.Time) string {
	key := "console.span.always"
	switch {
	case !from.IsZero() && !to.IsZero():
		key = "console.span.both"
	case !from.IsZero():
		key = "console.span.from"
	case !to.IsZero():
		key = "console.span.to"
	}
	return d.lang.Say(key, "from", d.moment(from), "to", d.moment(to))
}

// keysFor are the keys that a person can be given by this manager, by name.
func (d *desk) keysFor(roll *office.Roll, who office.PersonView) []choice {
	held := map[doorlink.KeyID]bool{}
	for _, h := range who.Held {
		held[h.Holder.Key] = true
	}
	return d.keysOf(roll, func(k doorlink.Key) bool { return !held[k.ID] })
}

func (s *Server) person(w http.ResponseWriter, r *http.Request, d *desk) error {
	v, err := s.readPerson(r, d)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "person.html", v)
}

// mistaken shows a person's page again after a form that cannot be: with what
// was typed, which fill puts back, and what is wrong with it. Other failures are
// returned.
func (s *Server) mistaken(w http.ResponseWriter, r *http.Request, d *desk, err error, fill func(*personView)) error {
	e, ok := mistake(err)
	if !ok {
		return err
	}
	v, gone := s.readPerson(r, d)
	if gone != nil {
		return gone
	}
	v.Wrong = page.Sentence(d.lang, e, d.Location())
	fill(&v)
	return s.show(w, r, page.Status(e.Kind), "person.html", v)
}

// mistake is the failure that whoever filled a form in can put right.
func mistake(err error) (*doorlink.Error, bool) {
	e, ok := errors.AsType[*doorlink.Error](err)
	return e, ok && (e.Kind == doorlink.Invalid || e.Kind == doorlink.Conflict || errors.Is(err, office.ErrKeyGone) || errors.Is(err, errNoUnit))
}

// personForm is what can be edited of a person, with what the reader saw when
// they began and what somebody else wrote meanwhile.
type personForm struct {
	doorlink.Person
	Tag     string
	Seen    doorlink.Person
	Differs []string
}

// setPerson changes a person. If somebody else was faster, the form comes back:
// what only they changed is in it, what both changed is as it was typed here, and
// each difference is told.
func (s *Server) setPerson(w http.ResponseWriter, r *http.Request, d *desk) error {
	typed := personIn(r, "")
	typed.ID = personOf(r)
	did, err := d.SetPerson(r.Context(), typed, r.PostFormValue("tag"))
	if err == nil {
		return s.afterPerson(w, r, d, did, nil)
	}
	return s.mistaken(w, r, d, err, func(v *personView) {
		if seen := personIn(r, "seen_"); errors.Is(err, doorlink.ErrChanged) {
			v.Form = d.merge(v.Form, seen, typed)
			return
		}
		v.Form.Given, v.Form.Family, v.Form.Email, v.Form.Shown = typed.Given, typed.Family, typed.Email, typed.Shown
		v.Form.Tag, v.Form.Seen = r.PostFormValue("tag"), personIn(r, "seen_")
	})
}

// personIn reads a person from a form's fields.
func personIn(r *http.Request, prefix string) doorlink.Person {
	return doorlink.Person{
		Given: r.PostFormValue(prefix + "given"), Family: r.PostFormValue(prefix + "family"),
		Email: r.PostFormValue(prefix + "email"), Shown: r.PostFormValue(prefix+"shown") != "",
	}
}

// merge puts what was typed over the form as it stands now, field by field.
func (d *desk) merge(now personForm, seen, typed doorlink.Person) personForm {
	onOff := func(shown bool) string {
		if shown {
			return d.lang.Say("console.on")
		}
		return d.lang.Say("console.off")
	}
	for _, f := range []struct {
		name, seen, typed, now string
		take                   func()
	}{
		{"given", seen.Given, typed.Given, now.Given, func() { now.Person.Given = typed.Given }},
		{"family", seen.Family, typed.Family, now.Family, func() { now.Person.Family = typed.Family }},
		{"email", seen.Email, typed.Email, now.Email, func() { now.Person.Email = typed.Email }},
		{"shown", onOff(seen.Shown), onOff(typed.Shown), onOff(now.Shown), func() { now.Person.Shown = typed.Shown }},
	} {
		places := []any{"field", d.lang.Say("console.person." + f.name), "now", f.now, "typed", f.typed}
		switch {
		case f.typed == f.now:
		case f.typed == f.seen:
			now.Differs = append(now.Differs, d.lang.Say("console.person.taken", places...))
		default:
			f.take()
			if f.now != f.seen {
				now.Differs = append(now.Differs, d.lang.Say("console.person.clash", places...))
			}
		}
	}
	return now
}
