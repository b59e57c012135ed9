package console

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"strings"

	"doorlink"
	"doorlink/office"
	"doorlink/roster"
)

// reportsView is reports.html: what there is to read, and what was removed.
type reportsView struct {
	shell
	Counts  countsView
	Reports []reportRow
	Kept    []keptRow
	Purges  []purgeRow
}

type reportRow struct{ Name, Why, Path, CSV string }

type purgeRow struct {
	When   string
	Gone   []goneCell
	Broken bool
}

// goneCell is how many records of a kind a purge removed.
type goneCell struct {
	Kind string
	N    string
}

func (s *Server) reportRoutes(on register) {
	on("GET /console/{property}/reports", s.desk(s.reports))
	on("GET /console/{property}/reports/{report}", s.desk(s.report))
	on("GET /console/{property}/reports/{report}/csv", s.desk(s.reportCSV))
}

func (s *Server) reports(w http.ResponseWriter, r *http.Request, d *desk) error {
	purges, err := d.Purges(r.Context())
	if err != nil {
		return err
	}
	v := reportsView{shell: s.shell(r, d, "reports"), Purges: d.purgeRows(purges)}
	if v.Counts, err = s.counts(r, d); err != nil {
		return err
	}
	for _, one := range reports {
		if d.May(one.needs) {
			v.Reports = append(v.Reports, reportRow{
				d.lang.Say("console.report." + one.name), d.lang.Say("console.report." + one.name + ".why"),
				d.path("reports/" + one.name), d.path("reports/" + one.name + "/csv"),
			})
		}
	}
	for _, k := range doorlink.RecordKinds {
		v.Kept = append(v.Kept, keptRow{string(k), d.lang.Say("console.purge." + string(k)), daysKept(d.Property, k)})
	}
	return s.show(w, r, http.StatusOK, "reports.html", v)
}

// purgeRows puts purges into words.
func (d *desk) purgeRows(all []office.Purged) []purgeRow {
	var rows []purgeRow
	for _, p := range all {
		row := purgeRow{When: d.moment(p.At), Broken: !p.Done}
		for _, k := range doorlink.RecordKinds {
			row.Gone = append(row.Gone, goneCell{d.lang.Say("console.purge." + string(k)), d.lang.Number(int(p.Gone[k]))})
		}
		rows = append(rows, row)
	}
	return rows
}

// lastPurge says what the last purge removed; empty: there was none yet.
func (d *desk) lastPurge(ctx context.Context) (string, error) {
	if !d.May(doorlink.SeeReports) {
		return "", nil
	}
	all, err := d.Purges(ctx)
	if err != nil || len(all) == 0 {
		return "", err
	}
	gone := all[0].Gone
	return d.lang.Say("console.purges.last", "when", d.moment(all[0].At), "calls", int(gone[doorlink.CallRecord]),
		"codes", int(gone[doorlink.CodeRecord]), "signs", int(gone[doorlink.SignRecord])), nil
}

// reportView is report.html: one report.
type reportView struct {
	shell
	Lead, Empty string
	Columns     []reportColumn
	Rows        [][]string
	Total       int // 0: nobody counts
	Find        string
	Sought      string // what it can be searched for
	Wrong       string // what is wrong with what was asked for; empty: nothing
	Sorted      string // how, as the address has it
	Choices     []reportChoice
	Chosen      bool // something was looked for
	All         string
	CSV, Next   string
}

// reportColumn heads a column; one that cannot be sorted by has no Path.
type reportColumn struct {
	sortLink
	Number bool // it has figures
}

// reportChoice is a list to choose from above a report.
type reportChoice struct {
	Name, Label, Any string
	Of               []choice
}

// figures are the columns that are aligned as numbers are.
var figures = []string{"holders", "residents", "unreached"}

// reportOf finds the report that an address names, for somebody who may read it.
func reportOf(r *http.Request, d *desk) (report, office.Query, error) {
	if !d.May(doorlink.SeeReports) {
		return report{}, office.Query{}, office.ErrMayNot
	}
	i := slices.IndexFunc(reports, func(one report) bool { return one.name == r.PathValue("report") })
	if i < 0 {
		return report{}, office.Query{}, errNowhere
	}
	if !d.May(reports[i].needs) {
		return report{}, office.Query{}, office.ErrMayNot
	}
	return reports[i], asked(r, reports[i].choices...), nil
}

