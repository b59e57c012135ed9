package console

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

// countsView is the counts on top of a page. They follow what happens: the page
// asks for its live texts again and again, and nothing without script.
type countsView struct {
	From   string // where the live texts are
	Counts []count
	Stale  string // what the page says when it gets them no longer
}

// count is one count, the words that go with it and what stands beside them.
type count struct {
	Name, N, Words, Beside string
	Path                   string // where it leads; empty: nowhere
}

// live is what may change of a page while it is open: texts by the name of their
// place in it.
type live map[string]string

// live are the texts of all counts.
func (v countsView) live() live {
	all := live{}
	for _, c := range v.Counts {
		all[c.Name], all[c.Name+".words"] = c.N, c.Words
		if c.Beside != "" {
			all[c.Name+".beside"] = c.Beside
		}
	}
	return all
}

// count words that there are n of something.
func (d *desk) count(name string, n int, path string) count {
	return count{Name: name, N: d.lang.Number(n), Words: d.lang.Say("console.count."+name, "n", n), Path: path}
}

// calls words that n were placed today, and that so many go on.
func (d *desk) calls(n, now int) count {
	c := d.count("calls", n, "")
	c.Beside = d.lang.Say("console.count.calls.now", "n", now)
	return c
}

func (d *desk) counts(from string, of ...count) countsView {
	return countsView{From: d.path(from), Counts: of, Stale: d.lang.Say("console.counts.stale")}
}

// counts of the property: what goes on, and how many people can be reached.
func (s *Server) counts(r *http.Request, d *desk) (countsView, error) {
	today, err := d.Today(r.Context())
	if err != nil {
		return countsView{}, err
	}
	c, err := d.CountPeople(r.Context())
	people := d.count("people", c.People, d.path("people"))
	people.Beside = d.lang.Say("console.count.people.reached", "n", c.Reached, "of", c.Residents)
	return d.counts("live",
		d.calls(today.Calls, today.Now), d.count("scans", today.Scans, ""), people,
		d.count("invited", c.NotJoined, d.path("people?show=invited")),
		d.count("unreached", c.Unreached, d.path("people/unreached?show=silent")),
	), err
}

// linkCounts are of one door with a DOOR Link.
func (d *desk) linkCounts(l office.LinkView) countsView {
	today, door := l.Days[len(l.Days)-1], "doors/"+string(l.Door.ID)
	return d.counts(door+"/link/live",
		d.calls(today.Calls, l.Now), d.count("scans", today.Scans, ""),
		d.count("open", l.Open, ""), d.count("listed", l.Listed, d.path(door+"/directory")),
	)
}

// liveHouse answers the overview and the reports.
func (s *Server) liveHouse(w http.ResponseWriter, r *http.Request, d *desk) error {
	if err := s.limits.counts.Allow(string(d.Manager.ID)); err != nil {
		return err
	}
	v, err := s.counts(r, d)
	if err != nil {
		return err
	}
	texts := v.live()
	texts["now"] = d.now()
	return texts.write(w, r)
}

// liveLink answers the DOOR Link of a door.
func (s *Server) liveLink(w http.ResponseWriter, r *http.Request, d *desk) error {
	if err := s.limits.counts.Allow(string(d.Manager.ID)); err != nil {
		return err
	}
	l, err := d.Link(r.Context(), doorlink.DoorID(r.PathValue("door")))
	if err != nil {
		return err
	}
	if l.Panel.ID == "" {
		return errNowhere
	}
	texts := d.linkCounts(l).live()
	maps.Copy(texts, d.uses(l.Days).live(d))
	return texts.write(w, r)
}

// now is the moment at the doors.
func (d *desk) now() string {
	return d.lang.Say("console.overview.now", "now", d.moment(time.Now()))
}

// write answers with the texts, or with nothing but that they are still the same
// (RFC 9110, section 13.1.2).
func (l live) write(w http.ResponseWriter, r *http.Request) error {
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("ETag", `"`+doorlink.Digest(string(body))+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return nil
}
