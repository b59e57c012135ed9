package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/directory"
	"doorlink/office"
)

// peopleView is people.html.
type peopleView struct {
	shell
	listing
	Counts office.PeopleCounts
	Doors  []choice // whose directory to ask about
	Shows  []choice
	Only   []only
	Rows   []personRow
	May    bool // invite
}

// only is a choice that other pages link to: what it is, and the address of the
// list without it.
type only struct{ Name, Value, Text, Without string }

// personRow is a person in the list.
type personRow struct {
	office.PersonLine
	Path, InUnits, OnKeys string
	Where                 string // they are listed, or why nowhere
	Rings                 badge
}

// shows are the choices among people, as Query.Only has them.
var shows = []string{"", office.Unlisted, office.Unreached, office.NotJoined, office.Joined, office.Ended}

func (s *Server) peopleRoutes(on register) {
	on("GET /console/{property}/people", s.desk(s.people))
	on("GET /console/{property}/people/unreached", s.desk(s.unreached))
	on("POST /console/{property}/people/links", s.desk(s.sendLinks))
	on("GET /console/{property}/people/invite", s.desk(s.inviteForm))
	on("POST /console/{property}/people/invite", s.desk(s.invite))
	on("GET /console/{property}/people/{person}", s.desk(s.person))
	on("POST /console/{property}/people/{person}", s.desk(s.setPerson))
	on("GET /console/{property}/people/{person}/link", s.desk(s.linkIn))
	on("POST /console/{property}/people/{person}/link", s.desk(s.linkAgain))
	on("POST /console/{property}/people/{person}/show", s.desk(s.showPerson))
	on("POST /console/{property}/people/{person}/units", s.desk(s.assign))
	on("POST /console/{property}/people/{person}/units/end", s.desk(s.unassign))
	on("POST /console/{property}/people/{person}/keys", s.desk(s.giveKey))
	on("POST /console/{property}/people/{person}/keys/dates", s.desk(s.setDates))
	on("POST /console/{property}/people/{person}/keys/renew", s.desk(s.renewKey))
	on("POST /console/{property}/people/{person}/keys/share", s.desk(s.letShare))
	on("POST /console/{property}/people/{person}/keys/end", s.desk(s.endKey))
	on("POST /console/{property}/people/{person}/out", s.desk(s.act((*office.Desk).MoveOut)))
	on("POST /console/{property}/people/{person}/revoke", s.desk(s.act((*office.Desk).Revoke)))
	on("POST /console/{property}/people/{person}/sign-out", s.desk(s.act((*office.Desk).SignOut)))
	on("POST /console/{property}/people/{person}/delete", s.desk(s.deletePerson))
	on("POST /console/{property}/people/{person}/export", s.desk(s.exportPerson))
	on("POST /console/{property}/people/{person}/erase", s.desk(s.erasePerson))
}

func (s *Server) people(w http.ResponseWriter, r *http.Request, d *desk) error {
	q := asked(r, "show", "door", "unit", "key")
	found, err := d.People(r.Context(), q)
	if err != nil {
		return err
	}
	roll, err := d.Roll(r.Context())
	if err != nil {
		return err
	}
	v := peopleView{
		shell: s.shell(r, d, "people"), listing: listed(d.lang, r, found, "console.people.by.", "name", "unit"),
		Doors: linkedDoors(roll, doorlink.DoorID(q.Only["door"])), Only: d.onlyThese(r, roll, q), May: d.May(doorlink.EditPeople),
	}
	if v.Counts, err = d.CountPeople(r.Context()); err != nil {
		return err
	}
	for _, show := range shows {
		v.Shows = append(v.Shows, choice{Value: show, Name: d.lang.Say("console.people.show." + show), On: show == q.Only["show"]})
	}
	for _, p := range found.Rows {
		v.Rows = append(v.Rows, d.personRow(p))
	}
	return s.show(w, r, http.StatusOK, "people.html", v)
}

// linkedDoors are the doors that have a directory, by name.
func linkedDoors(roll *office.Roll, chosen doorlink.DoorID) []choice {
	var all []choice
	for _, p := range roll.Panels {
		door, _ := roll.Door(p.Door)
		all = append(all, choice{Value: string(door.ID), Name: door.Name, Hint: p.Label, On: door.ID == chosen})
	}
	slices.SortFunc(all, func(a, b choice) int { return directory.CompareNames(a.Name, b.Name) })
	return all
}

