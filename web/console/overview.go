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
	Now       string // at the doors
	Counts    office.PeopleCounts
	Uninvited int // have an address and no link to sign in with
}

// first leads to the first page of the property that the reader has a use for.
func (s *Server) first(w http.ResponseWriter, r *http.Request, d *desk) error {
	http.Redirect(w, r, d.path(rail[0].page), http.StatusSeeOther)
	return nil
}

func (s *Server) overview(w http.ResponseWriter, r *http.Request, d *desk) (err error) {
	v := overviewView{shell: s.shell(r, d, "overview"), Now: d.moment(time.Now())}
	if v.Counts, err = d.CountPeople(r.Context()); err != nil {
		return err
	}
	if d.May(doorlink.EditPeople) {
		if v.Uninvited, err = d.Uninvited(r.Context()); err != nil {
			return err
		}
	}
	return s.show(w, r, http.StatusOK, "overview.html", v)
}
