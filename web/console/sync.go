package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
)

// syncView is import_sync.html: how lists come by themselves, what came of the
// last, and what it leaves to be decided.
type syncView struct {
	shell
	Source  bool   // the operator lets lists come in
	Folder  string // the name of the property's
	Times   []choice
	Leavers bool
	Read    string // the last look; empty: none
	File    string
	When    string // the last list was taken
	Failed  string
	Figures []figure
	Open    int

	listing
	Rows []conflictRow
}

// conflictRow is a conflict as managers read it.
type conflictRow struct {
	office.Conflict
	What, When  string
	Units, Keys []piece
	Answers     []choice
	Address     piece
}

// syncs reports whether the manager may decide what lists from outside do.
func (d *desk) syncs() bool { return d.May(doorlink.Connect) && d.imports() }

func (s *Server) syncRoutes(on register) {
	on("GET /console/{property}/import/sync", s.desk(s.syncPage))
	on("POST /console/{property}/import/sync", s.desk(s.setSync))
	on("POST /console/{property}/import/sync/now", s.desk(s.syncNow))
	on("POST /console/{property}/import/sync/answers", s.desk(s.answerConflicts))
	on("GET /console/{property}/import/sync/lists", s.desk(s.taken))
	on("GET /console/{property}/import/sync/lists/{taken}/skipped.csv", s.desk(s.takenSkips))
}

func (s *Server) syncPage(w http.ResponseWriter, r *http.Request, d *desk) error {
	feed, err := d.Feed(r.Context())
	if err != nil {
		return err
	}
	v := syncView{
		shell: s.shell(r, d, "import"), Source: d.HasSource(), Folder: string(d.Property.ID), Leavers: feed.Leavers,
		Read: d.moment(feed.Read), File: feed.File, When: d.moment(feed.Report.At), Open: feed.Report.Conflicts,
		Figures: d.figures(func(what string) int { return feed.Report.Counts[what] }),
	}
	v.Failed = d.unread(feed.Report.Failed)
	for _, t := range office.FeedTimes {
		v.Times = append(v.Times, choice{
			Value: strconv.Itoa(int(t / time.Minute)), Name: d.lang.Say("console.sync.every", "n", int(t/time.Minute)), On: t == feed.Every,
		})
	}
	found, err := d.Conflicts(r.Context(), asked(r))
	if err != nil {
		return err
	}
	v.listing = listed(d.lang, r, found, "console.sync.column.", "answer", "name", "made")
	for _, c := range found.Rows {
		v.Rows = append(v.Rows, d.conflictRow(c))
	}
	return s.show(w, r, http.StatusOK, "import_sync.html", v)
}

func (d *desk) conflictRow(c office.Conflict) conflictRow {
	row := conflictRow{Conflict: c, What: d.lang.Say("console.sync.kind." + string(c.Kind)), When: d.moment(c.Made), Address: piece{Text: c.Email}}
	if c.Kind == office.Who {
		row.Address = changed(c.Was, c.Email)
	}
	for _, u := range c.Units {
		row.Units = append(row.Units, d.piece(u))
	}
	for _, k := range c.Keys {
		row.Keys = append(row.Keys, d.piece(k))
	}
	for _, a := range append([]office.Verdict{""}, c.Kind.Verdicts()...) {
		words := "console.sync.answer." + string(a)
		switch a {
		case "":
			words = "console.sync.answer.none"
		case office.Accept:
			words += "." + string(c.Kind)
		}
		row.Answers = append(row.Answers, choice{Value: string(a), Name: d.lang.Say(words), On: a == c.Answer})
	}
	return row
}

func (s *Server) setSync(w http.ResponseWriter, r *http.Request, d *desk) error {
	every := time.Duration(number(r.PostFormValue("every"))) * time.Minute
	did, err := d.SetFeed(r.Context(), every, r.PostFormValue("leavers") != "")
	return s.afterSync(w, r, d, did, err)
}

func (s *Server) syncNow(w http.ResponseWriter, r *http.Request, d *desk) error {
	did, err := d.SyncNow(r.Context())
	return s.afterSync(w, r, d, did, err)
}

// answerConflicts keeps what was decided about the conflicts of a page.
func (s *Server) answerConflicts(w http.ResponseWriter, r *http.Request, d *desk) error {
	if err := r.ParseForm(); err != nil {
		return office.ErrAnswer.Because(err)
	}
	answers := map[doorlink.ConflictID]office.Verdict{}
	for name := range r.PostForm {
		if strings.HasPrefix(name, "conf_") {
			answers[doorlink.ConflictID(name)] = office.Verdict(r.PostFormValue(name))
		}
	}
	did, err := d.AnswerConflicts(r.Context(), answers)
	return s.afterSync(w, r, d, did, err)
}

func (s *Server) afterSync(w http.ResponseWriter, r *http.Request, d *desk, did office.Receipt, err error) error {
	if err != nil {
		return err
	}
	return s.after(w, r, d, did, d.path("import/sync"))
}