// onlyThese are the unit and the key to which a list of people is limited.
func (d *desk) onlyThese(r *http.Request, roll *office.Roll, q office.Query) (all []only) {
	if u, ok := roll.Unit(doorlink.UnitID(q.Only["unit"])); ok {
		all = append(all, only{"unit", string(u.ID), d.lang.Say("console.people.of_unit", "unit", u.Name), with(r, "unit", "")})
	}
	if k, ok := roll.Key(doorlink.KeyID(q.Only["key"])); ok {
		all = append(all, only{"key", string(k.ID), d.lang.Say("console.people.of_key", "key", k.Name), with(r, "key", "")})
	}
	return all
}

func (d *desk) personRow(p office.PersonLine) personRow {
	row := personRow{
		PersonLine: p, Path: d.person(p.ID), Rings: d.rings(p.Ring),
		InUnits: unitNames(p.Units),
		OnKeys:  listOf(p.Keys, func(k doorlink.Key) string { return k.Name }),
	}
	switch {
	case p.Listed > 0:
		row.Where = d.lang.Say("console.people.listed", "n", p.Listed, "doors", p.Doors)
	case p.Lack != "":
		row.Where = d.lang.Say("console.lack." + p.Lack)
	}
	return row
}

// person is the address of a person's page.
func (d *desk) person(id doorlink.PersonID) string { return d.path("people/" + string(id)) }

// listOf are names in one line.
func listOf[T any](all []T, name func(T) string) string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = name(one)
	}
	return strings.Join(names, ", ")
}

// rings says whether a call would ring.
func (d *desk) rings(ring office.Ring) badge {
	switch ring.State {
	case office.Reached:
		return badge{"ok", "yes", d.lang.Say("console.ring.reached")}
	case office.Silent:
		return badge{"heed", "heed", d.lang.Say("console.ring.silent", "n", ring.Days)}
	}
	return badge{"bad", "no", d.lang.Say("console.ring.none")}
}

// unreachedView is unreached.html: units in which a visitor would reach nobody,
// or not everybody. It names no person.
type unreachedView struct {
	shell
	listing
	Shows   []choice
	Chosen  bool // something was looked for
	Rows    []reachRow
	Waiting int // who have an address and no link; 0 where the reader may not invite
	Mail    bool
}

type reachRow struct {
	office.UnitReach
	Path  string
	Rings badge
}

func (s *Server) unreached(w http.ResponseWriter, r *http.Request, d *desk) error {
	q := asked(r, "show")
	found, err := d.Unreached(r.Context(), q)
	if err != nil {
		return err
	}
	v := unreachedView{
		shell: s.shell(r, d, "people"), listing: listed(d.lang, r, found, "console.unreached.by.", "unit", "unreached"),
		Chosen: q.Find != "" || q.Only["show"] != "", Mail: d.CanMail(),
	}
	v.Title = d.lang.Say("console.unreached")
	if d.May(doorlink.EditPeople) {
		if v.Waiting, err = d.Uninvited(r.Context()); err != nil {
			return err
		}
	}
	if sent, err := strconv.Atoi(r.FormValue(sentParam)); err == nil && v.Note == nil {
		v.Note = &note{Text: d.lang.Say("console.invite.sent", "n", sent)}
	}
	for _, show := range []string{"", office.SilentUnits} {
		v.Shows = append(v.Shows, choice{Value: show, Name: d.lang.Say("console.unreached.show." + show), On: show == q.Only["show"]})
	}
	for _, u := range found.Rows {
		rings := badge{"heed", "heed", d.lang.Say("console.unreached.some")}
		if u.Silent() {
			rings = badge{"bad", "no", d.lang.Say("console.unreached.silent")}
		}
		v.Rows = append(v.Rows, reachRow{u, d.unit(u.ID), rings})
	}
	return s.show(w, r, http.StatusOK, "unreached.html", v)
}

const (
	// sentParam carries how many links were sent to the page that says so.
	sentParam = "sent"
	// invitePatience is for how long one form sends links; the page that
	// follows offers to go on.
	invitePatience = 10 * time.Second
)

// sendLinks sends a link to everybody who has an address and none.
func (s *Server) sendLinks(w http.ResponseWriter, r *http.Request, d *desk) error {
	if !d.CanMail() {
		return errNowhere // the form is not offered
	}
	sent, err := d.InviteAll(r.Context(), invitePatience)
	if err != nil {
		return err
	}
	http.Redirect(w, r, d.path("people/unreached")+"?"+sentParam+"="+strconv.Itoa(sent), http.StatusSeeOther)
	return nil
}