func (s *Server) report(w http.ResponseWriter, r *http.Request, d *desk) error {
	one, q, err := reportOf(r, d)
	if err != nil {
		return err
	}
	p, err := one.lines(r.Context(), reader{d, d.moment}, q)
	status, wrong, err := wrongly(d.lang, d.Location(), err)
	if err != nil {
		return err
	}
	v := reportView{
		shell: s.shell(r, d, "reports"), Lead: d.lang.Say("console.report." + one.name + ".why"),
		Empty: d.lang.Say("console.report." + one.name + ".none"), Rows: p.Rows, Total: p.Total, Find: q.Find, Sorted: q.Sort,
		Sought: d.lang.Say("console.report.find"), Wrong: wrong, All: d.path("reports/" + one.name), Chosen: q.Find != "",
		CSV: d.path("reports/" + one.name + "/csv?" + exported(r)), Next: nextPage(r, p.Next),
	}
	v.Title = d.lang.Say("console.report." + one.name)
	if one.name == "actions" {
		v.Sought = d.lang.Say("console.audit.about")
	}
	sorts := columns(d.lang, r, "console.report.column.", one.sorts...)
	for _, name := range one.columns {
		column := reportColumn{sortLink{Name: d.lang.Say("console.report.column." + name)}, slices.Contains(figures, name)}
		if i := slices.IndexFunc(one.sorts, func(s string) bool { return strings.TrimPrefix(s, "-") == name }); i >= 0 {
			column.sortLink = sorts[i]
		}
		v.Columns = append(v.Columns, column)
	}
	for _, name := range one.choices {
		c, err := d.reportChoice(r.Context(), name, q.Only[name])
		if err != nil {
			return err
		}
		v.Choices, v.Chosen = append(v.Choices, c), v.Chosen || q.Only[name] != ""
	}
	return s.show(w, r, status, "report.html", v)
}

// reportChoice makes one of the lists above a report.
func (d *desk) reportChoice(ctx context.Context, name, now string) (reportChoice, error) {
	c := reportChoice{Name: name, Label: d.lang.Say("console.report.choice." + name), Any: d.lang.Say("console.report.any." + name)}
	add := func(value, name string) { c.Of = append(c.Of, choice{Value: value, Name: name, On: value == now}) }
	switch name {
	case "door":
		doors, err := d.Doors(ctx, office.Query{Limit: office.MaxPage})
		if err != nil {
			return c, err
		}
		for _, l := range doors.Rows {
			add(string(l.ID), l.Name)
		}
	case "manager":
		all, err := d.Managers(ctx, office.Query{Limit: office.MaxPage})
		if err != nil {
			return c, err
		}
		for _, m := range all.Rows {
			add(string(m.ID), m.Name)
		}
	case "when":
		for _, s := range office.Standings {
			add(string(s), d.lang.Say("console.report.standing."+string(s)))
		}
	}
	return c, nil
}

// exported is the query of a page's export, which has the whole of the list.
func exported(r *http.Request) string {
	q := r.URL.Query()
	q.Del("after")
	q.Del(doneParam)
	return q.Encode()
}

func (s *Server) reportCSV(w http.ResponseWriter, r *http.Request, d *desk) error {
	one, q, err := reportOf(r, d)
	if err != nil {
		return err
	}
	if err := d.ExportReport(r.Context(), one.name); err != nil {
		return err
	}
	q.Sort, q.Limit = "", office.MaxPage // each page of a sorted report is sorted anew
	first, err := one.lines(r.Context(), reader{d, d.stamp}, q)
	if err != nil {
		return err
	}
	d.download(w, one.name, "csv", "text/csv; charset=utf-8")
	var header []string
	for _, column := range one.columns {
		header = append(header, d.lang.Say("console.report.column."+column))
	}
	return s.broken(roster.Write(w, header, s.allLines(r.Context(), d, one, q, first)))
}

// allLines are the lines of a report from its first page on.
func (s *Server) allLines(ctx context.Context, d *desk, one report, q office.Query, p office.Page[[]string]) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for {
			for _, row := range p.Rows {
				if !yield(row) {
					return
				}
			}
			if q.After = p.Next; q.After == "" {
				return
			}
			var err error
			if p, err = one.lines(ctx, reader{d, d.stamp}, q); err != nil {
				s.broken(err)
			}
		}
	}
}
