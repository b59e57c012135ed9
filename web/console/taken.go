package console

import (
	"net/http"
	"strings"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// takenView is import_taken.html: the lists that came by themselves, and what came
// of each.
type takenView struct {
	shell
	listing
	Rows []takenRow
	Days int // they are kept for so many
}

// takenRow is one of them.
type takenRow struct {
	File, When string
	Came       []string // what came of it, in words
	Failed     string   // why nothing did; empty: it was read
	Skips      string   // where the rows are that changed nothing; empty: there are none
}

func (s *Server) taken(w http.ResponseWriter, r *http.Request, d *desk) error {
	q := asked(r)
	found, err := d.TakenLists(r.Context(), q)
	if err != nil {
		return err
	}
	v := takenView{
		shell: s.shell(r, d, "import"), listing: logged(d.lang, r, found, "console.import."),
		Days: daysKept(d.Property, doorlink.CallRecord),
	}
	for _, l := range found.Rows {
		v.Rows = append(v.Rows, d.takenRow(l))
	}
	return s.show(w, r, http.StatusOK, "import_taken.html", v)
}

func (d *desk) takenRow(l office.TakenList) takenRow {
	row := takenRow{File: l.File, When: d.moment(l.Report.At), Failed: d.unread(l.Report.Failed)}
	for _, f := range d.figures(func(what string) int { return l.Report.Counts[what] }) {
		row.Came = append(row.Came, d.lang.Say("console.sync.came", "n", f.N, "what", f.Text))
	}
	if n := l.Report.Conflicts; n > 0 {
		row.Came = append(row.Came, d.lang.Say("console.sync.asked", "n", n))
	}
	if len(row.Came) == 0 && row.Failed == "" {
		row.Came = []string{d.lang.Say("console.sync.same")}
	}
	if l.Skips {
		row.Skips = d.path("import/sync/lists/" + string(l.ID) + "/skipped.csv")
	}
	return row
}

// unread words why no list was taken; empty: one was.
func (d *desk) unread(key string) string {
	switch {
	case key == "":
		return ""
	case strings.HasPrefix(key, "drop."):
		return d.lang.Say("error." + key)
	}
	return d.lang.Say("console.sync.unread")
}

// takenSkips are the rows of a list that changed nothing, with the reason.
func (s *Server) takenSkips(w http.ResponseWriter, r *http.Request, d *desk) error {
	rows, err := d.Skips(r.Context(), doorlink.TakenID(r.PathValue("taken")))
	if err != nil {
		return err
	}
	d.download(w, "skipped", "csv", "text/csv; charset=utf-8")
	return s.broken(rows.Write(w, func(e *doorlink.Error) string { return page.Sentence(d.lang, e, d.Location()) }))
}
