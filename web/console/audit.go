package console

import (
	"net/http"
	"net/url"

	"doorlink"
	"doorlink/office"
	"doorlink/web/locale"
)

// auditView is audit.html: what was changed, by whom, the latest first.
type auditView struct {
	shell
	Deeds []deedRow
	Next  string // the address of the page after; empty: this is the last
}

type deedRow struct {
	When, By, What, About string
	Seq                   int64
	Undoable, Erased      bool
}

func (s *Server) audit(w http.ResponseWriter, r *http.Request, d *desk) error {
	deeds, err := d.Deeds(r.Context(), r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	v := auditView{shell: s.shell(r, d, "audit")}
	for _, deed := range deeds.Rows {
		v.Deeds = append(v.Deeds, deedRow{
			When: d.moment(deed.At), By: d.by(deed), What: d.what(deed), About: deed.About,
			Seq: deed.Seq, Undoable: deed.Undoable, Erased: deed.Erased,
		})
	}
	if deeds.Next != "" {
		v.Next = d.path("audit") + "?" + url.Values{"after": {deeds.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, "audit.html", v)
}

// portfolioAudit is the audit of what belongs to no single property. Its moments
// are in UTC.
func (s *Server) portfolioAudit(w http.ResponseWriter, r *http.Request, o *own) error {
	deeds, err := s.office.PortfolioDeeds(r.Context(), o.Actor, r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	v := auditView{shell: o.shell("audit"), Next: nextPage(r, deeds.Next)}
	for _, deed := range deeds.Rows {
		v.Deeds = append(v.Deeds, deedRow{
			When: deed.At.UTC().Format("2 January 2006, 15:04 MST"), By: byWhom(o.lang, deed), What: whatWas(o.lang, deed),
			About: deed.About, Seq: deed.Seq, Erased: deed.Erased,
		})
	}
	return s.show(w, r, http.StatusOK, "audit.html", v)
}

// by is byWhom in the reader's language.
func (d *desk) by(deed office.DeedLine) string { return byWhom(d.lang, deed) }

// what is whatWas in the reader's language.
func (d *desk) what(deed office.DeedLine) string { return whatWas(d.lang, deed) }

// byWhom says who did something, and through what.
func byWhom(l *locale.Language, deed office.DeedLine) string {
	who := deed.By
	switch {
	case who == "" && deed.Manager == "":
		who = l.Say("console.audit.itself")
	case who == "":
		who = l.Say("console.audit.former")
	}
	if deed.Via == "" {
		return who
	}
	return l.Say("console.audit.program", "who", who, "program", deed.Program)
}

// whatWas says what was done; of a change that was taken back, which.
func whatWas(l *locale.Language, deed office.DeedLine) string {
	if back := deed.Detail.Facts[doorlink.Undone]; back != "" {
		return l.Say("console.audit.undone", "what", l.Say("audit."+back))
	}
	return l.Say("audit." + deed.Action)
}
