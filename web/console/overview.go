package console

import (
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

// overviewView is overview.html: counts, and what needs a person. It names
// nobody, since it lies open on desks.
type overviewView struct {
	shell
	Now       string    // at the doors
	Steps     []stepRow // all of them; none once all were taken
	Counts    countsView
	Unreached int       // units
	Zone      string    // that no longer exists; empty: it does
	Uninvited int       // have an address and no link to sign in with
	Lockless  []doorRef // have a DOOR Link and no lock that takes its codes
	Drifted   []drifted // have a lock that is out of sync
	Deserted  []doorRef // have a DOOR Link that lists nobody
	Neglected []hookRow // webhooks at which something does not arrive
	Silent    []silentDoor
	Overdue   []doorRef // it is time to look at their panels
	LookDays  int       // for which nobody has
}

// Needed reports whether anything needs a person.
func (v overviewView) Needed() bool {
	return v.Zone != "" || v.Unreached+v.Uninvited+len(v.Lockless)+len(v.Drifted)+len(v.Deserted)+len(v.Neglected)+len(v.Silent)+len(v.Overdue) > 0
}

// doorRef leads to a door.
type doorRef struct{ Name, Path string }

// drifted is one whose lock was not told of something.
type drifted struct {
	doorRef
	Waiting []string
}

// silentDoor is one whose panel may be covered.
type silentDoor struct {
	doorRef
	silence
}

func (s *Server) overviewRoutes(on register) {
	on("GET /console/{property}/{$}", s.desk(s.first))
	on("GET /console/{property}/overview", s.desk(s.overview))
	on("GET /console/{property}/live", s.aside(s.liveHouse))
}

// first leads to the first page of the property that the reader has a use for.
func (s *Server) first(w http.ResponseWriter, r *http.Request, d *desk) error {
	http.Redirect(w, r, d.path(rail[0].page), http.StatusSeeOther)
	return nil
}

func (s *Server) overview(w http.ResponseWriter, r *http.Request, d *desk) (err error) {
	v := overviewView{shell: s.shell(r, d, "overview"), Now: d.now()}
	if v.Counts, err = s.counts(r, d); err != nil {
		return err
	}
	people, err := d.CountPeople(r.Context())
	if err != nil {
		return err
	}
	v.Unreached = people.Unreached
	if _, err := d.Property.Location(); err != nil {
		v.Zone = d.Property.Zone
	}
	if d.May(doorlink.EditPeople) {
		if v.Uninvited, err = d.Uninvited(r.Context()); err != nil {
			return err
		}
	}
	if err := v.lookAtDoors(r, d); err != nil {
		return err
	}
	if err := v.lookAtHooks(r, d); err != nil {
		return err
	}
	if v.Steps, err = d.firstSteps(r); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "overview.html", v)
}

// lookAtHooks finds the webhooks at which something does not arrive.
func (v *overviewView) lookAtHooks(r *http.Request, d *desk) error {
	if !d.May(doorlink.Connect) {
		return nil
	}
	all, err := d.Hooks(r.Context())
	for _, h := range all {
		if h.Neglected() {
			v.Neglected = append(v.Neglected, d.hookRow(h, time.Now()))
		}
	}
	return err
}

// lookAtDoors finds the doors at which a visitor would get nobody, or no code, or
// another page than ours.
func (v *overviewView) lookAtDoors(r *http.Request, d *desk) error {
	doors, err := d.Doors(r.Context(), office.Query{Limit: office.MaxPage})
	for _, l := range doors.Rows {
		at := doorRef{l.Name, d.path("doors/" + string(l.ID))}
		if l.Panel.ID != "" && !l.Active() {
			v.Lockless = append(v.Lockless, at)
		}
		if l.Panel.ID != "" && l.Listed == 0 {
			v.Deserted = append(v.Deserted, at)
		}
	}
	if err != nil {
		return err
	}
	locks, err := d.Locks(r.Context(), office.Query{Only: map[string]string{"show": office.WaitingLocks}, Limit: office.MaxPage})
	for _, l := range locks.Rows {
		row := d.lockRow(l)
		v.Drifted = append(v.Drifted, drifted{doorRef{row.Name, row.Path}, row.Waiting})
	}
	if err != nil {
		return err
	}
	silent, err := d.SilentDoors(r.Context())
	if err != nil {
		return err
	}
	told := map[doorlink.DoorID]bool{}
	for _, l := range silent {
		told[l.ID] = true
		v.Silent = append(v.Silent, silentDoor{d.toLink(l.DoorLine), silence{d.date(l.Since), l.Missed}})
	}
	overdue, err := d.OverdueDoors(r.Context())
	for _, l := range overdue {
		if !told[l.ID] {
			v.Overdue = append(v.Overdue, d.toLink(l.DoorLine))
		}
	}
	v.LookDays = lookDays(d.Property)
	return err
}

// toLink leads to the DOOR Link of a door.
func (d *desk) toLink(l office.DoorLine) doorRef {
	return doorRef{l.Name, d.path("doors/" + string(l.ID) + "/link")}
}
