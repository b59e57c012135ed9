package console

import (
	"math"
	"net/http"

	"doorlink/office"
)

// locksView is locks.html: what is known of the locks at all doors.
type locksView struct {
	shell
	listing
	Shows  []choice
	Chosen bool // something was looked for
	Rows   []lockRow
}

// lockView is door.html, the tab of a door's lock.
type lockView struct {
	doorView
	Lock lockRow
}

// lockRow is what is known of a lock.
type lockRow struct {
	office.LockLine
	Path    string
	Places  int
	Since   string // when it was set up; empty: there is none
	OneIn   int    // numbers there are for each that opens
	Days    int    // of trying all day long until a stranger may be lucky once
	Waiting []string
}

func (s *Server) locks(w http.ResponseWriter, r *http.Request, d *desk) error {
	q := asked(r, "show")
	found, err := d.Locks(r.Context(), q)
	if err != nil {
		return err
	}
	v := locksView{
		shell: s.shell(r, d, "doors"), listing: listed(d.lang, r, found, "console.locks.", "name", "model", "since"),
		Chosen: q.Find != "" || q.Only["show"] != "",
	}
	v.Title = d.lang.Say("console.locks")
	for _, show := range []string{office.ActiveLocks, office.MissingLocks, office.WaitingLocks} {
		v.Shows = append(v.Shows, choice{Value: show, Name: d.lang.Say("console.locks.show." + show), On: show == q.Only["show"]})
	}
	for _, l := range found.Rows {
		v.Rows = append(v.Rows, d.lockRow(l))
	}
	return s.show(w, r, http.StatusOK, "locks.html", v)
}

// lockRow puts what is known of a lock into words.
func (d *desk) lockRow(l office.LockLine) lockRow {
	row := lockRow{
		LockLine: l, Path: d.path("doors/" + string(l.ID)), Places: int(l.Setup.Places), Since: d.moment(l.Setup.Issued), OneIn: l.Odds.OneIn,
	}
	if l.Odds.PerDay > 0 {
		row.Days = int(math.Round(1 / l.Odds.PerDay))
	}
	for _, what := range l.Waiting {
		row.Waiting = append(row.Waiting, d.lang.Say("console.lock.waits."+string(what), "n", l.Cancelled))
	}
	return row
}
